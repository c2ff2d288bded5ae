"""Pain that is not in the back at all: the location "elsewhere"."""

from __future__ import annotations

import re
from functools import lru_cache

from unknot.reading.types import Mention
from unknot.reading.values.context import assertion, experiencer
from unknot.reading.values.lexicon import PhraseSet, words
from unknot.reading.values.patterns import Pattern
from unknot.reading.values.text import Document, tokenise

_RADIATES = Pattern("location", "radiates")
_DENIED = Pattern("location", "denied")
_NUMB = Pattern("location", "numb")

_PAIN_NEAR = Pattern("location", "pain_near")
_DENIED_BACK = Pattern("location", "denied_back")
_ANSWER_LEAD = Pattern("location", "answer_lead")


_TAIL = frozenset({"actually", "really", "now", "instead", "sorry", "only", "mainly", "mostly", "lol", "tbh", "not"})


@lru_cache(maxsize=1)
def _sets() -> tuple[PhraseSet, PhraseSet]:
    return PhraseSet(["elsewhere"], tokenise, words().fillers), PhraseSet(["not_back"], tokenise, words().fillers)


def read_elsewhere(doc: Document, had_places: bool) -> list[Mention]:
    """At most one mention; `had_places` says that places in the back were named, if only to deny them."""
    parts, other = _sets()
    for hit in other.find(doc.words):
        return [Mention("location", "elsewhere", *doc.span(hit.first, hit.last))]
    backless = not ({"back", "spine", "chest"} & doc.vocabulary) or bool(_DENIED_BACK.search(doc.s))
    if not backless or (had_places and not _DENIED_BACK.search(doc.s)):
        return []
    for hit in parts.find(doc.words):
        segment = doc.segment_of(hit.first)
        text = doc.text_of(segment)
        before = doc.s[doc.offset(segment[0]) : doc.offset(hit.first)]
        short = segment[1] - segment[0] <= 6 and _ANSWER_LEAD.fullmatch(before)
        if _RADIATES.search(before) or _DENIED.search(before) or _NUMB.search(text):
            continue
        if (_PAIN_NEAR.search(text) and re.search(r"\b(?:my|the|in|left|right|both) $", before)) or (
            short and all(w in _TAIL for w in doc.words[hit.last : segment[1]])
        ):
            start, end = doc.span(hit.first, hit.last)
            return [
                Mention(
                    "location", "elsewhere", start, end, assertion(doc, hit.first), experiencer(doc, hit.first), 0.8
                )
            ]
    return []
