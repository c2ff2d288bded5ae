"""Turns after somebody spoke of ending their life: about them, the line in reach, until they ask for their back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Region
from unknot.triage import replies
from unknot.triage.answering import SAFE, UNSAFE
from unknot.triage.answers import answers
from unknot.triage.case import Case
from unknot.triage.engine import Assessment
from unknot.triage.interview import CRISIS, build
from unknot.triage.replies import Reply
from unknot.triage.reply_kind import NO, YES, reply_kind
from unknot.triage.turn import Turn
from unknot.triage.update import TurnUpdate

MOST_ANSWERS = 1
_SAFE_NOTE = "crisis_safe"


def line(region: Region, knowledge: Knowledge) -> Reply:
    """The crisis line of the region, with the answers to tap."""
    choices = [{"id": c.id, "title": c.title} for c in knowledge.asks[CRISIS].choices]
    return replies.notice("crisis", region.crisis_text, choices=choices)


def ask(case: Case, knowledge: Knowledge, region: Region) -> tuple[Case, tuple[Reply, ...]]:
    """The line once more, and whether the person is safe."""
    question = build(CRISIS, case, knowledge)
    reply = replies.ask(question, knowledge, (), 0, ())
    case = replace(case, pending=question.id, asked=(*case.asked, question.id))
    return case, (line(region, knowledge), reply)


def respond(
    case: Case, taken: TurnUpdate, turn: Turn, assessment: Assessment, knowledge: Knowledge, region: Region
) -> tuple[Case, tuple[Reply, ...]]:
    """A turn while it lasts: what was said about safety, the line, an answer if one was asked for, the question."""
    case, asked = ask(case, knowledge, region)
    names = _notes(taken, turn)
    if names == [_SAFE_NOTE]:
        asked[1]["text"] = asked[1]["prompt"] = knowledge.asks[CRISIS].again
    notes = [replies.notice("help", knowledge.messages[name]) for name in names]
    questions: Sequence[str] = () if taken.ticked else [turn.intent, *(str(m.value) for m in turn.of("question"))]
    answered = answers(questions, assessment, knowledge, MOST_ANSWERS, region)
    return replace(case, misses=0), (asked[0], *notes, *answered, asked[1])


def _notes(taken: TurnUpdate, turn: Turn) -> list[str]:
    if "said_safe" in turn.acts() and not turn.in_crisis:
        return [_SAFE_NOTE]
    if taken.was_pending != CRISIS:
        return ["crisis_later"] if taken.told_something else []
    kind = reply_kind(turn)
    if SAFE in taken.ticked or (not taken.ticked and kind == YES):
        return [_SAFE_NOTE]
    # "I'm fine" says no to a list and not to being safe.
    if UNSAFE in taken.ticked or (kind == NO and "none" not in turn.acts()):
        return ["crisis_unsafe"]
    return ["crisis_later"] if taken.told_something else []


def went_back(taken: TurnUpdate, before: Case, case: Case) -> bool:
    """Whether the person asked to go back to their back in this message."""
    return before.crisis and not case.crisis and taken.was_pending == CRISIS
