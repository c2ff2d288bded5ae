// The plan as one card: what to do now, and behind it what comes later. Its words are the payload's.
import { count, cut, fold, h, hidden, list, press, prose } from "./dom.js";
import { drawing } from "./pictures.js";
import { sources } from "./view.js";

const STEPS = 3;
const WORDS = 16;
const LONGEST = 60;

/** The remedies to do now, and the others by group. The payload's first card says which; a choice stays with its group. */
export function sorted({ remedies, cards }) {
  const group = remedies[0]?.group ?? remedies[0]?.group_title;
  const of = (one) => one.group ?? one.group_title;
  const steps = cards?.find((card) => card.id === "now")?.steps;
  const chosen = steps?.map((id) => remedies.find((one) => one.id === id && !one.choice)).filter(Boolean);
  const now = (chosen?.length ? chosen : remedies.filter((one) => of(one) === group)).slice(0, STEPS);
  const groups = new Map();
  for (const one of remedies.filter((other) => !now.includes(other))) groups.set(of(one), [...(groups.get(of(one)) ?? []), one]);
  return { now, groups };
}

function timer(minutes, t) {
  let end = 0;
  let tick = 0;
  const said = h("span", { role: "status", class: "sr" });
  const node = press("small timer", t.timer(minutes), () => (end ? stop(t.timer(minutes)) : start()));
  const start = () => {
    end = Date.now() + minutes * 60000;
    said.textContent = "";
    tick = setInterval(show, 1000);
    show();
  };
  const show = () => {
    const left = Math.round((end - Date.now()) / 1000);
    if (left <= 0 || !node.isConnected) return stop(t.timerOver, left <= 0);
    node.textContent = t.timerLeft(`${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`);
  };
  const stop = (title, over) => {
    clearInterval(tick);
    end = 0;
    node.textContent = title;
    if (!over) return;
    said.textContent = t.timerOver;
    navigator.vibrate?.(300);
  };
  return [node, said];
}

const minutesOf = ({ minutes, how }, t) => {
  const found = minutes ?? Number(t.minutesIn.exec(how)?.[1]);
  return found > 0 && found <= LONGEST && found;
};

const pictures = ({ drawings = [], title }, t, from, to) =>
  h("div", { class: "figures" }, drawings.slice(from, to).map((id) => drawing(id, t.drawings[id] ?? title)));

const careful = ({ caution }, t) => caution && h("p", { class: "caution" }, h("b", null, t.caution), " ", caution);

function step(remedy, t) {
  const [first, rest] = cut(remedy.short ?? remedy.how, WORDS);
  const minutes = minutesOf(remedy, t);
  const more = remedy.short ? remedy.how : rest;
  return h(
    "li",
    { class: "step" },
    h("h4", null, remedy.title),
    prose(first),
    pictures(remedy, t, 0, 1),
    minutes && timer(minutes, t),
    (more || remedy.caution) && fold("rest", [t.rest, hidden(remedy.title)], more && prose(more), pictures(remedy, t, 1), careful(remedy, t), sources(remedy, t)),
  );
}

const clock = (seconds, t) => new Date(seconds * 1000).toLocaleTimeString(t.lang, { hour: "numeric", minute: "2-digit" });

// When the next dose may be taken: only from what the payload says.
const dose = ({ clock: known }, t) =>
  known &&
  h(
    "p",
    { class: "dose" },
    known.next_at && t.doseNext(clock(known.next_at, t)),
    " ",
    known.most && t.doseCount(known.taken ?? 0, known.most),
  );

const later = (remedy, t) =>
  fold("item", remedy.title, prose(remedy.how), dose(remedy, t), pictures(remedy, t), careful(remedy, t), sources(remedy, t));

function group(id, remedies, t) {
  const title = t.groups[id] ?? remedies[0].group_title ?? id;
  const alternatives = new Set(remedies.map((one) => one.choice).filter(Boolean)).size > 0 || id === "medicine";
  return fold("group", `${title} (${remedies.length})`, alternatives && remedies.length > 1 && h("p", null, t.pickMedicine), remedies.map((one) => later(one, t)));
}

/** The card. `on.say(text)` speaks for the person; `on.listen` reads aloud where the browser can. */
export function planCard(payload, t, on) {
  const { now, groups } = sorted(payload);
  const withheld = payload.withheld ?? [];
  const node = h("section", { class: "card plan", part: "plan", "aria-labelledby": "plan-now" });
  const aloud = on.listen?.(() => now.map((one) => `${one.title}. ${one.how}`).join(" "));
  node.append(
    h("h3", { id: "plan-now", tabindex: "-1" }, t.plan),
    h("ol", { class: "steps" }, now.map((one) => step(one, t))),
    h("div", { class: "tried", role: "group", "aria-label": t.tried }, h("p", null, t.tried), h("div", { class: "choices" }, t.outcomes.map((title) => press("choice", title, () => on.say(title))))),
    h(
      "div",
      { class: "folds" },
      payload.safety_net && fold("group net", t.helpWhen, prose(payload.safety_net, { phones: true })),
      [...groups].map(([id, remedies]) => group(id, remedies, t)),
      withheld.length > 0 && fold("group withheld", `${t.withheld} (${withheld.length})`, list(withheld.map((one) => one.why ?? one.title ?? one.id))),
      payload.expect && fold("group", t.expect, prose(payload.expect)),
    ),
    ...[payload.not_reviewed && h("p", { class: "fine" }, payload.not_reviewed)].filter(Boolean),
    ...[aloud].filter(Boolean),
  );
  return node;
}

const titles = (remedies) => new Map(remedies.map((one) => [one.id, one.title]));

/** What a later plan changes: titles that came and went, and why (the payload's words). */
export function changes(before, after) {
  const [old, now] = [titles(before.remedies), titles(after.remedies)];
  const why = new Map((after.withheld ?? []).map((one) => [one.id, one.why]));
  const out = [...old].filter(([id]) => !now.has(id)).map(([id, title]) => why.get(id) ?? title);
  const known = new Set((before.withheld ?? []).map((one) => one.id));
  const held = [...why].filter(([id, words]) => words && !old.has(id) && !known.has(id)).map(([, words]) => words);
  return { in: [...now].filter(([id]) => !old.has(id)).map(([, title]) => title), out: [...out, ...held] };
}

/** What the log says of a later plan, which is shown in the card that is there. */
export function planNews(before, payload, t, on) {
  const news = changes(before, payload);
  const same = !news.in.length && !news.out.length;
  const short = count(payload.text) <= 160 && payload.text !== before.text;
  return [
    payload.changed ? prose(payload.changed) : !short && h("p", null, same ? t.planSame : t.planChanged),
    !payload.changed && !same && [
      news.out.length > 0 && h("p", null, t.planOut, " ", news.out.join("; ")),
      news.in.length > 0 && h("p", null, t.planIn, " ", news.in.join("; ")),
    ],
    short && !payload.changed && prose(payload.text),
    h("div", { class: "row" }, press("small", t.planShow, on.showPlan)),
  ];
}
