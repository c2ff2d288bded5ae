// What the person can tap to answer an `ask`: choices, a list to tick, the pain scale, the map of the back.
import { MARK, h, icon, press } from "./dom.js";
import { backMap } from "./pictures.js";

const isNone = (choice) => /^none/.test(choice.id);

/** The control for an `ask` payload, or null. `say(body, text)` sends the answer. */
export function control(payload, t, say) {
  const { asks = [], choices = [], multiple } = payload;
  if (asks.includes("location")) return place(choices, t, say);
  if (asks.includes("severity")) return scale(choices, t, say);
  if (multiple ?? choices.some(isNone)) return list(choices, t, say);
  return choices.length ? buttons(choices, say) : null;
}

const pickOne = (choice) => [{ choices: [choice.id] }, choice.title];

/** Quick replies. */
export function buttons(choices, say) {
  return h("div", { class: "choices" }, choices.map((choice) => press("choice", choice.title, () => say(...pickOne(choice)))));
}

function list(choices, t, say) {
  const none = choices.find(isNone);
  const rest = choices.filter((choice) => choice !== none);
  const picked = new Set();
  const send = press("main", "", () => picked.size && submit());
  const submit = () => {
    const chosen = rest.filter((choice) => picked.has(choice));
    say({ choices: chosen.map((choice) => choice.id) }, chosen.map((choice) => choice.title).join(". "));
  };
  const update = () => {
    send.textContent = t.sendPicked(picked.size);
    send.setAttribute("aria-disabled", String(!picked.size));
  };
  update();
  const tick = (choice) => (event) => {
    picked[event.target.checked ? "add" : "delete"](choice);
    update();
  };
  return h(
    "fieldset",
    { class: "ticks" },
    h("legend", null, t.pickAll),
    rest.map((choice) =>
      h(
        "label",
        null,
        h("input", { type: "checkbox", onchange: tick(choice) }),
        h("span", { class: "box" }, icon(MARK.tick)),
        h("span", null, choice.title),
      ),
    ),
    h("div", { class: "row" }, none && press("choice", none.title, () => say(...pickOne(none))), send),
  );
}

function scale(choices, t, say) {
  let value = null;
  const send = press("main", t.pickNumber, () => value !== null && submit(), { "aria-disabled": "true" });
  const submit = () => {
    // A choice for exactly this number, if the server has one: "Severe, about 8" stands for 8.
    const choice = choices.find((one) => one.id === String(value));
    say(...(choice ? pickOne(choice) : [{ text: t.scaleSay(value) }, t.scaleSay(value)]));
  };
  const pick = (n) => () => {
    value = n;
    send.textContent = `${t.send}: ${t.scaleSay(n)}`;
    send.setAttribute("aria-disabled", "false");
  };
  return h(
    "fieldset",
    { class: "scale" },
    h("legend", null, t.scaleLegend),
    h(
      "div",
      { class: "numbers" },
      Array.from({ length: 11 }, (_, n) =>
        h(
          "label",
          null,
          h("input", { type: "radio", name: "pain", value: n, onchange: pick(n) }),
          h("b", null, n),
          h("span", null, t.anchors[n] ?? ""),
        ),
      ),
    ),
    h("div", { class: "row" }, send),
  );
}

function place(choices, t, say) {
  const regions = Object.keys(t.regions).filter((id) => !choices.length || choices.some((choice) => choice.id === id));
  let region = null;
  let side = null;
  const toggles = [];
  const toggle = (kind, id, title) => {
    const node = press("toggle", title, () => set(kind, id));
    toggles.push({ node, kind, id });
    return node;
  };
  const group = (kind, label, inside) => h("div", { class: `toggles${kind}`, role: "group", "aria-label": label }, inside);
  const map = backMap((where, which) => {
    const other = region === where && side && side !== which && side !== "both" && side !== "centre" && which !== "centre";
    const same = region === where && side === which;
    [region, side] = same ? [null, null] : [where, other ? "both" : which];
    show();
  }, t.sides);
  const set = (kind, id) => {
    if (kind === "region") region = region === id ? null : id;
    else side = side === id ? null : id;
    if (region === "elsewhere") side = null;
    show();
  };
  const send = press("main", "", () => region && submit());
  const submit = () => {
    const choice = choices.find((one) => one.id === region);
    const words = (choice?.title ?? t.regions[region]) + (side ? `, ${t.sidesSaid[side]}` : "");
    say(choice ? { choices: [region], ...(side && { side }) } : { text: words }, words);
  };
  const show = () => {
    for (const { node, kind, id } of toggles) node.setAttribute("aria-pressed", String(id === (kind === "region" ? region : side)));
    map.show(region, side);
    send.setAttribute("aria-disabled", String(!region));
    send.textContent = region ? `${t.send}: ${t.regions[region]}${side ? `, ${t.sides[side].toLowerCase()}` : ""}` : t.pickPlace;
  };
  const node = h(
    "div",
    { class: "place" },
    map.node,
    group("", t.whereLegend, regions.map((id) => toggle("region", id, t.regions[id]))),
    group(" sides", t.sideLegend, Object.keys(t.sides).map((id) => toggle("side", id, t.sides[id]))),
    h("div", { class: "row" }, send),
  );
  show();
  return node;
}
