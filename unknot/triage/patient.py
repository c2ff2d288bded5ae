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
    """Set whom the talk is about by the first message that tells something of a body, or of another person."""
    others = [m for m in turn.mentions if m.owner == OTHER and _is_told(m)]
    of_self = "own_body" in turn.acts()
    of_another = bool(others) or _speaks_of_another(turn)
    # Whose a sign is often shows only in whom the message names besides.
    kinds = _OF_A_BACK - {"finding"} if of_another else _OF_A_BACK
    own = [m for m in turn.mentions if m.owner != OTHER and m.kind in kinds and _is_told(m)]
    if not case.patient or (case.patient == SELF and not _told_of_a_body(case)):
        if of_another and not own and not of_self:
            return replace(case, patient=OTHER, pronoun=_pronoun(turn))
        return replace(case, patient=SELF) if own or of_self else case
    if case.patient == OTHER and of_self and not _told_of_a_body(case):
        return replace(case, patient=SELF, pronoun="")  # a wife was named, and nothing of her back was told
    if case.patient == OTHER and case.pronoun in ("", THEY):
        return replace(case, pronoun=_pronoun(turn))
    return case


def _speaks_of_another(turn: Turn) -> bool:
    """ "It's my wife", "her back is in spasm", "he says 9": but not "she says I should ask"."""
    acts = turn.acts()
    if "reported" in acts:
        return any(act.startswith("numeral:") for act in acts)
    return bool(acts & {HE, SHE}) or any(m.owner == OTHER for m in turn.of("sex"))


def _told_of_a_body(case: Case) -> bool:
    return any(said.what != "sex" for said in case.statements)


def worded(text: str, case: Case, knowledge: Knowledge, **more: str) -> str:
    """A text about the patient, with the words for him, her or them; `more` fills its other gaps."""
    pronoun = case.pronoun or THEY
    gaps = {name: knowledge.messages[f"{name}_{pronoun}"] for name in ("them", "their")}
    return text.format(**gaps, **more)


def message(name: str, case: Case, knowledge: Knowledge, **more: str) -> str:
    """A message to whoever writes; where the talk is about somebody else, in the third person if there is one."""
    of_another = knowledge.messages.get(f"{name}_other") if case.patient == OTHER else None
    return worded(of_another or knowledge.messages[name], case, knowledge, **more)


def as_title(label: str) -> str:
    """A noun phrase as something to tap, which fits whoever has it."""
    return label[:1].upper() + label[1:]


def _is_told(mention: Mention) -> bool:
    return mention.kind in _OF_A_BODY and mention.certainty in (STATED, POSSIBLE) and mention.counts_now


def _pronoun(turn: Turn) -> str:
    sex = next((str(m.value) for m in turn.of("sex") if m.owner == OTHER), "")
    said = turn.acts() & {HE, SHE}
    return _PRONOUN.get(sex) or (next(iter(said)) if len(said) == 1 else THEY)
