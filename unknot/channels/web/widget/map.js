// The map of the back: buttons on a picture. The back is seen from behind, so its left side is at the left.
import { h, press, s } from "./dom.js";

const OUTLINE =
  "M98 30C98 60 95 66 85 71C72 76 60 79 53 90C54 108 57 120 57 132C60 152 68 166 69 184C70 204 61 220 58 236" +
  "H162C159 220 150 204 151 184C152 166 160 152 163 132C163 120 166 108 167 90C160 79 148 76 135 71C125 66 122 60 122 30Z";
const LEFT = {
  neck: "M103 46V77H82C92 72 97 68 98 60V46Z",
  upper: "M95 80V121H61C59 106 55 94 62 84C68 81 74 81 80 80Z",
  middle: "M95 125V167H70C69 153 63 141 61 125Z",
  lower: "M95 171V223H60C65 206 72 196 71 171Z",
};
const CENTRE = { neck: [105, 46, 10, 31], upper: [97, 80, 26, 41], middle: [97, 125, 26, 42], lower: [97, 171, 26, 52] };
const BLADE = "M86 87C74 88 71 99 76 114C84 111 91 103 91 92C91 88 89 87 86 87Z";
const MIRROR = { transform: "matrix(-1 0 0 1 220 0)" };
const SIDES = ["left", "centre", "right"];

function picture() {
  const spots = {};
  for (const [region, d] of Object.entries(LEFT)) {
    const [x, y, width, height] = CENTRE[region];
    spots[`${region} left`] = s("path", { d, class: "spot" });
    spots[`${region} centre`] = s("rect", { x, y, width, height, rx: 3, class: "spot" });
    spots[`${region} right`] = s("path", { d, class: "spot", ...MIRROR });
  }
  const spine = Array.from({ length: 17 }, (_, n) => s("circle", { cx: 110, cy: 51 + n * 10, r: n < 3 ? 1.5 : 2, class: "spine" }));
  const node = s(
    "svg",
    { viewBox: "50 38 120 190", class: "back", "aria-hidden": "true" },
    s("path", { d: OUTLINE, class: "skin" }),
    Object.values(spots),
    s("path", { d: BLADE, class: "bone" }),
    s("path", { d: BLADE, class: "bone", ...MIRROR }),
    spine,
  );
  return { node, spots };
}

/** Whether the spot at `which` side belongs to a place with this side, or to one without. */
const covers = (side, which) => !side || side === which || (side === "both" && which !== "centre");

/** The control: a place by its row or by its spot, left and right together are both sides. */
export function place(choices, t, say) {
  const offered = (id) => !choices.length || choices.some((choice) => choice.id === id);
  const regions = Object.keys(t.regions).filter(offered);
  let region = null;
  let side = null;
  const { node: back, spots } = picture();
  const parts = [];
  const choose = (where, which) => () => {
    const opposite = region === where && which && SIDES.includes(side) && side !== which && side !== "centre" && which !== "centre";
    const same = region === where && side === which;
    [region, side] = same ? [null, null] : [where, opposite ? "both" : which];
    show();
  };
  const button = (kind, where, which, title, more) => {
    const node = press(`toggle ${kind}`, title, choose(where, which), more);
    parts.push({ node, where, which });
    return node;
  };
  const row = (where) => [
    button("name", where, null, t.regions[where]),
    SIDES.map((which) =>
      button("spotted", where, which, "", { "aria-label": `${t.regions[where]}, ${t.sides[which].toLowerCase()}` }),
    ),
  ];
  const send = press("main", "", () => region && submit());
  const submit = () => {
    const choice = choices.find((one) => one.id === region);
    const words = (choice?.title ?? t.regions[region]) + (side ? `, ${t.sidesSaid[side]}` : "");
    say(choice ? { choices: [region], ...(side && { side }) } : { text: words }, words);
  };
  const show = () => {
    for (const { node, where, which } of parts) {
      const on = region === where && (which ? covers(side, which) && side !== null : side === null);
      node.setAttribute("aria-pressed", String(on));
    }
    for (const [spot, node] of Object.entries(spots)) {
      const [where, which] = spot.split(" ");
      node.classList.toggle("on", region === "whole" || (region === where && covers(side, which)));
    }
    send.setAttribute("aria-disabled", String(!region));
    send.textContent = region ? `${t.send}: ${t.regions[region]}${side ? `, ${t.sides[side].toLowerCase()}` : ""}` : t.pickPlace;
  };
  const onMap = regions.filter((id) => id in LEFT);
  const others = regions.filter((id) => !(id in LEFT));
  // Arrow keys move over the map as over a table of four columns; Enter on what is chosen sends it.
  const keys = (event) => {
    const all = [...event.currentTarget.querySelectorAll(".toggle")];
    const at = all.indexOf(event.target);
    const step = { ArrowDown: 4, ArrowUp: -4, ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (at < 0) return;
    if (step) {
      event.preventDefault();
      const tail = onMap.length * 4;
      const to = at + step >= tail && step > 1 && at < tail ? tail : at >= tail && step < -1 ? tail - 4 : at + step;
      all[Math.max(0, Math.min(all.length - 1, to))].focus();
    } else if (event.key === "Enter" && event.target.getAttribute("aria-pressed") === "true") {
      event.preventDefault();
      submit();
    }
  };
  const node = h(
    "div",
    { class: "place", role: "group", "aria-label": t.whereLegend, onkeydown: keys },
    h("p", { class: "sidewords", "aria-hidden": "true" }, h("span", null, t.sides.left), h("span", null, t.sides.right)),
    h("div", { class: "bodymap" }, back, onMap.map(row)),
    others.length > 0 && h("div", { class: "toggles" }, others.map((id) => button("", id, null, t.regions[id]))),
    h("div", { class: "row end" }, send),
  );
  show();
  return node;
}
