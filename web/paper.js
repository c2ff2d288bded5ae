// Taking something along: a file, a sheet of paper.
import { h } from "./dom.js";

/** Offers text as a file. */
export function save(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/** Prints a heading and rows of {label, value} on a sheet of their own. */
export function print(title, rows, foot) {
  const frame = h("iframe", { "aria-hidden": "true", tabindex: "-1" });
  frame.style.cssText = "position:fixed;width:0;height:0;border:0;visibility:hidden";
  document.body.append(frame);
  const { contentDocument: sheet, contentWindow: view } = frame;
  const style = new view.CSSStyleSheet();
  style.replaceSync("body{font:12pt/1.5 sans-serif;margin:2cm}dt{font-weight:bold;margin-top:.5em}dd{margin:0}");
  sheet.adoptedStyleSheets = [style];
  sheet.title = title;
  sheet.body.append(h("h1", null, title), h("p", null, new Date().toLocaleString()), h("dl", null, rows.map((row) => [h("dt", null, row.label), h("dd", null, String(row.value))])), h("p", null, foot));
  view.addEventListener("afterprint", () => frame.remove());
  view.focus();
  view.print();
}
