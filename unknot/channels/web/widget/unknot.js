// <unknot-chat>: the launcher, the panel, and what keeps them in step with the conversation.
// One script tag is enough: <script type="module" src="https://…/widget/unknot.js"></script>
import advice from "./advice.js";
import { buttons, control } from "./controls.js";
import { MARK, h, icon, press, stash, tel } from "./dom.js";
import strings from "./strings/en.js";
import { sheet } from "./styles.js";
import { Talk, exported } from "./talk.js";
import { alarm, firstAid, message, save, standing, typingDots } from "./view.js";

const MOST = 1000;
const WARN = 900;
const touch = matchMedia("(pointer: coarse)");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const OPEN = "unknot:open";

class UnknotChat extends HTMLElement {
  #t = strings;
  #talk = new Talk();
  // id to element
  #drawn = new Map();
  // id of the item whose control is shown
  #asked = null;
  #seen = 0;
  // until the person scrolls
  #follow = true;

  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.append(this.#launcher(), this.#panel(), this.#dialog());
    this.#talk.addEventListener("change", () => this.#draw());
    const before = stash(OPEN);
    if (before ? before === "1" : this.hasAttribute("open")) this.show({ focus: false });
    else this.#draw();
  }

  // ---- the parts ----

  #launcher() {
    this.badge = h("span", { class: "badge", hidden: true });
    this.launcher = press("launcher", [icon(MARK.chat), this.badge], () => this.show(), { "aria-expanded": "false" });
    return this.launcher;
  }

  #panel() {
    const t = this.#t;
    const { number } = advice;
    const round = (path, name, does) => press("round", icon(path), does, { "aria-label": name });
    const stay = () => (this.#follow = false);
    const starters = t.starters.map((text) => press("choice", text, () => this.#say({ text }, text)));
    this.welcome = h(
      "div",
      { class: "welcome" },
      h("h3", null, t.welcomeTitle),
      h("p", null, t.welcome),
      h("div", { class: "choices" }, starters),
    );
    this.pinned = h("div");
    this.log = h("div", { role: "log", "aria-label": t.conversation, class: "log" });
    this.reply = h("div", { class: "reply" });
    this.scroll = h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": t.conversation, onwheel: stay, ontouchmove: stay },
      this.welcome,
      this.log,
      this.reply,
    );
    this.status = h("div", { role: "status", class: "status" });
    this.field = h("textarea", {
      id: "field",
      rows: "1",
      maxlength: MOST,
      placeholder: t.placeholder,
      enterkeyhint: "send",
      oninput: () => this.#grow(),
      onkeydown: (event) => event.key === "Enter" && !event.shiftKey && !event.isComposing && this.#submit(event),
    });
    this.left = h("span", { class: "left", role: "status" });
    const form = h(
      "form",
      { class: "composer", onsubmit: (event) => this.#submit(event) },
      h("label", { for: "field", class: "sr" }, t.input),
      this.field,
      h("button", { class: "round send", "aria-label": t.send }, icon(MARK.send)),
      this.left,
    );
    const entries = {
      [t.restart]: () => this.#say({ text: t.restart, restart: true }, t.restart),
      [t.exportData]: async () =>
        save("unknot-conversation.json", JSON.stringify(await exported(), null, 2), "application/json"),
      [t.deleteData]: () => this.dialog.showModal(),
    };
    this.menuButton = round(MARK.menu, t.menu, () => this.#menu(this.menu.hidden));
    this.menu = h(
      "div",
      { class: "menu", hidden: true, onfocusout: ({ relatedTarget: to }) => this.#leave(to) },
      Object.entries(entries).map(([title, does]) => press(null, title, () => (this.#menu(false), does()))),
    );
    this.panel = h(
      "section",
      {
        class: "panel",
        "aria-label": t.name,
        hidden: true,
        onkeydown: (event) => event.key === "Escape" && this.#escape(event),
      },
      h(
        "header",
        null,
        h("span", { class: "logo" }, icon(MARK.knot)),
        h("div", { class: "title" }, h("h2", null, t.name), h("p", null, t.tagline)),
        this.menuButton,
        round(MARK.close, t.close, () => this.hide()),
      ),
      this.menu,
      this.pinned,
      this.scroll,
      this.status,
      form,
      h("p", { class: "foot" }, t.disclaimer, " ", number && [t.inEmergency, " ", tel(number, t.callShort(number))]),
    );
    return this.panel;
  }

  #dialog() {
    const t = this.#t;
    const close = () => this.dialog.close();
    const erase = async () => {
      close();
      await this.#talk.erase().catch(() => this.#talk.begin());
      this.#focusInput();
    };
    this.dialog = h(
      "dialog",
      { "aria-labelledby": "ask" },
      h("h3", { id: "ask" }, t.deleteTitle),
      h("p", null, t.deleteText),
      h("div", { class: "row" }, press("choice", t.cancel, close), press("main", t.deleteYes, erase)),
    );
    return this.dialog;
  }

  // ---- opening and closing ----

  /** Opens the panel; the first time this also opens the session. */
  show({ focus = true } = {}) {
    this.panel.hidden = false;
    this.toggleAttribute("data-open", true);
    stash(OPEN, "1");
    if (!this.begun) this.begun = this.#talk.begin();
    this.#draw();
    this.#toEnd();
    if (focus) this.#focusInput();
  }

  /** Closes the panel; the conversation goes on. */
  hide() {
    this.panel.hidden = true;
    this.toggleAttribute("data-open", false);
    stash(OPEN, "0");
    this.#draw();
    this.launcher.focus();
  }

  #escape(event) {
    event.stopPropagation();
    if (this.menu.hidden) this.hide();
    else this.#menu(false);
  }

  #menu(open, focus = open ? this.menu.firstChild : this.menuButton) {
    this.menu.hidden = !open;
    this.menuButton.setAttribute("aria-expanded", open);
    focus?.focus();
  }

  #leave(to) {
    if (to !== this.menuButton && !this.menu.contains(to)) this.#menu(false, null);
  }

  // On a touch screen the field would bring the keyboard up over what is to be read.
  #focusInput() {
    (touch.matches ? this.scroll : this.field).focus({ preventScroll: true });
  }

  // ---- saying something ----

  #say(body, text) {
    const inside = this.shadowRoot.activeElement;
    this.#talk.say(body, text);
    if (inside && !inside.checkVisibility()) this.#focusInput();
    this.#toEnd();
  }

  #submit(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text) return this.field.focus();
    this.field.value = "";
    this.#grow();
    this.#say({ text }, text);
  }

  #grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight + 2}px`;
    const { length } = this.field.value;
    this.left.textContent = length > WARN ? this.#t.left(MOST - length) : "";
  }

  // ---- keeping the page in step ----

  #draw() {
    const { items, outbox } = this.#talk;
    const known = new Set(items.map((item) => item.id));
    const unsent = outbox
      .filter((one) => !known.has(one.id))
      .map(({ id, text, body }) => ({ id, from: "user", text, restart: body.restart }));
    const all = [...items, ...unsent];
    const ids = new Set(all.map((item) => item.id));
    for (const [id, node] of this.#drawn) if (!ids.has(id)) this.#drawn.delete(id), node.remove();
    const pinned = standing(items);
    let added = false;
    all.forEach((item, at) => {
      if (!this.#drawn.has(item.id)) {
        this.#drawn.set(item.id, message(item, this.#t, pinned.includes(item.id)));
        added = true;
      }
      const node = this.#drawn.get(item.id);
      if (this.log.children[at] !== node) this.log.insertBefore(node, this.log.children[at] ?? null);
    });
    this.welcome.hidden = all.length > 0;
    this.#drawStates(outbox);
    this.#drawReply(items, unsent.length > 0);
    this.#drawPinned(items, pinned);
    this.#drawStatus();
    this.#drawUnread(items);
    if (added && this.#follow) this.#toEnd();
  }

  #drawStates(outbox) {
    const t = this.#t;
    for (const [id, node] of this.#drawn) {
      const one = outbox.find((entry) => entry.id === id);
      const shown = one?.state === "failed" || (one?.state === "waiting" && this.#talk.link === "lost");
      const state = shown ? one.state : "";
      if ((node.dataset.state ?? "") === state) continue;
      node.dataset.state = state;
      node.querySelector(".state")?.remove();
      if (!state) continue;
      const words = state === "failed" ? one.why || t.failed : t.waiting;
      node.append(h("p", { class: "state" }, words, " ", press("small", t.retry, () => this.#talk.retry(id))));
      node.lastChild.scrollIntoView({ block: "nearest" });
    }
  }

  #drawReply(items, waiting) {
    const last = items.findLast(({ from, payload }) => from === "user" || payload.choices || payload.type === "ask");
    const payload = waiting ? null : last?.payload;
    if ((payload && last.id) === this.#asked) return;
    this.#asked = payload && last.id;
    const say = (body, text) => this.#say(body, text);
    const node = payload && (payload.type === "ask" ? control(payload, this.#t, say) : buttons(payload.choices, say));
    this.reply.replaceChildren(...(node ? [node] : []));
  }

  #drawPinned(items, ids) {
    const texts = items.filter((item) => ids.includes(item.id)).map((item) => item.payload.text);
    const key = texts.join("\n\n");
    if (key === this.pinned.dataset.key) return;
    this.pinned.dataset.key = key;
    if (!key) return this.pinned.replaceChildren();
    this.pinned.replaceChildren(alarm([...new Set(texts)], this.#t));
  }

  #drawStatus() {
    const t = this.#t;
    const { link, late, notice, typing } = this.#talk;
    const kind = link === "lost" ? "offline" : late ? "late" : typing ? "typing" : notice;
    if (this.status.dataset.kind === kind) return;
    this.status.dataset.kind = kind;
    this.status.replaceChildren();
    if (this.#follow) this.#toEnd();
    if (!kind) return;
    if (kind === "typing") return this.status.append(...typingDots(t));
    this.status.append(h("p", null, t[kind]));
    if (kind === "offline" || kind === "late") this.status.append(firstAid(t, kind === "offline"));
    if (kind === "offline") this.status.append(press("small", t.retry, () => this.#talk.wake()));
  }

  #drawUnread(items) {
    const said = items.filter((item) => item.from === "bot").length;
    if (!this.panel.hidden) this.#seen = said;
    const unread = Math.max(0, said - this.#seen);
    this.badge.hidden = !unread;
    this.badge.textContent = unread || "";
    const { open, unread: count } = this.#t;
    this.launcher.setAttribute("aria-label", unread ? `${open}, ${count(unread)}` : open);
  }

  // The start of what was said last, not its end: a plan is longer than the panel.
  #toEnd() {
    this.#follow = true;
    const last = [...this.#drawn.values()].findLast((node) => node.classList.contains("user"));
    requestAnimationFrame(() => {
      const top = last ? last.offsetTop - 12 : 0;
      this.scroll.scrollTo({ top, behavior: still.matches ? "auto" : "smooth" });
    });
  }
}

customElements.define("unknot-chat", UnknotChat);
if (!document.querySelector("unknot-chat")) document.body.append(document.createElement("unknot-chat"));
