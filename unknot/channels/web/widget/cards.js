// Cards that have to be found at once: emergency, crisis, first aid without the assistant, and when it fails.
import { MARK, fold, h, icon, list, phonesIn, press, prose, sentences, tel } from "./dom.js";

/** Whether a payload says an emergency. */
export const isEmergency = ({ type, level }) => type === "triage" && level === "emergency";
const isCrisis = ({ type, notice }) => type === "notice" && notice === "crisis";

/**
 * What stands: `alarms`, ids of the turn that said the emergency, and `care`, id of the crisis message, each until it is
 * taken back or a new talk begins. `roles` says what else becomes of messages in the log: "pinned", "hidden" for what the
 * card holds already, "again" for a reminder of it.
 */
export function standing(items) {
  let alarm = null;
  let care = null;
  for (const { id, restart, payload = {} } of items) {
    const turn = id.split(".")[0];
    const { type, lifts, findings = [], text } = payload;
    if (restart || lifts === "emergency" || (type === "triage" && !isEmergency(payload))) alarm = null;
    if (restart || lifts === "crisis") care = null;
    if (isCrisis(payload)) care?.text === text ? care.again.push(id) : (care = { id, text, again: [] });
    if (!isEmergency(payload)) continue;
    if (alarm?.turn === turn) alarm.said.push(id);
    else if (alarm && findings.every((one) => alarm.findings.has(one))) alarm.again.push(id);
    else alarm = { turn, said: [id], again: alarm?.again ?? [], findings: alarm?.findings ?? new Set() };
    findings.forEach((one) => alarm.findings.add(one));
  }
  const alarms = alarm?.said ?? [];
  const roles = new Map();
  for (const id of [...alarms, ...(care?.again ?? [])]) roles.set(id, "hidden");
  for (const id of alarm?.again ?? []) roles.set(id, "again");
  for (const id of [alarms[0], care?.id].filter(Boolean)) roles.set(id, "pinned");
  return { alarms, care: care?.id ?? null, roles };
}

// Big steps: the payload's own list, else one line for each sentence or line of its text.
const steps = ({ steps: own, text }) => own ?? text.split("\n").flatMap((line) => sentences(line.replace(/^\s*([-•*]|\d\.)\s+/, "")));

const big = (items, phones) => list(items.map((one) => prose(one, { phones })), "steps big");

const callButton = (number, t) => number && tel(number, [icon(MARK.phone), t.call(number)], { class: "callnow" });

/** The card of an emergency, pinned for as long as it stands. Its bar stays in view at every size. `payloads`: of the turn that said it. */
export function alarm(payloads, t, advice) {
  const [first, ...others] = payloads;
  const number = payloads.map((one) => one.number).find(Boolean) ?? advice.number;
  const reasons = h("div", { class: "reasons" });
  const known = new Set([first.text]);
  const node = h(
    "div",
    { class: "alarm", role: "alert", "aria-atomic": "false", part: "alarm" },
    h("div", { class: "bar" }, h("h3", null, icon(MARK.emergency), t.emergency), callButton(number, t)),
    h("details", { open: true, class: "todo" }, h("summary", null, t.whatToDo), big(steps(first), true), reasons),
  );
  /** Adds what later messages of the turn say, without building the card anew: an alert is read out once. */
  node.add = (more) => {
    for (const { text } of more.filter((one) => !known.has(one.text))) {
      known.add(text);
      reasons.append(...prose(text, { phones: true }));
    }
  };
  node.add(others);
  return node;
}

/** The card of a crisis, pinned until it is taken back; its buttons stay when it is folded. */
export function crisis(payload, t) {
  const { text, number, sms } = payload;
  const byText = sms ?? t.textable.exec(text)?.[1];
  const numbers = number ? [number] : phonesIn(text);
  return h(
    "div",
    { class: "crisis", role: "alert", part: "crisis" },
    h("h3", null, icon(MARK.heart), payload.title ?? t.crisis),
    h(
      "div",
      { class: "lines" },
      numbers.slice(0, 1).map((one) => callButton(one, t)),
      byText && tel(byText, [icon(MARK.message), t.textNumber(byText)], { class: "callnow" }, "sms"),
      numbers.slice(1).map((one) => tel(one, [icon(MARK.phone), t.callShort(one)], { class: "callnow second" })),
    ),
    h("details", { open: true, class: "todo" }, h("summary", null, t.whatToDo), big(steps(payload), true)),
  );
}

/** What is pinned was read: its buttons and first steps stay in view, the reply gets the room. */
export function shorten(pinned) {
  for (const node of pinned.children) {
    node.classList.add("brief");
    node.scrollTop = 0;
  }
}

/** What to do without the assistant. */
export const firstAid = (t, advice, open) => {
  const node = fold(
    "advice",
    t.inEmergency,
    advice.signs.length > 0 && [h("p", null, t.signs), list(advice.signs)],
    prose(advice.text, { phones: true }),
  );
  node.open = open;
  return [callButton(advice.number, t), node];
};

/** Something went wrong in the assistant: the number is at hand, and a button to try again. */
export const broken = (payload, t, { advice, again }) => [
  prose(payload.text, { phones: true }),
  h(
    "div",
    { class: "row" },
    again && press("small", t.retry, again),
    advice.number && tel(advice.number, t.callShort(advice.number), { class: "small call" }),
  ),
];
