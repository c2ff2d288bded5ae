"""Lengths of time in a message: "3 weeks", "a couple of days", "2 months and a week", "day 4"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from unknot.reading.values.patterns import Pattern
from unknot.reading.values.text import Document

_SPAN = Pattern("duration", "span")
_COMPOUND = Pattern("duration", "compound")
_BARE_UNIT = Pattern("duration", "bare_unit")
_ORDINAL = Pattern("duration", "ordinal")
_NOT_BEFORE = Pattern("duration", "not_before")
_IN_THE_PAST = Pattern("duration", "in_the_past")
_NOT_AFTER = Pattern("duration", "not_after")
_LED_BY = Pattern("duration", "led_by")
_LED_TO = Pattern("duration", "led_to")
_TIMES_A = Pattern("duration", "times_a")
_LASTED_SO = Pattern("duration", "lasted_so")
_RATE = Pattern("duration", "rate")
_PUT_RIGHT = Pattern("duration", "put_right")


DAYS = {
    "second": 0.0,
    "minute": 0.0,
    "hour": 1 / 24,
    "day": 1.0,
    "night": 1.0,
    "week": 7.0,
    "fortnight": 14.0,
    "month": 30.0,
    "year": 365.0,
    "decade": 3650.0,
    "weekend": 7.0,
    "d": 1.0,
    "w": 7.0,
    "morning": 1.0,
}
_VAGUE = {
    "a": 1.0,
    "an": 1.0,
    "one": 1.0,
    "couple": 2.0,
    "few": 3.0,
    "several": 5.0,
    "some": 3.0,
    "many": 5.0,
    "half": 0.5,
    "half a": 0.5,
    "half an": 0.5,
    "another": 1.0,
    "good few": 4.0,
    "numerous": 5.0,
    "handful": 4.0,
    "single": 1.0,
    "full": 1.0,
    "whole": 1.0,
    "dozen": 12.0,
    "the": 1.0,
    "this": 1.0,
}
_ORDINALS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "tenth": 10}


@dataclass(frozen=True)
class Time:
    """A time told: days since then, and the tokens that tell it; `explicit` where a date or "ago" says so."""

    days: int
    first: int
    last: int
    confidence: float = 1.0
    explicit: bool = False


def read_spans(doc: Document) -> list[Time]:
    """All lengths of time that may say since when; those that plainly do not ("every 6 hours") are left out."""
    found: list[Time] = []
    for match in _COMPOUND.finditer(doc.s):
        days = _quantity(match["n"]) * DAYS[match["unit"]] + _quantity(match["n2"]) * DAYS[match["unit2"]]
        if not _excluded(doc, match):
            found.append(Time(int(days), *doc.range_of(match)))
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
        if match["n"] in {"a", "an"} and _RATE.search(doc.s[: match.start()]):
            continue
        explicit = doc.s[match.end() : match.end() + 4] == " ago"
        if (better := _PUT_RIGHT.match(doc.s[match.end() :])) is not None:
            amount, last = float(better["m"]), doc.token_at(match.end() + better.start("m")) + 1
            explicit = False
        found.append(
            Time(min(int(amount * DAYS[match["unit"]] + 1e-6), 36500), first, last + explicit, explicit=explicit)
        )
    for match in _BARE_UNIT.finditer(doc.s):
        first, last = doc.range_of(match)
        if any(t.first < last and first < t.last for t in found) or re.match(r" \d", doc.s[match.end() :]):
            continue
        if re.search(r"\b(?:last|lasts|lasting|go on|goes on|take|takes) $", doc.s[: match.start()]):
            continue  # how long each one lasts, not since when
        if match["unit"] in {"week", "month", "year"} and re.search(r"\blast $", doc.s[: match.start("unit")]):
            found.append(Time(int(DAYS[match["unit"]]), first, last))
        elif match["unit"] != "hour" and re.search(
            r"\b(?:for|since|these|been|over) $", doc.s[: match.start("unit")]
        ):
            found.append(Time(int(3 * DAYS[match["unit"]]), first, last, 0.9))
        elif match["unit"] == "hour":
            found.append(Time(0, first, last))
        elif re.search(r"\b(?:past|last|a|the) $", doc.s[: match.start("unit")]):
            found.append(Time(int(DAYS[match["unit"]]), first, last, 0.9))
    for match in _ORDINAL.finditer(doc.s):
        first, last = doc.range_of(match)
        if any(t.first < last and first < t.last for t in found) or _excluded(doc, match):
            continue
        number = match["n"] or match["o"]
        unit = match["unit"] or match["unit2"]
        if match["o"] and (
            match["o"] == "second" and unit == "day" and "on" not in doc.words[max(0, first - 1) : first + 1]
        ):
            continue
        count = _ORDINALS.get(number) or int(number)
        if (
            match["o"]
            and match["o"].isdigit()
            and not re.search(r"\d(?:st|nd|rd|th)", doc.s[match.start("o") : match.end()].replace(" ", ""))
        ):
            continue
        found.append(Time(int(count * DAYS[unit]), first, last))
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
