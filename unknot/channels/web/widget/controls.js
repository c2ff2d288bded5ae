// What the person can tap to answer an `ask`: choices, a list to tick, the pain scale, the map of the back.
import { MARK, h, hidden, icon, press, stash } from "./dom.js";
import { place } from "./map.js";

const isNone = (choice) => /^none/.test(choice.id);
const TICKS = "unknot:ticks";
// ms that a line must be in view to count as seen, and that a button which has just become another one takes no press
const GLANCE = 250;
const HOLD = 500;

/** The control for an `ask` payload, or null. `say(body, text)` sends the answer, `band()` is the part of the page that can be seen. */
export function control(payload, t, say, band) {
  const { asks = [], choices = [], multiple } = payload;
  if (asks.includes("location")) return place(choices, t, say);
  if (asks.includes("severity")) return scale(payload, t, say);
  if (multiple ?? choices.some(isNone)) return ticks(payload, t, say, band);
  return choices.length ? buttons(choices, say) : null;
}

/** The choices of a list that say something, and the one that denies them all. */
export const parted = (choices) => [choices.filter((one) => !isNone(one)), choices.find(isNone)];

const pickOne = (choice) => [{ choices: [choice.id] }, choice.title];

/** Quick replies; "1" to "9" press them while one has the focus. */
export function buttons(choices, say) {
  const keys = (event) => {
    const one = event.currentTarget.children[Number(event.key) - 1];
    if (!one) return;
    event.preventDefault();
    one.click();
  };
  return h(
    "div",
    { class: "choices", part: "choices", onkeydown: keys },
    choices.map((choice) => press("choice", choice.title, () => say(...pickOne(choice)))),
  );
}

// Ticks are kept for this tab by the id of the question, so that neither a side question nor a reload loses them.
function remembered(key, choices) {
  const { at, ids = [] } = JSON.parse(stash(TICKS) ?? "{}");
  return new Set(at === key ? choices.filter((one) => ids.includes(one.id)) : []);
}

/** A list to tick. Nobody can deny what they have not seen: until every line was in view the button leads on. */
function ticks(payload, t, say, band) {
  const [rest, none] = parted(payload.choices ?? []);
  const key = payload.ask ?? rest.map((one) => one.id).join();
  const picked = remembered(key, rest);
  const unseen = new Set();
  const since = new Map();
  let held = 0;
  const submit = () => {
    const chosen = rest.filter((choice) => picked.has(choice));
    stash(TICKS, null);
    say({ choices: chosen.map((choice) => choice.id) }, chosen.map((choice) => choice.title).join(". "));
  };
  const lead = () => {
    const next = [...unseen][0];
    next?.scrollIntoView({ block: "start", behavior: "instant" });
    next?.querySelector("input").focus({ preventScroll: true });
    look();
  };
  const state = () => (picked.size ? "send" : unseen.size || !none ? "lead" : "none");
  const deny = () => {
    if (Date.now() < held) return;
    stash(TICKS, null);
    say(...pickOne(none));
  };
  const DO = { send: submit, lead: () => unseen.size && lead(), none: deny };
  const button = press("main", "", () => DO[state()]());
  const update = () => {
    const now = state();
    const title =
      now === "send" ? t.sendPicked(picked.size) : now === "none" ? none.title : unseen.size ? t.more(unseen.size) : t.pickOne;
    if (button.textContent !== title) button.textContent = title;
    // A second tap must not deny what the first one has brought into view.
    if (now === "none" && button.dataset.does === "lead") {
      held = Date.now() + HOLD;
      setTimeout(update, HOLD);
    }
    const hold = now === "none" && Date.now() < held;
    button.setAttribute("aria-disabled", String(hold || (now === "lead" && !unseen.size)));
    button.dataset.does = hold ? "hold" : now;
  };
  const tick = (choice) => (event) => {
    picked[event.target.checked ? "add" : "delete"](choice);
    stash(TICKS, JSON.stringify({ at: key, ids: [...picked].map((one) => one.id) }));
    update();
  };
  const line = (choice) =>
    h(
      "label",
      null,
      h("input", { type: "checkbox", onchange: tick(choice), checked: picked.has(choice) }),
      h("span", { class: "box" }, icon(MARK.tick)),
      h("span", null, choice.title),
    );
  const lines = rest.map(line);
  lines.forEach((one) => unseen.add(one));
  function look() {
    if (!node.isConnected || !unseen.size) return;
    const { top, bottom } = band();
    for (const one of unseen) {
      const box = one.getBoundingClientRect();
      // A line taller than what can be seen at once is seen at its end.
      const tall = box.height > bottom - top;
      const visible = box.height && box.bottom <= bottom + 1 && (tall ? box.bottom > top : box.top >= top - 1);
      if (!visible) since.delete(one);
      else if (!since.has(one)) since.set(one, Date.now());
      else if (Date.now() - since.get(one) >= GLANCE) unseen.delete(one);
    }
    update();
  }
  // Only with the focus in here, and only while nothing is ticked: "0" for none of them.
  const keys = (event) => event.key === "0" && !picked.size && (event.preventDefault(), button.click());
  const enter = (event) => event.key === "Enter" && event.target.type === "checkbox" && picked.size && (event.preventDefault(), submit());
  const node = h(
    "fieldset",
    { class: "ticks", onkeydown: (event) => (keys(event), enter(event)) },
    h("legend", null, hidden(payload.prompt ?? ""), (payload.findings?.length ? t.signsCount : t.linesCount)(rest.length), " ", t.pickAll),
    lines,
    h("div", { class: "row end" }, button),
  );
  let there = false;
  const watch = setInterval(() => {
    if (!unseen.size || (there && !node.isConnected)) clearInterval(watch);
    there ||= node.isConnected;
    look();
  }, 100);
  update();
  return node;
}

