// The back to point at. A picture only: the buttons beside it are the control.
import { s } from "./dom.js";

const OUTLINE =
  "M97 44C98 60 95 66 85 71C68 78 48 79 39 93C31 106 30 134 26 162C24 178 21 192 19 206L41 210C45 186 50 158 57 132" +
  "C60 152 68 166 69 184C70 204 58 222 55 258H165C162 222 150 204 151 184C152 166 160 152 163 132C170 158 175 186 179 210" +
  "L201 206C199 192 196 178 194 162C190 134 189 106 181 93C172 79 152 78 135 71C125 66 122 60 123 44Z";
const LEFT = {
  neck: "M103 51V76H80C92 71 99 66 100 51Z",
  upper: "M95 80V121H61C59 106 55 94 62 84C68 81 74 81 80 80Z",
  middle: "M95 125V167H70C69 153 63 141 61 125Z",
  lower: "M95 171V219H61C66 205 72 196 71 171Z",
};
const CENTRE = { neck: [51, 25], upper: [80, 41], middle: [125, 42], lower: [171, 48] };
const BLADE = "M86 87C74 88 71 99 76 114C84 111 91 103 91 92C91 88 89 87 86 87Z";
const MIRROR = { transform: "matrix(-1 0 0 1 220 0)" };

/** The picture; `pick(region, side)` is called for a spot that is clicked. `show(region, side)` marks spots. */
export function backMap(pick, words) {
  const spots = [];
  const spot = (node, region, side) => {
    node.addEventListener("click", () => pick(region, side));
    spots.push({ node, region, side });
    return node;
  };
  const parts = Object.keys(LEFT).flatMap((region) => {
    const [top, height] = CENTRE[region];
    const [x, width] = region === "neck" ? [105, 10] : [97, 26];
    return [
      spot(s("path", { d: LEFT[region], class: "spot" }), region, "left"),
      spot(s("rect", { x, y: top, width, height, rx: 3, class: "spot" }), region, "centre"),
      spot(s("path", { d: LEFT[region], class: "spot", ...MIRROR }), region, "right"),
    ];
  });
  const spine = Array.from({ length: 17 }, (_, n) => s("circle", { cx: 110, cy: 55 + n * 10, r: n < 3 ? 1.5 : 2, class: "spine" }));
  const side = (x, text) => s("text", { x, y: 250, class: "side" }, text);
  const node = s(
    "svg",
    { viewBox: "0 0 220 262", class: "back", "aria-hidden": "true" },
    s("ellipse", { cx: 110, cy: 28, rx: 21, ry: 26, class: "skin" }),
    s("path", { d: OUTLINE, class: "skin" }),
    parts,
    s("path", { d: BLADE, class: "bone" }),
    s("path", { d: BLADE, class: "bone", ...MIRROR }),
    spine,
    side(22, words.left),
    side(198, words.right),
  );
  const show = (region, chosen) => {
    for (const { node: part, region: where, side: which } of spots) {
      const here = region === "whole" || region === where;
      const fits = !chosen || chosen === which || (chosen === "both" && which !== "centre");
      part.classList.toggle("on", here && fits);
    }
  };
  return { node, show };
}
