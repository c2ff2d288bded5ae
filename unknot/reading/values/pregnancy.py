"""How far a pregnancy is: `pregnancy_weeks`, whole weeks."""

from __future__ import annotations

import re

from unknot.reading.types import HYPOTHETICAL, PRESENT, Mention
from unknot.reading.values.context import assertion, experiencer
from unknot.reading.values.patterns import Pattern
from unknot.reading.values.text import Document

_PREGNANT = Pattern("person", "pregnant")
_NOT_PREGNANT = Pattern("person", "not_pregnant")
_WEEKS = Pattern("person", "weeks")
_WEEK_NUMBER = Pattern("person", "week_number")
_MONTHS = Pattern("person", "months")
_TRIMESTER = Pattern("person", "trimester")
_DUE = Pattern("person", "due")
_WEEKS_AND_DAYS = Pattern("person", "weeks_and_days")
_FULL_TERM = Pattern("person", "full_term")
_SHORT_WEEKS = Pattern("person", "short_weeks")
_WEEKS_SINCE = Pattern("person", "weeks_since")
_PAIN_FOR = Pattern("person", "pain_for")


def read_pregnancy(doc: Document) -> tuple[list[Mention], set[int]]:
    """At most one mention, and the tokens it took."""
    s = doc.s
    plain = _WEEKS_AND_DAYS.match(s)
    if plain is not None and int(plain["n"]) <= 42:
        return [_weeks_mention(doc, plain, int(plain["n"]))], set(range(*doc.range_of(plain)))
    short = _SHORT_WEEKS.match(s) if s.startswith("i am") else None
    if short is None and not _PREGNANT.search(s) and not _FULL_TERM.search(s):
        return [], set()
    if short is not None and 4 <= int(short["n"]) <= 42 and not _WEEKS_SINCE.search(s):
        return [_weeks_mention(doc, short, int(short["n"]))], set(range(*doc.range_of(short)))
    if _NOT_PREGNANT.search(s):
        return [], {
            i for m in _WEEKS.finditer(s) for i in range(*doc.range_of(m))
        } if "pregnan" in s and not re.search(r"\b(?:for|since|ago)\b", s) else set()
    for match in _TRIMESTER.finditer(s):
        word = (match["t"] or match["t2"])[:1]
        return [
            _weeks_mention(
                doc, match, {"1": 8, "f": 8, "2": 14, "s": 14}.get(word, 28) if match.group()[:5] != "final" else 28
            )
        ], set(range(*doc.range_of(match)))
    for match in _DUE.finditer(s):
        return [_weeks_mention(doc, match, _due_weeks(match))], set(range(*doc.range_of(match)))
    candidates = []
    for pattern, factor in ((_WEEKS, 1.0), (_WEEK_NUMBER, 1.0), (_MONTHS, 30.44 / 7)):
        for match in pattern.finditer(s):
            number = float(match.groupdict().get("m") or (1 if match["n"] in {"one", "a"} else match["n"]))
            if " and a half" in match.group():
                number += 0.5
            weeks = int(number * factor + 0.5) if factor != 1 else int(number)
            around = s[max(0, match.start() - 30) : match.end() + 20]
            distance = min(
                (min(abs(p.start() - match.end()), abs(p.end() - match.start())) for p in _PREGNANT.finditer(s)),
                default=99,
            )
            if (
                1 <= weeks <= 42
                and distance <= 25
                and not re.match(r" ago| of (?:pain|back|spasm)", s[match.end() :])
                and not _PAIN_FOR.search(around[:30])
            ):
                candidates.append((distance, match, weeks))
    if candidates:
        _, match, weeks = min(candidates, key=lambda c: c[0])
        return [_weeks_mention(doc, match, weeks)], set(range(*doc.range_of(match)))
    full = _FULL_TERM.search(s)
    if (
        full
        and full.group() in {"overdue", "past my due date", "over my due date", "full term"}
        and re.search(r"\b(?:pregnan|baby|due date|full term)", s)
    ):
        return [_weeks_mention(doc, full, 41 if "due" in full.group() else 39)], set()
    return [], set()


def _due_weeks(match: re.Match[str]) -> int:
    if match["now"]:
        return 40
    if match["next"]:
        return 39 if match["next"] == "week" else 36
    amount = {"a": 1, "one": 1, "two": 2, "couple of": 2, "a couple of": 2, "few": 3, "a few": 3}.get(
        match["n"]
    ) or int(match["n"])
    return max(1, round(40 - amount * {"day": 1, "week": 7, "month": 30.44}[match["unit"]] / 7))


def _weeks_mention(doc: Document, match: re.Match[str], weeks: int) -> Mention:
    first, last = doc.range_of(match)
    start, end = doc.span(first, last)
    sense = assertion(doc, first)
    return Mention(
        "pregnancy_weeks",
        weeks,
        start,
        end,
        PRESENT if sense == HYPOTHETICAL and " i am " in f" {doc.s} " else sense,
        experiencer(doc, first),
    )
