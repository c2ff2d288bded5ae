// The conversation as this page knows it: what was said, what waits to be sent, how the server is doing.
import { stash } from "./dom.js";

// ---- the server ----

const BASE = new URL("..", import.meta.url);
const EMBEDDED = BASE.origin !== location.origin;
const TOKEN_KEY = `unknot:${BASE.origin}`;

/** A request that did not work. `status` 0: the server was not reached. */
class Trouble extends Error {
  constructor(status, code, message, wait = 0) {
    super(message);
    Object.assign(this, { status, code, wait });
  }
}

// Elsewhere than at home there is no cookie: the page keeps a token of its own.
const kept = {
  get: () => (EMBEDDED ? localStorage.getItem(TOKEN_KEY) : null),
  set: (token) => (token ? localStorage.setItem(TOKEN_KEY, token) : localStorage.removeItem(TOKEN_KEY)),
};

async function request(method, path, body, signal) {
  const headers = {};
  if (body) headers["Content-Type"] = "application/json";
  if (kept.get()) headers.Authorization = `Bearer ${kept.get()}`;
  let response;
  try {
    response = await fetch(new URL(path, BASE), {
      method,
      headers,
      signal,
      body: body && JSON.stringify(body),
      cache: "no-store",
      credentials: EMBEDDED ? "omit" : "same-origin",
    });
  } catch {
    throw new Trouble(0, "unreachable", "");
  }
  if (response.ok) return response;
  const told = await response.json().catch(() => ({}));
  throw new Trouble(response.status, told.error ?? "", told.message ?? "", Number(response.headers.get("Retry-After")));
}

async function json(method, path, body) {
  const response = await request(method, path, body, AbortSignal.timeout(15000));
  return response.json().catch(() => {
    throw new Trouble(0, "unreachable", "");
  });
}

/** This browser's session, or a new one: `{new, items, pending}`. */
async function open() {
  const opened = await json("POST", "api/session", {});
  if (opened.token) kept.set(opened.token);
  return opened;
}

const history = () => json("GET", "api/history");
export const exported = () => json("GET", "api/export");

async function erase() {
  await json("DELETE", "api/conversation");
  kept.set("");
}

/** Sends one message and yields the events of its turn. Throws Trouble when the stream breaks off before its end. */
async function* turn(message) {
  const response = await request("POST", "api/messages", message);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        if (!line) continue;
        const event = JSON.parse(line);
        yield event;
        if (event.event !== "accepted" && event.event !== "reply") return;
      }
    }
  } catch (error) {
    throw error instanceof Trouble ? error : new Trouble(0, "unreachable", "");
  }
  throw new Trouble(0, "unreachable", "");
}

// ---- the conversation ----

const OUTBOX = "unknot:outbox";
const SLOW = 8000;
const LONGEST_PAUSE = 20000;
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
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
    this.#tabs?.addEventListener("message", (event) => (event.data === "gone" ? this.#reset() : this.refresh()));
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
    this.#opening ??= open().finally(() => (this.#opening = null));
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
    if (this.link === "lost") this.notice = "back";
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
      this.#take(await history());
      this.#run();
    } catch (error) {
      if (error.status === 401) this.#reset();
    }
  }

  #reset() {
    this.items = [];
    this.outbox = [];
    this.#opened = false;
    this.notice = "deleted";
    this.#changed();
  }

  /** Says something: `{text}`, or `{choices, side}` with the words they stand for. */
  say(body, text) {
    this.outbox.push({ id: newId(), body, text, state: "waiting" });
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
      for await (const event of turn({ id: message.id, ...message.body })) {
        this.#ok();
        if (event.event === "accepted")
          this.#put({ id: message.id, from: "user", text: event.text, restart: message.body.restart });
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
      this.#take(await history().catch(() => ({ items: this.items })));
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
