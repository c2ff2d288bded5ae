// How each kind of message looks. Every function takes a payload and gives elements; `on` has what they can do:
// {advice, again, say(text), showPlan(), take}.
import { broken, isEmergency } from "./cards.js";
import { parted } from "./controls.js";
import { MARK, cut, fold, h, hidden, icon, link, list, press, prose } from "./dom.js";
import { summary } from "./take.js";

/** One thing that was said, as an element for the log; `role` by what is pinned. */
export function message(item, t, role, on) {
  const time = item.at && new Date(item.at * 1000).toLocaleTimeString(t.lang, { hour: "numeric", minute: "2-digit" });
  if (item.from === "user") {
    return h(
      "div",
      { class: "msg user" },
      item.restart && h("p", { class: "divider" }, t.restarted),
      item.day && h("p", { class: "divider day" }, item.day),
      h("div", { class: "bubble", "data-time": time }, hidden(t.you), prose(item.text)),
    );
  }
  const { payload } = item;
  let parts;
  try {
    parts = role ? MARKS[role](payload, t) : KINDS[payload.type](payload, t, on, item);
  } catch {
    // a kind or form of message that this page does not know
    parts = prose(payload.text);
  }
  return h("div", { class: "msg bot", "data-type": payload.type }, hidden(t.bot), parts);
}

const marker = (path, ...words) => h("p", { class: "marker" }, icon(path), h("span", null, words));

// What is pinned stands once on the page: here is only where it went, and that it was said again.
const MARKS = {
  pinned: ({ title, level }, t) => marker(level ? MARK.emergency : MARK.heart, title ?? t.levels[level] ?? t.crisis, ". ", t.pinnedAbove),
  again: ({ text }) => marker(MARK.emergency, text),
  hidden: () => "",
};

// First help must not push away what is asked: its start, and the rest behind "More".
function first(lead, t) {
  const [start, rest] = cut(lead, 0);
  return h("div", { class: "meanwhile" }, prose(start), rest && fold("rest", t.rest, prose(rest)));
}

/** The parts of an ask; choices that its text lists for other channels are controls here. */
function question({ lead, prompt, text, meanwhile, why, remaining }, t) {
  return [
    lead && (meanwhile ? first(lead, t) : prose(lead)),
    prose(prompt ?? text),
    h(
      "div",
      { class: "why" },
      why && fold(null, t.why, prose(why)),
      remaining > 0 && h("span", null, t.remaining(remaining)),
    ),
  ];
}

/** What was answered to a list that is no longer asked: every line, and a way to say that one fits after all. */
export function recap({ choices = [] }, answer, t, on) {
  const [lines] = parted(choices);
  const said = new Set(answer.split(". ").map((one) => one.replace(/[ .]+$/, "")));
  const fits = ({ title }) => said.has(title.replace(/[ .]+$/, ""));
  return fold(
    "recap",
    t.recap(lines.filter(fits).length, lines.length),
    h("p", null, t.recapChange),
    list(
      lines.map((one) =>
        fits(one) ? h("b", null, one.title, " (", t.recapYes, ")") : [press("line", one.title, () => on.say(one.title)), hidden(t.recapNo)],
      ),
    ),
  );
}

/** Where a statement comes from. */
export const sources = ({ links }, t) =>
  links?.length > 0 &&
  fold("sources", `${t.sources} (${links.length})`, list(links.map((one) => link(one.url, `${one.body}: ${one.title}`))));

const answer = (payload, t) => [prose(payload.text), sources(payload, t)];

function triage(payload, t, on) {
  const { level } = payload;
  const title = payload.title ?? t.levels[level];
  const words = level === "urgent" && press("main", t.readOut, on.readOut);
  return h(
    "section",
    { class: `card level ${level}`, part: "card" },
    h("h3", null, icon(MARK[level] ?? MARK.urgent), title),
    prose(payload.text, { phones: isEmergency(payload) || level === "urgent" }),
    words && h("div", { class: "row" }, words),
    sources(payload, t),
  );
}

function notice(payload, t, on) {
  if (payload.notice === "error") return broken(payload, t, on);
  return prose(payload.text, { phones: payload.notice === "crisis" });
}

const plan = (payload, t, on, item) => on.plan(payload, item);

const KINDS = { ask: question, answer, triage, plan, summary, notice };

/** Three dots, for those who see them. */
export const typingDots = (t) => [hidden(t.typing), h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"))];

/** What a screen reader hears of a payload that has come in; a plan in one sentence, an alert not at all. */
export function spoken(payload, t, first) {
  if (payload.type === "plan") return first ? t.planReady(first) : t.planChanged;
  if (payload.type === "summary") return `${t.summary}.`;
  if (payload.type === "ask") return [payload.lead, payload.prompt ?? payload.text].filter(Boolean).join(" ");
  if (payload.type === "triage" && payload.title) return `${payload.title}. ${payload.text}`;
  return payload.text;
}
