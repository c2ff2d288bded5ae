// The widget's looks. Every colour and the size can be set from outside with --unknot-… properties.
const CSS = `
:host {
  all: initial; color-scheme: light dark;
  --ground: var(--unknot-ground, light-dark(#faf6f0, #131d1d));
  --surface: var(--unknot-surface, light-dark(#fffdfa, #1c2928));
  --ink: var(--unknot-ink, light-dark(#1d2b2a, #edf1ec));
  --quiet: var(--unknot-quiet, light-dark(#586461, #a9b7b3));
  --line: var(--unknot-line, light-dark(#e6ddd0, #31403e));
  --edge: var(--unknot-edge, light-dark(#8b8478, #7b8a86));
  --accent: var(--unknot-accent, light-dark(#0d5c59, #7fd0c7));
  --on-accent: var(--unknot-on-accent, light-dark(#ffffff, #06211f));
  --soft: var(--unknot-soft, light-dark(#dfecea, #1f4442));
  --on-soft: var(--unknot-on-soft, light-dark(#0b3f3d, #d6f0ec));
  --move: light-dark(#b4571a, #f0a565);
  --skin: light-dark(#f0dfcc, #3a4744);
  --skin-line: light-dark(#d6bea3, #5b6b67);
  --bone: light-dark(#c3a684, #6f807b);
  --body: light-dark(#2f7672, #7fc8c0);
  --far: light-dark(#9cc3bd, #3f6f6b);
  --prop: light-dark(#c4b49e, #7d7566);
  --cloth: light-dark(#efe4d4, #2c3937);
  --pad: light-dark(#fffaf2, #46524f);
  --alarm: light-dark(#a81f1c, #7c1513);
  --alarm-ink: light-dark(#a81f1c, #ffa79e);
  --on-alarm: light-dark(#ffffff, #fff1ef);
  --alarm-call: light-dark(#ffffff, #fff1ef);
  --on-alarm-call: light-dark(#8f1614, #7c1513);
  --urgent: light-dark(#8a4200, #ffc37f);
  --urgent-soft: light-dark(#fff0dc, #3a2a14);
  --visit: light-dark(#2d4a86, #b3c8ff);
  --visit-soft: light-dark(#e9eef9, #212c47);
  --home: light-dark(#1f5b3a, #a4dcb7);
  --home-soft: light-dark(#e5f1e7, #1b3527);
  --crisis: light-dark(#5a3d7a, #d9c3f2);
  --crisis-soft: light-dark(#f1eaf7, #2f2540);
  --shade: 0 1px 2px rgb(40 30 10 / .07), 0 2px 8px rgb(40 30 10 / .05);
  position: fixed; inset: auto 0 0 auto; z-index: 2147483000;
  font: var(--unknot-font-size, 1rem)/1.5 var(--unknot-font, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", system-ui, sans-serif);
  -webkit-text-size-adjust: 100%; }
:host([theme=light]) { color-scheme: light; }
:host([theme=dark]) { color-scheme: dark; }
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
h2, h3, h4, p, ul, ol, dl, dd { margin: 0; padding: 0; font: inherit; }
ul, ol { padding-inline-start: 1.25em; }
button, textarea, input { font: inherit; color: inherit; letter-spacing: inherit; }
button { cursor: pointer; background: none; border: 0; padding: 0; -webkit-tap-highlight-color: transparent; }
a { color: inherit; text-underline-offset: .15em; }
summary { cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.icon { width: 1.4em; height: 1.4em; flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }

.launcher { position: fixed; inset: auto 20px 20px auto; width: 60px; height: 60px; border-radius: 30px; display: grid; place-items: center;
  background: var(--accent); color: var(--on-accent); box-shadow: 0 6px 20px rgb(0 40 40 / .28); transition: transform .15s; }
.launcher:hover { transform: scale(1.05); }
.launcher:focus-visible { outline-offset: 4px; }
:host([data-open]) .launcher { display: none; }
.badge { position: absolute; top: -4px; right: -4px; min-width: 24px; height: 24px; border-radius: 12px; padding: 0 6px; font-size: .8125em; font-weight: 700;
  line-height: 24px; background: var(--ink); color: var(--ground); }

.panel { position: fixed; inset: auto 20px 20px auto; width: min(420px, calc(100vw - 40px)); height: min(720px, calc(100dvh - 40px)); display: flex; flex-direction: column;
  background: var(--ground); color: var(--ink); border: 1px solid var(--line); border-radius: 20px; overflow: hidden;
  box-shadow: 0 16px 48px rgb(30 25 15 / .22), 0 2px 8px rgb(30 25 15 / .1); animation: rise .2s ease-out; }
header { display: flex; align-items: center; gap: 4px; padding: 10px 8px 10px 16px; background: var(--surface); border-bottom: 1px solid var(--line); flex: none; }
.logo { display: grid; place-items: center; width: 36px; height: 36px; border-radius: 12px; background: var(--accent); color: var(--on-accent); margin-inline-end: 8px; }
.title { flex: 1; min-width: 0; line-height: 1.25; }
h2 { font-size: 1.0625em; font-weight: 650; }
.title p { font-size: .8125em; color: var(--quiet); }
.round { width: 44px; height: 44px; border-radius: 22px; display: grid; place-items: center; flex: none; color: var(--quiet); }
.round:hover { background: var(--soft); color: var(--on-soft); }
.menu { position: absolute; z-index: 3; top: 60px; right: 12px; min-width: 220px; padding: 6px; background: var(--surface); border: 1px solid var(--line); border-radius: 14px; box-shadow: 0 12px 32px rgb(30 25 15 / .2); }
.menu button { display: block; width: 100%; min-height: 44px; padding: 8px 12px; text-align: start; border-radius: 9px; }
.menu button:hover { background: var(--soft); color: var(--on-soft); }

.scroll { position: relative; flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: 20px 16px 12px; scrollbar-width: thin; }
.scroll:focus-visible { outline-offset: -3px; }
.welcome h3 { font-size: 1.375em; font-weight: 650; line-height: 1.25; letter-spacing: -.01em; margin-bottom: 6px; }
.welcome p { color: var(--quiet); margin-bottom: 18px; }
.log { display: flex; flex-direction: column; gap: 14px; }
.msg { animation: appear .18s ease-out; overflow-wrap: break-word; }
.msg p + p, .msg p + ul, .msg ul + p, .msg p + ol, .msg ol + p { margin-top: .6em; }
.msg li + li { margin-top: .25em; }
.user { align-self: stretch; display: flex; flex-direction: column; align-items: flex-end; }
.bubble { max-width: 85%; background: var(--soft); color: var(--on-soft); padding: 9px 14px; border-radius: 18px 18px 5px 18px; }
.bot { max-width: 100%; padding-inline-end: 8px; }
.bot + .user, .user + .bot { margin-top: 4px; }
.divider { align-self: stretch; display: flex; align-items: center; gap: 12px; color: var(--quiet); font-size: .8125em; margin: 6px 0 16px; }
.divider::before, .divider::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
.state { font-size: .8125em; color: var(--quiet); margin-top: 6px !important; text-align: end; }
[data-state=failed] .bubble, [data-state=waiting] .bubble { outline: 1px dashed var(--edge); }

.reply:not(:empty) { margin-top: 14px; animation: appear .18s ease-out; }
.choices { display: flex; flex-wrap: wrap; gap: 8px; }
.choice, .main, .small, .toggle { min-height: 44px; padding: 8px 16px; border-radius: 22px; border: 1.5px solid var(--accent); color: var(--accent); background: var(--surface); text-align: start; font-weight: 550; line-height: 1.3; transition: background .12s; }
.choice:hover, .small:hover, .toggle:hover { background: var(--soft); color: var(--on-soft); }
.main { background: var(--accent); color: var(--on-accent); font-weight: 600; }
.main[aria-disabled=true] { background: transparent; color: var(--quiet); border-color: var(--edge); border-style: dashed; cursor: default; }
.small { padding: 4px 14px; font-size: .875em; }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-top: 12px; }
label { position: relative; }
label input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: pointer; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
legend { padding: 0; font-size: .875em; color: var(--quiet); margin-bottom: 8px; }
.ticks label { display: flex; gap: 12px; align-items: center; min-height: 44px; padding: 8px 12px; background: var(--surface); border: 1px solid var(--line); cursor: pointer; line-height: 1.35; margin-top: -1px; }
.ticks label:first-of-type { border-radius: 14px 14px 0 0; }
.ticks label:last-of-type { border-radius: 0 0 14px 14px; }
.ticks label:hover { background: var(--soft); color: var(--on-soft); }
.box { width: 24px; height: 24px; border-radius: 7px; border: 2px solid var(--edge); flex: none; display: grid; place-items: center; }
.box .icon { width: 18px; height: 18px; stroke-width: 3; visibility: hidden; }
input:checked + .box { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
input:checked + .box .icon { visibility: visible; }
.ticks label:has(:focus-visible), .scale label:has(:focus-visible) { outline: 3px solid var(--accent); outline-offset: 2px; z-index: 1; }
.ticks .row { position: sticky; bottom: -12px; margin: 0 -16px; padding: 12px 16px; background: linear-gradient(transparent, var(--ground) 10px); z-index: 2; }
.numbers { display: grid; grid-template-columns: repeat(6, 1fr); gap: 6px; }
.scale label { display: flex; flex-direction: column; align-items: center; justify-content: center; min-height: 52px; border-radius: 12px; border: 1.5px solid var(--line); background: var(--surface); cursor: pointer; line-height: 1.1; }
.scale b { font-weight: 600; font-size: 1.0625em; }
.scale span { font-size: .6875em; color: var(--quiet); white-space: nowrap; }
.scale label:hover { background: var(--soft); }
.scale label:has(:checked) { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.scale :checked ~ span { color: inherit; }

.place { background: var(--surface); border: 1px solid var(--line); border-radius: 16px; padding: 12px 12px 14px; }
.back { display: block; width: 100%; max-height: 230px; margin: 0 auto 8px; }
.skin { fill: var(--skin); stroke: var(--skin-line); stroke-width: 1.5; }
.hair { fill: var(--bone); }
.spot { fill: var(--body); fill-opacity: .1; stroke: var(--skin-line); stroke-width: 1; stroke-dasharray: 2 3; cursor: pointer; transition: fill-opacity .12s; }
.spot:hover { fill-opacity: .25; }
.spot.on { fill-opacity: .82; stroke: var(--accent); stroke-dasharray: none; stroke-width: 2; }
.bone { fill: none; stroke: var(--bone); stroke-width: 1.5; opacity: .7; pointer-events: none; }
.spine { fill: var(--bone); opacity: .8; pointer-events: none; }
.side { font-size: 11px; text-anchor: middle; fill: var(--quiet); font-family: inherit; }
.toggles { display: grid; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); gap: 6px; margin-top: 6px; }
.toggles.sides { grid-template-columns: repeat(4, 1fr); }
.toggle { padding: 6px 8px; border-color: var(--edge); color: var(--ink); font-size: .875em; text-align: center; border-radius: 12px; }
.toggle[aria-pressed=true] { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }

.card { background: var(--surface); border: 1px solid var(--line); border-radius: 16px; padding: 16px; box-shadow: var(--shade); }
.card h3 { display: flex; gap: 8px; align-items: center; font-weight: 650; font-size: 1.0625em; margin-bottom: 8px; line-height: 1.3; }
h4 { font-weight: 600; }
.level { border-inline-start-width: 5px; }
p.level { display: flex; gap: 8px; align-items: center; padding: 8px 12px; border: 0 solid var(--alarm-ink); border-inline-start-width: 5px; border-radius: 8px; background: var(--surface); }
.triage:has(> .emergency) + .triage:has(> .emergency) { display: none; }
p.level .icon { color: var(--alarm-ink); }
.urgent { background: var(--urgent-soft); border-color: var(--urgent); } .urgent h3 { color: var(--urgent); }
.see_clinician { background: var(--visit-soft); border-color: var(--visit); } .see_clinician h3 { color: var(--visit); }
.self_care { background: var(--home-soft); border-color: var(--home); } .self_care h3 { color: var(--home); }
.crisis { background: var(--crisis-soft); border-color: var(--crisis); } .crisis h3 { color: var(--crisis); }
.crisis a, .alarm a { font-weight: 700; }
.meanwhile { margin-top: 10px; padding: 10px 14px; border-radius: 12px; background: var(--home-soft); font-size: .9375em; }
.meanwhile h4 { font-size: .8125em; color: var(--home); }
.meanwhile p { margin-top: 2px !important; }
.sources { font-size: .8125em; color: var(--quiet); margin-top: 8px; }
.sources summary { min-height: 24px; padding: 2px 0; }
.sources li { margin-top: 4px; }
.steps { list-style: none; padding: 0; counter-reset: step; }
.step { counter-increment: step; position: relative; padding: 14px 0 14px 42px; border-top: 1px solid var(--line); margin: 0 !important; }
.step:first-child { border-top: 0; padding-top: 4px; }
.step::before { content: counter(step); position: absolute; left: 0; top: 12px; width: 28px; height: 28px; border-radius: 14px; display: grid; place-items: center; background: var(--soft); color: var(--on-soft); font-size: .875em; font-weight: 650; }
.step:first-child::before { top: 2px; }
.figures:not(:empty) { display: grid; grid-template-columns: repeat(2, 1fr); gap: 8px; margin-top: 10px; }
.figure { width: 100%; background: var(--ground); border: 1px solid var(--line); border-radius: 12px; padding: 6px; }
.figure.wide, .figure:only-child { grid-column: 1 / -1; max-height: 150px; }
.figure path { fill: none; stroke-linecap: round; stroke-linejoin: round; }
.figure .g { stroke: var(--line); stroke-width: 2.5; }
.figure .p { stroke: var(--prop); stroke-width: 5; }
.figure .m { fill: var(--cloth); stroke: var(--line); stroke-width: 1.5; }
.figure .c { fill: var(--pad); stroke: var(--prop); stroke-width: 2; }
.figure .f { stroke: var(--far); stroke-width: 9; }
.figure .b { stroke: var(--body); stroke-width: 9.5; }
.figure .t { stroke: var(--body); stroke-width: 15; }
.figure .w { stroke-width: 26; }
.figure .n { stroke-width: 7; stroke: var(--far); }
.figure .a { stroke: var(--move); stroke-width: 2.5; }
.figure .head { fill: var(--body); }
.caution { font-size: .9375em; margin-top: 8px; padding: 8px 12px; border-radius: 10px; background: var(--urgent-soft); }
.caution b { color: var(--urgent); font-weight: 650; }
.withheld { margin-top: 8px; padding: 12px 14px; border-radius: 12px; border: 1px dashed var(--edge); }
.withheld ul { margin-top: 4px; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 6px 16px; }
dt { color: var(--quiet); } dd { font-weight: 550; overflow-wrap: anywhere; }
.done { font-size: .875em; color: var(--home); }

.alarm { background: var(--alarm); color: var(--on-alarm); padding: 12px 16px 14px; max-height: 46vh; overflow-y: auto; }
.alarm .head { display: flex; align-items: center; justify-content: space-between; gap: 8px; }
.alarm h3 { display: flex; gap: 8px; align-items: center; font-weight: 700; font-size: 1.0625em; }
.alarm .words { margin-top: 10px; }
.alarm p + p { margin-top: .5em; }
.alarm :focus-visible { outline-color: var(--on-alarm); }
.fold { min-height: 44px; padding: 0 6px; font-size: .875em; text-decoration: underline; text-underline-offset: .15em; }
.callnow { display: flex; justify-content: center; align-items: center; gap: 10px; min-height: 52px; margin-top: 4px; border-radius: 14px; background: var(--alarm-call); color: var(--on-alarm-call); font-size: 1.125em; text-decoration: none; }

.status { padding: 0 16px; max-height: 45%; overflow-y: auto; flex: none; }
.status[data-kind=typing] { padding-bottom: 10px; }
.status > p { font-size: .875em; color: var(--quiet); padding-bottom: 8px; }
.status[data-kind=offline], .status[data-kind=late] { background: var(--urgent-soft); border-top: 1px solid var(--line); padding: 12px 16px; }
.status[data-kind=offline] > p, .status[data-kind=late] > p { color: var(--ink); font-weight: 600; }
.advice { font-size: .9375em; margin-bottom: 8px; }
.advice summary { font-weight: 600; min-height: 28px; }
.advice > p { margin-top: 6px; }
.dots { display: inline-flex; gap: 5px; padding: 10px 14px; border-radius: 16px; background: var(--surface); border: 1px solid var(--line); }
.dots i { width: 7px; height: 7px; border-radius: 4px; background: var(--quiet); animation: breathe 1.4s infinite ease-in-out; }
.dots i:nth-child(2) { animation-delay: .2s; } .dots i:nth-child(3) { animation-delay: .4s; }
.composer { display: flex; gap: 8px; align-items: flex-end; padding: 10px 12px 4px; position: relative; flex: none; background: var(--ground); border-top: 1px solid var(--line); }
textarea { flex: 1; min-width: 0; min-height: 46px; max-height: 132px; resize: none; padding: 10px 16px; border-radius: 23px; border: 1.5px solid var(--edge); background: var(--surface); color: var(--ink); font-size: max(1em, 16px); line-height: 1.45; }
textarea::placeholder { color: var(--quiet); opacity: 1; }
textarea:focus-visible { outline-offset: 0; outline-width: 2px; border-color: var(--accent); }
.send { background: var(--accent); color: var(--on-accent); margin-bottom: 1px; }
.send:hover { background: var(--accent); color: var(--on-accent); filter: brightness(1.1); }
.left { position: absolute; right: 68px; top: -20px; font-size: .75em; color: var(--quiet); background: var(--ground); padding: 0 6px; border-radius: 6px; }
.foot { padding: 2px 16px 10px; font-size: .8125em; color: var(--quiet); text-align: center; flex: none; }
.foot a { color: var(--ink); font-weight: 600; display: inline-block; padding: 2px 0; }
dialog { border: 1px solid var(--line); border-radius: 18px; padding: 20px; max-width: min(360px, calc(100vw - 32px)); background: var(--surface); color: var(--ink); }
dialog::backdrop { background: rgb(20 25 25 / .5); }
dialog h3 { font-weight: 650; font-size: 1.125em; margin-bottom: 6px; }

@keyframes rise { from { opacity: 0; transform: translateY(12px); } }
@keyframes appear { from { opacity: 0; transform: translateY(6px); } }
@keyframes breathe { 0%, 60%, 100% { opacity: .35; } 30% { opacity: 1; } }
@media (max-width: 520px) {
  .panel { inset: 0; width: 100%; height: 100dvh; border: 0; border-radius: 0; }
}
@media (max-width: 340px) { .toggles.sides { grid-template-columns: repeat(2, 1fr); } dl { grid-template-columns: 1fr; gap: 0; } dd + dt { margin-top: 8px; } }
@media (max-height: 480px) {
  .panel { overflow-y: auto; display: block; }
  .scroll { overflow: visible; min-height: 60%; }
  .alarm { max-height: none; }
  .composer { position: sticky; bottom: 0; }
}
@media (prefers-reduced-motion: reduce) { *, ::before, ::after { animation: none !important; transition: none !important; } }
@media (forced-colors: active) {
  .main, .launcher, .send, .bubble, .alarm, .callnow, .dots { border: 2px solid ButtonText; }
  .toggle[aria-pressed=true], .scale label:has(:checked), input:checked + .box { forced-color-adjust: none; background: Highlight; color: HighlightText; }
  .spot.on { fill: Highlight; fill-opacity: 1; }
  .skin { fill: Canvas; stroke: CanvasText; }
  .figure path { stroke: CanvasText; } .figure .head { fill: CanvasText; } .figure .f, .figure .n { stroke: GrayText; }
}
@media print { :host { display: none; } }
`;
export const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
