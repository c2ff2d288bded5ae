"""Puts the readers of single concepts together."""
from __future__ import annotations

import datetime

from clinical_text.types import Mention
from clinical_text.values import duration, injury, location, onset, severity
from clinical_text.values.text import Document


def read_values(text: str, today: datetime.date) -> list[Mention]:
    doc = Document(text)
    if not doc.tokens:
        return []
    sev, used = severity.read(doc)
    dur, used2 = duration.read(doc, today, used)
    return location.read(doc) + sev + dur + onset.read(doc) + injury.read(doc)
