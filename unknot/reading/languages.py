"""Which of the languages at hand a message is written in. In doubt it is English, in which the assistant works.

Three witnesses: the script; words that only one of the languages has (`words` of its lexicon); and py3langid, a naive
Bayes classifier over byte n-grams (Lui and Baldwin 2012, "langid.py"). None decides alone about Latin letters: the
classifier is wrong about every other message of two words, and "die" and "son" are English too.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from unknot.reading.folding import bare
from unknot.reading.other_languages import lexicons

ENGLISH = "en"
# Neighbours that are not at hand but look like those that are: a message in Italian is not to be answered in Spanish.
_NEIGHBOURS = ("it", "ca", "nl", "da", "sv", "ro", "pl", "id", "tl", "tr", "vi", "fi", "hu", "sw")
_BY_CLASSIFIER = ("de", "es", "fr", "pt")
_WITHOUT_CLASSIFIER = frozenset({"hi_latn"})
_SCRIPTS = {
    "ar": re.compile(r"[\u0621-\u064a]"),
    "hi": re.compile(r"[\u0904-\u0939]"),
    "zh": re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]"),
}
# Letters of Urdu, Persian and Japanese, which share a script with the languages at hand.
_NOT_THEIRS = {"ar": re.compile(r"[ٹڈڑےںپچژگ]"), "zh": re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")}
_LATIN = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")
_SURE = 0.9  # what the classifier has to give a language where one of its words is there
_SURER = 0.998  # the same where none is
_LEAST_LETTERS = 10  # for a guess by the classifier alone
_LEAST_OF_SCRIPT = 2


@dataclass(frozen=True)
class Guess:
    """`language` is the name of a lexicon file or "en". `sure` is false where it merely may be so, and for "en" also
    where it may be a language that is not at hand.
    """

    language: str
    sure: bool = True
    others: tuple[str, ...] = ()  # further languages that it may be, where it is not sure


def guess(text: str, before: str = "") -> Guess:
    """The language of a message. `before` is that of the person's message before it, if it was not English.

    A short message after one in another language needs less evidence: "si", "las dos" and "gracias" are Spanish then.
    """
    by_script = _by_script(text)
    if by_script is not None:
        return by_script
    words = _WORD.findall(bare(text))
    if not words:
        return Guess(before or ENGLISH, False)
    own = Counter(language for word in set(words) for language in _languages_of().get(word, ()))
    english = len({word for word in words if word in _english()})
    return _by_words(text, words, own, english, before)


def _by_script(text: str) -> Guess | None:
    latin = len(_LATIN.findall(text))
    for language, letters in _SCRIPTS.items():
        count = len(letters.findall(text))
        if count >= _LEAST_OF_SCRIPT and 2 * count >= latin - count:
            theirs = _NOT_THEIRS.get(language)
            return Guess(ENGLISH, False) if theirs and theirs.search(text) else Guess(language)
    return None


def _by_words(text: str, words: list[str], own: Counter[str], english: int, before: str) -> Guess:
    best = max(own, key=lambda language: (own[language], language == before), default="")
    there = own.get(best, 0)
    if best in _WITHOUT_CLASSIFIER:
        return Guess(best, (there >= 2 or before == best) and not english)  # who mixes the two reads English
    if not there and (english or len("".join(words)) < _LEAST_LETTERS):
        return Guess(ENGLISH, 2 * english >= len(set(words)))
    likely = _likelihoods(text)
    found = max(likely, key=lambda language: likely[language])
    if there:
        if own.get(found) == there and likely[found] >= _SURE:
            best = found
        enough = (
            own[best] >= 2 and own[best] > english and likely[best] > likely[ENGLISH] and found not in _NEIGHBOURS
        )
        clear = found == best and likely[best] >= _SURE and own[best] >= english
        whole = 2 <= there == len(set(words)) and len(own) == 1
        if enough or clear or whole or (before == best and not english):
            return Guess(best)
        return Guess(best, False, tuple(sorted(set(own) - {best})))
    clear = found in _BY_CLASSIFIER and likely[found] >= _SURER
    return Guess(found) if clear else Guess(ENGLISH, False)


def _likelihoods(text: str) -> dict[str, float]:
    return {language: float(share) for language, share in _classifier().rank(text.lower())}


@lru_cache(maxsize=1)
def _classifier() -> Any:
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier
    from py3langid.modelio import load_model

    # Made from its parts: `set_languages` keeps all 142 languages beside the chosen ones, 27 MB.
    shares, priors, languages, moves, rows, outputs = load_model(MODEL_DIR / MODEL_FILE)
    wanted = {ENGLISH, *_BY_CLASSIFIER, *_NEIGHBOURS}
    kept = [at for at, language in enumerate(languages) if language in wanted]
    return LanguageIdentifier(
        shares[:, kept].copy(order="C"),
        priors[kept],
        [languages[at] for at in kept],
        moves,
        array("i", outputs),
        norm_probs=True,
        tk_row=rows,
    )


@lru_cache(maxsize=1)
def _languages_of() -> Mapping[str, tuple[str, ...]]:
    """Each telling word with the languages that have it, in their plainest spelling."""
    found: dict[str, tuple[str, ...]] = {}
    for language, lexicon in lexicons().items():
        for word in lexicon.plain_words:
            found[word] = (*found.get(word, ()), language)
    return found


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    """Words that speak against any other language: English ones that are in none of the lists."""
    from unknot.reading.grammar import LEXICON_DIR, read_yaml

    listed = read_yaml(LEXICON_DIR / "other_languages.yml")["english"].split()
    return frozenset(bare(word) for word in listed) - _languages_of().keys()
