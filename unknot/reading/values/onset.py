"""How it began (`onset`: sudden, gradual) and where it is heading (`trend`: better, worse, same)."""

from __future__ import annotations

import re
from functools import lru_cache

from unknot.reading.types import HYPOTHETICAL, Mention
from unknot.reading.values.context import assertion, experiencer, is_question
from unknot.reading.values.lexicon import Entry, Hit, PhraseSet, words
from unknot.reading.values.patterns import Pattern
from unknot.reading.values.text import Document, tokenise

_SUDDEN = Entry("onset", "sudden", ("it gave",))
_GAVE = Pattern("onset", "gave")
_OTHER_SYMPTOM = Pattern("onset", "other_symptom")
_SLOW_MOVE = Pattern("onset", "slow_move")
_OPPOSITE = Pattern("onset", "opposite")
_AGGRAVATED = Pattern("onset", "aggravated")
_ACTIVITY = Pattern("onset", "activity")
_WISH = Pattern("onset", "wish")
_NEGATED = Pattern("onset", "negated")
_OTHER_THING = Pattern("onset", "other_thing")
_CLICK_ELSEWHERE = Pattern("onset", "click_elsewhere")
_WENT_ELSEWHERE = Pattern("onset", "went_elsewhere")
_QUICK_MOVE = Pattern("onset", "quick_move")
_SAME_THING = Pattern("onset", "same_thing")


@lru_cache(maxsize=1)
def _sets() -> tuple[PhraseSet, PhraseSet, PhraseSet]:
    near = words().fillers - {"so", "like", "bit", "more", "kind"}
    return (
        PhraseSet(["onset"], tokenise, near),
        PhraseSet(["onset_alone"], tokenise, near),
        PhraseSet(["trend"], tokenise, near),
    )


def read(doc: Document) -> list[Mention]:
    """At most one `onset` and one `trend`."""
    return _onset(doc) + _trend(doc)


def _onset(doc: Document) -> list[Mention]:
    phrases, alone, _ = _sets()
    hits = [h for h in phrases.find(doc.words) if not _not_onset(doc, h)]
    if not hits and (felt := _GAVE.search(doc.s)):
        hits = [Hit(_SUDDEN, *doc.range_of(felt))]
    if not hits:
        for first, last in doc.segments:
            core = [
                w
                for w in doc.words[first:last]
                if w not in words().fillers
                and w not in {"it", "was", "came", "on", "is", "i", "would", "say", "started", "began", "happened"}
            ]
            entry = alone.whole(core)
            if entry is not None:
                hits = [Hit(entry, first, last)]
    if not hits:
        return []
    # "built up slowly, then suddenly locked": the spasm itself is what counts.
    best = next((h for h in hits if h.entry.value == "sudden"), hits[0]) if len(hits) > 1 else hits[0]
    start, end = doc.span(best.first, best.last)
    return [Mention("onset", best.entry.value, start, end, assertion(doc, best.first), experiencer(doc, best.first))]


def _not_onset(doc: Document, hit: Hit) -> bool:
    if assertion(doc, hit.first) == HYPOTHETICAL:
        return True
    text = doc.text_of((hit.first, hit.last))
    before = doc.s[max(0, doc.offset(hit.first) - 40) : doc.offset(hit.first)]
    after = doc.s[max(doc.offset(hit.last) - 1, 0) :]
    if _OPPOSITE.search(before) and not text.startswith("not"):
        return True
    at_once = "sudden" in text or text in {
        "instantly",
        "immediately",
        "abrupt",
        "abruptly",
        "straight away",
        "instant",
    }
    if at_once and (_OTHER_SYMPTOM.match(after) or _QUICK_MOVE.search(before)):
        return True
    if text.endswith((" pop", " crack", " click", " it", " snap")) and _CLICK_ELSEWHERE.match(after):
        return True
    if "went" in text and _WENT_ELSEWHERE.match(after) and not re.search(r"(?:out|spasm|gave)", text):
        return True
    return hit.entry.value == "gradual" and bool(_SLOW_MOVE.search(before))


def _trend(doc: Document) -> list[Mention]:
    if assertion(doc, 0) == HYPOTHETICAL and len(doc.sentences) == 1:
        return []
    found: list[tuple[Hit, str]] = []
    for hit in _sets()[2].find(doc.words):
        value = _trend_value(doc, hit)
        if value:
            found.append((hit, value))
    if not found:
        return []
    hit, value = (
        found[-1]
        if any(v != "same" for _, v in found[-1:])
        else next(((h, v) for h, v in reversed(found) if v != "same"), found[-1])
    )
    start, end = doc.span(hit.first, hit.last)
    return [Mention("trend", value, start, end, assertion(doc, hit.first), experiencer(doc, hit.first))]


def _trend_value(doc: Document, hit: Hit) -> str | None:
    text = doc.text_of((hit.first, hit.last))
    first, last = doc.segment_of(hit.first)
    begin = doc.sentence_of(hit.first)[0] if doc.words[first] in {"or", "nor", "and"} else first
    before = doc.s[doc.offset(begin) : doc.offset(hit.first)]
    after = doc.s[max(doc.offset(hit.last) - 1, 0) : doc.offset(last)].strip()
    segment = doc.text_of((first, last))
    if assertion(doc, hit.first) == HYPOTHETICAL or (is_question(doc, hit.first) and _WISH.search(before)):
        return None
    if _OTHER_THING.search(segment) and not re.search(r"\b(?:back|pain|spasm|ache)\b", segment):
        return None
    if (
        _AGGRAVATED.match(after)
        or _ACTIVITY.search(before)
        or re.search(r"\b(?:every time|whenever|each time)\b", segment)
    ):
        return None
    if _WISH.search(before) and "not" not in text:
        return None
    value = str(hit.entry.value)
    if value == "same":
        if (
            text in {"stuck", "steady", "stable", "as before", "same thing"}
            and hit.last - hit.first < last - first - 2
        ):
            return None
        return None if _SAME_THING.match(after) or text.startswith("still") else value
    if text in {"worse", "better"} and not _short(doc, hit):
        return None
    if (
        value == "better"
        and ("gone" in text or "stopped" in text or "going" in text)
        and re.search(r"\b(?:work|gym|doctor|out|numb)\b", segment)
    ):
        return None
    if text.endswith("gone") and re.match(r"(?:from|up|to|into|numb|worse|bad|right|all the way)\b", after):
        return None
    if _NEGATED.search(before):
        return "same"
    return value


def _short(doc: Document, hit: Hit) -> bool:
    """A bare "worse" or "better" counts as an answer, not within "is sitting worse"."""
    first, last = doc.segment_of(hit.first)
    rest = [w for i, w in enumerate(doc.words[first:last], first) if not hit.first <= i < hit.last]
    return all(
        w in words().fillers
        or w
        in {
            "it",
            "is",
            "i",
            "am",
            "not",
            "no",
            "any",
            "yes",
            "pain",
            "back",
            "today",
            "now",
            "if",
            "anything",
            "much",
            "lot",
            "and",
            "even",
            "well",
            "slightly",
            "feel",
            "feeling",
            "spasm",
        }
        for w in rest
    )
