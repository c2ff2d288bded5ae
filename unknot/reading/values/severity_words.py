"""Severity in words: "agony", "not too bad", "severe" where it speaks of the pain."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from unknot.reading.types import HYPOTHETICAL
from unknot.reading.values.context import assertion
from unknot.reading.values.lexicon import PhraseSet, words
from unknot.reading.values.patterns import Pattern
from unknot.reading.values.text import Document, tokenise

_CANNOT_WITHOUT = Pattern("severity", "cannot_without")
_BAD_OTHER = Pattern("severity", "bad_other")
_PAIN_GONE_WHERE = Pattern("severity", "pain_gone_where")
_NO_PAIN_PLACE = Pattern("severity", "no_pain_place")
_OTHER_PART = Pattern("severity", "other_part")
_BACK_NEXT = Pattern("severity", "back_next")
_PREDICATE_END = Pattern("severity", "predicate_end")


CORRECTS = Pattern("severity", "corrects")
NEGATED_BEFORE = Pattern("severity", "negated_before")
_OTHER_NOUN = Pattern("severity", "other_noun")
_AROUND_WORD = frozenset({"it", "is", "just", "um", "uh", "well", ".", "!", ",", "oh", "the", "pain", "my"})
_MAX_AFTER = 6


@dataclass(frozen=True)
class Found:
    """A severity told: its value, its tokens, how plainly it is one, and whether it holds now or did before."""

    value: int
    first: int
    last: int
    strength: int  # 3 out of ten, 2 labelled, 1 bare; words 0
    now: bool
    past: bool


@lru_cache(maxsize=1)
def _sets() -> tuple[PhraseSet, PhraseSet, frozenset[str], frozenset[str]]:
    skip = words().fillers - {"so", "very", "really", "quite", "pretty", "kind", "bit", "more", "like"}
    pain = PhraseSet(["pain_word"], tokenise, skip).starts
    body = PhraseSet(["body_word"], tokenise, skip).starts
    return PhraseSet(["severity"], tokenise, skip), PhraseSet(["severity_word"], tokenise, skip), pain, body


@lru_cache(maxsize=1)
def _alone() -> PhraseSet:
    return PhraseSet(["severity_alone"], tokenise, frozenset())


def read_words(doc: Document) -> Found | None:
    """The severity that words tell, if any."""
    phrases, adjectives, _, _ = _sets()
    found: list[Found] = []
    for hit in phrases.find(doc.words):
        before = doc.s[max(0, doc.offset(hit.first) - 40) : doc.offset(hit.first)]
        if _phrase_misleads(doc, hit.first, hit.last, int(hit.entry.value)):
            continue
        negated = bool(NEGATED_BEFORE.search(before)) and not _impossible_without(doc, hit.first)
        value = 4 if negated and int(hit.entry.value) > 4 else int(hit.entry.value)
        if negated and int(hit.entry.value) <= 4:
            continue
        found.append(Found(value, hit.first, hit.last, 2, False, False))
    for hit in adjectives.find(doc.words):
        if any(f.first < hit.last and hit.first < f.last for f in found) or not _about_pain(doc, hit.last):
            continue
        before = doc.s[max(0, doc.offset(hit.first) - 40) : doc.offset(hit.first)]
        value = int(hit.entry.value)
        if NEGATED_BEFORE.search(before) and not _impossible_without(doc, hit.first):
            if value < 8 or re.search(r"\b(?:no|without) $", before):
                continue
            value = 4
        found.append(Found(value, hit.first, hit.last, 1, False, False))
    if not found and (entry := _alone().whole([w for w in doc.words if w not in _AROUND_WORD])):
        found.append(Found(int(entry.value), 0, len(doc.words), 1, False, False))
    found = [
        f
        for f in found
        if not re.search(
            r"\b(?:dad|mum|used to be|was) (?:\w+ )?$", doc.s[max(0, doc.offset(f.first) - 14) : doc.offset(f.first)]
        )
        or len(found) == 1
    ]
    return _choose_word(doc, sorted(found, key=lambda f: f.first))


def _impossible_without(doc: Document, token: int) -> bool:
    """ "Could barely move without excruciating pain" asserts the pain."""
    sentence = doc.sentence_of(token)
    before = doc.s[doc.offset(sentence[0]) : doc.offset(token)]
    return bool(_CANNOT_WITHOUT.search(before))


def _choose_word(doc: Document, found: list[Found]) -> Found | None:
    if not found:
        return None
    corrected = [f for f in found[1:] if CORRECTS.search(doc.s[doc.offset(found[0].last) : doc.offset(f.first)])]
    if corrected:
        return corrected[-1]
    asserted = [f for f in found if assertion(doc, f.first) != HYPOTHETICAL] or found
    return max(asserted, key=lambda f: f.value)


def _phrase_misleads(doc: Document, first: int, last: int, value: int) -> bool:
    text = doc.text_of((first, last))
    segment = doc.text_of(doc.segment_of(first))
    before = doc.s[max(0, doc.offset(first) - 30) : doc.offset(first)]
    after = doc.s[max(doc.offset(last) - 1, 0) : doc.offset(last) + 30]
    if re.search(r"\b(?:feel|felt|feeling) ?$", before) and text.endswith(" bad"):
        return True
    if _BAD_OTHER.match(after) and "bad" in text:
        return True
    if value == 0:
        return (
            bool(_PAIN_GONE_WHERE.match(after))
            or bool(_NO_PAIN_PLACE.match(after))
            or "?" in doc.words
            or assertion(doc, first) == HYPOTHETICAL
        )
    if "max" in text.split() and re.search(r"strength|dose|\d", segment):
        return True
    if text in {"moderate", "medium", "moderately"} and not _about_pain(doc, last):
        return True
    if text in {"half way", "in between", "average", "worse possible"}:
        return bool(last - first < len(doc.words)) and text != "average"
    if text.startswith("not ") and re.match(r" (?:enough|a|an|that)\b", after):
        return True
    return bool(_OTHER_NOUN.match(after.strip())) or bool(_OTHER_PART.search(segment) and "back" not in segment)


def _about_pain(doc: Document, last: int) -> bool:
    """Whether a word such as "severe" speaks of the pain: a word of pain follows, or nothing it could belong to."""
    _, _, pain, body = _sets()
    if last >= len(doc.words):
        return True
    for word in doc.words[last : last + _MAX_AFTER]:
        if word in pain and word != "back":
            return True
        if _OTHER_NOUN.fullmatch(word):
            return False
        if word not in body:
            break
    after = doc.s[max(doc.offset(last) - 1, 0) :]
    if _BACK_NEXT.match(after):
        return True
    return bool(_PREDICATE_END.match(after))
