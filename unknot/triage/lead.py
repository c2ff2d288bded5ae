"""The short form of an answer: its deciding sentence, and what follows in at most `MOST_WORDS` words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unknot.knowledge.schema import Question

MOST_WORDS = 60
_ITEM = "- "
_ENDS = (". ", "? ")


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text of the knowledge."""
    return [part.strip() for part in text.split("\n") if part.strip()]


def split_first(text: str) -> tuple[str, str]:
    """The first sentence and everything after it, paragraphs kept."""
    head, _, tail = text.partition("\n")
    ends = [head.index(mark) + 1 for mark in _ENDS if mark in head]
    if not ends:
        return head.strip(), tail.strip()
    return head[: min(ends)], f"{head[min(ends) :].strip()}\n{tail}".strip()


def sentences(text: str) -> Iterator[str]:
    """The sentences of the text before its first list."""
    for paragraph in paragraphs(text):
        if paragraph.startswith(_ITEM):
            return
        left = paragraph
        while left:
            first, left = split_first(left)
            yield first


def lead_of(opening: Sequence[str], question: Question, whole: bool, more: str) -> str:
    """The opening; unless it is `whole`, the question's brief or as many sentences as fit; then `more`."""
    if whole:
        return " ".join([*opening, more])
    follow = [question.brief] if question.brief else list(_fitting(question, opening))
    return " ".join([*opening, *follow, more])


def _fitting(question: Question, opening: Sequence[str]) -> Iterator[str]:
    used = 0
    for sentence in sentences(question.text):
        if sentence in opening:
            continue
        used += len(sentence.split())
        if used > MOST_WORDS or sentence.endswith(":"):
            return
        yield sentence
