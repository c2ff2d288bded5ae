// For later: a sign once a day, a calendar file, a link with a QR code. Loaded when it is asked for, so that nobody else
// pays for it. `page` is the element, `ask(method, path, body)` the page's way to the server.
import { h, keep, press, s } from "./dom.js";

const MARK = "unknot:later";
const ENGLISH = {
  title: "For later",
  text: "Once a day a sign can wait for you here. It is off until you switch it on.",
  time: "Time of day",
  set: "Remind me",
  end: "Do not remind me",
  calendar: "Calendar file",
  link: "Link for a clinician",
  linkText: "Whoever opens this link can read your page, once, within 24 hours. A new link ends the old one.",
  qr: "QR code of the link",
  shut: "Close",
  ok: "OK",
  away: "That did not work. Please try again.",
};
const REMINDERS = "api/reminders";

async function state(answer) {
  const found = await (await answer).json();
  keep(MARK, found.on ? "1" : null);
  return found;
}

/** Shows what waits: a badge while the panel is closed, the words once it is open; then it is seen. */
export async function greet(page, ask) {
  const { greeting } = await state(ask("GET", REMINDERS));
  if (!greeting) return;
  const show = () => {
    const note = h("p", { class: "welcome", role: "status" }, greeting, " ", press("small", ENGLISH.ok, () => note.remove()));
    page.scroll.prepend(note);
    state(ask("POST", REMINDERS, { seen: true })).catch(() => {});
  };
  if (!page.panel.hidden) return show();
  page.badge.hidden = false;
  page.badge.textContent = "1";
  page.addEventListener("unknot-open", show, { once: true });
}

// The picture is drawn anew: the page's policy allows no picture from text.
const picture = (svg, t) => {
  const side = /width="(\d+)"/.exec(svg)[1];
  const [, transform] = /transform="([^"]+)"/.exec(svg) ?? [];
  const path = s("path", { d: / d="([^"]+)"/.exec(svg)[1], stroke: "#000", transform });
  const ground = s("rect", { width: side, height: side, fill: "#fff" });
  return s("svg", { viewBox: `0 0 ${side} ${side}`, width: 220, height: 220, role: "img", "aria-label": t.qr }, ground, path);
};

function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/calendar" }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/** Opens the dialog. */
export function open(page, ask, words) {
  const t = { ...ENGLISH, ...words };
  const told = h("p", { role: "status" });
  const time = h("input", { type: "time", "aria-label": t.time });
  time.value = "09:00";
  const shown = h("div", null);
  const tried = (job) => () => job().catch((error) => (told.textContent = error.message || t.away));
  const tell = async (answer) => {
    const found = await state(answer);
    if (found.time) time.value = found.time;
    told.textContent = found.text;
  };
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const set = () => tell(ask("POST", REMINDERS, { time: time.value, zone }));
  const end = () => tell(ask("DELETE", REMINDERS));
  const file = async () => download("unknot.ics", await (await ask("GET", `${REMINDERS}.ics?time=${time.value}`)).text());
  const give = async () => {
    const { url, qr } = await (await ask("POST", "api/handover/link", {})).json();
    const anchor = h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, url);
    shown.replaceChildren(h("p", null, t.linkText), picture(qr, t), h("p", null, anchor));
  };
  const row = (...buttons) => h("div", { class: "row" }, buttons);
  const dialog = h(
    "dialog",
    { "aria-label": t.title, onclose: () => dialog.remove() },
    h("h3", null, t.title),
    h("p", null, t.text),
    row(time, press("main", t.set, tried(set)), press("choice", t.end, tried(end))),
    told,
    row(press("choice", t.calendar, tried(file)), press("choice", t.link, tried(give)), press("choice", t.shut, () => dialog.close())),
    shown,
  );
  page.root.append(dialog);
  dialog.showModal();
  tried(() => tell(ask("GET", REMINDERS)))();
}
