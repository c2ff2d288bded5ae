"""What a message says from day to day: which day it is for, what was tried and helped, what was taken and when.

Mentions of four kinds: `day` (0 today, 1 tomorrow, -1 yesterday), `wish` (values: `WISHES`), `tried` (a remedy id;
denied where it did not help, possible where that is not said) and `dose` (a remedy id with `amount`, `tablets`,
`minute` and `ago`; a `minute` with a confidence below 1 was said without morning or evening).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from unknot.reading.follow_up import REMEDY, WISH
from unknot.reading.follow_up import read as read_wishes
from unknot.reading.types import ABSENT, POSSIBLE, PRESENT, Mention
from unknot.reading.values.patterns import Pattern

DAY, TRIED, DOSE = "day", "tried", "dose"
WISHES = ("check_in", "last_time", "chart", "over", "next_dose")
GROUP = "days"
MEDICINES = ("ibuprofen", "naproxen", "acetaminophen")
UNSURE_HALF = 0.5
NOON, DAY_MINUTES = 12 * 60, 24 * 60
_DAYS = {"before_yesterday": -2, "tomorrow": 1, "yesterday": -1, "today": 0}
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "half an": 0.5}
_NUMBERS |= {"couple of": 2, "a couple of": 2}
_LEAST_MG = 50  # a smaller number beside a name is a count or an hour
_STRAIGHT = str.maketrans({"\u2019": "'", "\u2018": "'", "`": "'"})
_SEARCHED = (
    *WISHES,
    *_DAYS,
    "piece",
    "did_help",
    "did_not_help",
    "tried",
    "not_said",
    "took",
    "not_taken",
    "dose_piece",
)
_SEARCHED += ("milligrams", "grams", "tablets", "clock", "noon", "midnight", "just_now", "hours_ago", "minutes_ago")
_SEARCHED += ("in_the_evening", "in_the_morning")
_P = {name: Pattern(GROUP, name) for name in _SEARCHED}


def read(text: str) -> list[Mention]:
    """All of it, in the order of the kinds above."""
    plain = text.lower().translate(_STRAIGHT)
    if len(plain) != len(text):  # some letters change their length: places would be wrong
        plain = text.translate(_STRAIGHT)
    return [*_day(plain), *_wishes(plain), *_tried(plain), *_doses(plain)]


def _day(text: str) -> Iterator[Mention]:
    for name, value in _DAYS.items():
        if match := _P[name].search(text):
            yield Mention(DAY, value, match.start(), match.end())
            return


def _wishes(text: str) -> Iterator[Mention]:
    for name in WISHES:
        if match := _P[name].search(text):
            yield Mention(WISH, name, match.start(), match.end())


def _pieces(text: str, name: str) -> Iterator[tuple[int, str]]:
    """Where each piece of the text begins, and the piece."""
    cuts = [0, *(at for match in _P[name].finditer(text) for at in match.span()), len(text)]
    for start, end in pairwise(cuts):
        if text[start:end].strip() and not _P[name].fullmatch(text[start:end]):
            yield start, text[start:end]


def _tried(text: str) -> Iterator[Mention]:
    """An outcome is of the remedies in its own piece, else of those that were named before without one."""
    open_ones: list[Mention] = []
    for start, piece in _pieces(text, "piece"):
        if _P["not_said"].search(piece):
            continue
        here = [
            Mention(TRIED, m.value, start + m.start, start + m.end, POSSIBLE)
            for m in read_wishes(piece)
            if m.kind == REMEDY
        ]
        outcome = _outcome(piece)
        if outcome:
            for one in here or open_ones:
                yield Mention(TRIED, one.value, one.start, one.end, outcome)
            open_ones = []
        elif here and (_P["tried"].search(piece) or _P["took"].search(piece)):
            open_ones += here
    yield from open_ones


def _outcome(piece: str) -> str:
    if _P["did_not_help"].search(piece):
        return ABSENT
    return PRESENT if _P["did_help"].search(piece) else ""


def _doses(text: str) -> Iterator[Mention]:
    """Medicines that were taken, one a time: "400 at 8 and 400 at 1" are two of the same."""
    name, taking = "", False
    for start, piece in _pieces(text, "dose_piece"):
        if _P["not_taken"].search(piece):
            name, taking = "", False
            continue
        named = [m for m in read_wishes(piece) if m.kind == REMEDY and m.value in MEDICINES]
        taking = taking or _P["took"].search(piece) is not None
        name = str(named[0].value) if named else name
        amount, when = _amount(piece), _when(piece)
        again = bool(named) or (amount is not None and bool(when))
        if name and again and (taking or (amount is not None and when)):
            count = _tablets(piece) if amount is None else None
            yield Mention(DOSE, name, start, start + len(piece.rstrip()), amount=amount, tablets=count, **when)


def _amount(piece: str) -> float | None:
    if match := _P["grams"].search(piece):
        return float(match["g"]) * 1000
    for match in _P["milligrams"].finditer(piece):
        mg = float(match["mg"])
        if mg >= _LEAST_MG:
            return mg * _count(match["count"] or match["words"])
    return None


def _count(word: str | None) -> float:
    if not word:
        return 1.0
    return float(word) if word.isdigit() else float(_NUMBERS.get(word, 1))


def _tablets(piece: str) -> int | None:
    match = _P["tablets"].search(piece)
    return int(_count(match["count"])) if match else None


def _when(piece: str) -> dict[str, Any]:
    """`ago`, or `minute` with how sure it is; empty where no time is told."""
    if match := _P["minutes_ago"].search(piece):
        return {"ago": int(match["n"])}
    if match := _P["hours_ago"].search(piece):
        return {"ago": int(_count(match["n"]) * 60 + (30 if match["half"] else 0))}
    if _P["just_now"].search(piece):
        return {"ago": 0}
    for name, minute in (("noon", NOON), ("midnight", 0)):
        if _P[name].search(piece):
            return {"minute": minute}
    match = _P["clock"].search(piece)
    return _clock(match, piece) if match else {}


def _clock(match: re.Match[str], piece: str) -> dict[str, Any]:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if hour > 23 or minute > 59:
        return {}
    half = (match["half"] or "").replace(".", "")
    if not half and hour <= 12:
        half = "pm" if _P["in_the_evening"].search(piece) else "am" if _P["in_the_morning"].search(piece) else ""
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    sure = 1.0 if half or hour > 12 or hour == 0 else UNSURE_HALF
    return {"minute": hour * 60 + minute, "confidence": sure}
