// What was said, as it stands in the log, and the one plan of a talk.
import { EMBEDDED } from "./api.js";
import { h, keep, press, prose } from "./dom.js";
import { changes, planCard, planNews } from "./plan.js";
import { canSpeak, hush, speak } from "./speech.js";
import { takeButtons } from "./take.js";
import { PLAN } from "./talk.js";
import { message, recap } from "./view.js";

/** Keeps `log` in step with the items. `say(text)` speaks for the person. */
export class Thread {
  // id to {node, role}
  drawn = new Map();
  // {id, payload, node}: one for each talk, changed where it stands
  plan = null;
  summary = null;
  #t;
  #talk;
  #advice;
  #say;

  constructor(log, { t, talk, advice, say }) {
    this.log = log;
    this.#t = t;
    this.#talk = talk;
    this.#advice = advice;
    this.#say = say;
  }

  get nodes() {
    return [...this.drawn.values()].map((one) => one.node);
  }

  /** Takes out what is no longer there, adds what is new and gives it back. */
  draw(all, roles) {
    const ids = new Set(all.map((item) => item.id));
    for (const [id, { node }] of this.drawn) if (!ids.has(id)) this.#forget(id, node);
    return this.#drawItems(all, roles);
  }

  #forget(id, node) {
    this.drawn.delete(id);
    node.remove();
    if (this.plan?.id !== id) return;
    this.plan.node.remove();
    this.plan = null;
  }

  #drawItems(all, roles) {
    const added = [];
    let day = new Date().toDateString();
    all.forEach((item, at) => {
      const role = roles.get(item.id) ?? "";
      const before = this.drawn.get(item.id);
      const own = item.at ? new Date(item.at * 1000) : new Date();
      if (own.toDateString() !== day && item.from === "user") item.day = own.toLocaleDateString(this.#t.lang, { weekday: "long", day: "numeric", month: "long" });
      if (item.from === "user") day = own.toDateString();
      if (!before || before.role !== role) {
        before?.node.remove();
        const node = message(item, this.#t, role, this.doing(all, at));
        if (item.from === "user") this.#recap(all, at, node);
        this.drawn.set(item.id, { node, role });
        if (item.payload?.type === "summary") this.summary = item.payload;
        if (!before) added.push(item);
      }
      const { node } = this.drawn.get(item.id);
      node.hidden = role === "hidden";
      if (this.log.children[at] !== node) this.log.insertBefore(node, this.log.children[at] ?? null);
    });
    return added;
  }

  // What was denied and what was told stays readable under the answer.
  #recap(all, at, node) {
    const { payload } = all.slice(0, at).findLast((one) => one.payload?.type === "ask") ?? {};
    if (!payload?.multiple || !payload.choices) return;
    const titles = payload.choices.map((one) => one.title.replace(/[ .]+$/, ""));
    const said = all[at].text.split(". ").map((one) => one.replace(/[ .]+$/, ""));
    if (said.every((one) => titles.includes(one))) node.append(recap(payload, all[at].text, this.#t, this.doing(all, at)));
  }

  /** What the messages of the log can do. */
  doing(all = [], at = 0) {
    const asked = all.slice(0, at).findLast((one) => one.from === "user");
    const say = this.#say;
    return {
      say,
      advice: this.#advice,
      again: asked && (() => say(asked.text)),
      both: () => ({ plan: this.plan?.payload, summary: this.summary }),
      plan: (payload, item) => this.#planOf(payload, item),
      showPlan: () => this.#showPlan(),
      readOut: () => this.#readOut(),
      listen: (text) => canSpeak(this.#t.lang) && press("small", this.#t.listen, () => (hush(), speak(text(), this.#t.lang))),
    };
  }

  // One plan, one card: what comes later in the same talk changes it where it stands.
  #planOf(payload, item) {
    const t = this.#t;
    const on = this.doing();
    const before = this.plan;
    const build = () => h("div", { class: "planned" }, planCard(payload, t, on), takeButtons(on.both, t));
    if (!before || this.#restarted(before.id, item.id)) {
      this.plan = { id: item.id, payload, node: build() };
      this.#keepPlan();
      return [this.plan.node, h("p", { class: "marker" }, t.planHere)];
    }
    if (payload.part) return prose(payload.text);
    const news = planNews(before.payload, payload, t, on);
    const { in: come, out } = changes(before.payload, payload);
    before.payload = payload;
    if (come.length || out.length) {
      const node = build();
      before.node.replaceWith(node);
      before.node = node;
    }
    this.#keepPlan();
    return news;
  }

  #restarted(from, to) {
    const ids = this.#talk.items.map((one) => one.id);
    return this.#talk.items.slice(ids.indexOf(from) + 1, ids.indexOf(to) + 1).some((one) => one.restart);
  }

  #keepPlan() {
    if (!EMBEDDED && !this.#talk.fleeting) keep(PLAN, JSON.stringify({ at: Date.now(), payload: this.plan.payload }));
  }

  #showPlan() {
    const heading = this.plan?.node.querySelector("h3");
    heading?.scrollIntoView({ block: "start", behavior: "instant" });
    heading?.focus({ preventScroll: true });
  }

  // What to read out on the telephone is the summary; where there is none yet it is asked for.
  #readOut() {
    const heading = [...this.log.querySelectorAll(".summary h3")].at(-1);
    if (!heading) return this.#say(this.#t.askSummary);
    heading.scrollIntoView({ block: "start", behavior: "instant" });
    heading.focus({ preventScroll: true });
  }

  /** Without a network and without the talk: the plan that this browser saw last. */
  kept() {
    const last = JSON.parse(keep(PLAN) ?? "null");
    return !last || EMBEDDED || this.#talk.items.length ? [] : [planCard(last.payload, this.#t, this.doing())];
  }

  /** On paper nothing is folded. */
  unfold(open) {
    const cards = [this.plan?.node, ...this.log.querySelectorAll(".summary")].filter(Boolean);
    for (const card of cards) for (const node of card.querySelectorAll("details")) node.open = open;
  }

  /** Marks what is not sent. */
  drawStates(outbox) {
    const t = this.#t;
    const lost = this.#talk.link === "lost";
    for (const [id, { node }] of this.drawn) {
      const one = outbox.find((entry) => entry.id === id);
      const state = one?.state === "failed" ? "failed" : one && lost ? "waiting" : "";
      if ((node.dataset.state ?? "") === state) continue;
      node.dataset.state = state;
      node.querySelector(".state")?.remove();
      if (!state) continue;
      const retry = state === "failed" && press("small", t.retry, () => this.#talk.retry(id));
      node.append(h("p", { class: "state" }, state === "failed" ? one.why || t.failed : t.waiting, " ", retry));
      node.lastChild.scrollIntoView({ block: "nearest" });
    }
  }

}
