"""Reading a message as the answer to the question that waits: what a yes, a no or a number means depends on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from unknot.knowledge.schema import Ask
from unknot.triage.case import ABSENT, POSSIBLE, PRESENT, Case
from unknot.triage.interview import CONFIRM, FIRST, MORE, NextAsk
from unknot.triage.turn import Mention, Turn

YES, NO, UNKNOWN, REFUSED = "yes", "no", "unknown", "refused"
RECURRENT = "recurrent"
MOST_EXAGGERATED, PER_CENT = 15, 100
UNNAMED = {FIRST: "emergency_sign_unnamed", MORE: "urgent_sign_unnamed"}


def reply_kind(turn: Turn) -> str | None:
    """Whether the message, as an answer, says yes, no, "I don't know" or "I'd rather not"."""
    acts = turn.acts()
    for names, kind in (
        ({"refuse", "skip"}, REFUSED),
        ({"none"}, NO),
        ({"unknown", "unsure"}, UNKNOWN),
    ):
        if acts & names:
            return kind
    if "yes" in acts and "no" not in acts:
        return YES
    if "no" in acts:
        return NO
    if any(m.assertion != ABSENT for m in turn.of("finding")):
        return None  # "I do have some" is no denial, however much it sounds like one
    by_intent = {"affirm": YES, "deny": NO, "unknown": UNKNOWN, "refuse": REFUSED}
    return by_intent.get(turn.intent)


def answer(
    case: Case, turn: Turn, waiting: NextAsk, ask: Ask | None, chosen: bool, told: bool
) -> tuple[Case, bool, bool]:
    """Read the message as an answer to `waiting`: the case, whether it answered, whether a "yes" wants naming.

    A "no" in a message that `told` something else corrects that and answers nothing.
    """
    identity = waiting.id
    kind = reply_kind(turn)
    if identity.startswith(CONFIRM):
        return _answer_confirm(case, waiting, kind, turn.intent == "inform" and not told)
    if identity == "consent":
        return case, kind in (YES, NO) or chosen, False
    if waiting.none_of_these and ask is not None:
        return _answer_checklist(case, turn, waiting, ask, kind, chosen)
    case = _answer_value(case, turn, identity, None if told and kind == NO else kind)
    if _has_value(case, identity) or chosen:
        return mark(case, "answered", identity), True, False
    if kind in (UNKNOWN, REFUSED):
        return mark(case, "declined", identity), True, False
    if identity in ("onset", "injury") and kind == NO and not told:
        return mark(case, "declined", identity), True, False
    return case, False, False


def _answer_confirm(case: Case, waiting: NextAsk, kind: str | None, evades: bool) -> tuple[Case, bool, bool]:
    finding = waiting.findings[0]
    if case.status.get(finding) in (PRESENT, ABSENT):
        return case, True, False
    if kind == YES:
        return case.with_status({finding: PRESENT}), True, False
    if kind == NO:
        return case.with_status({finding: ABSENT}), True, False
    if kind in (UNKNOWN, REFUSED) or (evades and case.asked.count(waiting.id) > 1):
        return leave_in_doubt(case), True, False
    return case, False, False


def leave_in_doubt(case: Case) -> Case:
    """A sign that was asked about directly and not denied: someone should look at it today."""
    return case.with_status({UNNAMED[MORE]: PRESENT})


def _answer_checklist(
    case: Case, turn: Turn, waiting: NextAsk, ask: Ask, kind: str | None, chosen: bool
) -> tuple[Case, bool, bool]:
    asked_about = (*waiting.findings, *ask.conditions)
    # What was known before is no less an answer when it is said again.
    listed = {*asked_about, *ask.findings}
    named = [m for m in (*turn.of("finding"), *turn.of("condition")) if m.value in listed]
    named_present = chosen or any(m.assertion == PRESENT for m in named)
    # Ticking in the list answers for all of it; naming one illness in words of one's own says nothing of the others.
    denies_rest = (kind == NO and not _denies_by_name(turn, named)) or (ask.conditions and chosen)
    if denies_rest:
        # A doubt from before is settled by a plain no; one in this very message is not.
        doubted_now = {m.value for m in named if m.assertion == POSSIBLE}
        kept = {i for i in asked_about if case.status.get(i) == PRESENT or i in doubted_now}
        rest = {i: ABSENT for i in asked_about if i not in kept}
        return mark(case.with_status(rest), "answered", ask.id), True, False
    if named_present:
        # Where conditions are asked about, the rest stays unknown: the plan goes on, without doses.
        return mark(case, "declined" if ask.conditions else "answered", ask.id), True, False
    if kind == YES:
        # A bare yes to the emergency signs is acted on; to the other lists it has to be said which.
        second_time = case.asked.count(ask.id) > 1
        if ask.id == FIRST or (ask.id in UNNAMED and second_time):
            return mark(case.with_status({UNNAMED[ask.id]: PRESENT}), "answered", ask.id), True, False
        if second_time:
            return mark(case, "declined", ask.id), True, False
        return case, True, True
    if kind in (UNKNOWN, REFUSED):
        # Danger signs are worth asking about twice; the rest is not.
        if ask.id == FIRST and case.asked.count(ask.id) < 2 and kind == UNKNOWN:
            return case, True, True
        return mark(case, "declined", ask.id), True, False
    if named:
        # Some denied by name: the others are asked about once more.
        if case.asked.count(ask.id) > 1:
            return mark(case, "answered", ask.id), True, False
        return case, True, False
    return case, False, False


def _denies_by_name(turn: Turn, named: Sequence[Mention]) -> bool:
    """ "Not pregnant" says no to one of the list and nothing of the others; "no, not pregnant" says no to all."""
    return bool(named) and all(m.assertion == ABSENT for m in named) and not turn.acts() & {"no", "none"}


def _answer_value(case: Case, turn: Turn, identity: str, kind: str | None) -> Case:
    number = turn.first("number")
    if number is not None:
        number = int(number)
        if identity == "severity" and case.severity is None and _is_score(number):
            return replace(case, severity=min(10, number), severity_exact=True)
        if identity == "age" and case.age is None and 0 < number <= 120:
            return replace(case, age=number)
    if identity == "injury" and case.injury is None and kind == NO:
        return replace(case, injury="none")
    return case


def _is_score(number: int) -> bool:
    """0 to 10, or an exaggeration of 10 ("12", "100"); what lies between is more likely an age."""
    return 0 <= number <= MOST_EXAGGERATED or number >= PER_CENT


def _has_value(case: Case, identity: str) -> bool:
    if identity == "onset":
        return case.duration_days is not None or bool(case.present() & {RECURRENT, "six_weeks_or_more"})
    return getattr(case, identity, None) is not None


def mark(case: Case, field: str, identity: str) -> Case:
    """The case with a question's id among those of `field`: "answered" or "declined"."""
    values: tuple[str, ...] = getattr(case, field)
    if identity in values:
        return case
    changed: dict[str, Any] = {field: (*values, identity)}
    return replace(case, **changed)
