"""Whose back this is: the person who writes, or somebody they write for."""

from __future__ import annotations

from dataclasses import replace

from unknot.knowledge.loader import Knowledge
from unknot.triage.case import Case
from unknot.triage.statement import OTHER, POSSIBLE, STATED
from unknot.triage.turn import Mention, Turn

SELF = "self"
HE, SHE, THEY = "he", "she", "they"
_PRONOUN = {"male": HE, "female": SHE}
# Kinds of mention that are about a body.
_OF_A_BODY = frozenset({"finding", "condition", "location", "severity", "age", "trend", "pregnancy_weeks"})
_OF_A_BACK = frozenset({"location", "severity", "finding", "trend"})


def take(case: Case, turn: Turn) -> Case:
    """Set whom the talk is about by the first message that tells something of a body."""
    others = [m for m in turn.mentions if m.owner == OTHER and _is_told(m)]
    own = [m for m in turn.mentions if m.owner != OTHER and m.kind in _OF_A_BACK and _is_told(m)]
    if not case.patient and others and not own:
        return replace(case, patient=OTHER, pronoun=_pronoun(turn))
    if not case.patient and own:
        return replace(case, patient=SELF)
    if case.patient == OTHER and case.pronoun in ("", THEY):
        return replace(case, pronoun=_pronoun(turn))
    return case


def worded(text: str, case: Case, knowledge: Knowledge) -> str:
    """A text about the patient, with the words for him, her or them."""
    pronoun = case.pronoun or THEY
    gaps = {name: knowledge.messages[f"{name}_{pronoun}"] for name in ("them", "their")}
    return text.format(**gaps)


def _is_told(mention: Mention) -> bool:
    return mention.kind in _OF_A_BODY and mention.certainty in (STATED, POSSIBLE) and mention.counts_now


def _pronoun(turn: Turn) -> str:
    sex = next((str(m.value) for m in turn.of("sex") if m.owner == OTHER), "")
    return _PRONOUN.get(sex, THEY)
