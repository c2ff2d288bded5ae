"""Weekdays, months, years, dates and feasts as days before today: "since Tuesday", "in March", "on the 3rd"."""

from __future__ import annotations

import datetime
import re

from unknot.reading.values.patterns import Pattern
from unknot.reading.values.text import Document

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT_DAYS = {"mon": 0, "wed": 2, "fri": 4, "sat": 5, "sun": 6}
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_SEASONS = {"spring": (3, 21), "summer": (6, 21), "autumn": (9, 21), "fall": (9, 21), "winter": (12, 21)}
_FEASTS = {
    "christmas": (12, 25),
    "new year": (1, 1),
    "new years": (1, 1),
    "halloween": (10, 31),
    "thanksgiving": (11, 25),
    "easter": (4, 10),
    "diwali": (11, 1),
    "boxing day": (12, 26),
    "valentines": (2, 14),
    "valentines day": (2, 14),
    "holi": (3, 14),
    "independence day": (7, 4),
    "labor day": (9, 3),
    "memorial day": (5, 27),
    "the holidays": (12, 25),
}
_WEEKDAY = Pattern("calendar_words", "weekday")
_FUTURE = Pattern("calendar_words", "future")
_LAST_UNIT = Pattern("calendar_words", "last_unit")
_WEEKEND = Pattern("calendar_words", "weekend")
_MONTH = Pattern("calendar_words", "month")
_DATE = Pattern("calendar_words", "date")
_DAY_OF_MONTH = Pattern("calendar_words", "day_of_month")
_SLASHED = Pattern("calendar_words", "slashed")
_YEAR = Pattern("calendar_words", "year")
_FEAST = Pattern("calendar_words", "feast")
_SINCE_AGE = Pattern("calendar_words", "since_age")
_MY_AGE = Pattern("calendar_words", "my_age")
_BORN = Pattern("calendar_words", "born")
_MAY_THE_MONTH = Pattern("calendar_words", "may_the_month")
_THIS_BEGAN = Pattern("calendar_words", "this_began")

Found = tuple[int, int, int, float]


def days_since(doc: Document, today: datetime.date) -> list[Found]:
    """(days before today, first token, last token exclusive, confidence) for each date-like expression."""
    found: list[Found] = []
    for reader in (_dates, _years_and_months, _last_units, _weekdays, _feasts, _ages):
        for item in reader(doc, today):
            if 0 <= item[0] <= 36500 and all(item[2] <= f[1] or item[1] >= f[2] for f in found):
                found.append(item)
    return found


def _dates(doc: Document, today: datetime.date) -> list[Found]:
    found: list[Found] = []
    if not doc.has_number:
        return found
    for match in _DATE.finditer(doc.s):
        month = _MONTHS.index(match["m1"] or match["m2"]) + 1
        if match["m2"] == "may" and not re.search(r"\b(?:since|on|from|in) (?:the )?$", doc.s[: match.start()]):
            continue
        if not _elsewhere(doc, match):
            year = match["y1"] or match["y2"]
            found += _item(
                doc, match, _date(int(year) if year else None, month, int(match["d1"] or match["d2"]), today), today
            )
    for match in _DAY_OF_MONTH.finditer(doc.s):
        if not _elsewhere(doc, match):
            day = int(match["d"])
            month_start = today.replace(day=1)
            if day > today.day:
                month_start = (month_start - datetime.timedelta(days=1)).replace(day=1)
            found += _item(doc, match, _date(month_start.year, month_start.month, day, today), today)
    for match in _SLASHED.finditer(doc.s):
        found += _slashed(doc, match, today)
    return found


def _slashed(doc: Document, match: re.Match[str], today: datetime.date) -> list[Found]:
    a, b = int(match["a"]), int(match["b"])
    if match.group().startswith(("from", "on")) and not match["y"]:
        return []  # "from 8/10 to 5/10" is a score
    year = int(match["y"]) + (2000 if len(match["y"]) == 2 else 0) if match["y"] else None
    days = [d for d in (_date(year, a, b, today), _date(year, b, a, today)) if d is not None and d <= today]
    # Day and month change places between countries: the nearer of the two.
    return _item(doc, match, max(days), today, 0.7) if days else []


