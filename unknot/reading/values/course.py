"""How it runs: `course` (first, recurrent, constant)."""

from __future__ import annotations

from functools import lru_cache

from unknot.reading.types import HYPOTHETICAL, Mention
from unknot.reading.values.context import assertion, experiencer
from unknot.reading.values.lexicon import PhraseSet, words
from unknot.reading.values.patterns import Pattern
from unknot.reading.values.text import Document, tokenise

_COMMAND_AGAIN = Pattern("duration", "command_again")
_NEGATED_COURSE = Pattern("duration", "negated_course")
_MEDICINE_TIMES = Pattern("duration", "medicine_times")
_CHRONIC_OTHER = Pattern("duration", "chronic_other")
_NO_EPISODE = Pattern("duration", "no_episode")
_PAIN_AROUND = Pattern("duration", "pain_around")


@lru_cache(maxsize=1)
def _phrases() -> PhraseSet:
    return PhraseSet(["course"], tokenise, words().fillers - {"so", "more", "like", "this"})


def read_course(doc: Document) -> list[Mention]:
    """Mentions of kind `course`; of "first" and "recurrent" the one said last."""
    found: dict[str, Mention] = {}
    for hit in _phrases().find(doc.words):
        value = str(hit.entry.value)
        text = doc.text_of((hit.first, hit.last))
        segment = doc.text_of(doc.segment_of(hit.first))
        if text.startswith("every") and _MEDICINE_TIMES.search(segment):
            continue
        if _COMMAND_AGAIN.search(segment):
            continue
        if text in {"constant", "permanent", "chronic", "persistent", "continuous"} and _CHRONIC_OTHER.match(
            doc.s[max(doc.offset(hit.last) - 1, 0) :]
        ):
            continue
        if _NEGATED_COURSE.search(doc.s[max(0, doc.offset(hit.first) - 20) : doc.offset(hit.first)]):
            if value == "constant":
                continue
            value = (
                "recurrent" if value == "first" else "first" if value == "recurrent" and "before" in text else value
            )
        start, end = doc.span(hit.first, hit.last)
        found.setdefault(
            value, Mention("course", value, start, end, assertion(doc, hit.first), experiencer(doc, hit.first))
        )
    if not found and "again" in doc.vocabulary:
        found |= _again(doc)
    if "first" in found and "recurrent" in found:
        later = max(("first", "recurrent"), key=lambda v: found[v].start)
        found.pop("first" if later == "recurrent" else "recurrent")
    return [m for m in found.values() if m.assertion != HYPOTHETICAL]


def _again(doc: Document) -> dict[str, Mention]:
    """ "My back has gone again": the word counts beside pain, not in "say that again"."""
    token = doc.words.index("again")
    segment = doc.text_of(doc.segment_of(token))
    if len(doc.words) > 3 and not _PAIN_AROUND.search(segment):
        return {}
    if _NO_EPISODE.search(segment):
        return {}
    start, end = doc.span(token, token + 1)
    return {"recurrent": Mention("course", "recurrent", start, end, assertion(doc, token), experiencer(doc, token))}
