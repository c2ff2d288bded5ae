"""Puts the readers of single concepts together.

Order matters only for numbers: what one reader took ("20 weeks pregnant", "8/10") the next leaves alone, and what
nobody took becomes a bare `number`.
"""

from __future__ import annotations

import datetime
from dataclasses import replace

from unknot.reading.types import PAST, Mention
from unknot.reading.values import acts, duration, injury, location, onset, person, severity
from unknot.reading.values.patterns import Pattern
from unknot.reading.values.text import Document

_BARE_SPAN = Pattern("reader", "bare_span")


def read_values(text: str, today: datetime.date) -> list[Mention]:
    """All values in a message, in the order of the text; offsets are into `text`.

    `today` is the day that "since Tuesday" or "since March" is counted back from. Kinds and values are those of the
    entity table: location, side, severity (0 to 10), duration_days, course, onset, injury, age (years), sex,
    pregnancy_weeks, trend, number, act, denied_group. Never raises.
    """
    return read_document(Document(text), today)


def read_document(doc: Document, today: datetime.date) -> list[Mention]:
    """The same for a message that is already split into words."""
    if not doc.tokens:
        return []
    about, used = person.read(doc, today.year)
    times, time_tokens = duration.read(doc, today, used)
    pain, pain_tokens = severity.read(doc, used | time_tokens)
    used |= time_tokens | pain_tokens
    places = location.read(doc)
    targets = (
        pain_tokens
        | {doc.token_starting(m.start) for m in places}
        | {i for i, t in enumerate(doc.tokens) if t.number is not None}
    )
    answers = acts.read(doc, used, targets)
    causes = injury.read(doc)
    found = [
        *places,
        *(pain if pain_tokens else _exact(pain, answers)),
        *_of_this_episode(doc, times, causes),
        *about,
        *onset.read(doc),
        *causes,
        *answers,
        *_ambiguous(doc, times),
    ]
    found = [m for m in found if m.kind != "number" or int(m.value) > 10] if pain else _beside_a_place(found)
    return sorted(found, key=lambda m: (m.start, m.end, m.kind))


def _beside_a_place(found: list[Mention]) -> list[Mention]:
    """In "right mid back, sharp, 8ish" the number can only be how bad it is."""
    numbers = [m for m in found if m.kind == "number"]
    if (
        len(numbers) != 1
        or int(numbers[0].value) > 10
        or not any(m.kind in {"location", "side", "duration_days", "onset", "trend"} for m in found)
    ):
        return found
    return [replace(m, kind="severity", confidence=0.7) if m.kind == "number" else m for m in found]


def _exact(pain: list[Mention], answers: list[Mention]) -> list[Mention]:
    """ "Severe, about 8": the number says it better than the word."""
    number = next((m for m in answers if m.kind == "number" and 0 <= int(m.value) <= 10), None)
    if not pain or number is None:
        return pain
    return [
        replace(pain[0], value=number.value, start=min(pain[0].start, number.start), end=max(pain[0].end, number.end))
    ]


def _of_this_episode(doc: Document, times: list[Mention], causes: list[Mention]) -> list[Mention]:
    """Without the years since an accident of long ago."""
    old = [doc.segment_of(doc.token_starting(m.start)) for m in causes if m.assertion == PAST]
    return [
        m for m in times if m.kind != "duration_days" or not any(a <= doc.token_starting(m.start) < b for a, b in old)
    ]


def _ambiguous(doc: Document, times: list[Mention]) -> list[Mention]:
    """A bare "35 weeks" or "45 years" may answer another question than "since when": its number is told too."""
    match = _BARE_SPAN.match(doc.s)
    if match is None or not any(m.kind == "duration_days" for m in times) or int(match["n"]) <= 10:
        return []
    token = doc.tokens[doc.token_at(match.start("n"))]
    return [Mention("number", int(match["n"]), token.start, token.end, confidence=0.5)]
