// The requests of the page: the session, messages as streams, one's own data.
import { keep } from "./dom.js";

export const BASE = new URL("..", import.meta.url);
/** Whether the page around is somebody else's. */
export const EMBEDDED = BASE.origin !== location.origin;
const TOKEN_KEY = `unknot:${BASE.origin}`;

/** A request that did not work. `status` 0: the server was not reached. */
class Trouble extends Error {
  constructor(status, code, message, wait = 0) {
    super(message);
    Object.assign(this, { status, code, wait });
  }
}

// Elsewhere than at home there is no cookie: the page keeps a token of its own.
// Where the browser keeps nothing for that page, the token lives as long as the page.
let token = null;
const tokens = {
  get: () => (EMBEDDED ? (token ?? keep(TOKEN_KEY)) : null),
  set: (value) => {
    token = value || null;
    keep(TOKEN_KEY, token);
  },
};

async function request(method, path, body, more) {
  const headers = {};
  if (body) headers["Content-Type"] = "application/json";
  if (tokens.get()) headers.Authorization = `Bearer ${tokens.get()}`;
  let response;
  try {
    response = await fetch(new URL(path, BASE), {
      method,
      headers,
      ...more,
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
  const response = await request(method, path, body, { signal: AbortSignal.timeout(15000) });
  return response.json().catch(() => {
    throw new Trouble(0, "unreachable", "");
  });
}

/** This browser's session, or a new one: `{new, items, pending}`. */
export async function openSession() {
  const opened = await json("POST", "api/session", {});
  if (opened.token) tokens.set(opened.token);
  return opened;
}

export const historyOf = () => json("GET", "api/history");
export const exported = () => json("GET", "api/export");

export async function erase() {
  await json("DELETE", "api/conversation");
  tokens.set("");
}

/** The same while the page goes away: nobody waits for the answer. */
export function eraseLeaving() {
  request("DELETE", "api/conversation", undefined, { keepalive: true }).catch(() => {});
  tokens.set("");
}

/** What is loaded when it is asked for: a sign once a day, a calendar file, a link with a QR code (later.js). */
export const onDemand = async (name, page, words) => (await import(new URL("later.js", import.meta.url)))[name](page, request, words);
/** Looks for what waits, where this browser asked for it. */
export const waits = (page) => keep("unknot:later") && onDemand("greet", page).catch(() => {});

/** Sends one message and yields the events of its turn. Throws Trouble when the stream breaks off before its end. */
export async function* turn(message) {
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
