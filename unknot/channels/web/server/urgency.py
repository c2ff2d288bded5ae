"""A quick look at a message before it is accepted: whether its words name a sign of an emergency.

Only the rules that the clinical reader has, of one message by itself (1 to 3 ms). It decides who is let in first
where not everybody can be, and nothing else: the turn reads the message as it reads any other.
"""

from __future__ import annotations

from collections.abc import Iterable

from unknot.knowledge.loader import Knowledge, load
from unknot.knowledge.schema import Level
from unknot.reading.reader import Reader

_DENIED = "absent"


class Urgency:
    """Built once: it takes a second."""

    def __init__(self, knowledge: Knowledge | None = None) -> None:
        known = knowledge or load()
        self._signs = frozenset(key for key, finding in known.findings.items() if finding.floor is Level.EMERGENCY)
        self._reader = Reader(known)

    def of_words(self, text: str) -> bool:
        """Whether a sign of an emergency is named and not denied, whoever has it and however surely."""
        return any(
            mention.kind == "finding" and mention.value in self._signs and mention.assertion != _DENIED
            for mention in self._reader.read(text).mentions
        )

    def of_choices(self, ids: Iterable[object]) -> bool:
        """Whether one of these choices is such a sign."""
        return any(key in self._signs for key in ids if isinstance(key, str))
