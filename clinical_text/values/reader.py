"""Puts the readers of single concepts together.

Order matters only for numbers: what one reader took ("20 weeks pregnant", "8/10") the next leaves alone, and what
nobody took becomes a bare `number`.
"""

from __future__ import annotations

import datetime

from clinical_text.types import Mention
from clinical_text.values import acts, duration, injury, location, onset, person, severity
from clinical_text.values.text import Document


def read_values(text: str, today: datetime.date) -> list[Mention]:
    """All values in a message, in the order of the text; offsets are into `text`.

    `today` is the day that "since Tuesday" or "since March" is counted back from. Kinds and values are those of the
    entity table: location, side, severity (0 to 10), duration_days, course, onset, injury, age (years), sex,
    pregnancy_weeks, trend, number, act, denied_group. Never raises.
    """
    doc = Document(text)
    if not doc.tokens:
        return []
    about, used = person.read(doc, today.year)
    times, time_tokens = duration.read(doc, today, used)
    pain, pain_tokens = severity.read(doc, used | time_tokens)
    used |= time_tokens | pain_tokens
    places = location.read(doc)
    targets = pain_tokens | {doc.token_starting(m.start) for m in places} | {i for i, t in enumerate(doc.tokens) if t.number is not None}
    found = [*places, *pain, *times, *about, *onset.read(doc), *injury.read(doc), *acts.read(doc, used, targets)]
    return sorted(found, key=lambda m: (m.start, m.end, m.kind))
