"""Reads a message: findings, conditions and values, each with assertion and experiencer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Protocol

from unknot.reading.grammar import LEXICON_DIR
from unknot.reading.lexicon import Lexicon, lexicon, load_from
from unknot.reading.types import Reading


class KnowsIds(Protocol):
    """The part of the knowledge that the reader checks its lexicon against."""

    @property
    def findings(self) -> Collection[str]:
        """Finding ids."""

    @property
    def conditions(self) -> Collection[str]:
        """Ids of conditions, medicines and allergies."""


class Reader:
    """Reads messages without regard to the conversation. Holds no state of a message: safe to share between threads.

    `nlp` is the spaCy pipeline that does it. Building one takes about a second; build it once. Raises `LexiconError`
    when the lexicon names an id that the knowledge does not have.
    """

    def __init__(self, knowledge: KnowsIds | None = None) -> None:
        # Imported here: spaCy takes a second or more, and importing this module must not.
        from unknot.reading.pipeline import build

        if knowledge is None:
            words: Lexicon = lexicon()
        else:
            words = load_from(LEXICON_DIR, {*knowledge.findings, *knowledge.conditions})
        self.nlp = build(words)

    def read(self, text: str, today: date | None = None) -> Reading:
        """All mentions of a message in the order of the text. `today` anchors "since Tuesday"."""
        doc = self.nlp.make_doc(text)
        doc._.today = today
        reading: Reading = self.nlp(doc)._.reading
        return reading