def _years_and_months(doc: Document, today: datetime.date) -> list[Found]:
    found: list[Found] = []
    for match in _MONTH.finditer(doc.s):
        if match["month"] == "may" and not _MAY_THE_MONTH.search(match.group()):
            continue
        if _elsewhere(doc, match):
            continue
        month = _MONTHS.index(match["month"]) + 1
        day = 20 if "late" in match.group() or "end" in match.group() else 15 if "mid" in match.group() else 1
        when = _date(int(match["year"]) if match["year"] else None, month, day, today)
        if month == today.month and not match["year"]:
            when = today.replace(day=1) if "last" not in match.group() else _date(today.year - 1, month, 1, today)
        found += _item(doc, match, when, today, 0.9)
    for match in _YEAR.finditer(doc.s) if doc.has_number else ():
        if not _elsewhere(doc, match):
            year = int(match["year"])
            season = next((s for s in _SEASONS if s in match.group()), None)
            month, day = _SEASONS[season] if season else (1, 1) if year == today.year else (7, 1)
            found += _item(doc, match, _date(year, month, day, today), today, 0.9)
    return found


def _last_units(doc: Document, today: datetime.date) -> list[Found]:
    found: list[Found] = []
    for match in _WEEKEND.finditer(doc.s):
        found += _item(doc, match, today - datetime.timedelta(days=(today.weekday() - 5) % 7 or 7), today)
    for match in _LAST_UNIT.finditer(doc.s):
        unit, this = match["unit"], match["which"] == "this"
        if unit in _SEASONS:
            when = _date(None, *_SEASONS[unit], today)
        elif unit == "weekend":
            continue
        elif this:
            if not match.group().startswith(("since", "from")) and not _THIS_BEGAN.search(doc.s[: match.start()]):
                continue
            when = {
                "week": today - datetime.timedelta(days=today.weekday()),
                "month": today.replace(day=1),
                "year": today.replace(month=1, day=1),
            }[unit]
        else:
            when = today - datetime.timedelta(days={"week": 7, "month": 30, "year": 365}[unit])
        if not _elsewhere(doc, match) and not re.match(r" (?:few|couple|\d|several)", doc.s[match.end("which") :]):
            found += _item(doc, match, when, today, 0.9)
    return found


def _weekdays(doc: Document, today: datetime.date) -> list[Found]:
    found: list[Found] = []
    for match in _WEEKDAY.finditer(doc.s):
        lead = doc.s[max(0, match.start() - 14) : match.start("day") if match["day"] else match.start()]
        if _FUTURE.search(lead) or _elsewhere(doc, match):
            continue
        index = _WEEKDAYS.index(match["day"]) if match["day"] else _SHORT_DAYS[match["short"] or match["short2"]]
        days = (today.weekday() - index) % 7 or 7
        if re.match(r" (?:before last|last week)\b", doc.s[match.end() :]) or "week last" in lead:
            days += 7
        found += _item(doc, match, today - datetime.timedelta(days=days), today)
    return found


def _feasts(doc: Document, today: datetime.date) -> list[Found]:
    found: list[Found] = []
    for match in _FEAST.finditer(doc.s):
        if _elsewhere(doc, match):
            continue
        found += _item(doc, match, _date(None, *_FEASTS[match["feast"]], today), today, 0.8)
    return found


def _ages(doc: Document, today: datetime.date) -> list[Found]:
    found: list[Found] = []
    for match in _SINCE_AGE.finditer(doc.s) if doc.has_number else ():
        own = next((m for m in _MY_AGE.finditer(doc.s) if not match.start() <= m.start() < match.end()), None)
        then = int(match["age"])
        now = int(own["age"] or own["age2"]) if own else 0
        first, last = doc.range_of(match)
        if now > then:
            found.append(((now - then) * 365, first, last, 1.0))
        elif match.group().startswith(("since", "from")):
            found.append((5 * 365, first, last, 0.5))
    return found


def _date(year: int | None, month: int, day: int, today: datetime.date) -> datetime.date | None:
    """The date, in the last twelve months where no year is given; None where there is none."""
    try:
        when = datetime.date(year or today.year, month, day)
        return when.replace(year=when.year - 1) if year is None and when > today else when
    except ValueError:
        return None


def _elsewhere(doc: Document, match: re.Match[str]) -> bool:
    return bool(_BORN.search(doc.text_of(doc.segment_of(doc.token_at(match.start())))))


def _item(
    doc: Document, match: re.Match[str], when: datetime.date | None, today: datetime.date, confidence: float = 1.0
) -> list[Found]:
    if when is None or when > today:
        return []
    first, last = doc.range_of(match)
    return [((today - when).days, first, last, confidence)]
