"""The usual spelling of a word: contractions spelt out, abbreviations, and misspellings of words that matter here."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from unknot.reading.values.lexicon import entries, protected, words

_SEVERAL = re.compile(r"(.)\1{2,}")
_SECOND_WORDS = ("back", "backs", "spine", "blade", "blades", "pain", "spasm", "spasms", "bone", "ago", "day", "days")


@lru_cache(maxsize=1)
def vocabulary() -> tuple[str, ...]:
    """The words of four letters and more that a misspelt word may be corrected to, in a fixed order."""
    listed = {w for e in entries() for template in e.say for w in re.split(r"[^\w']+", template)}
    known = {part for word in listed for part in canonical(word, correct=False).split()}
    known |= {w for replacement in words().aliases.values() for w in replacement.split()} | set(words().numbers)
    return tuple(sorted(w for w in known if len(w) >= 4 and w.isalpha()))


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    lists = words()
    return frozenset(vocabulary()) | lists.aliases.keys() | lists.fillers | lists.place_fillers | protected()


@lru_cache(maxsize=8192)
def canonical(word: str, correct: bool) -> str:
    """The usual spelling of a lower-case word, sometimes several words; `correct` mends misspellings too."""
    aliases = words().aliases
    if word in aliases:
        return aliases[word]
    if word.endswith("'s") and word.replace("'", "") not in aliases:
        return f"{canonical(word[:-2], correct)} s"  # "my dad's 72", "my wife's back"
    plain = word.replace("'", "")
    if plain in aliases:
        return aliases[plain]
    if not correct or len(plain) < 4 or plain in _known():
        return plain
    for squeezed in (_SEVERAL.sub(r"\1\1", plain), _SEVERAL.sub(r"\1", plain)):
        if squeezed != plain and (squeezed in aliases or squeezed in _known()):
            return aliases.get(squeezed, squeezed)
    plain = _SEVERAL.sub(r"\1", plain)
    if len(plain) < 4:
        return plain
    return _joined(plain) or _nearest(plain) or plain


def _joined(word: str) -> str | None:
    """Two words written as one: "lowerback", "midspine"."""
    if not 7 <= len(word) <= 24:
        return None
    for tail in _SECOND_WORDS:
        head = word[: -len(tail)]
        if word.endswith(tail) and len(head) >= 3 and (head in vocabulary() or head in words().aliases):
            return f"{words().aliases.get(head, head)} {words().aliases.get(tail, tail)}"
    return None


def _nearest(word: str) -> str | None:
    if not word.isascii() or len(word) > 24:
        return None
    allowed = 1 if len(word) < 7 else 2
    near = process.extract(word, _targets(word[0]), scorer=OSA.distance, score_cutoff=allowed, limit=4)
    nearest = [found for found, distance, _ in near if distance == near[0][1]]
    if not near or (len(nearest) > 1 and near[0][1] > 1):
        return None
    # Letters are left out more often than put in or mistaken.
    best = max(nearest, key=len)
    # A short word that loses its last letter is more often another word.
    if len(word) == 4 and (len(best) > 5 or best[-1] != word[-1]):
        return None
    return words().aliases.get(best, best)


@lru_cache(maxsize=64)
def _targets(initial: str) -> tuple[str, ...]:
    aliases = tuple(a for a in words().aliases if len(a) >= 5)
    return tuple(w for w in (*vocabulary(), *aliases) if w[0] == initial)
