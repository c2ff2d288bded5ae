// The back to point at. A picture only: the buttons beside it are the control.
import { s } from "./dom.js";

const OUTLINE =
  "M98 40C98 60 95 66 85 71C68 78 48 79 39 93C31 106 29 134 25 162C20 196 15 232 10 270L36 270C42 226 49 166 57 132" +
  "C60 152 68 166 69 184C70 204 57 222 53 270H167C163 222 150 204 151 184C152 166 160 152 163 132C171 166 178 226 184 270" +
  "L210 270C205 232 200 196 195 162C191 134 189 106 181 93C172 79 152 78 135 71C125 66 122 60 122 40Z";
const LEFT = {
  neck: "M103 60V77H82C92 72 97 68 98 60Z",
  upper: "M95 80V121H61C59 106 55 94 62 84C68 81 74 81 80 80Z",
  middle: "M95 125V167H70C69 153 63 141 61 125Z",
  lower: "M95 171V219H61C66 205 72 196 71 171Z",
};
const CENTRE = { neck: [60, 17], upper: [80, 41], middle: [125, 42], lower: [171, 48] };
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
  const spine = Array.from({ length: 16 }, (_, n) => s("circle", { cx: 110, cy: 63 + n * 10, r: n < 3 ? 1.5 : 2, class: "spine" }));
  const side = (x, text) => s("text", { x, y: 40, class: "side" }, text);
  const node = s(
    "svg",
    { viewBox: "0 0 220 250", class: "back", "aria-hidden": "true" },
    s("path", { d: OUTLINE, class: "skin" }),
    s("path", { d: "M88 30C88 12 97 3 110 3S132 12 132 30C132 42 127 52 122 54C114 57 106 57 98 54C93 52 88 42 88 30Z", class: "hair" }),
    parts,
    s("path", { d: BLADE, class: "bone" }),
    s("path", { d: BLADE, class: "bone", ...MIRROR }),
    spine,
    side(44, words.left),
    side(176, words.right),
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
