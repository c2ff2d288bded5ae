"""Since when: `duration_days` (whole days since it began) and `course` (first, recurrent, constant).

Units: weeks count 7 days, months 30, years 365; dates and weekdays are counted back from `today`.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import lru_cache

from clinical_text.types import HYPOTHETICAL, Mention
from clinical_text.values.calendar_words import days_since
from clinical_text.values.context import assertion, experiencer, is_question
from clinical_text.values.lexicon import PhraseSet, words
from clinical_text.values.patterns import Pattern
from clinical_text.values.text import Document, tokenise

_DAYS = {"second": 0.0, "minute": 0.0, "hour": 1 / 24, "day": 1.0, "night": 1.0, "week": 7.0, "fortnight": 14.0, "month": 30.0, "year": 365.0, "decade": 3650.0,
         "weekend": 7.0, "d": 1.0, "morning": 1.0}  # fmt: skip
_VAGUE = {"a": 1.0, "an": 1.0, "one": 1.0, "couple": 2.0, "few": 3.0, "several": 5.0, "some": 3.0, "many": 5.0, "half": 0.5, "half a": 0.5, "half an": 0.5, "another": 1.0,
          "good few": 4.0, "numerous": 5.0, "handful": 4.0, "single": 1.0, "full": 1.0, "whole": 1.0, "dozen": 12.0, "the": 1.0, "this": 1.0}  # fmt: skip


_SPAN = Pattern("duration", "span")
_COMPOUND = Pattern("duration", "compound")
_BARE_UNIT = Pattern("duration", "bare_unit")
_ORDINAL = Pattern("duration", "ordinal")
_ORDINALS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "tenth": 10}
_NOT_BEFORE = Pattern("duration", "not_before")
_SINCE_BEFORE = Pattern("duration", "since_before")
_IN_THE_PAST = Pattern("duration", "in_the_past")
_NOT_AFTER = Pattern("duration", "not_after")
_RELATIVE = Pattern("duration", "relative")
_BEGAN = Pattern("duration", "began")
_NOT_BEGAN = Pattern("duration", "not_began")
_SCORED_THEN = Pattern("duration", "scored_then")
_EARLIER_EPISODE = Pattern("duration", "earlier_episode")
_SINCE_THEN = Pattern("duration", "since_then")
_FIRST_IS_NOW = Pattern("duration", "first_is_now")
_WORSE = Pattern("duration", "worse")
_ASKED = Pattern("duration", "asked")
_LED_BY = Pattern("duration", "led_by")
_LED_TO = Pattern("duration", "led_to")
_TIMES_A = Pattern("duration", "times_a")
_LASTED_SO = Pattern("duration", "lasted_so")
_WEAK_BEGIN = Pattern("duration", "weak_begin")
_WENT_OUT = Pattern("duration", "went_out")
_THIN_BEGIN = Pattern("duration", "thin_begin")
_REPAIRED = Pattern("duration", "repaired")
_COMMAND_AGAIN = Pattern("duration", "command_again")
_NEGATED_COURSE = Pattern("duration", "negated_course")
_MEDICINE_TIMES = Pattern("duration", "medicine_times")
_CHRONIC_OTHER = Pattern("duration", "chronic_other")
_NO_EPISODE = Pattern("duration", "no_episode")
_PAIN_AROUND = Pattern("duration", "pain_around")
_LEADS = frozenset(
    "about around since from i think it was is like only just early late maybe in the um uh sometime on yes at this probably say would ish . ! , so well started start begin began happened hurt guess of morning my back "
    "evening afternoon night yeah only".split()
)


@dataclass(frozen=True)
class _Time:
    days: int
    first: int
    last: int
    confidence: float = 1.0
    explicit: bool = False


@lru_cache(maxsize=1)
def _sets() -> tuple[PhraseSet, PhraseSet, PhraseSet, PhraseSet]:
    near = words().fillers - {"so", "more", "like", "a", "this"}
    return (
        PhraseSet(["ago"], tokenise, near | {"a"}),
        PhraseSet(["course"], tokenise, near | {"a"}),
        PhraseSet(["pain_event"], tokenise, near),
        PhraseSet(["other_event"], tokenise, near),
    )


def read(doc: Document, today: datetime.date, used: set[int]) -> tuple[list[Mention], set[int]]:
    """Duration and course; `used` are tokens already read as something else. Returns also the tokens of all times found."""
    times = [t for t in _times(doc, today, used) if not used & set(range(t.first, t.last))]
    consumed = {i for t in times for i in range(t.first, t.last)} | _unit_tokens(doc)
    course = _course(doc)
    chosen = _choose(doc, [t for t in times if _about_the_pain(doc, t)], course)
    mentions = []
    if chosen is not None:
        start, end = doc.span(chosen.first, chosen.last)
        sense = assertion(doc, chosen.first)
    if chosen is not None and sense != HYPOTHETICAL:
        mentions.append(Mention("duration_days", chosen.days, start, end, sense, experiencer(doc, chosen.first), chosen.confidence))
    return mentions + course, consumed


def _unit_tokens(doc: Document) -> set[int]:
    return {i for m in _SPAN.finditer(doc.s) for i in range(*doc.range_of(m))} if doc.vocabulary & _DAYS.keys() else set()


def _times(doc: Document, today: datetime.date, used: set[int]) -> list[_Time]:
    found = _calendar(doc, today)
    if doc.vocabulary & _DAYS.keys():
        found += _spans(doc)
    found += [
        _Time(int(h.entry.value), h.first, h.last, h.entry.confidence)
        for h in _sets()[0].find(doc.words)
        if not any(t.first < h.last and h.first < t.last for t in found) and not _mid_phrase(doc, h.first, h.last)
    ]
    found += [t for t in _relative(doc) if not any(o.first < t.last and t.first < o.last for o in found)]
    return sorted(found, key=lambda t: t.first)


def _mid_phrase(doc: Document, first: int, last: int) -> bool:
    text = doc.text_of((first, last))
    if text in {"overnight", "over night"} and re.search(r"\b(?:worse|better)\b", doc.s):
        return True
    if text in {"always had", "forever", "in night", "in the night", "over night", "overnight", "all night", "recently", "lately", "all day", "all the day"}:
        sentence = doc.text_of(doc.sentence_of(first))
        return len(doc.words) > 4 and not re.search(r"\b(?:pain|hurt|ache|spasm|back|sore)\b", sentence)
    return False


def _spans(doc: Document) -> list[_Time]:
    found: list[_Time] = []
    for match in _COMPOUND.finditer(doc.s):
        days = _quantity(match["n"]) * _DAYS[match["unit"]] + _quantity(match["n2"]) * _DAYS[match["unit2"]]
        if not _excluded(doc, match):
            found.append(_Time(int(days), *doc.range_of(match)))
    for match in _SPAN.finditer(doc.s):
        first, last = doc.range_of(match)
        if any(t.first < last and first < t.last for t in found) or _excluded(doc, match):
            continue
        amount = _quantity(match["n"])
        if match["m"] and match["m"][0].isdigit():
            amount = max(amount, float(match["m"]))
        elif match["m"] in {"few", "couple"}:
            amount = max(amount, _VAGUE[match["m"]])
        if match["more"] and amount < 2:
            amount = float(match["more"])
        if match["half"]:
            amount += 0.5
        if match["n"] in {"a", "an", "one", "single", "another"} and not _led(doc, match):
            continue
        explicit = doc.s[match.end() : match.end() + 4] == " ago"
        found.append(_Time(min(int(amount * _DAYS[match["unit"]] + 1e-6), 36500), first, last + explicit, explicit=explicit))
    for match in _BARE_UNIT.finditer(doc.s):
        first, last = doc.range_of(match)
        if any(t.first < last and first < t.last for t in found) or re.match(r" \d", doc.s[match.end() :]):
            continue
        if match["unit"] in {"week", "month", "year"} and re.search(r"\blast $", doc.s[: match.start("unit")]):
            found.append(_Time(int(_DAYS[match["unit"]]), first, last))
        elif match["unit"] != "hour" and re.search(r"\b(?:for|since|these|been|over) $", doc.s[: match.start("unit")]):
            found.append(_Time(int(3 * _DAYS[match["unit"]]), first, last, 0.9))
        elif match["unit"] == "hour":
            found.append(_Time(0, first, last))
        elif re.search(r"\b(?:past|last|a|the) $", doc.s[: match.start("unit")]):
            found.append(_Time(int(_DAYS[match["unit"]]), first, last, 0.9))
    for match in _ORDINAL.finditer(doc.s):
        first, last = doc.range_of(match)
        if any(t.first < last and first < t.last for t in found) or _excluded(doc, match):
            continue
        number = match["n"] or match["o"]
        unit = match["unit"] or match["unit2"]
        if match["o"] and (match["o"] == "second" and unit == "day" and "on" not in doc.words[max(0, first - 1) : first + 1]):
            continue
        count = _ORDINALS.get(number) or int(number)
        if match["o"] and match["o"].isdigit() and not re.search(r"\d(?:st|nd|rd|th)", doc.s[match.start("o") : match.end()].replace(" ", "")):
            continue
        found.append(_Time(int(count * _DAYS[unit]), first, last))
    return found


def _led(doc: Document, match: re.Match[str]) -> bool:
    """Whether "a week" is a length of time and not "a week off": something leads up to it, or it stands alone."""
    if match["unit"] in {"morning", "night", "weekend"}:
        return False
    lead = _LED_BY.search(doc.s[: match.start()])
    tail = _LED_TO.match(doc.s[match.end() :])
    first, last = doc.segment_of(doc.token_at(match.start()))
    return bool(lead or tail) or last - first <= 4


def _quantity(text: str) -> float:
    plain = re.sub(r"^(?:a|the) (?=\w)|^good ", "", text).replace("good ", "")
    return _VAGUE[plain] if plain in _VAGUE else float(plain)


def _excluded(doc: Document, match: re.Match[str]) -> bool:
    before = doc.s[max(0, match.start() - 60) : match.start()]
    after = doc.s[match.end() : match.end() + 40]
    if _NOT_AFTER.match(after):
        return True
    if after.startswith(" ago") or _IN_THE_PAST.search(before):
        return False
    if _NOT_BEFORE.search(before):
        # "lasted 3 days", "over the last 3 days" speak of how long; "in 2 weeks", "every 6 hours" do not.
        return not _LASTED_SO.search(before) or bool(re.search(r"\b(?:every|each|next|times|per)\b", before[-25:]))
    return bool(_TIMES_A.search(before))


def _relative(doc: Document) -> list[_Time]:
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
        short = all(w in _LEADS for i, w in enumerate(doc.words) if not first <= i < last)
        if explicit or (short and not _NOT_BEGAN.search(text)) or (_BEGAN.search(text) and not _NOT_BEGAN.search(text) and not (_vague_today(word, text))):
            found.append(_Time(days, first, last, explicit=explicit))
    return found


def _vague_today(word: str, text: str) -> bool:
    """ "It hurts today" does not say that it began today."""
    if "today" not in word and "tonight" not in word and "this" not in word:
        return not _BEGAN.search(_THIN_BEGIN.sub("", text)) and "had" not in text
    strict = _WEAK_BEGIN.sub("", text)
    return not (_BEGAN.search(strict) or _WENT_OUT.search(text))


def _calendar(doc: Document, today: datetime.date) -> list[_Time]:
    return [_Time(days, first, last, confidence, explicit=True) for days, first, last, confidence in days_since(doc, today)]


def _about_the_pain(doc: Document, time: _Time) -> bool:
    """False for the length of something else: "slept 3 hours", "had cancer 5 years ago"."""
    first, last = doc.segment_of(time.first)
    before = doc.words[first : time.first]
    after = doc.words[time.last : last]
    pain, other = _sets()[2], _sets()[3]
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
    strong = {"it", "this", "had", "been", "went", "did", "same", "here", "put", "moved", "moving", "better", "worse", "bad", "start", "accident"}
    pains = [h for h in pain.find(nearest) if nearest[h.first] not in strong]
    return bool(pains) and not {"took", "taken", "take", "surgery", "operation", "cancer", "diagnosed", "slept", "drove", "smoking", "removed"} & set(nearest)


def _piece(before: list[str], after: list[str]) -> list[str]:
    joins = {"and", "because", "so", "then", "while", "though", "which"}
    start = max((i + 1 for i, w in enumerate(before) if w in joins), default=0)
    end = min((i for i, w in enumerate(after) if w in joins), default=len(after))
    return before[start:] + after[:end]


def _choose(doc: Document, times: list[_Time], course: list[Mention]) -> _Time | None:
    if not times:
        return None
    asserted = [t for t in times if assertion(doc, t.first) != HYPOTHETICAL] or times
    if len(asserted) == 1:
        return asserted[0]
    repaired = [t for a, t in zip(asserted, asserted[1:], strict=False) if _REPAIRED.search(doc.s[doc.offset(a.last) : doc.offset(t.first)])]
    if repaired:
        return repaired[-1]
    plain = [t for t in asserted if not _WORSE.search(doc.s[max(0, doc.offset(t.first) - 40) : doc.offset(t.first)])] or asserted
    recurrent = any(m.value == "recurrent" for m in course)
    if recurrent or (max(t.days for t in plain) >= 365 and _FIRST_IS_NOW.search(doc.s)):
        return min(plain, key=lambda t: t.days)
    return max(plain, key=lambda t: (t.confidence > 0.7, t.days))


def _course(doc: Document) -> list[Mention]:
    found: dict[str, Mention] = {}
    for hit in _sets()[1].find(doc.words):
        value = str(hit.entry.value)
        text = doc.text_of((hit.first, hit.last))
        segment = doc.text_of(doc.segment_of(hit.first))
        if text.startswith("every") and _MEDICINE_TIMES.search(segment):
            continue
        if _COMMAND_AGAIN.search(segment):
            continue
        if text in {"constant", "permanent", "chronic", "persistent", "continuous"} and _CHRONIC_OTHER.match(doc.s[max(doc.offset(hit.last) - 1, 0) :]):
            continue
        if _NEGATED_COURSE.search(doc.s[max(0, doc.offset(hit.first) - 20) : doc.offset(hit.first)]):
            if value == "constant":
                continue
            value = "recurrent" if value == "first" else "first" if value == "recurrent" and "before" in text else value
        start, end = doc.span(hit.first, hit.last)
        found.setdefault(value, Mention("course", value, start, end, assertion(doc, hit.first), experiencer(doc, hit.first)))
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
