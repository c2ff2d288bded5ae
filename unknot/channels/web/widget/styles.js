// The widget's frame. A page sets colours and size by the same names: unknot-chat { --accent: teal; color-scheme: dark }
import { CARDS } from "./looks.js";

// name, light, dark
const COLOURS = [
  ["ground", "#faf6f0", "#131d1d"],
  ["surface", "#fffdfa", "#1c2928"],
  ["ink", "#1d2b2a", "#edf1ec"],
  ["quiet", "#586461", "#a9b7b3"],
  ["line", "#e6ddd0", "#31403e"],
  ["edge", "#8b8478", "#7b8a86"],
  ["accent", "#0d5c59", "#7fd0c7"],
  ["on-accent", "#fff", "#06211f"],
  ["soft", "#dfecea", "#1f4442"],
  ["on-soft", "#0b3f3d", "#d6f0ec"],
  ["alarm", "#a81f1c", "#8c1816"],
  ["urgent", "#8a4200", "#ffc37f"],
  ["urgent-soft", "#fff0dc", "#3a2a14"],
  ["visit", "#2d4a86", "#b3c8ff"],
  ["visit-soft", "#e9eef9", "#212c47"],
  ["home", "#1f5b3a", "#a4dcb7"],
  ["home-soft", "#e5f1e7", "#1b3527"],
  ["skin", "#f0dfcc", "#3a4744"],
  ["bone", "#937758", "#8c9d98"],
  ["body", "#2f7672", "#7fc8c0"],
  ["far", "#9cc3bd", "#3f6f6b"],
  ["move", "#b4571a", "#f0a565"],
];
const all = (value) => COLOURS.map((one) => `--${one[0]}:${value(one)};`).join("");
const LIGHT = all(([, light]) => light);
const DARK = all(([, , dark]) => dark);
const PAIRS = all(([, light, dark]) => `light-dark(${light},${dark})`);
const KNOWN = "(color: light-dark(red, red))";

// The host's own box belongs to the page around; everything in here hangs on .root, which takes nothing over from it
// but custom properties and the colour scheme. "medium" is the size that the person chose in the browser.
const TOKENS = `
:host { display: contents !important; ${LIGHT} }
:host([inline]), :host([place=inline]), :host([place=page]) { display: block !important; }
:host([inline]), :host([place=inline]) { height: 100%; min-height: 320px; }
@media (prefers-color-scheme: dark) { :host { ${DARK} } }
@supports ${KNOWN} {
  :host { color-scheme: light dark; ${PAIRS} }
  .root[data-theme=light] { color-scheme: light; }
  .root[data-theme=dark] { color-scheme: dark; }
}
@supports not ${KNOWN} { .root[data-theme=light] { ${LIGHT} } .root[data-theme=dark] { ${DARK} } }
.root { all: initial; color-scheme: inherit; display: block; height: 100%; color: var(--ink); font-family: -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", system-ui, sans-serif; font-size: var(--size, medium); line-height: 1.5; }
`;

