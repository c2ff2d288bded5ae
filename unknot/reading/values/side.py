"""On which side it hurts: `side` (left right both centre)."""

from __future__ import annotations

import re
from functools import lru_cache

from unknot.reading.types import PRESENT, Mention
from unknot.reading.values.context import experiencer, sense_of
from unknot.reading.values.lexicon import PhraseSet, WordSet, words
from unknot.reading.values.patterns import Pattern
from unknot.reading.values.text import Document, tokenise

_DENIED = Pattern("location", "denied")
_REPAIR = Pattern("location", "repair")


_LIMB_AFTER = WordSet("location", "limb_after")
_SIDE_OF_OTHER = Pattern("location", "side_of_other")
_TURNING_TO = Pattern("location", "turning_to")
_MIDDLE_OF_OTHER = Pattern("location", "middle_of_other")


@lru_cache(maxsize=1)
def _sets() -> tuple[PhraseSet, PhraseSet]:
    near = words().fillers
    return PhraseSet(["side"], tokenise, near), PhraseSet(["side_alone"], tokenise, near)


_LEFT_NOT_RIGHT = re.compile(r"\b(?P<side>left|right)(?: side)? ,? ?not (?:the |my |on the )?(?:left|right)\b")
_NOT_LEFT_RIGHT = re.compile(
    r"\bnot (?:the |my |on the )?(?:left|right)(?: side)? ?,? ?"
    r"(?:but |it is |its )*(?:the |my |on the )?(?P<side>left|right)\b"
)
_PLACES = frozenset(
    {"back", "neck", "blade", "spine", "lower", "upper", "mid", "middle", "low", "lumbar", "rib", "hip"}
)
_FEW = 8  # words of a short message
_WAS = re.compile(r"\b(?:was|started|used to|before|first)\b")


def read_sides(doc: Document) -> list[Mention]:
    """Mentions of kind `side`; of left and right together "both", unless one is said to be the worse."""
    if not doc.vocabulary & {
        "left",
        "right",
        "side",
        "sides",
        "both",
        "either",
        "each",
        "bilateral",
        "bilaterally",
        "middle",
        "centre",
        "central",
        "midline",
        "spine",
        "one",
    }:
        return []
    meant = _LEFT_NOT_RIGHT.search(doc.s) or _NOT_LEFT_RIGHT.search(doc.s)
    if meant:
        at = doc.token_at(meant.start("side"))
        return [Mention("side", meant["side"], *doc.span(at, at + 1), PRESENT, experiencer(doc, at))]
    sides, alone = _sets()
    found = []
    for hit in sides.find(doc.words):
        value, first, last = str(hit.entry.value), hit.first, hit.last
        after = doc.words[last] if last < len(doc.words) else ""
        before = doc.s[doc.offset(doc.segment_of(first)[0]) : doc.offset(first)]
        if doc.words[last - 1] in {"left", "right"} and after in _LIMB_AFTER:
            continue
        if (
            doc.words[last - 1] == "right"
            and after in {"in", "on", "at", "above", "below", "between", "across"}
            and doc.words[first] != "right"
        ):
            continue
        if _TURNING_TO.search(before):
            continue
        if _SIDE_OF_OTHER.match(doc.s[max(doc.offset(last) - 1, 0) :]) or _DENIED.search(before):
            continue
        if (
            value == "right"
            and doc.text_of((first, last)) == "right back"
            and re.search(r"\b(?:be|come|came|go|went|is) ?$", before)
        ):
            continue
        if value in {"left", "right"} and (
            doc.words[max(first - 1, 0)] == "all"
            or (doc.words[first] == "right" and doc.words[first + 1 : first + 2] in (["my"], ["the"]))
        ):
            continue
        if value == "centre" and _middle_of_other(doc, last):
            continue
        start, end = doc.span(first, last)
        found.append(Mention("side", value, start, end, sense_of(doc, first), experiencer(doc, first)))
    if not found:
        found = _side_alone(doc, alone)
    values = {m.value for m in found}
    if values == {"left", "right"} and re.search(r"\bnow\b", doc.s) and _WAS.search(doc.s):
        return found[-1:]
    if values == {"left", "right"} and re.search(r"\bmore\b|\bworse\b|\bmostly\b", doc.s):
        return found[:1]
    if {"left", "right"} <= values and not _REPAIR.search(doc.s):
        return [Mention("side", "both", found[0].start, found[-1].end, found[0].assertion, found[0].experiencer)]
    if {"left", "right"} <= values:
        return found[-1:]
    return found


def sides_within(doc: Document, places: list[tuple[int, int]]) -> list[Mention]:
    """The "left" in "between my neck and my left shoulder"."""
    return [
        Mention("side", doc.words[i], *doc.span(i, i + 1), sense_of(doc, i), experiencer(doc, i))
        for first, last in places
        for i in range(first, last)
        if doc.words[i] in {"left", "right"}
        and doc.words[i + 1 : i + 2] not in (["in"], ["on"], ["at"], ["across"], ["above"], ["down"], ["between"])
    ]


def _middle_of_other(doc: Document, last: int) -> bool:
    after = " ".join(doc.words[last : last + 4])
    return bool(_MIDDLE_OF_OTHER.match(after))


def _ends_a_place(doc: Document, first: int, last: int) -> bool:
    """Whether "right" closes a short message that names a place: "my shoulder blade, right"."""
    return first > 0 and last == len(doc.words) <= _FEW and not _PLACES.isdisjoint(doc.vocabulary)


def _side_alone(doc: Document, alone: PhraseSet) -> list[Mention]:
    for first, last in doc.segments:
        core = [
            w
            for w in doc.words[first:last]
            if w not in words().fillers
            and w not in {"it", "is", "on", "in", "to", "not", "no", "i", "mean", "meant", "say", "sorry", "hurt"}
        ]
        if core in (["right"], ["right", "side"]) and (
            last - first > 1 or len(doc.words) <= 2 or _ends_a_place(doc, first, last)
        ):
            if "all" in doc.words[first:last]:
                continue
            return [Mention("side", "right", *doc.span(first, last), confidence=1.0 if last - first > 1 else 0.5)]
        entry = alone.whole(core)
        if entry is not None and "not" not in doc.words[first:last]:
            return [Mention("side", entry.value, *doc.span(first, last))]
    return []
