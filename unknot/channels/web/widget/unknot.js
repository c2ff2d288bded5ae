// <unknot-chat>: the launcher, the panel, and what keeps them in step with the conversation.
// One script tag is enough: <script type="module" src="https://…/widget/unknot.js"></script>
import known from "./advice.js";
import { EMBEDDED, exported, onDemand, waits } from "./api.js";
import { alarm, crisis, firstAid, shorten, standing } from "./cards.js";
import { buttons, control, parted, waitingIn } from "./controls.js";
import { MARK, h, icon, press, reachable, shown, stash } from "./dom.js";
import { sorted } from "./plan.js";
import { Look, inertAround, keepPage, placeOf, questionOf } from "./settings.js";
import { composer, deleting, head } from "./shell.js";
import { Voice, canSpeak, microphone } from "./speech.js";
import english from "./strings/en.js";
import { sheets } from "./styles.js";
import { save } from "./take.js";
import { Talk } from "./talk.js";
import { Thread } from "./thread.js";
import { typingDots } from "./view.js";

const MOST = 1000;
const OPEN = "unknot:open";
const DRAFT = "unknot:draft";
const touch = matchMedia("(pointer: coarse)");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const full = matchMedia("(max-width: 520px)");
const wide = matchMedia("(min-width: 1280px)");
const languages = { en: english };

class UnknotChat extends HTMLElement {
  #t = english;
  #advice = known;
  #talk = new Talk();
  // what the control that is shown answers, and what is shown pinned
  #asked = "";
  #seen = 0;
  // until the person scrolls
  #follow = true;
  // the answer before came from a control, so the focus goes on to the next one
  #led = false;
  // what history holds is not read out, nor counted as new
  #quiet = true;
  #free = null;

  /** Adds or changes words of the page for a language: {lang, dir, send: "Senden", …}. */
  static translate(locale, words) {
    languages[locale] = { ...english, lang: locale, ...words };
  }

