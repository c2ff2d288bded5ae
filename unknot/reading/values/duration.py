"""Since when: `duration_days` (whole days since it began) and `course` (first, recurrent, constant).

Units: weeks count 7 days, months 30, years 365; dates and weekdays are counted back from `today`.
"""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from itertools import pairwise

from unknot.reading.types import HYPOTHETICAL, Mention
from unknot.reading.values.calendar_words import days_since
from unknot.reading.values.context import assertion, experiencer, is_question
from unknot.reading.values.course import read_course
from unknot.reading.values.lexicon import PhraseSet, WordSet, words
from unknot.reading.values.patterns import Pattern
from unknot.reading.values.spans import DAYS, Time, read_spans
from unknot.reading.values.text import Document, tokenise

_SPAN = Pattern("duration", "span")
_RELATIVE = Pattern("duration", "relative")
_BEGAN = Pattern("duration", "began")
_NOT_BEGAN = Pattern("duration", "not_began")
_SCORED_THEN = Pattern("duration", "scored_then")
_EARLIER_EPISODE = Pattern("duration", "earlier_episode")
_SINCE_THEN = Pattern("duration", "since_then")
_FIRST_IS_NOW = Pattern("duration", "first_is_now")
_WORSE = Pattern("duration", "worse")
_ASKED = Pattern("duration", "asked")
_WEAK_BEGIN = Pattern("duration", "weak_begin")
_WENT_OUT = Pattern("duration", "went_out")
_THIN_BEGIN = Pattern("duration", "thin_begin")
_REPAIRED = Pattern("duration", "repaired")
_LEADS = WordSet("duration", "leads")


@lru_cache(maxsize=1)
def _sets() -> tuple[PhraseSet, PhraseSet, PhraseSet]:
    near = words().fillers - {"so", "more", "like", "a", "this"}
    return (
        PhraseSet(["ago"], tokenise, near | {"a"}),
        PhraseSet(["pain_event"], tokenise, near),
        PhraseSet(["other_event"], tokenise, near),
    )


def read(doc: Document, today: datetime.date, used: set[int]) -> tuple[list[Mention], set[int]]:
    """Duration and course, and the tokens of all times found; `used` tokens were read as something else."""
    times = [t for t in _times(doc, today, used) if not used & set(range(t.first, t.last))]
    consumed = {i for t in times for i in range(t.first, t.last)} | _unit_tokens(doc)
    course = read_course(doc)
    chosen = _choose(doc, [t for t in times if _about_the_pain(doc, t)], course)
    mentions = []
    if chosen is not None:
        start, end = doc.span(chosen.first, chosen.last)
        sense = assertion(doc, chosen.first)
    if chosen is not None and sense != HYPOTHETICAL:
        mentions.append(
            Mention(
                "duration_days", chosen.days, start, end, sense, experiencer(doc, chosen.first), chosen.confidence
            )
        )
    return mentions + course, consumed


def _unit_tokens(doc: Document) -> set[int]:
    return (
        {i for m in _SPAN.finditer(doc.s) for i in range(*doc.range_of(m))} if doc.vocabulary & DAYS.keys() else set()
    )


def _times(doc: Document, today: datetime.date, used: set[int]) -> list[Time]:
    found = _calendar(doc, today)
    if doc.vocabulary & DAYS.keys():
        found += read_spans(doc)
    found += [
        Time(int(h.entry.value), h.first, h.last, h.entry.confidence)
        for h in _sets()[0].find(doc.words)
        if not any(t.first < h.last and h.first < t.last for t in found) and not _mid_phrase(doc, h.first, h.last)
    ]
    found += [t for t in _relative(doc) if not any(o.first < t.last and t.first < o.last for o in found)]
    return sorted(found, key=lambda t: t.first)


def _mid_phrase(doc: Document, first: int, last: int) -> bool:
    text = doc.text_of((first, last))
    if text in {"overnight", "over night"} and re.search(r"\b(?:worse|better)\b", doc.s):
        return True
    if text in {
        "always had",
        "forever",
        "in night",
        "in the night",
        "over night",
        "overnight",
        "all night",
        "recently",
        "lately",
        "all day",
        "all the day",
    }:
        sentence = doc.text_of(doc.sentence_of(first))
        return len(doc.words) > 4 and not re.search(r"\b(?:pain|hurt|ache|spasm|back|sore)\b", sentence)
    return False


