"""What is said back of a message: what it corrected, what arrived, what is still unclear."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from unknot.knowledge.loader import Knowledge
from unknot.triage import replies
from unknot.triage.case import Case
from unknot.triage.replies import Reply
from unknot.triage.reply_kind import YES, reply_kind
from unknot.triage.statement import DENIED
from unknot.triage.summary import HEARD, new_facts, place, since
from unknot.triage.turn import Turn
from unknot.triage.update import Change, TurnUpdate

SEVERE = 7
FREE_TEXT = "told"


def repairs(taken: TurnUpdate, knowledge: Knowledge) -> list[Reply]:
    """One line for what was corrected: "Got it: upper back, not middle of the back." """
    if taken.exit:
        return []  # it is taken back in a sentence of its own
    news = [text for change in taken.changes if (text := _repair(change, taken.case, knowledge))]
    return [replies.notice("corrected", " ".join(news))] if news else []


def _repair(change: Change, case: Case, knowledge: Knowledge) -> str:
    m = knowledge.messages
    if change.kind in _WORDED:
        new, old = _WORDED[change.kind](change, case, m, knowledge)
        return m["corrected"].format(new=new, old=old) if new != old else ""
    record = knowledge.findings.get(change.kind) or knowledge.conditions.get(change.kind)
    return m["corrected_absent"].format(old=record.label) if record and change.new == DENIED else ""


_Words = Callable[[Change, Case, Mapping[str, str], Knowledge], tuple[Any, Any]]
_WORDED: dict[str, _Words] = {
    "location": lambda c, case, m, k: (place(case, k), m[f"location_{c.old}"]),
    "severity": lambda c, case, m, k: (m["value_severity"].format(severity=c.new), c.old),
    "side": lambda c, case, m, k: (m[f"side_{c.new}"], m[f"side_{c.old}"]),
    "injury": lambda c, case, m, k: (m[f"injury_{c.new}"], m[f"injury_{c.old}"]),
    "duration_days": lambda c, case, m, k: (since(c.new, k), since(c.old, k)),
    "age": lambda c, case, m, k: (c.new, c.old),
}


def leads(case: Case, taken: TurnUpdate, turn: Turn, before: Case) -> Case:
    """Short lines that belong before the next question."""
    lead = [name for name, holds in _LEADS if holds(case, taken, turn, before)][:1]
    lead += [name for act, name in _FOR_A_FEELING.items() if act in turn.acts()]
    lead += _unclear(taken, turn)
    news = new_facts(before, taken.case)
    # A person who said much at once, or something else than was asked, wants to see that it arrived.
    elsewhere = before.plan_given or (taken.was_pending and not taken.answered)
    if len(news) > 1 or (news and (elsewhere or (taken.case.injury == FREE_TEXT and "injury" in news))):
        lead += [HEARD + name for name in news]
    return replace(case, lead=tuple(lead))


_FOR_A_FEELING = {"scared": "scared_ack", "alone": "alone_ack"}
_Holds = Callable[[Case, TurnUpdate, Turn, Case], bool]
_LEADS: tuple[tuple[str, _Holds], ...] = (
    ("crisis_go_on", lambda case, taken, turn, before: before.crisis and not case.crisis),
    ("new_episode", lambda case, taken, turn, before: turn.intent == "new_episode" and before.plan_given),
    (
        "got_worse",
        lambda case, taken, turn, before: (
            turn.intent == "got_worse" and case.trend == "worse" and case.severity is None
        ),
    ),
    (
        "severe_ack",
        lambda case, taken, turn, before: (
            turn.first("severity") is not None and (case.severity or 0) >= SEVERE and not case.plan_given
        ),
    ),
)


def _unclear(taken: TurnUpdate, turn: Turn) -> list[str]:
    """What the person should know about how their answer was read."""
    lead = []
    if taken.needs_naming:
        lead.append("clarify_which" if reply_kind(turn) == YES else "clarify_one_by_one")
    if taken.gave_up:
        lead.append("going_on")
    elif taken.was_pending == "onset" and not taken.answered and turn.first("number") is not None:
        lead.append("clarify_unit")
    return lead
