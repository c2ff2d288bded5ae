"""Compares what was understood with what a case says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from evaluation.cases import UNSAID, Case, Value, resolve
from evaluation.nlu import Parsed

# Values that must not appear where none was told; the others are harmless beside what was expected.
STRICT = ("location", "side", "severity", "duration_days", "age", "pregnancy_weeks")
_GROUPS = {
    "pregnant": {"pregnancy", "all"},
    "conditions": {"conditions", "all"},
    "medicines": {"medicines", "all"},
    "allergies": {"allergies", "all"},
}


@dataclass(frozen=True)
class Result:
    """A case and what became of it."""

    case: Case
    parsed: Parsed


@dataclass(frozen=True)
class WrongValue:
    """One value that came out wrong: of which kind, what was acceptable and what was read."""

    result: Result
    kind: str
    wanted: tuple[Value, ...]
    got: tuple[Any, ...]


def right_intent(result: Result) -> bool:
    """The final intent, or the best guess where the guard outranked it, is acceptable."""
    parsed = result.parsed
    said = parsed.guess if parsed.guarded else parsed.intent
    return said in result.case.intents


def right_guess(result: Result) -> bool:
    """The classifier's best intent, before any threshold, is acceptable."""
    return result.parsed.guess in result.case.intents


def found_finding(result: Result) -> bool:
    """One of the findings that the case states was read as present."""
    return bool(result.parsed.findings() & set(result.case.findings))


def found_parts(result: Result) -> bool:
    """Every part of a message that holds several things was found."""
    got = result.parsed.questions | {result.parsed.intent}
    acts = {str(e["value"]) for e in result.parsed.mentions("act")}
    got |= {intent for act, intent in (("yes", "affirm"), ("no", "deny")) if act in acts}
    return all(got & set(part) for part in result.case.parts)


def value_outcomes(result: Result, today: date) -> list[tuple[str, bool, WrongValue | None]]:
    """For each expected kind whether it was read right, and for strict kinds that were not told, each false one."""
    outcomes: list[tuple[str, bool, WrongValue | None]] = []
    for kind, wanted in result.case.expect.items():
        got = _values(result.parsed, kind)
        ok = _right(result.parsed, kind, resolve(wanted, today), got)
        outcomes.append((kind, ok, None if ok else WrongValue(result, kind, wanted, tuple(got))))
    if result.case.set == "facts":
        for kind in STRICT:
            got = _values(result.parsed, kind)
            if kind not in result.case.expect and got:
                outcomes.append(("untold", False, WrongValue(result, kind, (UNSAID,), tuple(got))))
    return outcomes


def _values(parsed: Parsed, kind: str) -> list[Any]:
    head, _, condition = kind.partition(".")
    if condition:
        mentions = [e for e in parsed.mentions("condition") if e["value"] == condition]
        return [e.get("assertion") or "present" for e in mentions]
    if head == "act" or head == "denied_group":
        return [e["value"] for e in parsed.mentions(head)]
    return [e["value"] for e in parsed.mentions(head) if (e.get("assertion") or "present") == "present"]


def _right(parsed: Parsed, kind: str, wanted: set[Value], got: list[Any]) -> bool:
    groups = set(_values(parsed, "denied_group"))
    if kind == "denied_group":
        return any(all(groups & _GROUPS.get(part, {part}) for part in str(w).split("+")) for w in wanted)
    if not got:
        denied = kind == "condition.pregnant" and "absent" in wanted and groups & _GROUPS["pregnant"]
        return UNSAID in wanted or bool(denied)
    if kind == "act":
        return bool(set(got) & wanted)
    return got[-1] in wanted  # the dialogue takes the last one: people correct themselves as they write