  connectedCallback() {
    if (this.shadowRoot) return;
    const locale = this.getAttribute("locale") ?? "";
    this.#t = languages[locale] ?? languages[locale.slice(0, 2)] ?? english;
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = sheets();
    this.place = placeOf(this);
    this.floating = this.place === "left" || this.place === "right";
    this.root = h("div", { class: "root", lang: this.#t.lang, dir: this.#t.dir, "data-place": this.place });
    root.append(this.root);
    if (this.place === "page") document.documentElement.classList.add("has-unknot");
    if (this.place === "page" && !EMBEDDED) keepPage();
    this.look = new Look(this.root, this.place === "page" && !EMBEDDED);
    this.root.append(this.#launcher(), this.#panel(), (this.dialog = deleting(this.#t, () => this.erase())));
    addEventListener("resize", () => this.#arrange());
    addEventListener("beforeprint", () => this.thread.unfold(true));
    addEventListener("afterprint", () => this.thread.unfold(false));
    this.#talk.addEventListener("change", () => this.#draw());
    this.field.value = stash(DRAFT) ?? "";
    const before = this.floating ? stash(OPEN) : "1";
    if (before ? before === "1" : this.hasAttribute("open")) this.show({ focus: false });
    else this.#draw();
    this.grow();
    this.#arrange();
    microphone(this.#t, this.field, this.grow).then((mic) => mic && this.tools.append(mic));
    this.#begin(questionOf(this, this.place === "page"));
    this.#emit("ready"), waits(this);
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(`unknot-${name}`, { bubbles: true, composed: true, detail }));
  }

  // ---- the parts ----

  #launcher() {
    this.badge = h("span", { class: "badge", hidden: true });
    this.launcher = press("launcher", [icon(MARK.chat), this.badge], () => this.show(), { "aria-expanded": "false", part: "launcher" });
    this.door = h("section", { "aria-label": this.#t.open, hidden: !this.floating }, this.launcher);
    return this.door;
  }

  #panel() {
    const t = this.#t;
    const stay = () => (this.#follow = false);
    const starters = t.starters(this.#advice.region).map((text) => press("choice", text, () => this.#say({ text }, text, true)));
    this.welcome = h(
      "div",
      { class: "welcome" },
      h("h3", null, t.welcomeTitle),
      h("p", null, t.welcome),
      h("div", { class: "choices" }, starters),
      (this.last = h("div", { class: "last" })),
    );
    this.pinned = h("div", { class: "pinned" });
    // New messages are read out by the twin below: a plan in one sentence, an alert by its card alone.
    this.log = h("div", { role: "log", "aria-live": "off", "aria-label": t.conversation, class: "log", part: "log" });
    this.live = h("div", { class: "sr", "aria-live": "polite" });
    this.voice = new Voice(this.live, t);
    const say = (text) => this.#say({ text }, text, true);
    this.thread = new Thread(this.log, { t, talk: this.#talk, advice: this.#advice, say });
    this.reply = h("div", { class: "reply" });
    this.beside = h("div", { class: "beside" });
    this.scroll = h("div", { class: "scroll", tabindex: "-1", onwheel: stay, ontouchmove: stay }, this.welcome, this.log, this.reply);
    reachable(this.scroll);
    this.status = h("div", { role: "status", class: "status" });
    const { form, field, left, grow, tools } = composer(t, MOST, {
      say: (text) => this.#say({ text }, text),
      draft: (text) => stash(DRAFT, text || null),
    });
    Object.assign(this, { field, left, grow, tools });
    const close = this.floating && (() => this.hide());
    const { header, menu, menuButton, toggle } = head(t, () => this.#entries(), { close, number: this.#advice.number });
    Object.assign(this, { menu, menuButton, toggleMenu: toggle });
    const outside = ({ target }) => !menu.hidden && !menu.contains(target) && !menuButton.contains(target) && toggle(false, false);
    this.panel = h(
      "section",
      {
        class: "panel",
        part: "panel",
        "aria-label": t.name,
        hidden: true,
        onkeydown: (event) => this.#keys(event),
        onpointerdown: outside,
        onwheel: stay,
      },
      header,
      menu,
      this.pinned,
      h("div", { class: "columns" }, this.scroll, this.beside),
      this.status,
      form,
      h("p", { class: "foot" }, t.disclaimer),
      this.live,
    );
    return this.panel;
  }

  #entries() {
    const t = this.#t;
    const file = async () => save("unknot-conversation.json", JSON.stringify(await exported(), null, 2), "application/json");
    return [
      [t.restart, () => this.restart()],
      [t.fleeting[this.#talk.fleeting ? "off" : "on"], () => (this.#talk.fleeting = !this.#talk.fleeting)],
      [t.textSize(this.look.size), () => (this.look.larger(), this.grow(), this.#arrange()), true],
      [t.theme[this.look.theme], () => this.look.recolour(), true],
      canSpeak(t.lang) && [t.readAloud[this.voice.aloud ? "off" : "on"], () => this.voice.turn()],
      [t.exportData, file], [t.later, () => onDemand("open", this, t.laterWords)],
      [t.deleteData, () => this.dialog.showModal()],
    ].filter(Boolean);
  }

  // ---- what a page may do ----

  /** Opens the panel; the first time this also opens the session. */
  show({ focus = true } = {}) {
    this.panel.hidden = false;
    this.toggleAttribute("data-open", true);
    this.launcher.setAttribute("aria-expanded", "true");
    this.door.hidden = true;
    if (this.floating) stash(OPEN, "1");
    if (!this.begun) this.begun = this.#talk.begin();
    this.#arrange();
    this.#draw();
    this.#toEnd();
    if (focus) this.#focusInput();
    this.#emit("open");
  }

  /** Closes the panel; the conversation goes on. */
  hide() {
    if (!this.floating) return;
    this.panel.hidden = true;
    this.toggleAttribute("data-open", false);
    this.launcher.setAttribute("aria-expanded", "false");
    this.door.hidden = false;
    stash(OPEN, "0");
    this.#arrange();
    this.#draw();
    this.launcher.focus();
    this.#emit("close");
  }

  /** Says something as if it was typed. */
  say(text) {
    this.show({ focus: false });
    this.#say({ text }, text);
  }

  /** Puts words into the field, for the person to send. */
  prefill(text) {
    this.show();
    this.field.value = text;
    this.grow();
  }

  /** Begins anew; what was said stays above. */
  restart() {
    this.#say({ text: this.#t.restart, restart: true }, this.#t.restart);
  }

  /** Deletes the conversation here and at the server. */
  async erase() {
    stash(DRAFT, null);
    await this.#talk.erase().catch(() => this.#talk.begin());
    this.#focusInput();
  }

  // A first question of the page around or of its address: asked where nothing was said yet, else offered.
  async #begin(text) {
    if (!text || !this.begun) return;
    await this.begun;
    if (this.#talk.items.length || this.#talk.outbox.length) return this.prefill(text);
    this.#say({ text: text.slice(0, MOST) }, text.slice(0, MOST));
  }

  // ---- keys and focus ----

  #keys(event) {
    if (event.key === "Escape" && (this.floating || !this.menu.hidden)) {
      event.stopPropagation();
      return this.menu.hidden ? this.hide() : this.toggleMenu(false);
    }
    // What is typed while a control has the focus belongs into the field.
    const letter = event.key.length === 1 && /\p{L}/u.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (letter && this.reply.contains(this.shadowRoot.activeElement)) this.field.focus();
  }

  // On a touch screen the field would bring the keyboard up over what is to be read.
  #focusInput() {
    (touch.matches ? this.scroll : this.field).focus({ preventScroll: true });
  }

  #focusControl() {
    const first = this.reply.querySelector("input, button");
    if (!this.#led || !first || this.field.value) return;
    this.#led = false;
    first.focus({ preventScroll: true });
  }

  #say(body, text, led = false) {
    const inside = this.shadowRoot.activeElement;
    this.#led = led;
    shorten(this.pinned);
    this.#quiet = false;
    this.voice.quiet();
    this.#talk.say(body, text);
    if (inside && !shown(inside)) this.#focusInput();
    this.#toEnd();
  }

  // ---- where things stand ----

  get #scroller() {
    return getComputedStyle(this.panel).overflowY === "auto" ? this.panel : this.scroll;
  }

  #arrange() {
    this.#free?.();
    const covers = this.floating && full.matches && !this.panel.hidden;
    this.#free = covers ? inertAround(this) : null;
    const { plan, drawn } = this.thread;
    const home = plan && drawn.get(plan.id)?.node;
    if (!home) return this.beside.replaceChildren();
    const aside = this.place === "page" && wide.matches && this.look.size < 150;
    if (aside && plan.node.parentNode !== this.beside) this.beside.replaceChildren(plan.node);
    if (!aside && plan.node.parentNode !== home) home.append(plan.node);
    home.classList.toggle("away", aside);
  }

  // The part of the talk that can be seen: below what is pinned, above a row of buttons that sticks.
  #band() {
    const box = this.#scroller.getBoundingClientRect();
    const bar = this.pinned.querySelector(".brief") ?? this.pinned.querySelector(".bar, .lines");
    const below = this.#scroller === this.panel && bar ? bar.offsetHeight : 0;
    const row = this.reply.querySelector(".row.end");
    const over = row && getComputedStyle(row).position === "sticky" ? row.offsetHeight : 0;
    return { top: Math.max(0, box.top) + below, bottom: Math.min(innerHeight, box.bottom) - over };
  }

  // The start of what was said last, not its end: a plan is longer than the panel.
  #toEnd() {
    this.#follow = true;
    requestAnimationFrame(() => {
      const { nodes } = this.thread;
      const at = nodes.findLastIndex((node) => node.classList.contains("user"));
      const scroller = this.#scroller;
      const small = scroller === this.panel;
      // A control that is one picture needs the room of what was said before.
      const last = small || this.reply.querySelector(".place, .scale") ? (nodes.slice(at + 1).find((node) => !node.hidden) ?? nodes[at]) : nodes[at];
      // A card that has not been folded is what is to be read.
      const to = (small && this.pinned.querySelector(":not(.brief) > details[open]")) || last;
      const top = to ? to.getBoundingClientRect().top - this.#band().top + scroller.scrollTop - 12 : 0;
      scroller.scrollTo({ top, behavior: still.matches || small ? "instant" : "smooth" });
    });
  }

  // ---- keeping the page in step ----

  #draw() {
    const { items, outbox } = this.#talk;
    const ids = new Set(items.map((item) => item.id));
    const unsent = outbox
      .filter((one) => !ids.has(one.id))
      .map(({ id, text, body, at }) => ({ id, from: "user", text, restart: body.restart, at }));
    const all = [...items, ...unsent];
    const { alarms, care, roles } = standing(items);
    const added = this.thread.draw(all, roles);
    this.welcome.hidden = all.length > 0;
    this.thread.drawStates(outbox);
    this.#drawPinned(items, alarms, care);
    this.#drawReply(items, unsent.length > 0, alarms, care);
    this.#drawStatus();
    this.#drawUnread(items);
    if (added.length) this.#arrange();
    this.#announce(added);
    if (this.#talk.link !== "new") this.#quiet = false;
    if (added.length && this.#follow) this.#toEnd();
  }

  #announce(added) {
    if (this.#quiet || this.panel.hidden) return;
    for (const { from, payload } of added) {
      const first = payload && payload === this.thread.plan?.payload && sorted(payload).now.length;
      if (from === "bot") this.voice.tell(payload, first);
      if (from === "bot") this.#emit("reply", { type: payload.type });
    }
  }

  #drawReply(items, waiting, alarms, care) {
    const payload = waitingIn(items, [...alarms, care].filter(Boolean));
    this.reply.hidden = waiting;
    if (waiting) return;
    const key = payload ? `${payload.ask ?? payload.text} ${(payload.choices ?? []).map((one) => one.id).join()}` : "";
    if (key !== this.#asked) {
      this.#asked = key;
      const say = (body, text) => {
        this.#asked = null;
        this.#say(body, text, true);
      };
      const node = payload && (payload.type === "ask" ? control(payload, this.#t, say, () => this.#band()) : buttons(payload.choices, say));
      this.reply.replaceChildren(...(node ? [node] : []));
      const [, none] = parted(payload?.choices ?? []);
      node?.classList.toggle("exits", alarms.length > 0 && !none);
    }
    this.#focusControl();
  }

  #drawPinned(items, alarms, care) {
    const said = items.filter((item) => alarms.includes(item.id)).map((item) => item.payload);
    const key = [alarms[0] ?? "", care ?? ""].join(" ").trim();
    if (key === (this.pinned.dataset.key ?? "")) return this.pinned.querySelector(".alarm")?.add(said);
    this.pinned.dataset.key = key;
    const cards = [];
    if (alarms.length) cards.push(alarm(said, this.#t, this.#advice));
    if (care) cards.push(crisis(items.find((item) => item.id === care).payload, this.#t));
    this.pinned.replaceChildren(...cards);
    if (items.findLast((item) => item.from === "user")?.id !== (alarms[0] ?? care)?.split(".")[0]) shorten(this.pinned);
  }

  #drawStatus() {
    const t = this.#t;
    const { link, late, notice, typing, fleeting } = this.#talk;
    const kind = link === "lost" ? "offline" : late ? "late" : typing ? "typing" : notice || (fleeting ? "fleetingNow" : "");
    if (this.status.dataset.kind === kind) return;
    this.status.dataset.kind = kind;
    this.status.replaceChildren();
    this.last.replaceChildren();
    if (this.#follow) this.#toEnd();
    if (!kind) return;
    if (kind === "typing") return this.status.append(...typingDots(t));
    this.status.append(h("p", null, t[kind]));
    if (kind === "offline" || kind === "late") this.status.append(...firstAid(t, this.#advice, kind === "offline").filter(Boolean));
    if (kind !== "offline") return;
    shorten(this.pinned);
    this.status.append(press("small", t.retry, () => this.#talk.wake()));
    this.last.append(...this.thread.kept());
  }

  #drawUnread(items) {
    const said = items.filter((item) => item.from === "bot").length;
    if (!this.panel.hidden || this.#quiet) this.#seen = said;
    const unread = Math.max(0, said - this.#seen);
    this.badge.hidden = !unread;
    this.badge.textContent = unread || "";
    const { open, unread: count } = this.#t;
    this.launcher.setAttribute("aria-label", unread ? `${open}, ${count(unread)}` : open);
  }
}

customElements.define("unknot-chat", UnknotChat);
if (!document.querySelector("unknot-chat")) document.body.append(document.createElement("unknot-chat"));
