"""In what sense something is said: denied, asked about in general, supposed, over, or about somebody else.

Works on the canonical words of a `Document`; every function takes a token index and looks at its sentence only.
"""

from __future__ import annotations

import re

from unknot.reading.types import HYPOTHETICAL, OTHER, PAST, PRESENT, SELF
from unknot.reading.values.patterns import Pattern
from unknot.reading.values.text import Document

_QUESTION = Pattern("context", "question")
_INITIAL = Pattern("context", "initial")
_OWN = Pattern("context", "own")
_SUPPOSE = Pattern("context", "suppose")
_SURE_IF = Pattern("context", "sure_if")
_GENERAL = Pattern("context", "general")
_OVER = Pattern("context", "over")
_STILL = Pattern("context", "still")


KIN = Pattern("context", "kin")
_KIN_START = Pattern("context", "kin_start")
_NOT_SUBJECT = Pattern("context", "not_subject")
_TELLS = Pattern("context", "tells")
_SELF = Pattern("context", "self")
_PRONOUN = Pattern("context", "pronoun")


def assertion(doc: Document, token: int) -> str:
    """Present, hypothetical (asked in general, or supposed) or past, for what stands at a token."""
    first, last = doc.sentence_of(token)
    here = doc.offset(token)
    begin, end = doc.offset(first), doc.offset(last)
    before = doc.s[begin:here]
    if _supposed(before):
        return HYPOTHETICAL
    asked = _question_start(doc, first, last, here)
    if asked is not None and not _OWN.search(doc.s, asked, end):
        return HYPOTHETICAL
    if _GENERAL.search(before):
        return HYPOTHETICAL
    return PRESENT


def is_question(doc: Document, token: int) -> bool:
    """Whether a token stands inside a question, the person's own back included."""
    first, last = doc.sentence_of(token)
    return _question_start(doc, first, last, doc.offset(token)) is not None


def is_over(doc: Document, token: int) -> bool:
    """Whether the segment of a token speaks of the past only."""
    first, last = doc.segment_of(token)
    text = doc.s[doc.offset(first) : doc.offset(last)]
    return bool(_OVER.search(text)) and not _STILL.search(text)


def sense_of(doc: Document, token: int) -> str:
    """Present, hypothetical, or past where the segment of a token speaks of the past only."""
    sense = assertion(doc, token)
    return PAST if sense != HYPOTHETICAL and is_over(doc, token) else sense


def experiencer(doc: Document, token: int) -> str:
    """Self or other: whose body the words at a token are about, by the nearest subject before them."""
    return OTHER if _latest_subject(doc, doc.offset(token)) else SELF


def other_person(doc: Document) -> re.Match[str] | None:
    """The first relative, friend or patient who is a subject of the message."""
    return next((m for m in KIN.finditer(doc.s) if _is_subject(doc.s, m)), None) or _KIN_START.search(doc.s)


def _latest_subject(doc: Document, here: int) -> bool:
    if other_person(doc) is None:
        # "he", "she" without a name: somebody told of before this message.
        pronoun = _PRONOUN.search(doc.s)
        return pronoun is not None and not _SELF.search(doc.s) and not KIN.search(doc.s)
    latest, other = -1, False
    sentence_end = doc.offset(doc.sentence_of(doc.token_at(here))[1])
    for match in KIN.finditer(doc.s, 0, sentence_end):
        if match.start() <= here + 1 and match.start() > latest and _is_subject(doc.s, match):
            latest, other = match.end(), True
    start = _KIN_START.search(doc.s)
    if start and latest < 0:
        latest, other = start.end(), True
    for pattern, is_other in ((_SELF, False), (_PRONOUN, True)):
        for match in pattern.finditer(doc.s, 0, sentence_end):
            if latest <= match.start() <= here:
                latest, other = match.start(), is_other
    if latest < 0:  # the person is named after the value: "severe back pain, my wife has it"
        after = KIN.search(doc.s, here)
        return after is not None and _is_subject(doc.s, after) and not _SELF.search(doc.s, 0, after.start() + 1)
    return other


def _is_subject(text: str, match: re.Match[str]) -> bool:
    return not _NOT_SUBJECT.search(text[: match.start()]) and not _TELLS.match(text[match.end() :])


def _supposed(before: str) -> bool:
    found = max(_SUPPOSE.finditer(before), key=lambda m: m.start(), default=None)
    if found is None or _SURE_IF.match(before, found.start()):
        return False
    return "," not in before[found.end() :] and " then " not in before[found.end() :]


def _question_start(doc: Document, first: int, last: int, here: int) -> int | None:
    begin, end = doc.offset(first), doc.offset(last)
    sentence = doc.s[begin:end]
    if _INITIAL.match(sentence):
        comma = doc.s.find(" , ", begin, here)
        if comma < 0 or not _OWN.search(doc.s, comma, end):
            return begin
    asked = None
    for match in _QUESTION.finditer(doc.s, begin, end):
        if match.start() > here:
            break
        asked = match.start()
    return asked
