"""The errors of a study, message by message, for docs/understanding.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evaluation.scoring import Result, found_finding, right_intent, value_outcomes
from evaluation.study import Study


def errors(study: Study) -> list[str]:
    """The section on errors, Markdown lines: of our own sets in full, of the real phrases by line number."""
    lines = ["## Errors", ""]
    sections = [
        ("Missed emergencies", _missed(study)),
        ("False alarms at look-alikes", _alarms(study.of("lookalikes"))),
        ("False alarms elsewhere", _alarms(study.other_quiet)),
        ("Missed crises", [_line(r, r.parsed.guess) for r in _crises(study, "crisis", False)]),
        ("False crises", [_line(r, r.parsed.guess) for r in _crises(study, "lookalike", True)]),
        ("Intents", _wrong_intents(study.of("questions", "oos"))),
        ("Urgent findings not read", [_line(r, _said(r)) for r in study.of("urgent") if _unread(r)]),
        ("Several things", [_line(r, _said(r)) for r in study.of("multi") if not study.multi_right(r)]),
        (
            "Values",
            [f"`{w.kind}` {list(w.wanted)} read as {list(w.got)}: {_quote(w.result)}" for w in study.wrong_values],
        ),
        ("Real phrases", _real(study)),
    ]
    for title, found in sections:
        if found:
            lines += [f"### {title} ({len(found)})", "", *(f"- {line}" for line in found), ""]
    return lines


def _missed(study: Study) -> list[str]:
    return [
        _line(r, f"{r.case.findings[0]}{', asked about' if r.parsed.asks else ''}, {_said(r)}")
        for r in study.of("emergencies")
        if not r.parsed.alarm
    ]


def _alarms(results: Iterable[Result]) -> list[str]:
    return [_line(r, f"{r.case.group}, {_said(r)}") for r in results if r.parsed.alarm]


def _crises(study: Study, group: str, recognised: bool) -> list[Result]:
    return [r for r in study.of("crisis") if r.case.group == group and r.parsed.crisis is recognised]


def _unread(r: Result) -> bool:
    return not (found_finding(r) or r.parsed.alarm)


def _wrong_intents(results: Sequence[Result]) -> list[str]:
    wrong = [r for r in results if not right_intent(r)]
    wrong.sort(key=lambda r: r.case.intents)
    return [
        _line(r, f"{r.case.intents[0]} as {r.parsed.intent} ({r.parsed.guess} {r.parsed.confidence:.2f})")
        for r in wrong
    ]


def _real(study: Study) -> list[str]:
    lines = []
    for r in study.of("real_phrases"):
        wrong = []
        if r.case.alarm is not None and r.parsed.alarm is not r.case.alarm:
            wrong.append("missed emergency" if r.case.alarm else f"false alarm, {_said(r)}")
        if r.case.alarm is not True and not right_intent(r):
            wrong.append(f"{' or '.join(r.case.intents)} as {r.parsed.intent}")
        wrong += [
            f"`{w.kind}` {list(w.wanted)} read as {list(w.got)}" for _, _, w in value_outcomes(r, study.today) if w
        ]
        if wrong:
            lines.append(f"line {r.case.line}: {'; '.join(wrong)}")
    return lines


def _said(r: Result) -> str:
    """Intent and findings read as present, each with the net that read it."""
    findings = sorted(
        {
            f"{e['value']} ({e.get('extractor')})"
            for e in r.parsed.mentions("finding")
            if e["value"] in r.parsed.findings()
        }
    )
    return f"{r.parsed.intent}{' with ' + ', '.join(findings) if findings else ''}"


def _line(r: Result, what: str) -> str:
    return f"{what}: {_quote(r)}"


def _quote(r: Result) -> str:
    return f'"{r.case.shown}"'