const FRAME = `
*, ::before, ::after { box-sizing: border-box; margin: 0; padding: 0; font: inherit; }
[hidden] { display: none !important; }
ul, ol { padding-inline-start: 1.25em; }
button, textarea { color: inherit; border: 0; background: none; }
button, summary, label { cursor: pointer; }
fieldset { border: 0; min-width: 0; }
a { color: inherit; }
b, h4, .advice summary { font-weight: 600; }
:focus-visible, label:focus-within { outline: 3px solid var(--accent); outline-offset: 2px; z-index: 1; }
label:focus-within:not(:has(:focus-visible)) { outline: 0; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.icon, .figure path { fill: none; stroke-linecap: round; stroke-linejoin: round; }
.icon { width: 1.4em; height: 1.4em; flex: none; stroke: currentColor; stroke-width: 2; }
h2, h3 { font-size: 1.0625em; font-weight: 650; line-height: 1.3; }
.title p, legend, .state, .divider, .sources, .why, .status > p, .foot, .small, .toggle, .done, .recap, .marker, .fine { font-size: .875em; }
.title p, legend, .state, .divider, .sources, .why, .welcome p, .status > p, .foot, dt, .recap, .marker, .fine { color: var(--quiet); }

.panel, header, .menu, .choice, .small, .ticks label, .scale label, .place, .card, .dots, textarea, dialog { background: var(--surface); color: var(--ink); border: 1px solid var(--line); }
.launcher, .logo, .round.send, .main, .name[aria-pressed=true], .toggles .toggle[aria-pressed=true], .scale .on, input:checked + .box, .mic[aria-pressed=true] { background: var(--accent); color: var(--on-accent); border-color: var(--accent); }
.bubble, .step::before { background: var(--soft); color: var(--on-soft); }
@media (hover: hover) {
  .round:not(.send):hover, .menu button:hover, .choice:hover, .small:hover, .toggle:not([aria-pressed=true]):hover, label:not(.on):hover, .line:hover { background: var(--soft); color: var(--on-soft); }
}
.launcher, .logo, .round, .box, .step::before { display: grid; place-items: center; flex: none; }
.choices, .row, h3, .callnow { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; }

.launcher, .panel { position: fixed; z-index: 2147483000; inset: auto var(--away, 20px) var(--away, 20px) auto; box-shadow: 0 12px 40px rgb(30 25 15 / .25); }
[data-place=left] :is(.launcher, .panel) { inset: auto auto var(--away, 20px) var(--away, 20px); }
.launcher { width: 60px; height: 60px; border-radius: 30px; }
.badge { position: absolute; top: -4px; inset-inline-end: -4px; min-width: 24px; border-radius: 12px; background: var(--ink); color: var(--ground); font-weight: 600; }
.panel { font-size: calc(1em * var(--scale, 1)); width: min(26.25em, 100vw - 40px); height: min(45em, 100vh - 40px); height: min(45em, 100dvh - 40px); display: flex; flex-direction: column; background: var(--ground); border-radius: 20px; overflow: hidden; animation: appear .2s; }
.panel > * { flex: none; }
[data-place=inline] .panel, [data-place=page] .panel { position: relative; inset: auto; width: 100%; height: 100%; min-height: 0; box-shadow: none; z-index: auto; }
[data-place=page] .panel { border: 0; border-radius: 0; }
header { container-type: inline-size; display: flex; align-items: center; gap: 8px; padding: 8px 8px 8px 16px; border-width: 0 0 1px; }
.logo { width: 36px; height: 36px; border-radius: 12px; }
.title { flex: 1; min-width: 0; line-height: 1.3; white-space: nowrap; overflow: hidden; }
.callhead { display: flex; align-items: center; min-height: 44px; padding: 4px 12px; border-radius: 22px; border: 1.5px solid var(--alarm); font-weight: 600; font-size: .875em; text-decoration: none; text-align: center; line-height: 1.2; }
.round { width: 44px; height: 44px; border-radius: 22px; color: var(--quiet); }
.menu { position: absolute; z-index: 3; top: 60px; inset-inline-end: 12px; max-width: calc(100% - 24px); padding: 6px; border-radius: 12px; box-shadow: 0 12px 40px rgb(30 25 15 / .25); }
.menu button { display: block; width: 100%; min-height: 44px; padding: 8px 16px; text-align: start; border-radius: 8px; }

.panel > .columns { flex: 1; min-height: 0; display: flex; }
.scroll { position: relative; flex: 1; min-width: 0; overflow-y: auto; overscroll-behavior: contain; padding: 20px 16px 12px; scroll-padding: 12px 0 84px; }
.scroll:focus-visible { outline-offset: -3px; }
.beside { width: min(27em, 50%); overflow-y: auto; padding: 20px 16px; border-inline-start: 1px solid var(--line); }
.beside:empty { display: none; }
[data-place=page] :is(.scroll, .status, .composer, .foot, .crisis) { padding-inline: max(16px, 50% - 23em); }
.columns:has(.beside > *) .scroll { padding-inline: 24px; }
.planned + .marker { display: none; }
.away > .marker { display: flex; }
.welcome h3 { font-size: 1.375em; }
.welcome p { margin: 6px 0 18px; }
.last { margin-top: 18px; }
.log, .user { display: flex; flex-direction: column; gap: 14px; }
.user { align-items: flex-end; gap: 6px; }
.msg, .reply > * { animation: appear .2s; overflow-wrap: anywhere; }
.bot { padding-inline-end: 8px; }
p + p, p + ul, p + ol, ul + p, ol + p { margin-top: .6em; }
.msg li + li { margin-top: .25em; }
.bubble { max-width: 85%; padding: 9px 14px; border-radius: 18px 18px 4px 18px; }
.bubble::after { content: attr(data-time); display: block; margin-top: 2px; font-size: .75em; text-align: end; }
.divider { align-self: stretch; display: flex; align-items: center; gap: 12px; }
.divider::before, .divider::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
.marker { display: flex; gap: 8px; align-items: center; }
[data-state]:not([data-state=""]) .bubble { outline: 1px dashed var(--edge); }
.recap { align-self: stretch; text-align: start; }
.line { min-height: 44px; padding: 4px 8px; text-align: start; text-decoration: underline; border-radius: 8px; }

.status { padding: 0 16px 8px; max-height: 50%; overflow-y: auto; }
.status:empty { padding: 0; }
.status[data-kind=offline], .status[data-kind=late] { padding: 12px 16px; background: var(--urgent-soft); }
.status[data-kind=offline] > p, .status[data-kind=late] > p { color: var(--ink); font-weight: 600; }
.advice { margin: 4px 0 8px; }
.advice summary { min-height: 44px; align-content: center; }
.advice p { margin-top: 6px; }
.dots { display: inline-flex; gap: 5px; padding: 10px 14px; border-radius: 16px; }
.dots i { width: 7px; height: 7px; border-radius: 4px; background: var(--quiet); animation: breathe 1.4s infinite; }
.dots :nth-child(2) { animation-delay: .2s; }
.dots :nth-child(3) { animation-delay: .4s; }
.composer { display: flex; gap: 8px; align-items: flex-end; padding: 10px 12px 4px; position: relative; background: var(--ground); border-top: 1px solid var(--line); }
.tools:empty { display: none; }
textarea { flex: 1; min-width: 0; min-height: 46px; max-height: 132px; resize: none; padding: 10px 16px; border-radius: 23px; border: 1.5px solid var(--edge); font-size: max(1em, 16px); }
textarea:focus-visible { outline-offset: -2px; }
textarea[aria-invalid=true] { border-color: var(--urgent); }
textarea::placeholder { color: var(--quiet); opacity: 1; }
.send[aria-disabled=true] { opacity: .5; }
.counted { position: absolute; inset-inline: 16px 68px; bottom: 100%; font-size: .75em; text-align: end; }
.counted:not(:empty) { background: var(--ground); padding: 2px 6px; }
.counted.over { font-size: .875em; font-weight: 600; color: var(--urgent); background: var(--urgent-soft); }
.foot { padding: 2px 16px 8px; text-align: center; }
dialog { margin: auto; border-radius: 20px; padding: 20px; max-width: min(360px, 100vw - 32px); }
dialog::backdrop { background: rgb(20 25 25 / .5); }

@keyframes appear { from { opacity: 0; transform: translateY(8px); } }
@keyframes breathe { 30% { opacity: .3; } }
@container (max-width: 14em) { .logo { display: none; } }
@container (max-width: 12em) { .title { font-size: .75em; } .callhead { padding: 4px 8px; } }
@media (max-width: 520px) {
  .title p { display: none; }
  header { gap: 4px; padding-inline-start: 12px; }
  :is([data-place=left], [data-place=right]) .panel { inset: 0; width: 100%; height: 100vh; height: 100dvh; border: 0; border-radius: 0; }
}
`;

