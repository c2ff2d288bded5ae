"""The assistant's own choices: a title or id that comes back is a tick, and means what it stands for alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Choice
from unknot.triage.case import Case
from unknot.triage.confirm import CONFIRM
from unknot.triage.interview import NextAsk, base, build
from unknot.triage.statement import DENIED, NEW, STATED, Statement

NONE_OF_THESE, SKIP = "none_of_these", "skip"
_IN_PLACE_OF = {"onset": "duration_days", "episode_feeling": "trend"}  # ask id -> the value that its choices hold
_WHOLE_NUMBERS = frozenset({"severity", "duration_days"})
_MOST_LOOKED_BACK = 6  # questions: a button of an older one may still be tapped
_MARKS = " .!\u2060"


def chosen(text: str, waiting: NextAsk | None, knowledge: Knowledge) -> tuple[Choice, ...]:
    """The choices of `waiting` that the text is: by id, by title, or several as lines or sentences of their own."""
    if waiting is None:
        return ()
    offered = {plain(choice.title): choice for choice in waiting.choices}
    offered.update({plain(choice.id): choice for choice in waiting.choices})
    if waiting.none_of_these:
        none = Choice(NONE_OF_THESE, knowledge.messages["choice_none"])
        offered |= {plain(none.id): none, plain(none.title): none}
    skip = Choice(SKIP, knowledge.messages["choice_skip"])
    offered |= {plain(skip.title): skip}
    whole = plain(text)
    if whole in offered:
        return (offered[whole],)
    for separator in ("\n", ";", ". "):
        parts = [part for raw in text.split(separator) if (part := plain(raw))]
        found = [offered[part] for part in parts if part in offered]
        if len(parts) > 1 and len(found) == len(parts):
            return tuple(found)
    return ()


def of_an_older_question(text: str, case: Case, knowledge: Knowledge) -> tuple[NextAsk, Choice] | None:
    """A button of a question that was put before the one that waits; its title stands for itself."""
    whole = plain(text)
    for identity in dict.fromkeys(reversed(case.asked[-_MOST_LOOKED_BACK:])):
        if identity == case.pending or identity.startswith(CONFIRM) or base(identity) not in knowledge.asks:
            continue
        question = build(base(identity), case, knowledge)
        found = next((c for c in knowledge.asks[base(identity)].choices if whole in _titles(c)), None)
        if found is not None and (found.present or found.value):
            return question, found
    return None


def is_own(text: str, case: Case, knowledge: Knowledge) -> bool:
    """Whether a message is one of the choices that the assistant offered."""
    waiting = build(case.pending, case, knowledge) if case.pending else None
    return bool(chosen(text, waiting, knowledge)) or of_an_older_question(text, case, knowledge) is not None


def apply(case: Case, ticked: Iterable[Choice], question: NextAsk, text: str) -> Case:
    """What the ticks stand for."""
    for choice in ticked:
        said: dict[str, Any] = {"quote": choice.title, "message": case.messages, "asked": question.id}
        case = case.told(*(Statement(i, STATED, course=NEW, **said) for i in choice.present))
        case = case.told(*(Statement(i, DENIED, **said) for i in choice.absent))
        if choice.value:
            field = _IN_PLACE_OF.get(question.id, question.id)
            value: Any = int(choice.value) if field in _WHOLE_NUMBERS else choice.value
            case = case.told(Statement(field, STATED, value=value, **said))
    return case


def is_a_title(text: str, knowledge: Knowledge) -> bool:
    """Whether a message is a choice of any of our questions: then it says what that stands for and nothing else."""
    whole = plain(text)
    return any(whole in _titles(choice) for ask in knowledge.asks.values() for choice in ask.choices)


def _titles(choice: Choice) -> tuple[str, ...]:
    """What a choice is called, to the person it is about and to somebody else."""
    return (plain(choice.title), plain(choice.other or choice.title))


def plain(text: str) -> str:
    """Letters and words as they are compared: without case, marks around them, underscores."""
    return " ".join(text.casefold().replace("_", " ").strip(_MARKS).split())
