// What the person sets for this page: text size and colours, kept in this browser; how the panel stands.
import { keep } from "./dom.js";

const LOOK = "unknot:look";
const SIZES = [100, 125, 150, 200];
const THEMES = ["", "light", "dark"];
const next = (all, now) => all[(all.indexOf(now) + 1) % all.length];

/** The person's own looks, applied to `root`; on the product's own page to the page too. */
export class Look {
  #root;
  #whole;
  size = 100;
  theme = "";

  constructor(root, whole) {
    this.#root = root;
    this.#whole = whole;
    try {
      const { size, theme } = JSON.parse(keep(LOOK) ?? "{}");
      if (SIZES.includes(size)) this.size = size;
      if (THEMES.includes(theme)) this.theme = theme;
    } catch {
      // something else stood there
    }
    this.#apply();
  }

  larger() {
    this.size = next(SIZES, this.size);
    this.#apply();
  }

  recolour() {
    this.theme = next(THEMES, this.theme);
    this.#apply();
  }

  #apply() {
    keep(LOOK, JSON.stringify({ size: this.size, theme: this.theme }));
    this.#root.style.setProperty("--scale", String(this.size / 100));
    for (const node of [this.#root, this.#whole && document.documentElement].filter(Boolean)) {
      if (this.theme) node.dataset.theme = this.theme;
      else delete node.dataset.theme;
    }
  }
}

/** Where the element stands: "right", "left" (a corner), "inline" (fills its box), "page" (is the page). */
export function placeOf(host) {
  if (host.hasAttribute("inline")) return "inline";
  const asked = host.getAttribute("place");
  if (["left", "right", "inline", "page"].includes(asked)) return asked;
  const around = host.parentElement ? getComputedStyle(host.parentElement).direction : "ltr";
  return around === "rtl" ? "left" : "right";
}

/** Makes everything beside `host` inert while the panel covers the page; gives back how to undo it. */
export function inertAround(host) {
  const made = [];
  for (let at = host; at && at !== document.body; at = at.parentElement) {
    for (const other of at.parentElement?.children ?? []) {
      if (other === at || other.inert || other.tagName === "SCRIPT") continue;
      other.inert = true;
      made.push(other);
    }
  }
  return () => made.forEach((one) => (one.inert = false));
}

/** A first question: of the attribute, on the product's own page also of its address (?q= or #q=), from which it is taken away. */
export function questionOf(host, own) {
  const address = new URL(location.href);
  const asked = own && (address.searchParams.get("q") ?? new URLSearchParams(address.hash.slice(1)).get("q"));
  if (!asked) return host.getAttribute("question");
  address.searchParams.delete("q");
  history.replaceState(null, "", address.pathname + address.search);
  return asked;
}

/** Lets the product's own page open without a network. */
export function keepPage() {
  const address = "/widget/worker.js";
  const policy = window.trustedTypes?.createPolicy("unknot", { createScriptURL: () => address });
  navigator.serviceWorker?.register(policy ? policy.createScriptURL("") : address, { scope: "/" }).catch(() => {});
}
