// The widget's looks. A page sets colours and size by the same names: unknot-chat { --accent: teal; color-scheme: dark }
export const sheet = new CSSStyleSheet();
sheet.replaceSync(`
:host {
  all: initial; position: fixed; z-index: 2147483000; color-scheme: light dark;
  --size: 1rem;
  --ground: light-dark(#faf6f0, #131d1d);
  --surface: light-dark(#fffdfa, #1c2928);
  --ink: light-dark(#1d2b2a, #edf1ec);
  --quiet: light-dark(#586461, #a9b7b3);
  --line: light-dark(#e6ddd0, #31403e);
  --edge: light-dark(#8b8478, #7b8a86);
  --accent: light-dark(#0d5c59, #7fd0c7);
  --on-accent: light-dark(#fff, #06211f);
  --soft: light-dark(#dfecea, #1f4442);
  --on-soft: light-dark(#0b3f3d, #d6f0ec);
  --alarm: light-dark(#a81f1c, #7c1513);
  --urgent: light-dark(#8a4200, #ffc37f);
  --urgent-soft: light-dark(#fff0dc, #3a2a14);
  --visit: light-dark(#2d4a86, #b3c8ff);
  --visit-soft: light-dark(#e9eef9, #212c47);
  --home: light-dark(#1f5b3a, #a4dcb7);
  --home-soft: light-dark(#e5f1e7, #1b3527);
  --skin: light-dark(#f0dfcc, #3a4744);
  --bone: light-dark(#c3a684, #6f807b);
  --body: light-dark(#2f7672, #7fc8c0);
  --far: light-dark(#9cc3bd, #3f6f6b);
  --move: light-dark(#b4571a, #f0a565);
  font: var(--size)/1.5 -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", system-ui, sans-serif; }
*, ::before, ::after { box-sizing: border-box; margin: 0; padding: 0; font: inherit; }
[hidden] { display: none !important; }
ul, ol { padding-inline-start: 1.25em; }
button, textarea { color: inherit; border: 0; background: none; }
button, summary, label { cursor: pointer; }
fieldset { border: 0; min-width: 0; }
a { color: inherit; }
b, h4, .foot a, .advice summary { font-weight: 600; }
:focus-visible, label:has(:focus-visible) { outline: 3px solid var(--accent); outline-offset: 2px; z-index: 1; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.icon, .figure path { fill: none; stroke-linecap: round; stroke-linejoin: round; }
.icon { width: 1.4em; height: 1.4em; flex: none; stroke: currentColor; stroke-width: 2; }
h2, h3 { font-size: 1.0625em; font-weight: 650; line-height: 1.3; }
.title p, legend, .state, .divider, .sources, .why, .status > p, .foot, .small, .toggle, .done { font-size: .875em; }
.title p, legend, .state, .divider, .sources, .why, .welcome p, .status > p, .foot, dt { color: var(--quiet); }

.panel, header, .menu, .choice, .small, .toggle, .ticks label, .scale label, .place, .card, .dots, textarea, dialog { background: var(--surface); color: var(--ink); border: 1px solid var(--line); }
.launcher, .logo, .round.send, .main, .toggle[aria-pressed=true], .scale label:has(:checked), input:checked + .box { background: var(--accent); color: var(--on-accent); border-color: var(--accent); }
.round:hover, .menu :hover, .choice:hover, .small:hover, .toggle:hover, label:hover, .bubble, .step::before { background: var(--soft); color: var(--on-soft); }
.launcher, .logo, .round, .box, .step::before { display: grid; place-items: center; flex: none; }
.choices, .row, h3, .callnow { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; }

.launcher, .panel { position: fixed; inset: auto 20px 20px auto; box-shadow: 0 12px 40px rgb(30 25 15 / .25); }
.launcher { width: 60px; height: 60px; border-radius: 30px; }
:host([data-open]) .launcher { display: none; }
.badge { position: absolute; top: -4px; right: -4px; min-width: 24px; border-radius: 12px; background: var(--ink); color: var(--ground); font-weight: 600; }
.panel { width: min(420px, 100vw - 40px); height: min(720px, 100dvh - 40px); display: flex; flex-direction: column; background: var(--ground); border-radius: 20px; overflow: hidden; animation: appear .2s; }
.panel > * { flex: none; }
header { display: flex; align-items: center; gap: 8px; padding: 10px 8px 10px 16px; border-width: 0 0 1px; }
.logo { width: 36px; height: 36px; border-radius: 12px; }
.title { flex: 1; line-height: 1.3; }
.round { width: 44px; height: 44px; border-radius: 22px; color: var(--quiet); }
.menu { position: absolute; z-index: 3; top: 60px; right: 12px; padding: 6px; border-radius: 12px; box-shadow: 0 12px 40px rgb(30 25 15 / .25); }
.menu button { display: block; width: 100%; min-height: 44px; padding: 8px 16px; text-align: start; border-radius: 8px; }

.panel > .scroll { position: relative; flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: 20px 16px 12px; }
.scroll:focus-visible { outline-offset: -3px; }
.welcome h3 { font-size: 1.375em; }
.welcome p { margin: 6px 0 18px; }
.log, .user { display: flex; flex-direction: column; gap: 14px; }
.user { align-items: flex-end; gap: 6px; }
.msg, .reply > * { animation: appear .2s; overflow-wrap: break-word; }
.bot { padding-inline-end: 8px; }
p + p, p + ul, p + ol, ul + p, ol + p { margin-top: .6em; }
.msg li + li { margin-top: .25em; }
.bubble { max-width: 85%; padding: 9px 14px; border-radius: 18px 18px 4px 18px; }
.divider { align-self: stretch; display: flex; align-items: center; gap: 12px; }
.divider::before, .divider::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
[data-state]:not([data-state=""]) .bubble { outline: 1px dashed var(--edge); }

.reply > * { margin-top: 14px; }
.choice, .main, .small, .toggle { min-height: 44px; padding: 8px 16px; border-radius: 22px; border: 1.5px solid var(--accent); color: var(--accent); text-align: start; font-weight: 600; line-height: 1.3; }
.main { color: var(--on-accent); }
.main[aria-disabled=true] { background: none; color: var(--quiet); border: 1.5px dashed var(--edge); cursor: default; }
.row { margin-top: 12px; }
.state { text-align: end; }
legend { margin-bottom: 8px; }
label { position: relative; }
label input { position: absolute; inset: 0; width: 100%; height: 100%; opacity: 0; cursor: pointer; }
.ticks label { display: flex; gap: 12px; align-items: center; min-height: 44px; padding: 8px 12px; line-height: 1.3; margin-top: -1px; }
.ticks label:first-of-type { border-radius: 12px 12px 0 0; }
.ticks label:last-of-type { border-radius: 0 0 12px 12px; }
.box { width: 24px; height: 24px; border-radius: 8px; border: 2px solid var(--edge); }
:not(:checked) + .box .icon { visibility: hidden; }
.ticks .row { position: sticky; bottom: -12px; margin: 0 -16px; padding: 12px 16px; background: linear-gradient(transparent, var(--ground) 10px); z-index: 2; }
.numbers, .toggles, .figures { display: grid; grid-template-columns: repeat(6, 1fr); gap: 6px; }
.scale label { display: flex; flex-direction: column; align-items: center; justify-content: center; min-height: 52px; border-radius: 12px; line-height: 1.1; }
.scale span { font-size: .6875em; white-space: nowrap; }

.place, .card { border-radius: 16px; padding: 14px; }
.back { display: block; width: 100%; max-height: 205px; margin-bottom: 8px; }
.skin { fill: var(--skin); }
.hair, .spine { fill: var(--bone); }
.skin, .bone, .spot { stroke: var(--bone); }
.spot { fill: var(--body); fill-opacity: .1; stroke-dasharray: 2 3; cursor: pointer; }
.spot:hover { fill-opacity: .3; }
.spot.on { fill-opacity: .8; }
.bone, .spine { fill-opacity: .7; pointer-events: none; }
.bone { fill: none; }
.side { font-size: 11px; text-anchor: middle; fill: var(--quiet); }
.toggles { grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); margin-top: 6px; }
.sides { grid-template-columns: repeat(auto-fit, minmax(76px, 1fr)); }
.toggle { padding: 6px 8px; border-color: var(--edge); color: var(--ink); text-align: center; border-radius: 12px; }

.card h3 { margin-bottom: 8px; }
.card.level { border-inline-start-width: 5px; }
.urgent, .caution, .status:has(.advice) { background: var(--urgent-soft); }
.see_clinician, .crisis { background: var(--visit-soft); border-color: var(--visit); }
.self_care, .meanwhile { background: var(--home-soft); border-color: var(--home); }
.urgent { border-color: var(--urgent); }
.urgent h3, .caution b { color: var(--urgent); }
.see_clinician h3, .crisis h3 { color: var(--visit); }
.self_care h3, .done { color: var(--home); }
.emergency { padding: 8px 12px; border-inline-start: 5px solid var(--alarm); }
.meanwhile, .caution, .withheld { margin: 10px 0; padding: 10px 12px; border-radius: 12px; }
.withheld { border: 1px dashed var(--edge); }
.sources, .why { margin-top: 6px; }
.sources summary, .why summary { min-height: 24px; }
.why { display: flex; justify-content: space-between; gap: 16px; }
.steps { list-style: none; padding: 0; counter-reset: step; }
.step { counter-increment: step; position: relative; padding: 14px 0 14px 40px; }
.step + .step { border-top: 1px solid var(--line); }
.step::before { content: counter(step); position: absolute; left: 0; top: 12px; width: 28px; height: 28px; border-radius: 14px; font-weight: 600; }
.group { font-weight: 600; color: var(--accent); }
.figures { grid-template-columns: 1fr 1fr; }
.figure { width: 100%; margin-top: 10px; background: var(--ground); border: 1px solid var(--line); border-radius: 12px; padding: 6px; }
.figure.wide, .figure:only-child { grid-column: 1 / -1; max-height: 150px; }
.g, .m, .c { stroke: var(--line); stroke-width: 2.5; }
.figure .m { fill: var(--line); }
.figure .c { fill: var(--surface); stroke: var(--bone); }
.p { stroke: var(--bone); stroke-width: 5; }
.b, .t { stroke: var(--body); stroke-width: 9.5; }
.f, .n { stroke: var(--far); stroke-width: 9; }
.n { stroke-width: 7; }
.t { stroke-width: 15; }
.w { stroke-width: 26; }
.a { stroke: var(--move); stroke-width: 2.5; }
.head { fill: var(--body); }
dl { display: grid; grid-template-columns: auto 1fr; gap: 6px 16px; }
dd { font-weight: 600; overflow-wrap: anywhere; }

.alarm { background: var(--alarm); color: #fff; padding: 12px 16px; max-height: 46vh; overflow-y: auto; }
.alarm summary { min-height: 44px; align-content: center; }
.alarm :focus-visible { outline-color: #fff; }
h3 { flex-wrap: nowrap; }
.callnow { justify-content: center; min-height: 52px; margin-top: 8px; border-radius: 12px; background: #fff; color: #8f1614; font-size: 1.125em; font-weight: 650; text-decoration: none; }
.status { padding: 0 16px 8px; max-height: 45%; overflow-y: auto; }
.status:empty { padding: 0; }
.status:has(.advice) { padding: 12px 16px; }
.status:has(.advice) > p { color: var(--ink); font-weight: 600; }
.advice { margin: 4px 0 8px; }
.advice p { margin-top: 6px; }
.dots { display: inline-flex; gap: 5px; padding: 10px 14px; border-radius: 16px; }
.dots i { width: 7px; height: 7px; border-radius: 4px; background: var(--quiet); animation: breathe 1.4s infinite; }
.dots :nth-child(2) { animation-delay: .2s; }
.dots :nth-child(3) { animation-delay: .4s; }
.composer { display: flex; gap: 8px; align-items: flex-end; padding: 10px 12px 4px; position: relative; background: var(--ground); border-top: 1px solid var(--line); }
textarea { flex: 1; min-width: 0; min-height: 46px; max-height: 132px; resize: none; padding: 10px 16px; border-radius: 23px; border: 1.5px solid var(--edge); font-size: max(1em, 16px); }
textarea:focus-visible { outline-offset: -2px; }
textarea::placeholder { color: var(--quiet); opacity: 1; }
.left { position: absolute; right: 68px; top: -20px; font-size: .75em; background: var(--ground); padding: 0 6px; }
.foot { padding: 2px 16px 10px; text-align: center; }
.foot a { color: var(--ink); display: inline-block; padding: 2px; }
dialog { margin: auto; border-radius: 20px; padding: 20px; max-width: min(360px, 100vw - 32px); }
dialog::backdrop { background: rgb(20 25 25 / .5); }

@keyframes appear { from { opacity: 0; transform: translateY(8px); } }
@keyframes breathe { 30% { opacity: .3; } }
@media (max-width: 520px) { .panel { inset: 0; width: 100%; height: 100dvh; border: 0; border-radius: 0; } }
@media (max-height: 480px) {
  .panel { overflow-y: auto; display: block; }
  .panel > .scroll { overflow: visible; min-height: 60%; }
  .alarm { max-height: none; }
  .composer { position: sticky; bottom: 0; }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important; } }
@media (forced-colors: active) {
  .main, .launcher, .send, .bubble, .alarm, .callnow { border: 2px solid; }
  .toggle[aria-pressed=true], .scale label:has(:checked), input:checked + .box { forced-color-adjust: none; background: Highlight; color: HighlightText; }
}
@media print { :host { display: none; } }
`);
