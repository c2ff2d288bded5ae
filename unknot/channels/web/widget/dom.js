// Elements from data. Text only ever becomes text nodes; addresses are http(s) or tel, nothing else.
const SVG = "http://www.w3.org/2000/svg";

function build(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** An HTML element; `on…` properties are listeners, false and null children are left out. */
export const h = (tag, props, ...children) => build(document.createElement(tag), props, children);

/** A button that does something. */
export const press = (kind, title, onclick, more) => h("button", { type: "button", class: kind, onclick, ...more }, title);

/** An SVG element. */
export const s = (tag, props, ...children) => build(document.createElementNS(SVG, tag), props, children);

/** A decorative icon from one path, 24 by 24. */
export const icon = (path) =>
  s("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, s("path", { d: path }));

function readable(address) {
  try {
    return new URL(address).protocol.startsWith("http");
  } catch {
    return false;
  }
}

/** A link to a web page of someone else, or plain text if the address is anything but http(s). */
export function link(address, title) {
  const safe = /^https?:\/\//i.test(address) && readable(address);
  return safe ? h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, title) : title;
}

const digits = (number) => number.replace(/[^\d+*]/g, "");

/** A telephone link with only digits, + and * in it; `kind` is "tel" or "sms". */
export const tel = (number, title, props, kind = "tel") => h("a", { ...props, href: `${kind}:${digits(number)}` }, title);

/** Telephone numbers in a text, each once. */
export const phonesIn = (text) => [...new Set(text.match(/\b\d[\d -]{1,14}\d\b/g) ?? [])];

/** The sentences of a text, in order. */
export const sentences = (text) =>
  (text.match(/\S[^]*?[.!?]["”’)]?(?=\s|$)|\S[^]*$/g) ?? []).map((one) => one.trim()).filter(Boolean);

/** How many words a text has. */
export const count = (text) => text.split(/\s+/).filter(Boolean).length;

/** The start of a text for the first look, whole sentences of at most so many words, and what is left of it. */
export function cut(text, words) {
  const all = sentences(text);
  let taken = 1;
  while (taken < all.length && count(all.slice(0, taken + 1).join(" ")) <= words) taken++;
  return [all.slice(0, taken).join(" "), all.slice(taken).join(" ")];
}

/** A part that opens and closes. */
export const fold = (kind, title, ...inside) => h("details", { class: kind }, h("summary", null, title), ...inside);

/** A list of texts or elements. */
export const list = (items, kind) => h("ul", { class: kind }, items.map((item) => h("li", null, item)));

/** Words for those who do not see the page. */
export const hidden = (text) => h("span", { class: "sr" }, text, " ");

function inline(text, phones) {
  const pattern = phones ? /(https?:\/\/[^\s<>"')\]]+\w\/?)|\b\d[\d -]{1,14}\d\b/g : /(https?:\/\/[^\s<>"')\]]+\w\/?)/g;
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    parts.push(text.slice(at, match.index));
    parts.push(match[1] ? link(match[1], match[1]) : tel(match[0], match[0]));
    at = match.index + match[0].length;
  }
  return [...parts, text.slice(at)].filter((part) => part !== "");
}

/** Paragraphs and lists ("- " lines) from plain text; with `phones`, numbers can be called. */
export function prose(text, { phones = false } = {}) {
  const nodes = [];
  for (const line of text.split("\n")) {
    const item = /^\s*[-•*]\s+(.*)$/.exec(line)?.[1];
    if (item && nodes.at(-1)?.tagName !== "UL") nodes.push(h("ul"));
    if (item) nodes.at(-1).append(h("li", null, inline(item, phones)));
    else if (line.trim()) nodes.push(h("p", null, inline(line, phones)));
  }
  return nodes;
}

// Icons of 24 by 24, one path each.
export const MARK = {
  knot: "M5 8c0-3 4-3 6 0l3 6c2 4 6 3 6 0s-4-4-6 0l-3 5c-2 3-6 2-6-1s4-4 6-1l4 6",
  chat: "M4 5h16v11H10l-5 4v-4H4z",
  close: "M6 6l12 12M18 6L6 18",
  menu: "M5 7h14M5 12h14M5 17h14",
  send: "M4 12h14M12 6l6 6-6 6",
  tick: "M5 12.5l4.5 4.5L19 7.5",
  emergency: "M12 3v18M4.2 7.5l15.6 9M19.8 7.5l-15.6 9",
  urgent: "M12 3l9.5 17h-19zM12 10v4.5M12 17.2v.1",
  see_clinician: "M5 6h14v14H5zM5 10h14M9 3v4M15 3v4",
  self_care: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  phone: "M6 3h4l2 5-2.5 1.5a11 11 0 0 0 5 5L16 12l5 2v4c0 2-2 3-3 3C10 21 3 14 3 6c0-1 1-3 3-3z",
  next: "M12 4v15M6 13l6 6 6-6",
  mic: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4",
  message: "M4 5h16v11H10l-5 4v-4H4zM8 9h8M8 12h5",
  heart: "M12 20S4 15 4 9a4 4 0 0 1 8-1 4 4 0 0 1 8 1c0 6-8 11-8 11z",
};

function kept(store, key, value) {
  try {
    const at = window[store];
    if (value === undefined) return at.getItem(key);
    return value === null ? at.removeItem(key) : at.setItem(key, value);
  } catch {
    return null;
  }
}

/** Reads or writes (null: removes) a value kept for this tab alone; null where the browser keeps nothing. */
export const stash = (key, value) => kept("sessionStorage", key, value);

/** The same, kept in this browser until it is removed. */
export const keep = (key, value) => kept("localStorage", key, value);

/** Keeps a box within reach of the keyboard for as long as there is something to scroll in it. */
export function reachable(box) {
  const watch = new ResizeObserver(() => (box.tabIndex = box.scrollHeight > box.clientHeight ? 0 : -1));
  for (const node of [box, ...box.children]) watch.observe(node);
}

/** Whether an element is on the page and shown. */
export const shown = (node) => node.isConnected && node.getClientRects().length > 0;