// One scroller for everything, and of an emergency the bar with the button stays.
const SHORT = `
@media (max-width: 360px) { .logo, .lines .icon { display: none; } }
@media (max-height: 480px) {
  .panel { overflow-y: auto; display: block; scroll-padding: 72px 0 12px; }
  .panel:has(.brief) { scroll-padding-top: calc(45vh + 12px); }
  .columns, .pinned, .alarm, .crisis { display: contents !important; }
  .scroll { overflow: visible; min-height: 40%; }
  .beside { display: none; }
  .title p, .foot { display: none; }
  .alarm .bar, .alarm.brief { position: sticky; top: 0; z-index: 2; }
  .alarm .bar { flex-flow: row wrap; padding-block: 8px; }
  .alarm.brief, .crisis.brief { display: block !important; max-height: 45vh; }
  .brief summary { display: none; }
  .callnow { flex: 1 1 auto; padding-inline: 8px; }
  .lines .callnow { font-size: 1em; }
  .row.end { position: static !important; }
  .crisis > * { background: var(--visit-soft); padding-inline: 16px; margin: 0; }
  .crisis .lines { padding-block: 8px; }
  .crisis:not(.alarm + *) .lines, .crisis.brief:not(.alarm + *) { position: sticky; top: 0; z-index: 2; }
  .crisis.brief { padding: 0; }
  .bar h3, .brief h3 { position: absolute; clip-path: inset(50%); }
  .status { max-height: none; }
}
`;

const MODES = `
@media (prefers-reduced-motion: reduce) { * { animation: none !important; } }
@media (prefers-contrast: more) { :host { --line: var(--edge); --quiet: var(--ink); } }
@media (forced-colors: active) {
  .main, .launcher, .send, .bubble, .alarm, .crisis, .callnow, .caution, .meanwhile, .toggle, .group { border: 2px solid; }
  .row.end, .alarm .bar { background: Canvas !important; }
  .callnow { background: Canvas !important; color: LinkText !important; }
  .name[aria-pressed=true], .toggles [aria-pressed=true], .scale .on, input:checked + .box { forced-color-adjust: none; background: Highlight; color: HighlightText; }
  .spot.on { fill: Highlight; forced-color-adjust: none; fill-opacity: 1; }
}
@media print {
  :host { display: none !important; color-scheme: light !important; ${LIGHT} }
  @supports ${KNOWN} { :host { ${PAIRS} } }
  .root { color-scheme: light !important; }
  :host([place=page]), :host([place=inline]) { display: block !important; }
  .panel, .columns, .scroll, .beside { display: block !important; position: static !important; height: auto !important; width: auto !important; overflow: visible !important; border: 0 !important; background: #fff !important; color: #000 !important; }
  header > :not(.title), .title p, .menu, .status, .composer, .foot, .reply, .welcome, .take, .tried, .timer, .launcher, .sources, .why { display: none !important; }
  .log:has(.planned, .summary) > .msg:not(:has(.planned, .summary)), .planned .recap { display: none; }
  .pinned *, .pinned > * { max-height: none !important; background: #fff !important; color: #000 !important; }
  .card, .step, .item { break-inside: avoid; }
}
`;

/** The sheets of the shadow tree. */
export function sheets() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(TOKENS + FRAME + CARDS + SHORT + MODES);
  return [sheet];
}
