"""Where it hurts: `location` (neck upper middle lower whole elsewhere) and `side` (left right both centre).

What is denied ("not my lower back") or taken back ("lower, sorry, upper") is left out; a place the pain only runs to
is left out where another place is named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from unknot.reading.types import POSSIBLE, Mention
from unknot.reading.values.context import experiencer, sense_of
from unknot.reading.values.elsewhere import read_elsewhere
from unknot.reading.values.lexicon import PhraseSet, WordSet, words
from unknot.reading.values.patterns import Pattern
from unknot.reading.values.side import read_sides, sides_within
from unknot.reading.values.text import Document, tokenise

_DENIED = Pattern("location", "denied")
_NOT_DENIED = Pattern("location", "not_denied")
_UNSURE = Pattern("location", "unsure")
_FINE_AFTER = Pattern("location", "fine_after")
_RADIATES = Pattern("location", "radiates")
_TO_ONLY = Pattern("location", "to_only")
_REPAIR = Pattern("location", "repair")
_MOVED = Pattern("location", "moved")
_BEGAN_IN = Pattern("location", "began_in")
_I_SAID = Pattern("location", "i_said")
_REJECT_NEXT = WordSet("location", "reject_next")
_PLACED = Pattern("location", "placed")
_PAINED = Pattern("location", "pained")
_NUMB = Pattern("location", "numb")
_SWEAT = Pattern("location", "sweat")
_REGION_WORDS = {
    "upper": "upper",
    "top": "upper",
    "high": "upper",
    "higher": "upper",
    "mid": "middle",
    "middle": "middle",
    "centre": "middle",
    "lower": "lower",
    "low": "lower",
    "bottom": "lower",
    "neck": "neck",
}
_JOINERS = frozenset({"and", "or", "to", "/", "-", ",", "through", "into"})
_SHORT = WordSet("location", "short")
_BARE_CONTEXT = Pattern("location", "bare_context")


@dataclass
class Place:
    """A place told, and what became of it."""

    value: str
    first: int
    last: int
    confidence: float
    bare: bool = False
    dropped: bool = False
    possible: bool = False


@lru_cache(maxsize=1)
def _sets() -> tuple[PhraseSet, PhraseSet]:
    near = words().fillers
    wide = near | words().place_fillers
    return (
        PhraseSet(["location"], tokenise, wide),
        PhraseSet(["bare_location"], tokenise, near),
    )


def read(doc: Document) -> list[Mention]:
    """Mentions of kind `location` and `side`."""
    places = _places(doc)
    _drop_radiation(doc, places)
    kept = [p for p in places if not p.dropped]
    strong = [p for p in kept if p.confidence > 0.7]
    if strong:
        kept = strong
    if any(not p.bare for p in kept):
        kept = [p for p in kept if not (p.bare and doc.words[p.first] == "higher")]
        centre = [p for p in kept if p.bare and p.value == "middle"]
        kept = [p for p in kept if p not in centre]
    else:
        centre = []
    found = [_mention(doc, "location", p) for p in kept] or read_elsewhere(doc, bool(places))
    middles = {i for p in places if p.value == "middle" and not p.bare for i in range(p.first, p.last)}
    sides = [
        m
        for m in read_sides(doc) or sides_within(doc, [(p.first, p.last) for p in kept])
        if m.value != "centre" or doc.token_starting(m.end - 1) not in middles
    ]
    if not found and not places and (middle := next((m for m in sides if _in_the_middle(doc, m)), None)):
        found = [replace(middle, kind="location", value="middle", confidence=0.8)]
    if centre and not sides:
        sides = [Mention("side", "centre", *doc.span(centre[0].first, centre[0].last))]
    return _unique(found) + _unique(sides)


def _in_the_middle(doc: Document, side: Mention) -> bool:
    """ "It is in the middle" answers where as well as on which side."""
    first, last = doc.token_starting(side.start), doc.token_starting(side.end - 1) + 1
    return side.value == "centre" and doc.words[first] == "in" and "middle" in doc.words[first:last]


def _places(doc: Document) -> list[Place]:
    phrases, _ = _sets()
    places = []
    for hit in phrases.find(doc.words):
        if not _misleading(doc, hit.first, hit.last, str(hit.entry.value), hit.entry.confidence):
            places.append(Place(str(hit.entry.value), hit.first, hit.last, hit.entry.confidence))
    places += _coordinated(doc, places)
    places += _cornered(doc, places)
    places += _bare(doc, places)
    places.sort(key=lambda p: p.first)
    _apply_negation(doc, places)
    _apply_repairs(doc, places)
    return places


def _misleading(doc: Document, first: int, last: int, value: str, confidence: float) -> bool:
    text = doc.text_of((first, last))
    after = doc.words[last] if last < len(doc.words) else ""
    before = doc.s[: doc.offset(first)]
    if after in _REJECT_NEXT:
        return True
    if value == "middle" and text.startswith("middle") and re.search(r"\bdown (?:the )?$", before):
        return True
    if value == "whole":
        if text.startswith("all right"):
            return True
        if text in {"all over", "everywhere"}:
            return after in {"again", "body"} or bool(_SWEAT.search(before))
        return False
    if text.endswith(" rib") and " " in text:
        return "back" not in doc.vocabulary and last - first < len(doc.words)
    if text in {"kidney", "buttock", "dimples"}:
        segment = doc.text_of(doc.segment_of(first))
        if _NUMB.search(segment):
            return True
        placed = (
            _PLACED.search(before) or _PAINED.match(doc.s[doc.offset(last) - 1 :]) or last - first == len(doc.words)
        )
        return not placed
    return confidence <= 0.7 and bool(_NUMB.search(doc.text_of(doc.segment_of(first))))


def _coordinated(doc: Document, places: list[Place]) -> list[Place]:
    """ "upper and mid back": the first word shares the noun of the second."""
    extra: list[Place] = []
    fillers = words().fillers
    for place in places:
        if doc.words[place.first] not in _REGION_WORDS:
            continue
        at = place.first - 1
        joined = False
        while at >= 0:
            word = doc.words[at]
            if word in _JOINERS:
                joined = True
            elif joined and word in _REGION_WORDS:
                extra.append(Place(_REGION_WORDS[word], at, at + 1, 0.9))
                joined = False
            elif word not in fillers:
                break
            at -= 1
    taken = {i for p in places for i in range(p.first, p.last)}
    return [e for e in extra if e.first not in taken]


_CORNER = Pattern("location", "corner")


def _cornered(doc: Document, places: list[Place]) -> list[Place]:
    """ "Lower left", "left lower side": the back is meant where no other part is named."""
    taken = {i for p in places for i in range(p.first, p.last)}
    found = []
    for match in _CORNER.finditer(doc.s):
        first, last = doc.range_of(match)
        if not taken & set(range(first, last)):
            found.append(Place(_REGION_WORDS[match["a"] or match["b"]], first, last, 0.8))
    return found


def _bare(doc: Document, places: list[Place]) -> list[Place]:
    """ "middle", "upper not lower": a piece of the message of region words alone."""
    taken = {i for p in places for i in range(p.first, p.last)}
    found: list[Place] = []
    for first, last in doc.segments:
        if taken & set(range(first, last)):
            open_words = [i for i in range(first, last) if i not in taken]
        else:
            open_words = list(range(first, last))
        if not any(
            doc.words[i] in _REGION_WORDS or doc.words[i] in {"up", "down", "halfway", "midway", "midsection"}
            for i in open_words
        ):
            continue
        if all(doc.words[i] in _SHORT or doc.words[i] in _REGION_WORDS for i in open_words):
            found += [
                Place(_REGION_WORDS[doc.words[i]], i, i + 1, 0.9, bare=True)
                for i in open_words
                if doc.words[i] in _REGION_WORDS and doc.words[i] != "neck"
            ]
        else:
            found += _bare_phrase(doc, first, last)
    return found


def _bare_phrase(doc: Document, first: int, last: int) -> list[Place]:
    phrases = _sets()[1]
    start = first
    while start < last and _BARE_CONTEXT.match(doc.words[start]):
        start += 1
    for at in range(first, start + 1):
        if at < last and (entry := phrases.whole([w for w in doc.words[at:last] if w not in words().fillers])):
            return [Place(str(entry.value), at, last, 0.9, bare=True)]
    return []


def _apply_negation(doc: Document, places: list[Place]) -> None:
    for index, place in enumerate(places):
        segment = doc.segment_of(place.first)
        before = doc.s[doc.offset(segment[0]) : doc.offset(place.first)]
        after = doc.s[max(doc.offset(place.last) - 1, 0) : doc.offset(segment[1])]
        if _UNSURE.search(before):
            place.possible = True
        elif _NOT_DENIED.search(before):
            continue
        elif _DENIED.search(before):
            earlier = places[index - 1] if index else None
            repairing = (
                before.rstrip().endswith("no")
                and earlier is not None
                and place.first - earlier.last <= 2
                and not after.startswith((" pain", " ache"))
            )
            place.dropped = not repairing
        elif _FINE_AFTER.match(after):
            place.dropped = True


def _apply_repairs(doc: Document, places: list[Place]) -> None:
    """What is taken back is dropped: "lower, sorry, upper", "I said lower but it is upper"."""
    alive = [p for p in places if not p.dropped]
    for earlier, later in pairwise(alive):
        gap = doc.s[doc.offset(earlier.last) : doc.offset(later.first)]
        said = _I_SAID.search(doc.s[: doc.offset(earlier.first)])
        moved = _MOVED.search(gap) and _BEGAN_IN.search(doc.s[: doc.offset(earlier.first)])
        if (
            later.value != earlier.value
            and (moved or (_REPAIR.search(gap) and len(gap) < 40) or said)
            and "not" not in gap.split()[:1]
        ):
            for place in alive:
                if place.first <= earlier.first:
                    place.dropped = True


def _drop_radiation(doc: Document, places: list[Place]) -> None:
    alive = [p for p in places if not p.dropped]
    if len(alive) < 2:
        return
    spread = []
    for place in alive:
        sentence = doc.sentence_of(place.first)
        before = doc.s[doc.offset(sentence[0]) : doc.offset(place.first)]
        first_word = doc.words[place.first]
        if (
            place.value != "whole"
            and first_word not in {"between", "under", "below"}
            and (_RADIATES.search(before) or _TO_ONLY.search(before))
        ):
            spread.append(place)
    if len(spread) < len(alive):
        for place in spread:
            place.dropped = True


def _mention(doc: Document, kind: str, place: Place) -> Mention:
    start, end = doc.span(place.first, place.last)
    sense = POSSIBLE if place.possible else sense_of(doc, place.first)
    return Mention(kind, place.value, start, end, sense, experiencer(doc, place.first), place.confidence)


def _unique(mentions: list[Mention]) -> list[Mention]:
    seen: dict[str | int, Mention] = {}
    for mention in mentions:
        seen.setdefault(mention.value, mention)
    return list(seen.values())
