"""Text of any language to one spelling: without accents, marks of vowels and drawn-out letters.

What people type with one thumb seldom has its accents, and Hindi in Latin letters has no fixed spelling at all. The
patterns of a lexicon go through the same folding as the messages, so both meet in the same form, which need not be a
correct one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
_LATIN_PAIRS = str.maketrans({"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o"})
_ARABIC = str.maketrans({"ى": "ي", "ة": "ه", "ـ": None, "گ": "ك", "ی": "ي", "ک": "ك"})
_ARTICLE = re.compile(r"\b(?:[وفبك]?ال|لل)(?=\w{3})")
_DEVANAGARI = str.maketrans({"\u093c": None, "\u0901": "\u0902", "।": ".", "\u200d": None, "\u200c": None})
# Hindi as it sounds: long and short vowels, breathed and plain consonants are one.
_HINDI_SOUNDS = (
    (re.compile(r"(?:ee|ii|ea)"), "i"),
    (re.compile(r"(?:oo|uu)"), "u"),
    (re.compile(r"(?:aa)"), "a"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"w"), "v"),
    (re.compile(r"z"), "j"),
    (re.compile(r"q"), "k"),
    (re.compile(r"([bcdgjkpst])h+"), r"\1"),
    (re.compile(r"([^\W\d_aeiou])\1"), r"\1"),
    (re.compile(r"(?<=\w\w[io])n\b"), ""),
)


def fold(text: str, language: str) -> str:
    """`text` in the one spelling in which the lexicon of `language` (its file's name) is compared."""
    folding = _FOLDINGS.get(language, _latin)
    return folding(_DRAWN_OUT.sub(r"\1", text.lower()))


def bare(text: str) -> str:
    """Lower case without accents, for every script that writes its vowels as letters; apostrophes part words."""
    decomposed = unicodedata.normalize("NFKD", _APOSTROPHES.sub(" ", text).translate(_LATIN_PAIRS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower()


def _latin(text: str) -> str:
    return bare(text)


def _german(text: str) -> str:
    # "fühle", "fuehle" and "fuhle" are one word, at the price of "neue" and "neu" being one too.
    return re.sub(r"([aou])e", r"\1", bare(text))


def _arabic(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).translate(_ARABIC)
    return _ARTICLE.sub("", "".join(letter for letter in decomposed if not unicodedata.combining(letter)))


def _hindi(text: str) -> str:
    return unicodedata.normalize("NFKD", text).translate(_DEVANAGARI)


def _hindi_latin(text: str) -> str:
    text = bare(text)
    for sound, letter in _HINDI_SOUNDS:
        text = sound.sub(letter, text)
    return text


_FOLDINGS: Mapping[str, Callable[[str], str]] = {
    "de": _german,
    "ar": _arabic,
    "hi": _hindi,
    "hi_latn": _hindi_latin,
    "zh": lambda text: unicodedata.normalize("NFKC", text),
}