def _relative(doc: Document) -> list[Time]:
    found = []
    for match in _RELATIVE.finditer(doc.s):
        word = match["word"]
        first, last = doc.range_of(match)
        days = 1 if "yesterday" in word or "night" in word.replace("tonight", "") else 0
        if re.search(r"\b(?:before|than|until|till) $", doc.s[max(0, match.start() - 8) : match.start()]):
            continue
        explicit = word.startswith(("since", "from"))
        segment = doc.segment_of(first)
        text = doc.text_of(segment)
        # Nothing else in the message, or in its own sentence: "yesterday. gardening".
        answer = (first, last) == doc.segments[0]  # "yesterday, i'm on warfarin by the way"
        own = (first, last) if answer else doc.sentence_of(first)
        short = all(w in _LEADS for i, w in enumerate(doc.words) if own[0] <= i < own[1] and not first <= i < last)
        if (
            explicit
            or (short and not _NOT_BEGAN.search(text))
            or (_BEGAN.search(text) and not _NOT_BEGAN.search(text) and not (_vague_today(word, text)))
        ):
            found.append(Time(days, first, last, explicit=explicit))
    return found


def _vague_today(word: str, text: str) -> bool:
    """ "It hurts today" does not say that it began today."""
    if "today" not in word and "tonight" not in word and "this" not in word:
        return not _BEGAN.search(_THIN_BEGIN.sub("", text)) and "had" not in text
    strict = _WEAK_BEGIN.sub("", text)
    return not (_BEGAN.search(strict) or _WENT_OUT.search(text))


def _calendar(doc: Document, today: datetime.date) -> list[Time]:
    return [
        Time(days, first, last, confidence, explicit=True) for days, first, last, confidence in days_since(doc, today)
    ]


def _about_the_pain(doc: Document, time: Time) -> bool:
    """False for the length of something else: "slept 3 hours", "had cancer 5 years ago"."""
    first, last = doc.segment_of(time.first)
    before = doc.words[first : time.first]
    after = _without_aside(doc.words[time.last : last])
    pain, other = _sets()[1], _sets()[2]
    nearest = _piece(before, after)
    if is_question(doc, time.first) and _ASKED.search(doc.text_of(doc.sentence_of(time.first))):
        return False
    if _SCORED_THEN.search(" ".join(before)) or _EARLIER_EPISODE.search(doc.text_of((first, last))):
        return False
    others = other.find(nearest)
    if not others:
        return True
    sentence = doc.sentence_of(time.first)
    if time.explicit and _SINCE_THEN.search(doc.text_of((time.last, sentence[1]))):
        return True
    strong = {
        "it",
        "this",
        "had",
        "been",
        "went",
        "did",
        "same",
        "here",
        "put",
        "moved",
        "moving",
        "better",
        "worse",
        "bad",
        "start",
        "accident",
    }
    pains = [h for h in pain.find(nearest) if nearest[h.first] not in strong]
    return bool(pains) and not {
        "took",
        "taken",
        "take",
        "surgery",
        "operation",
        "cancer",
        "diagnosed",
        "slept",
        "drove",
        "smoking",
        "removed",
    } & set(nearest)


def _without_aside(after: list[str]) -> list[str]:
    """The words after a time without "give or take", in which nothing is taken."""
    return after[3:] if after[:3] == ["give", "or", "take"] else after


def _piece(before: list[str], after: list[str]) -> list[str]:
    joins = {"and", "because", "so", "then", "while", "though", "which"}
    start = max((i + 1 for i, w in enumerate(before) if w in joins), default=0)
    asking = {"can", "could", "should", "shall", "what", "how"}  # "since tuesday can i take ..."
    end = min((i for i, w in enumerate(after) if w in joins | asking), default=len(after))
    return before[start:] + after[:end]


def _choose(doc: Document, times: list[Time], course: list[Mention]) -> Time | None:
    if not times:
        return None
    asserted = [t for t in times if assertion(doc, t.first) != HYPOTHETICAL] or times
    # "Two weeks, not two days": the latter is the slip.
    asserted = [t for t in asserted if doc.words[max(t.first - 1, 0)] != "not"] or asserted
    if len(asserted) == 1:
        return asserted[0]
    repaired = [t for a, t in pairwise(asserted) if _REPAIRED.search(doc.s[doc.offset(a.last) : doc.offset(t.first)])]
    if repaired:
        return repaired[-1]
    plain = [
        t for t in asserted if not _WORSE.search(doc.s[max(0, doc.offset(t.first) - 40) : doc.offset(t.first)])
    ] or asserted
    recurrent = any(m.value == "recurrent" for m in course)
    if recurrent or (max(t.days for t in plain) >= 365 and _FIRST_IS_NOW.search(doc.s)):
        return min(plain, key=lambda t: t.days)
    return max(plain, key=lambda t: (t.confidence > 0.7, t.days))
