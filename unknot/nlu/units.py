"""A message as the units that are classified: the whole and, where there are several, its clauses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from unknot.reading.clauses import split
from unknot.reading.lexicon import lexicon
from unknot.reading.spelling import Speller
from unknot.reading.types import Clause

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

# A question that begins without any joint: "been like this since monday | what can i take".
_OPENS = re.compile(
    r"\s+(?=(?:(?:(?:what|wat)\s+(?:can|should|could|shall|do|else)\s+(?:i|we|he|she|they)"
    r"|how\s+(?:long|do|can|should|soon)|do\s+i\s+(?:need|have))\b"
    r"|(?P<plain>(?:should|shud|shall|can|cn|could|may)\s+(?:i|we|he|she|they)|do\s+we"
    r"|is\s+it\s+(?:ok|okay|safe|normal|bad|alright|fine)))\s+\w)",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"\b(?:what|which|who|whom|how|when|where|why|whether|if|and|or|but|so|as|than|that|know|ask|asking|tell"
    r"|wonder\w*|all|only|thing|way|long|much|soon|often|fast|best)\b",
    re.IGNORECASE,
)
_FEWEST = 3  # words of a statement before such a question
_ASKS = re.compile(
    r"\?|^\W*(?:what|wat|which|who|how|when|where|why|should|shud|shall|can|cn|could|may|do|does|is|are|will|would|any)\b"
    r"|\b(?:what|wat|which|how)\s+(?:\w+\s+)?(?:can|should|could|shall|do|does|is|are|else|long|soon|much)\b"
    r"|\b(?:should|shud|can|cn|could|may|do)\s+i\b|\bis\s+(?:it|this|that|there)\b",
    re.IGNORECASE,
)


def asks(text: str) -> bool:
    """Whether a text has the form of a question, with or without its mark."""
    return _ASKS.search(text) is not None


def units(text: str) -> list[Clause]:
    """The whole message first, then its clauses if there is more than one.

    Places are those of `text`; the wording has its misspelt words mended, for vectors know no misspellings.
    """
    whole = Clause(text, 0, len(text))
    parts = [part for clause in split(text) for part in _questions(clause)]
    found = [whole, *parts] if len(parts) > 1 else [whole]
    return [Clause(mended(part.text), part.start, part.end) for part in found]


def mended(text: str) -> str:
    """The text with misspelt words as `unknot.reading.spelling` mends them; all else is left as it was typed."""
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
    joints = [*_SECOND_QUESTION.finditer(clause.text), *_run_on(clause.text)]
    for joint in [*sorted(joints, key=lambda m: m.start()), None]:
        if joint and joint.start() < start:
            continue
        end = joint.start() if joint else len(clause.text)
        if clause.text[start:end].strip():
            yield Clause(clause.text[start:end], clause.start + start, clause.start + end)
        start = joint.end() if joint else end


def _run_on(text: str) -> Iterator[re.Match[str]]:
    for joint in _OPENS.finditer(text):
        before = text[: joint.start()].split()
        near = " ".join(before[-4:] if joint["plain"] else before[-1:])
        if len(before) >= _FEWEST and not _WITHIN.search(near):
            yield joint