/** The scale from 0 to 10 in five bands, each with what it stops one doing. */
function scale({ choices = [], prompt = "" }, t, say) {
  let value = null;
  const send = press("main", t.pickNumber, () => value !== null && submit(), { "aria-disabled": "true" });
  const submit = () => {
    // A choice for exactly this number, if the server has one: "Severe, about 8" stands for 8.
    const choice = choices.find((one) => one.id === String(value));
    say(...(choice ? pickOne(choice) : [{ text: t.scaleSay(value) }, t.scaleSay(value)]));
  };
  const pick = (n) => {
    value = n;
    for (const { parentNode, value: own } of radios) parentNode.classList.toggle("on", own === String(n));
    send.textContent = `${t.send}: ${t.scaleSay(n)}`;
    send.setAttribute("aria-disabled", "false");
  };
  const number = (n) =>
    h(
      "label",
      null,
      h("input", { type: "radio", name: "pain", value: n, onchange: () => pick(n) }),
      h("b", null, n),
    );
  const band = ({ from, to, title, means }) =>
    h(
      "div",
      { class: `band band${from}` },
      h("p", null, h("b", null, title), means && [" ", means]),
      h("div", { class: "numbers" }, Array.from({ length: to - from + 1 }, (_, n) => number(from + n))),
    );
  const keys = (event) => {
    const typed = value === 1 && event.key === "0" ? 10 : event.key >= "0" && event.key <= "9" ? Number(event.key) : null;
    if (typed !== null || event.key === "Enter") event.preventDefault();
    if (typed !== null) {
      radios[typed].checked = true;
      radios[typed].focus();
      pick(typed);
    } else if (event.key === "Enter" && value !== null) submit();
  };
  const node = h(
    "fieldset",
    { class: "scale", onkeydown: keys },
    h("legend", null, hidden(prompt), t.scaleLegend),
    t.bands.map(band),
    h("div", { class: "row end" }, send),
  );
  const radios = [...node.querySelectorAll("input")];
  return node;
}

/** The payload whose choices wait for an answer. A turn that failed, or that came while help is called (`pinned`), leaves it there. */
export function waitingIn(items, pinned) {
  let failed = false;
  for (const { id, from, payload } of [...items].reverse()) {
    if (from === "user") {
      if (!failed && !pinned.length) return null;
      failed = false;
    } else if (payload.notice === "error") failed = true;
    else if (payload.choices || payload.type === "ask") {
      const exit = pinned.includes(id) || payload.ask?.startsWith("confirm:");
      return pinned.length && !exit && items.at(-1)?.payload !== payload ? null : payload;
    }
  }
  return null;
}
