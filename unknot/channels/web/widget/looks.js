// How controls and cards look.
export const CARDS = `
.reply > * { margin-top: 14px; }
.choice, .main, .small { min-height: 44px; padding: 8px 16px; border-radius: 22px; border: 1.5px solid var(--accent); color: var(--accent); text-align: start; font-weight: 600; line-height: 1.3; }
.small { display: inline-flex; align-items: center; }
.main { color: var(--on-accent); }
.main[aria-disabled=true], .main[data-does=lead] { background: var(--surface); color: var(--ink); border: 1.5px dashed var(--edge); }
.main[data-does=lead]:not([aria-disabled=true]) { border: 1.5px solid var(--accent); color: var(--accent); }
.danger { border-color: var(--alarm); color: var(--ink); }
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
.row.end { position: sticky; bottom: -12px; margin: 0 -16px; padding: 10px 16px; background: var(--ground); border-top: 1px solid var(--line); z-index: 2; }
.place .row.end { margin: 10px -14px -14px; border-radius: 0 0 16px 16px; background: var(--surface); }
.scale .row.end { border-top-color: transparent; }
.row.end:has([aria-disabled=true]):not(.ticks *) { position: static; }
.row.end .main { flex: 1; text-align: center; }
.exits { flex-direction: column; align-items: stretch !important; }
.exits .choice { min-height: 52px; border-color: var(--alarm); color: var(--ink); }

.band { display: grid; grid-template-columns: minmax(5.5em, 1fr) auto; gap: 8px; align-items: center; padding: 4px 0 4px 10px; border-inline-start: 5px solid var(--mark); }
.band + .band { margin-top: 2px; }
.band0 { --mark: var(--home); }
.band1 { --mark: color-mix(in srgb, var(--home), var(--urgent) 35%); }
.band4 { --mark: var(--urgent); }
.band7 { --mark: color-mix(in srgb, var(--urgent), var(--alarm)); }
.band10 { --mark: var(--alarm); }
.band p { font-size: .875em; line-height: 1.25; min-width: 0; overflow-wrap: anywhere; }
.numbers { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(44px, 1fr); gap: 6px; }
.scale label { display: grid; place-items: center; min-width: 48px; min-height: 48px; border-radius: 12px; border-color: var(--edge); }

.place, .card { border-radius: 16px; padding: 14px; }
.sidewords { display: grid; grid-template-columns: 34% 1fr auto 6%; color: var(--quiet); }
.sidewords span { font-size: .875em; }
.sidewords span:first-child { grid-column: 2; }
.sidewords, .bodymap { width: 100%; max-width: clamp(16.5em, 40vh, 25em); margin: 0 auto; }
.bodymap { position: relative; display: grid; grid-template-columns: 32% 25.5% 17% 25.5%; grid-template-rows: 22fr 23fr 24fr 31fr; aspect-ratio: 0.94; }
.back { position: absolute; inset: 0 0 0 auto; width: 68%; height: 100%; }
.skin { fill: var(--skin); }
.spine { fill: var(--bone); }
.skin, .bone, .spot { stroke: var(--bone); }
.spot { fill: var(--body); fill-opacity: .1; stroke-dasharray: 2 3; }
.spot.on { fill-opacity: .8; }
.bone, .spine { fill-opacity: .7; }
.bone { fill: none; }
.toggle { min-width: 44px; min-height: 44px; padding: 4px 6px; border-radius: 12px; color: var(--ink); font-weight: 600; line-height: 1.2; z-index: 1; }
.spotted { position: relative; border-radius: 12px; }
.spotted:hover { background: none !important; }
.spotted[aria-pressed=true] { box-shadow: inset 0 0 0 3px var(--accent); }
.name { margin: 3px 6px 3px 0; border: 1.5px solid var(--edge); background: var(--surface); text-align: start; overflow-wrap: anywhere; }
.toggles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7em, 1fr)); gap: 6px; margin-top: 8px; }
.toggles .toggle { border: 1.5px solid var(--edge); background: var(--surface); }

.card h3 { margin-bottom: 8px; }
.card h3:focus-visible { outline-offset: 4px; }
.card.level { border-inline-start-width: 5px; }
.urgent, .caution { background: var(--urgent-soft); }
.see_clinician { background: var(--visit-soft); border-color: var(--visit); }
.self_care, .meanwhile { background: var(--home-soft); border-color: var(--home); }
.urgent { border-color: var(--urgent); }
.urgent h3, .caution b { color: var(--urgent); }
.see_clinician h3 { color: var(--visit); }
.self_care h3, .done { color: var(--home); }
.meanwhile, .caution { margin: 10px 0; padding: 10px 12px; border-radius: 12px; }
.sources, .why { margin-top: 6px; }
.sources a { display: inline-block; min-height: 24px; }
summary { min-height: 24px; }
.why { display: flex; justify-content: space-between; gap: 16px; }
.plan h3 { font-size: 1.25em; }
.steps { list-style: none; padding: 0; counter-reset: step; }
.step { counter-increment: step; position: relative; padding: 12px 0; padding-inline-start: 2.5em; }
.step + .step { border-top: 1px solid var(--line); }
.step::before { content: counter(step); position: absolute; inset-inline-start: 0; top: 10px; width: 1.75em; height: 1.75em; border-radius: 1em; font-weight: 600; }
.step .small, .step .rest { margin-top: 8px; }
.tried { padding: 12px 0; border-top: 1px solid var(--line); }
.tried p { font-weight: 600; margin-bottom: 8px; }
.group > summary, .item > summary, .rest > summary, .recap > summary { min-height: 44px; align-content: center; }
.group { border-top: 1px solid var(--line); }
.group > summary { font-weight: 600; }
.group > *:not(summary) { margin-inline-start: 12px; }
.net { border: 1.5px solid var(--alarm); border-radius: 12px; padding: 0 12px 4px; margin-bottom: 4px; }
.net[open] { padding-bottom: 12px; }
.item { border-top: 1px dashed var(--line); padding-bottom: 4px; }
.dose { font-weight: 600; }
.fine { margin-top: 10px; }
.figures { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 6px; }
.figures:empty { display: none; }
.figure { width: 100%; margin-top: 10px; background: var(--ground); border: 1px solid var(--line); border-radius: 12px; padding: 6px; }
.figure.wide, .figure:only-child { grid-column: 1 / -1; max-height: 140px; }
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
dl { display: grid; grid-template-columns: minmax(5em, auto) minmax(0, 1fr); gap: 6px 16px; }
dt { font-weight: 600; }
dd { overflow-wrap: anywhere; }

.alarm { max-height: 60vh; overflow-y: auto; background: var(--alarm); }
.alarm .bar, .alarm .todo { background: var(--alarm); color: #fff; padding: 12px 16px 0; }
.alarm .todo { padding: 0 16px 10px; }
.alarm summary, .crisis summary { min-height: 44px; align-content: center; font-weight: 600; }
.alarm :focus-visible { outline-color: #fff; }
.bar { display: flex; flex-direction: column; gap: 8px; }
.big { list-style: none; padding: 0; font-size: 1.0625em; }
.big li { padding: 2px 0 2px 12px; border-inline-start: 4px solid currentColor; line-height: 1.35; }
.msg .big li + li, .big li + li { margin-top: 7px; }
.reasons { margin-top: 10px; font-size: .9375em; }
h3 { flex-wrap: nowrap; }
.callnow { justify-content: center; flex-wrap: nowrap; min-height: 52px; padding: 4px 14px; border-radius: 12px; background: #fff; color: #8f1614; font-size: 1.125em; font-weight: 650; text-decoration: none; }
.status .callnow { border: 2px solid #8f1614; margin: 8px 0; }
.crisis { background: var(--visit-soft); color: var(--ink); border-block-end: 2px solid var(--visit); padding: 12px 16px; max-height: 60vh; overflow-y: auto; }
.crisis h3 { color: var(--visit); }
.crisis .lines { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; }
.lines .callnow { flex: 1 1 auto; padding-inline: 8px; }
.brief { max-height: 40vh; }
.alarm + .crisis { max-height: 32vh; }
.alarm:has(+ .crisis) { max-height: 32vh; }
.crisis .callnow { background: var(--visit); color: var(--ground); }
.crisis .second { background: none; color: inherit; border: 1.5px solid var(--visit); font-size: 1em; }
`;
