"""How bad it is: `severity`, a whole number 0 to 10, from numbers ("8/10", "7 or 8") and words ("agony").

Of several numbers the one that holds now counts ("went from 8 to 5": 5), of a range the upper end.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice

from unknot.reading.types import HYPOTHETICAL, PAST, PRESENT, Mention
from unknot.reading.values.context import assertion, experiencer, is_over
from unknot.reading.values.patterns import Pattern
from unknot.reading.values.severity_words import CORRECTS, NEGATED_BEFORE, Found, read_words
from unknot.reading.values.text import Document

_OUT_OF_TEN = Pattern("severity", "out_of_ten")
_LABELLED = Pattern("severity", "labelled")
_ARTICLE = Pattern("severity", "article")
_BETWEEN = Pattern("severity", "between")
_CHANGE = Pattern("severity", "change")
_RANGE_ALONE = Pattern("severity", "range_alone")
_IT_IS = Pattern("severity", "it_is")
_DOING = Pattern("severity", "doing")
_PEAKS = Pattern("severity", "peaks")
_MEANT = Pattern("severity", "meant")
_NOW_AT = Pattern("severity", "now_at")
_FROM_TO = Pattern("severity", "from_to")
_OPINION = Pattern("severity", "opinion")
_AFTER_UNIT = Pattern("severity", "after_unit")
_FOLLOW = Pattern("severity", "follow")
_PAST_BEFORE = Pattern("severity", "past_before")
_PAST_AFTER = Pattern("severity", "past_after")
_NOW = Pattern("severity", "now")
_NOT_A_SCORE = Pattern("severity", "not_a_score")
_NOT_A_LEVEL = Pattern("severity", "not_a_level")
_ANCHORED = Pattern("severity", "anchored")
_TAKING = Pattern("severity", "taking")
_I_AM = Pattern("severity", "i_am")
_AT_AN_HOUR = Pattern("severity", "at_an_hour")
_AFTER_PLACE = Pattern("severity", "after_place")
_LEADING = Pattern("severity", "leading")
_ON_MOVEMENT = Pattern("severity", "on_movement")
_EARLIER_LEVEL = Pattern("severity", "earlier_level")
_MOST = 20  # numbers weighed against each other


def read(doc: Document, taken: set[int]) -> tuple[list[Mention], set[int]]:
    """At most one severity, and the tokens of all numbers that speak of it; `taken` tokens are left alone."""
    numbers = _numbers(doc) if doc.has_number else []
    numbers = [
        f
        for f in numbers
        if f.strength == 3 or not taken & {i for i in range(f.first, f.last) if doc.tokens[i].number is not None}
    ]
    used = {i for f in numbers for i in range(f.first, f.last)}
    found = _choose(doc, numbers) if numbers else read_words(doc)
    if found is None:
        return [], used
    sense = assertion(doc, found.first)
    if sense == HYPOTHETICAL and numbers and _ON_MOVEMENT.search(doc.s[: doc.offset(found.first)]):
        sense = PRESENT
    if sense != HYPOTHETICAL and not numbers and is_over(doc, found.first):
        sense = PAST
    start, end = doc.span(found.first, found.last)
    return [
        Mention("severity", found.value, start, end, sense, experiencer(doc, found.first), 1.0 if numbers else 0.9)
    ], used


def _numbers(doc: Document) -> list[Found]:
    found: list[Found] = []
    s = _FROM_TO.sub(lambda m: "#" * len(m.group()), doc.s)
    for match in _CHANGE.finditer(s):
        a, b = _value(match["a"]), _value(match["b"])
        scaled = "/ 10" in match.group() or "out of 10" in match.group()
        if (
            a <= 10
            and b <= 10
            and (scaled or (_plain_after(s, match.end("b")) and _plain_after(s, match.end("a"), strict=False)))
        ):
            first = doc.token_at(match.start("a"))
            return [Found(_scale(b), first, doc.token_at(max(match.end() - 1, 0)) + 1, 3, True, False)]
    for match in islice(_OUT_OF_TEN.finditer(s), _MOST):
        if re.search(r"\b(?:since|until|till|dated?|on the) $", s[max(0, match.start() - 12) : match.start()]):
            continue
        if re.search(r"(?:\bin|from|on) (?:10|100)$", match.group()) and not re.match(
            r"^(?: ?[.,!?]| ?$| pain| now| and| but)", s[match.end() :]
        ):
            continue
        hundred = match.group().endswith("100") and max(_values(match)) > 12
        found.append(_make(doc, match, 3, scale=10 if hundred else 1))
    found += [_make(doc, m, 3) for m in _PEAKS.finditer(s) if found and _acceptable(doc, m, _PEAKS)]
    if not found:
        for pattern, strength in (
            (_LABELLED, 2),
            (_BETWEEN, 2),
            (_RANGE_ALONE, 2),
            (_OPINION, 1),
            (_ARTICLE, 1),
            (_DOING, 1),
            (_PEAKS, 1),
            (_IT_IS, 1),
            (_MEANT, 1),
            (_NOW_AT, 1),
            (_AFTER_PLACE, 1),
        ):
            for match in pattern.finditer(s):
                if _acceptable(doc, match, pattern):
                    new = _make(doc, match, strength)
                    if all(new.last <= f.first or new.first >= f.last for f in found):
                        found.append(new)
    first_said = _LEADING.match(s) if found and all(f.past for f in found) else None
    if first_said and _acceptable(doc, first_said, _LEADING):
        found.append(replace(_make(doc, first_said, 1), past=False))
    return sorted(found, key=lambda f: f.first)[:_MOST]


def _acceptable(doc: Document, match: re.Match[str], pattern: Pattern) -> bool:
    values = _values(match)
    if max(values) > (12 if pattern in (_LABELLED, _BETWEEN) else 10) and not (
        pattern is _LABELLED and max(values) in (11, 12, 15, 20, 100, 1000)
    ):
        return False
    last_end = match.end("b") if match["b"] else match.end("a")
    if not _plain_after(doc.s, last_end, strict=pattern is not _DOING) or (
        pattern is not _DOING and not _plain_after(doc.s, match.end(), strict=True)
    ):
        return False
    if match["b"] and not _plain_after(doc.s, match.end("a"), strict=False):
        return False
    if "one" in (match["a"], match["b"]) and pattern in (_ARTICLE, _OPINION):
        return False
    before = doc.s[max(0, match.start("a") - 40) : match.start("a")]
    if pattern is _ARTICLE and _AT_AN_HOUR.search(before):
        return False
    if pattern is _LABELLED and _NOT_A_SCORE.search(before):
        return False
    if pattern is _ARTICLE and _NOT_A_LEVEL.search(before):
        anchored = _ANCHORED.search(before)
        if not anchored or _I_AM.search(before):
            return False
    if pattern is _OPINION and _TAKING.search(before) and not re.search(r"\b(?:a|an|at|like) $", before):
        return False
    return not (pattern is _BETWEEN and re.search(r"\b(?:vertebra\w*|disc|disk|age|l)\b", before))


def _plain_after(s: str, position: int, strict: bool = True) -> bool:
    after = s[position : position + 24]
    if _AFTER_UNIT.match(after):
        return False
    return bool(_FOLLOW.match(after)) if strict else True


def _values(match: re.Match[str]) -> list[float]:
    return [_value(match[g]) for g in ("a", "b") if match[g]]


def _value(text: str) -> float:
    return 1.0 if text == "one" else float(text)


def _scale(value: float) -> int:
    return max(0, min(10, int(value + 0.5)))


def _make(doc: Document, match: re.Match[str], strength: int, scale: int = 1) -> Found:
    first = doc.token_at(match.start("a"))
    last = doc.token_at(max(match.end() - 1, 0)) + 1
    sentence = doc.sentence_of(first)
    before = doc.s[doc.offset(sentence[0]) : match.start("a")]
    after = doc.s[match.end() : doc.offset(sentence[1])]
    near = re.split(r" , | but | and now ", before)[-1] + " " + re.split(r" , | but | and ", after)[0]
    past = bool(_PAST_BEFORE.search(before) or _PAST_AFTER.match(after))
    now = bool(_NOW.search(near)) and not _EARLIER_LEVEL.search(before)
    return Found(_scale(max(_values(match)) / scale), first, last, strength, now, past)


def _choose(doc: Document, found: list[Found]) -> Found | None:
    kept = [f for f in found if not _taken_back(doc, f, found)]
    if not kept:
        return None
    current = [f for f in kept if f.now]
    if current and len(kept) > 1:
        return current[-1]
    present = [f for f in kept if not f.past]
    pool = present or kept[-1:]
    corrected = [f for f in pool[1:] if CORRECTS.search(doc.s[doc.offset(pool[0].last) : doc.offset(f.first)])]
    return corrected[-1] if corrected else max(pool, key=lambda f: (f.strength, f.value))


def _taken_back(doc: Document, item: Found, found: list[Found]) -> bool:
    before = doc.s[max(0, doc.offset(item.first) - 40) : doc.offset(item.first)]
    return bool(NEGATED_BEFORE.search(before)) and not re.search(
        r"\b(?:more|worse|less|higher|lower) than |\b(?:over|above|below|under) ", before
    )
