import { s } from "./dom.js";

// Drawings: limbs are thick round lines, the far ones lighter, arrows show the movement.
// [class, path] from back to front; classes: f far limb, b near limb, t trunk, p prop, g ground, a arrow. Heads: [x, y].
const FLOOR = ["g", "M4 89H156"];
const WIDE_FLOOR = ["g", "M4 89H236"];
const CHAIR = ["p", "M40 32V89M40 62H84M84 62V89"];
const FIGURES = {
  child_pose: {
    parts: [FLOOR, ["b", "M64 83H30"], ["b", "M42 70L66 82"], ["t", "M42 66Q66 48 92 68"], ["b", "M94 70Q112 84 142 83"], ["a", "M112 62H140M133 56L140 62L133 68"]],
    heads: [[107, 74]],
  },
  knee_to_chest: {
    parts: [FLOOR, ["f", "M84 81L116 83L146 83"], ["t", "M36 79H82"], ["b", "M84 78L66 52"], ["b", "M66 52L94 50"], ["b n", "M42 76L58 62L74 50"], ["a", "M96 36Q78 26 62 34M70 27L62 34L71 39"]],
    heads: [[20, 78]],
  },
  cat_cow: {
    wide: true,
    parts: [
      WIDE_FLOOR,
      ["b", "M30 56L30 83L10 84"], ["b", "M78 54L80 84"], ["t", "M32 54Q54 22 78 52"], ["a", "M54 22V8M48 14L54 8L60 14"],
      ["b", "M148 56L148 83L128 84"], ["b", "M196 54L198 84"], ["t", "M150 52Q172 74 196 50"], ["a", "M172 36V52M166 46L172 52L178 46"],
    ],
    heads: [[91, 62], [210, 41]],
  },
  pelvic_tilt: {
    parts: [FLOOR, ["f", "M88 79L108 48L124 84"], ["t", "M36 81H84"], ["b", "M86 80L114 50L130 84"], ["b n", "M42 80L62 84L80 84"], ["a", "M94 58Q86 46 74 52M78 44L74 52L82 56"], ["a", "M58 48V67M52 61L58 67L64 61"]],
    heads: [[20, 80]],
  },
  calves_on_chair: {
    parts: [FLOOR, ["p", "M92 55H136M96 55V89M132 91V14"], ["t", "M34 80H78"], ["b", "M80 79L86 46"], ["b", "M86 46H124"], ["b n", "M40 80L54 84L74 84"]],
    heads: [[18, 79]],
  },
  side_lying_pillow: {
    parts: [["m", "M12 8H148Q154 8 154 14V86Q154 92 148 92H12Q6 92 6 86V14Q6 8 12 8Z"], ["c", "M16 20H36Q40 20 40 24V54Q40 58 36 58H16Q12 58 12 54V24Q12 20 16 20Z"],
      ["f", "M88 54L102 82L136 83"], ["c", "M112 61H138Q144 61 144 67V73Q144 79 138 79H112Q106 79 106 73V67Q106 61 112 61Z"], ["t", "M44 42Q66 46 88 50"], ["b", "M90 50L114 65L144 58"], ["b n", "M48 46L62 64L48 72"]],
    heads: [[28, 39]],
  },
  log_roll: {
    wide: true,
    parts: [
      WIDE_FLOOR, ["p", "M6 60H82M12 60V89M76 60V89"], ["p", "M122 60H190M128 60V89M184 60V89"],
      ["t", "M30 48H60"], ["b", "M62 50L84 50L92 78"], ["b n", "M34 50L46 56L54 52"], ["a", "M66 28Q84 14 104 24M96 17L104 24L95 29"],
      ["t", "M172 50Q164 38 150 26"], ["b", "M174 50L200 52L204 84"], ["b n", "M150 28L144 42L138 56"],
    ],
    heads: [[15, 45], [140, 14]],
  },
  thoracic_extension: {
    parts: [FLOOR, CHAIR, ["t", "M58 54Q62 38 48 27"], ["b", "M60 55L90 57L92 85"], ["b n", "M50 26L64 12L42 9"], ["a", "M30 4Q14 8 14 26M8 19L14 26L20 20"]],
    heads: [[38, 16]],
  },
  seated_rotation: {
    parts: [FLOOR, ["p", "M58 64H102M60 64V89M100 64V89"], ["b", "M72 62L66 68L66 85"], ["b", "M88 62L94 68L94 85"], ["t w", "M80 36V56"], ["b n", "M93 34L100 46L74 45"], ["f n", "M67 34L60 46L84 41"],
      ["a", "M46 52Q80 76 116 51M115 60L116 51L107 51"]],
    heads: [[80, 16]],
  },
};

/** The drawing `id` with its description, or null if there is none. */
export function drawing(id, description) {
  const figure = FIGURES[id];
  if (!figure) return null;
  return s(
    "svg",
    { viewBox: figure.wide ? "0 0 240 98" : "0 0 160 98", class: figure.wide ? "figure wide" : "figure", role: "img", "aria-label": description },
    figure.parts.map(([kind, d]) => s("path", { d, class: kind })),
    figure.heads.map(([cx, cy]) => s("circle", { cx, cy, r: 9, class: "head" })),
  );
}
