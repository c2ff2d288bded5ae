// The conversation as this page knows it: what was said, what waits to be sent, how the server is doing.
import { erase, eraseLeaving, historyOf, openSession, turn } from "./api.js";
import { keep, stash } from "./dom.js";

const OUTBOX = "unknot:outbox";
const FLEETING = "unknot:fleeting";
const SLOW = 8000;
const LONGEST_PAUSE = 20000;
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const BACK = 5000;
/** Where the last plan is kept for when there is no network. */
export const PLAN = "unknot:plan";
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Emits "change" whenever something to show has changed. */
export class Talk extends EventTarget {
  // of the server: {id, from, text | payload}
  items = [];
  // of this page: {id, body, text, state: "waiting" | "sending" | "failed", why}
  outbox = [];
  // "new", "ok", "lost"
  link = "new";
  // the server is reached but says nothing
  late = false;
  notice = "";
  #running = false;
  #opened = false;
  #opening = null;
  #wake = () => {};
  #tabs = "BroadcastChannel" in window ? new BroadcastChannel("unknot") : null;

  constructor() {
    super();
    // Kept for this tab only: a reload must not lose what was typed, another person must not find it.
    this.outbox = JSON.parse(stash(OUTBOX) ?? "[]");
    addEventListener("online", () => this.#wake());
    document.addEventListener("visibilitychange", () => document.hidden || (this.link === "ok" && this.refresh()));
    addEventListener("pagehide", () => this.fleeting && this.#leave());
    addEventListener("pageshow", (event) => event.persisted && this.fleeting && this.begin());
    this.#tabs?.addEventListener("message", (event) => (event.data === "gone" ? this.#reset() : this.refresh()));
  }

  /** Whether this talk is deleted when the page is left; kept for this tab. */
  get fleeting() {
    return stash(FLEETING) === "1";
  }

  set fleeting(on) {
    stash(FLEETING, on ? "1" : null);
    this.#changed();
  }

  #leave() {
    eraseLeaving();
    keep(PLAN, null);
    this.items = [];
    this.outbox = [];
    this.#opened = false;
    this.#changed();
    this.#tabs?.postMessage("gone");
  }

  get typing() {
    return this.#running && this.link === "ok" && this.outbox.some((message) => message.state === "sending");
  }

  #changed() {
    stash(OUTBOX, JSON.stringify(this.outbox.map((message) => ({ ...message, state: "waiting" }))));
    this.dispatchEvent(new Event("change"));
  }

  /** Opens the session and goes on with whatever was under way; keeps trying until the server is there. */
  async begin(attempt = 0) {
    try {
      await this.#session();
      this.#run();
    } catch (error) {
      this.link = "lost";
      this.#changed();
      await this.#wait(error, attempt);
      if (!this.#opened) this.begin(attempt + 1);
    }
  }

  #session() {
    this.#opening ??= openSession().finally(() => (this.#opening = null));
    return this.#opening.then((opened) => {
      this.#ok();
      this.#opened = true;
      this.#take(opened);
    });
  }

  #wait(error, attempt) {
    const delay = error.wait * 1000 || Math.min(1000 * 2 ** attempt, LONGEST_PAUSE);
    return Promise.race([pause(delay), new Promise((wake) => (this.#wake = wake))]);
  }

  #ok() {
    if (this.link === "lost") {
      this.notice = "back";
      setTimeout(() => {
        if (this.notice === "back") this.notice = "";
        this.#changed();
      }, BACK);
    }
    this.link = "ok";
  }

  #take({ items, pending = [] }) {
    this.items = items;
    const known = new Set(items.map((item) => item.id));
    this.outbox = this.outbox.filter((message) => !known.has(message.id) || pending.includes(message.id));
    for (const id of pending) {
      const said = items.find((item) => item.id === id);
      if (this.outbox.some((message) => message.id === id)) continue;
      this.outbox.unshift({ id, body: { text: said.text }, text: said.text, state: "waiting" });
    }
    this.#changed();
  }

  /** What another tab or an earlier page has said. */
  async refresh() {
    if (this.#running) return;
    try {
      this.#take(await historyOf());
      this.#run();
    } catch (error) {
      if (error.status === 401) this.#reset();
    }
  }

  #reset() {
    keep(PLAN, null);
    this.items = [];
    this.outbox = [];
    this.#opened = false;
    this.notice = "deleted";
    this.#changed();
  }

  /** Says something: `{text}`, or `{choices, side}` with the words they stand for. */
  say(body, text) {
    this.outbox.push({ id: newId(), body, text, state: "waiting", at: Date.now() / 1000 });
    this.notice = "";
    this.#changed();
    this.#run();
  }

  /** Tries at once what waits for its next try. */
  wake() {
    this.#wake();
  }

  retry(id) {
    const message = this.outbox.find((one) => one.id === id);
    if (message) message.state = "waiting";
    this.#changed();
    this.#wake();
    this.#run();
  }

  async erase() {
    await erase();
    this.#reset();
    this.#tabs?.postMessage("gone");
    await this.begin();
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    let attempt = 0;
    for (let message; (message = this.outbox.find((one) => one.state === "waiting")); ) {
      try {
        await this.#send(message);
        attempt = 0;
      } catch (error) {
        await this.#failed(message, error, attempt++);
      }
    }
    this.#running = false;
    this.#changed();
  }

  async #send(message) {
    message.state = "sending";
    this.#changed();
    const slow = setTimeout(() => {
      this.late = true;
      this.#changed();
    }, SLOW);
    try {
      if (!this.#opened) await this.#session();
      for await (const event of turn({ id: message.id, offset: -new Date().getTimezoneOffset(), ...message.body })) {
        this.#ok();
        if (event.event === "accepted")
          this.#put({ id: message.id, from: "user", text: event.text, restart: message.body.restart, at: Date.now() / 1000 });
        else if (event.event === "reply") {
          clearTimeout(slow);
          this.late = false;
          this.#put(event);
        } else if (event.event === "done") this.#drop(message);
        else if (event.event === "late") {
          this.#drop(message);
          this.late = true;
        } else {
          message.state = "failed";
          message.why = event.message;
        }
        this.#changed();
      }
      this.#tabs?.postMessage("changed");
    } finally {
      clearTimeout(slow);
    }
  }

  async #failed(message, error, attempt) {
    // A proxy answers 502 or 504 when no server does; 503 is a server that waits for something.
    const gone = error.status === 0 || (error.status > 501 && error.status < 505);
    const again = gone || error.status === 429 || error.status >= 500;
    if (error.status === 401) {
      this.#opened = false;
      this.items = [];
      this.notice = "expired";
      message.state = attempt < 3 ? "waiting" : "failed";
    } else if (again && (gone || attempt < 4)) {
      if (gone) this.link = "lost";
      message.state = "waiting";
      this.#changed();
      await this.#wait(error, attempt);
    } else if (error.code === "stale_choice") {
      this.#drop(message);
      this.#take(await historyOf().catch(() => ({ items: this.items })));
    } else {
      message.state = "failed";
      message.why = error.message;
    }
    this.#changed();
  }

  #drop(message) {
    this.outbox = this.outbox.filter((one) => one !== message);
  }

  #put(item) {
    const at = this.items.findIndex((one) => one.id === item.id);
    if (at < 0) this.items.push(item);
  }
}
