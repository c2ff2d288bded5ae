"""A message as the units that are classified: the whole and, where there are several, its clauses."""

from __future__ import annotations

from clinical_text.clauses import split
from clinical_text.types import Clause

# Message property: label by (start, end) of each unit, for components after the classifier. Not part of the output.
UNIT_INTENTS = "unit_intents"


def units(text: str) -> list[Clause]:
    """The whole message first, then its clauses if there is more than one."""
    whole = Clause(text, 0, len(text))
    parts = split(text)
    return [whole, *parts] if len(parts) > 1 else [whole]
