"""What "no conditions", "on no medicines", "healthy" deny."""

from __future__ import annotations

from dataclasses import replace

from unknot.knowledge.loader import Knowledge
from unknot.triage.case import Case
from unknot.triage.claims import quoted
from unknot.triage.interview import FIRST, MORE, base
from unknot.triage.statement import DENIED, NOW, Statement
from unknot.triage.turn import Turn

HISTORY = ("cancer_history", "osteoporosis", "immunosuppressed")  # what "I'm healthy" also denies
_KINDS = {"conditions": "condition", "medicines": "medicine", "allergies": "allergy"}
_PREGNANCY = frozenset({"pregnant", "pregnant_20_weeks", "maybe_pregnant"})
_EVERYTHING = "all"
_SIGNS = (FIRST, MORE)


def denied_groups(case: Case, turn: Turn, knowledge: Knowledge) -> Case:
    """One statement for each group that is denied; what the person has stays."""
    groups = {str(mention.value) for mention in turn.of("denied_group")}
    if not groups:
        return case
    everything = _EVERYTHING in groups
    for group, denied in _denied(groups, everything, knowledge).items():
        rest = tuple(sorted(i for i in denied if case.status(i) != NOW))
        if rest:
            said = Statement(group, DENIED, rest, quote=quoted(turn.text), message=case.messages)
            case = case.told(said)
    if "injury" in groups and case.injury is None:
        case = case.told(Statement("injury", value="none", quote=quoted(turn.text), message=case.messages))
    answered = {"safety"} if everything or set(_KINDS) <= groups else set()
    waiting = base(case.pending or "")
    if "red_flags" in groups and waiting in _SIGNS and case.pending == waiting:
        answered.add(waiting)
    return replace(case, answered=(*case.answered, *sorted(answered - set(case.answered))))


def _denied(groups: set[str], everything: bool, knowledge: Knowledge) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for group, kind in _KINDS.items():
        if everything or group in groups:
            found[group] = {c.id for c in knowledge.conditions.values() if c.kind == kind} - _PREGNANCY
    if "conditions" in found:
        found["conditions"] |= set(HISTORY)
    if "pregnancy" in groups:
        found["pregnancy"] = set(_PREGNANCY)
    return found
