// The frame around the talk: header, menu, field, dialog. `on` holds what they do.
import { MARK, h, icon, press, tel } from "./dom.js";

const round = (path, name, does, more) => press("round", icon(path), does, { "aria-label": name, ...more });

/** The header with its menu: `{header, menu, menuButton}`; `entries` gives `[title, does, stays?]` each time it opens. */
export function head(t, entries, { close, number }) {
  const menu = h("div", { class: "menu", hidden: true });
  const fill = () => menu.replaceChildren(...entries().map(([title, does, stays], at) => press(null, title, () => pressed(does, stays, at))));
  const pressed = (does, stays, at) => {
    if (!stays) return toggle(false), does();
    does();
    fill();
    menu.children[at]?.focus();
  };
  const toggle = (open, focus = true) => {
    if (open) fill();
    menu.hidden = !open;
    menuButton.setAttribute("aria-expanded", open);
    if (focus) (open ? menu.firstChild : menuButton).focus();
  };
  const menuButton = round(MARK.menu, t.menu, () => toggle(menu.hidden), { "aria-expanded": "false" });
  menu.addEventListener("focusout", ({ relatedTarget: to }) => {
    if (to && to !== menuButton && !menu.contains(to)) toggle(false, false);
  });
  const header = h(
    "header",
    { part: "header" },
    h("span", { class: "logo" }, icon(MARK.knot)),
    h("div", { class: "title" }, h("h2", null, t.name), h("p", null, t.tagline)),
    number && tel(number, t.callShort(number), { class: "callhead", "aria-label": `${t.inEmergency} ${t.callShort(number)}` }),
    menuButton,
    close && round(MARK.close, t.close, close),
  );
  return { header, menu, menuButton, toggle };
}

/** The field and its button: `{form, field, left, grow, tools}`. */
export function composer(t, most, on) {
  const warn = most * 0.9;
  const field = h("textarea", {
    id: "field",
    rows: "1",
    placeholder: t.placeholder,
    enterkeyhint: "send",
    "aria-describedby": "left",
    oninput: () => (grow(), on.draft(field.value)),
    onkeydown: (event) => event.key === "Enter" && !event.shiftKey && !event.isComposing && submit(event),
  });
  const left = h("span", { class: "counted", id: "left", role: "status" });
  const tools = h("span", { class: "tools" });
  const send = h("button", { class: "round send", "aria-label": t.send }, icon(MARK.send));
  const over = () => [...field.value].length - most;
  const submit = (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text || over() > 0) return field.focus();
    field.value = "";
    grow();
    on.draft("");
    on.say(text);
  };
  const grow = () => {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + 2}px`;
    const beyond = over();
    left.textContent = beyond > 0 ? t.tooLong(beyond, most) : -beyond < most - warn ? t.left(-beyond) : "";
    left.classList.toggle("over", beyond > 0);
    field.setAttribute("aria-invalid", String(beyond > 0));
    send.setAttribute("aria-disabled", String(beyond > 0));
  };
  const form = h(
    "form",
    { class: "composer", part: "composer", onsubmit: submit },
    h("label", { for: "field", class: "sr" }, t.input),
    field,
    tools,
    send,
    left,
  );
  return { form, field, left, grow, tools };
}

/** Asks before everything is deleted. */
export function deleting(t, erase) {
  const close = () => dialog.close();
  const dialog = h(
    "dialog",
    { "aria-labelledby": "ask" },
    h("h3", { id: "ask" }, t.deleteTitle),
    h("p", null, t.deleteText),
    h("div", { class: "row" }, press("main", t.cancel, close), press("choice danger", t.deleteYes, () => (close(), erase()))),
  );
  return dialog;
}
