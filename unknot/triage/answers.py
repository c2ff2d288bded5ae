"""Answers to questions, fitted to the person who asks: what is withheld from them is said before the general text."""

from __future__ import annotations

from collections.abc import Iterable

from unknot.knowledge.loader import Knowledge
from unknot.triage import replies
from unknot.triage.engine import Assessment
from unknot.triage.plan import to_ask_about, withheld_among
from unknot.triage.replies import Reply


def answers(questions: Iterable[str], assessment: Assessment, knowledge: Knowledge, most: int) -> list[Reply]:
    """At most `most` answers, each question once, in order; names that are no questions are left out."""
    known = [name for name in dict.fromkeys(questions) if name in knowledge.questions]
    return [_answer(name, assessment, knowledge) for name in known[:most]]


def _answer(question: str, assessment: Assessment, knowledge: Knowledge) -> Reply:
    remedies = knowledge.questions[question].remedies
    held = withheld_among(remedies, assessment, knowledge)
    return replies.answer(question, knowledge, held, to_ask_about(remedies, assessment, knowledge))
