// The plan and the summary to take along: copied, printed, saved, shared. Always both, where both are there.
import { h, list, press } from "./dom.js";
import { drawing } from "./pictures.js";

const rowsOf = (rows) => h("dl", null, rows.map((row) => [h("dt", null, row.label), h("dd", null, valueOf(row))]));
const valueOf = ({ value }) => (Array.isArray(value) ? value.join("; ") : String(value));

/** The plan in plain text, nothing left out. */
function planText(plan, t) {
  let group = null;
  const lines = plan.remedies.flatMap((one, at) => {
    const title = one.group_title ?? one.group;
    const head = title !== group ? ["", title] : [];
    group = title;
    return [...head, `${at + 1}. ${one.title}: ${one.how}`, one.caution && `   ${t.caution} ${one.caution}`];
  });
  const held = (plan.withheld ?? []).map((one) => `- ${one.why ?? one.title ?? one.id}`);
  return [t.planTitle, ...lines, "", held.length && t.withheld, ...held, "", plan.expect, plan.safety_net, plan.not_reviewed];
}

/** Both in plain text. */
export function asText({ plan, summary }, t) {
  const rows = summary ? [t.summary, ...summary.facts.map((row) => `${row.label}: ${valueOf(row)}`)] : [];
  const lines = [...rows, rows.length && plan && "", ...(plan ? planText(plan, t) : []), "", t.disclaimer];
  return lines.filter((line) => line !== undefined && line !== null && line !== false && line !== 0).join("\n");
}

/** Offers text as a file. */
export function save(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

const sheetStep = (one, t) =>
  h(
    "li",
    null,
    h("b", null, one.title),
    h("p", null, one.how),
    one.caution && h("p", null, t.caution, " ", one.caution),
    h("div", { class: "figures" }, (one.drawings ?? []).map((id) => drawing(id, t.drawings[id] ?? one.title))),
  );

const SHEET =
  "body{font:11pt/1.45 sans-serif;margin:1.5cm;color:#000}h1{font-size:16pt}h2{font-size:13pt;break-after:avoid}li,dd{break-inside:avoid}" +
  "dl{display:grid;grid-template-columns:auto 1fr;gap:2pt 12pt}dt{font-weight:bold}dd{margin:0}li{margin:6pt 0}p{margin:2pt 0}" +
  "svg{width:5cm;height:3cm}path{fill:none;stroke:#333;stroke-width:6;stroke-linecap:round}.g,.p{stroke:#aaa;stroke-width:3}.a{stroke-width:2}.head{fill:#333}";

/** Prints both on a sheet of their own. */
function printBoth({ plan, summary }, t) {
  const frame = h("iframe", { "aria-hidden": "true", tabindex: "-1" });
  frame.style.cssText = "position:fixed;width:0;height:0;border:0;visibility:hidden";
  document.body.append(frame);
  const { contentDocument: sheet, contentWindow: view } = frame;
  const style = new view.CSSStyleSheet();
  style.replaceSync(SHEET);
  sheet.adoptedStyleSheets = [style];
  sheet.title = t.takeAlong;
  sheet.documentElement.lang = t.lang;
  sheet.body.append(
    h("h1", null, `${t.name}: ${t.takeAlong}`),
    h("p", null, new Date().toLocaleString(t.lang)),
    ...(summary ? [h("h2", null, t.summary), rowsOf(summary.facts)] : []),
    ...(plan ? [h("h2", null, t.planTitle), h("ol", null, plan.remedies.map((one) => sheetStep(one, t)))] : []),
    ...(plan?.withheld?.length ? [h("h2", null, t.withheld), list(plan.withheld.map((one) => one.why ?? one.title ?? one.id))] : []),
    ...[plan?.expect, plan?.safety_net, plan?.not_reviewed].filter(Boolean).map((text) => h("p", null, text)),
    h("p", null, t.disclaimer),
  );
  view.addEventListener("afterprint", () => frame.remove());
  view.focus();
  view.print();
}

/** The buttons; `both()` gives `{plan, summary}` as they stand when one is pressed. */
export function takeButtons(both, t) {
  const told = h("span", { role: "status", class: "done" });
  const file = () => save("unknot-plan.txt", asText(both(), t), "text/plain");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(asText(both(), t));
      told.textContent = t.copied;
    } catch {
      file();
    }
  };
  const share = () => navigator.share({ title: t.takeAlong, text: asText(both(), t) }).catch(() => {});
  return h(
    "div",
    { class: "row take" },
    press("small", t.copy, copy),
    press("small", t.print, () => printBoth(both(), t)),
    press("small", t.save, file),
    navigator.share && press("small", t.share, share),
    told,
  );
}

/** The card of a summary. */
export function summary(payload, t, on) {
  return h(
    "section",
    { class: "card summary", part: "card" },
    h("h3", { tabindex: "-1" }, t.summary),
    rowsOf(payload.facts),
    takeButtons(() => ({ plan: on.both().plan, summary: payload }), t),
  );
}
