// How each kind of message looks. Every function takes a payload and gives elements.
import advice from "./advice.js";
import { MARK, h, icon, link, press, prose, tel } from "./dom.js";
import { drawing } from "./pictures.js";

const hidden = (text) => h("span", { class: "sr" }, text, " ");

/** One thing that was said, as an element for the log; `pinned` if it stands in the pinned card as well. */
export function message(item, t, pinned) {
  if (item.from === "user") {
    return h(
      "div",
      { class: "msg user" },
      item.restart && h("p", { class: "divider" }, t.restarted),
      h("div", { class: "bubble" }, hidden(t.you), prose(item.text)),
    );
  }
  const { payload } = item;
  let parts;
  try {
    parts = KINDS[payload.type](payload, t, pinned);
  } catch {
    // a kind or form of message that this page does not know
    parts = prose(payload.text);
  }
  return h("div", { class: "msg bot", "data-type": payload.type }, hidden(t.bot), parts);
}

/** The parts of an ask; choices that its text lists for other channels are controls here. */
function question({ lead, prompt, text, meanwhile, why, remaining }, t) {
  return [
    lead && (meanwhile ? h("aside", { class: "meanwhile" }, prose(lead)) : prose(lead)),
    prose(prompt ?? text),
    h(
      "div",
      { class: "why" },
      why && fold(null, t.why, prose(why)),
      remaining > 0 && h("span", null, t.remaining(remaining)),
    ),
  ];
}

const fold = (kind, title, ...inside) => h("details", { class: kind }, h("summary", null, title), ...inside);

const list = (items) => h("ul", null, items.map((item) => h("li", null, item)));

const sources = ({ links }, t) =>
  links?.length > 0 &&
  fold("sources", `${t.sources} (${links.length})`, list(links.map((one) => link(one.url, `${one.body}: ${one.title}`))));

const rowsOf = (rows) => h("dl", null, rows.map((row) => [h("dt", null, row.label), h("dd", null, String(row.value))]));

const answer = (payload, t) => [prose(payload.text), sources(payload, t)];

function triage(payload, t, pinned) {
  const { level } = payload;
  const text = prose(payload.text, { phones: true });
  const title = payload.title ?? t.levels[level];
  // What is pinned has been read out as an alert already.
  if (pinned) return fold("emergency", title, text);
  const heading = h("h3", null, icon(MARK[level] ?? MARK.urgent), title);
  return h("section", { class: `card level ${level}` }, heading, text, sources(payload, t));
}

function plan(payload, t) {
  const step = (remedy, at, { [at - 1]: before }) =>
    h(
      "li",
      { class: "step" },
      remedy.group_title && remedy.group_title !== before?.group_title && h("p", { class: "group" }, remedy.group_title),
      h("h4", null, remedy.title),
      prose(remedy.how),
      h("div", { class: "figures" }, remedy.drawings?.map((id) => drawing(id, t.drawings[id] ?? remedy.title))),
      remedy.caution && h("p", { class: "caution" }, h("b", null, t.caution), " ", remedy.caution),
      sources(remedy, t),
    );
  return h(
    "section",
    { class: "card plan" },
    h("h3", null, t.plan),
    h("ol", { class: "steps" }, payload.remedies.map(step)),
    payload.withheld.length > 0 &&
      h("div", { class: "withheld" }, h("h4", null, t.withheld), list(payload.withheld.map((one) => one.why ?? one.id))),
    [payload.expect, payload.safety_net, payload.not_reviewed].map((text) => text && h("p", null, text)),
  );
}

function summary(payload, t) {
  const rows = payload.facts;
  const text = [t.summary, ...rows.map((row) => `${row.label}: ${row.value}`), "", t.disclaimer].join("\n");
  const copied = h("span", { role: "status", class: "done" });
  const file = () => save("unknot-summary.txt", text, "text/plain");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      copied.textContent = t.copied;
    } catch {
      file();
    }
  };
  return h(
    "section",
    { class: "card summary" },
    h("h3", null, t.summary),
    rowsOf(rows),
    h(
      "div",
      { class: "row" },
      press("small", t.copy, copy),
      press("small", t.print, () => print(t.summary, rows, t.disclaimer)),
      press("small", t.save, file),
      copied,
    ),
  );
}

function notice(payload, t) {
  if (payload.notice !== "crisis") return prose(payload.text);
  const heading = h("h3", null, icon(MARK.heart), t.crisis);
  return h("section", { class: "card crisis", role: "alert" }, heading, prose(payload.text, { phones: true }));
}

const KINDS = { ask: question, answer, triage, plan, summary, notice };

/** Ids of the messages of the emergency that stands: of the turn that said it, until it is taken back or falls. */
export function standing(items) {
  let now = null;
  for (const { id, restart, payload = {} } of items) {
    const turn = id.split(".")[0];
    const { type, level, lifts, findings = [] } = payload;
    if (restart || lifts || (type === "triage" && level !== "emergency")) now = null;
    if (type !== "triage" || level !== "emergency") continue;
    if (now?.turn === turn) now.said.push(id);
    else if (!now || findings.some((one) => !now.findings.has(one)))
      now = { turn, said: [id], findings: now?.findings ?? new Set() };
    findings.forEach((one) => now.findings.add(one));
  }
  return now?.said ?? [];
}

/** The card of an emergency, pinned for as long as it stands. */
export function alarm(texts, t) {
  const { number } = advice;
  return h(
    "div",
    { class: "alarm", role: "alert" },
    h("h3", null, icon(MARK.emergency), t.emergency),
    number && tel(number, [icon(MARK.phone), t.call(number)], { class: "callnow" }),
    h("details", { open: true }, h("summary", null, t.whatToDo), texts.flatMap((text) => prose(text, { phones: true }))),
  );
}

/** What to do without the assistant. */
export const firstAid = (t, open) =>
  h(
    "details",
    { class: "advice", open },
    h("summary", null, t.inEmergency),
    advice.signs.length > 0 && [h("p", null, t.signs), list(advice.signs)],
    prose(advice.text, { phones: true }),
  );

/** Three dots, for those who see them. */
export const typingDots = (t) => [hidden(t.typing), h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"))];

/** Offers text as a file. */
export function save(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/** Prints a heading and rows of {label, value} on a sheet of their own. */
function print(title, rows, foot) {
  const frame = h("iframe", { "aria-hidden": "true", tabindex: "-1" });
  frame.style.cssText = "position:fixed;width:0;height:0;border:0;visibility:hidden";
  document.body.append(frame);
  const { contentDocument: sheet, contentWindow: view } = frame;
  const style = new view.CSSStyleSheet();
  style.replaceSync("body{font:12pt/1.5 sans-serif;margin:2cm}dt{font-weight:bold;margin-top:.5em}dd{margin:0}");
  sheet.adoptedStyleSheets = [style];
  sheet.title = title;
  sheet.body.append(h("h1", null, title), h("p", null, new Date().toLocaleString()), rowsOf(rows), h("p", null, foot));
  view.addEventListener("afterprint", () => frame.remove());
  view.focus();
  view.print();
}
