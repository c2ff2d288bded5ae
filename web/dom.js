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

/** An SVG element. */
export const s = (tag, props, ...children) => build(document.createElementNS(SVG, tag), props, children);

/** A decorative icon from one path, 24 by 24. */
export const icon = (path) =>
  s("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, s("path", { d: path }));

/** A link to a web page of someone else, or plain text if the address is anything but http(s). */
export function link(address, title) {
  const safe = /^https?:\/\//i.test(address) && URL.canParse(address);
  return safe ? h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, title) : title;
}

/** A telephone link with only digits, + and * in it. */
export const tel = (number, title, props) => h("a", { ...props, href: `tel:${number.replace(/[^\d+*]/g, "")}` }, title);

function inline(text, phones) {
  const pattern = phones ? /(https?:\/\/[^\s<>"')\]]+[^\s<>"')\].,;:])|(\b\d[\d -]{1,14}\d\b)/g : /(https?:\/\/[^\s<>"')\]]+[^\s<>"')\].,;:])/g;
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    parts.push(text.slice(at, match.index));
    parts.push(match[1] ? link(match[1], match[1]) : tel(match[0], match[0]));
    at = match.index + match[0].length;
  }
  return [...parts, text.slice(at)].filter((part) => part !== "");
}

/** Paragraphs and lists ("- " or "1. " lines) from plain text; with `phones`, numbers can be called. */
export function prose(text, { phones = false } = {}) {
  const nodes = [];
  for (const line of text.split("\n")) {
    const item = /^\s*(?:([-•*])|\d+[.)])\s+(.*)$/.exec(line);
    const kind = item ? (item[1] ? "UL" : "OL") : "P";
    const last = nodes.at(-1);
    if (!line.trim()) nodes.push(null);
    else if (item && last?.tagName === kind) last.append(h("li", null, inline(item[2], phones)));
    else if (item) nodes.push(h(kind, null, h("li", null, inline(item[2], phones))));
    else if (last?.tagName === "P") last.append(h("br"), ...inline(line, phones));
    else nodes.push(h("p", null, inline(line, phones)));
  }
  return nodes.filter(Boolean);
}
