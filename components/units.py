"""A message as the units that are classified: the whole and, where there are several, its clauses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from clinical_text.clauses import split
from clinical_text.lexicon import lexicon
from clinical_text.spelling import Speller
from clinical_text.types import Clause

# Message property: label by (start, end) of each unit, for components after the classifier. Not part of the output.
UNIT_INTENTS = "unit_intents"

# A second question of its own: "what causes it | how do I prevent it". The reader's clauses keep such together.
_SECOND_QUESTION = re.compile(
    r"(?:\s*[,:]\s*|\s+)(?:(?:and|or|also|plus|but)\s+)+"
    r"(?=(?:how|hows|what|whats|when|why|who|whom|where|which|should|can|could|do|does|did|is|are|will|would|may)"
    r"\s+\w+\s+\w)",
    re.IGNORECASE,
)


_WORD = re.compile(r"(?<!['’])\b[^\W\d_]{3,}\b(?!['’])")  # "don" of "don't" is no word


def units(text: str) -> list[Clause]:
    """The whole message first, then its clauses if there is more than one.

    Places are those of `text`; the wording has its misspelt words mended, for vectors know no misspellings.
    """
    whole = Clause(text, 0, len(text))
    parts = [part for clause in split(text) for part in _questions(clause)]
    found = [whole, *parts] if len(parts) > 1 else [whole]
    return [Clause(mended(part.text), part.start, part.end) for part in found]


def mended(text: str) -> str:
    """The text with misspelt words as `clinical_text.spelling` mends them; all else is left as it was typed."""
    correct = _speller().correct

    def mend(match: re.Match[str]) -> str:
        word = match.group().lower()
        right = correct(word)
        return match.group() if right == word else right

    return _WORD.sub(mend, text)


@lru_cache(maxsize=1)
def _speller() -> Speller:
    return Speller(lexicon())


def _questions(clause: Clause) -> Iterator[Clause]:
    start = 0
    for joint in [*_SECOND_QUESTION.finditer(clause.text), None]:
        end = joint.start() if joint else len(clause.text)
        if clause.text[start:end].strip():
            yield Clause(clause.text[start:end], clause.start + start, clause.start + end)
        start = joint.end() if joint else end
