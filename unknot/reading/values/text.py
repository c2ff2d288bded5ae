"""A message made easy to match: lower case, plain quotes, usual spellings, digits; every token knows its place.

`Document.tokens[i].text` is the canonical word, `.start` and `.end` are offsets into the message as typed.
`Document.s` is all canonical words joined by single blanks, for regular expressions; `token_at` and `span` lead back.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache, cached_property
from itertools import pairwise
from typing import NamedTuple

from unknot.reading.values.lexicon import words
from unknot.reading.values.spelling import canonical

MAX_CHARACTERS = 4000  # what lies beyond is not read
_TOKEN = re.compile(
    r"\n+"
    r"|(?<![a-z0-9])[ltcs]\d{1,2}(?![\da-z])(?:\s?[-/]\s?[ltcs]?\d{1,2}(?!\d))?"  # vertebrae: L4, L4/5, T12-L1
    r"|(?<![a-z0-9])(?:b4|2day|2nite|2night|2moro)(?![a-z0-9])"  # words written with a digit
    r"|\d{1,2}:\d{2}(?:\s?[ap]m\b)?|\d{1,2}\s?(?:[ap]\.m\.|pm\b|am\b(?=\s*(?:$|[.,;!?)])))"  # times of day
    r"|24\s?[/x]\s?7(?!\d)"
    r"|\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?"
    r"|[^\W\d_]+(?:'[^\W\d_]+)*"
    r"|[^\s]"
)
_CHARACTERS = str.maketrans(
    dict.fromkeys("‘’ʼ`´", "'")
    | dict.fromkeys("“”", '"')
    | dict.fromkeys("–‑‐−", "-")
    | dict.fromkeys("\u00a0\u202f\u200b\ufe0f\u200d", " ")
    | {"—": ",", "…": ".", "½": "*"}
)
_PUNCTUATION = {"(": ",", ")": ",", "[": ",", "]": ",", "&": "and", "@": "at", "\n": "."}
_WITH_A_DIGIT = {"b4": "before", "2day": "today", "2nite": "tonight", "2night": "tonight", "2moro": "tomorrow"}
_DROPPED = frozenset("\"'*_~`<>#|\\^{}=$")
_TENS = frozenset({20, 30, 40, 50, 60, 70, 80, 90})
_ENDS = frozenset(".!?;")
_BREAKS = frozenset({".", "!", "?", ";", ",", "but", ":"})


class Token(NamedTuple):
    """A canonical word or sign, its place in the message and, for a number, its value."""

    text: str
    start: int
    end: int
    number: float | None = None


class Document:
    """A message, tokenised once and read by every module of this package."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.tokens: list[Token] = _merge_numbers(list(_tokens(raw[:MAX_CHARACTERS])))
        self.words: list[str] = [t.text for t in self.tokens]
        self.vocabulary: frozenset[str] = frozenset(self.words)
        self.has_number: bool = any(t.number is not None for t in self.tokens)
        self.s: str = " ".join(self.words)
        self._starts: list[int] = []
        at = 0
        for word in self.words:
            self._starts.append(at)
            at += len(word) + 1

    def token_at(self, position: int) -> int:
        """The index of the token at `position` in `s`."""
        return max(bisect_right(self._starts, position) - 1, 0)

    def offset(self, token: int) -> int:
        """Where in `s` the token with this index begins; the length of `s` for one past the last."""
        return self._starts[token] if token < len(self._starts) else len(self.s)

    def range_of(self, match: re.Match[str], group: int | str = 0) -> tuple[int, int]:
        """First and last (exclusive) token of a match in `s`."""
        return self.token_at(match.start(group)), self.token_at(max(match.end(group) - 1, match.start(group))) + 1

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Offsets in the message of the tokens `first` to `last` (exclusive)."""
        return self.tokens[first].start, self.tokens[last - 1].end

    def token_starting(self, start: int) -> int:
        """The token that stands at an offset of the message."""
        return max(bisect_right([t.start for t in self.tokens], start) - 1, 0)

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Token ranges between full stops, question and exclamation marks, semicolons and line ends."""
        return _split(self.words, _ENDS)

    @cached_property
    def segments(self) -> list[tuple[int, int]]:
        """Token ranges between any signs, and at "but"."""
        return _split(self.words, _BREAKS)

    def sentence_of(self, token: int) -> tuple[int, int]:
        """The sentence that holds a token."""
        return next((r for r in self.sentences if r[0] <= token < r[1]), (0, len(self.words)))

    def segment_of(self, token: int) -> tuple[int, int]:
        """The segment that holds a token."""
        return next((r for r in self.segments if r[0] <= token < r[1]), (0, len(self.words)))

    def text_of(self, part: tuple[int, int]) -> str:
        """The canonical text of a token range."""
        return " ".join(self.words[part[0] : part[1]])


def tokenise(phrase: str) -> Sequence[str]:
    """The canonical words of a phrase of a word list, as they will stand in a message."""
    return [part for word in phrase.split() for part in _phrase_word(word)]


@cache
def _phrase_word(word: str) -> tuple[str, ...]:
    return tuple(t.text for t in _tokens(word, correct=False))


def _tokens(raw: str, correct: bool = True) -> list[Token]:
    text = _lower(raw).translate(_CHARACTERS)
    found: list[Token] = []
    numbers = words().numbers
    for match in _TOKEN.finditer(text):
        word, start, end = match.group(), match.start(), match.end()
        if word in _WITH_A_DIGIT:
            found.append(Token(_WITH_A_DIGIT[word], start, end))
        elif word[0].isdigit():
            found.append(_digits(word, start, end))
        elif word[0].isalpha():
            if any(c.isdecimal() for c in word):
                found.append(Token(_vertebra(word), start, end))
                continue
            for part in canonical(word, correct).split():
                number = numbers.get(part)
                # "one" is a pronoun as often as a number: it keeps its form.
                shown = part if number is None or part == "one" else str(number)
                found.append(Token(shown, start, end, None if number is None else float(number)))
        elif word == "-":
            found.extend(_hyphen(text, start, end))
        elif word not in _DROPPED:
            found.append(Token(_PUNCTUATION.get(word[0], word), start, end))
    return found


def _lower(raw: str) -> str:
    # Some capitals have lower-case forms of two characters, which would move every offset behind them.
    return raw.lower() if raw.isascii() else "".join(c.lower() if len(c.lower()) == 1 else c for c in raw)


def _digits(word: str, start: int, end: int) -> Token:
    if ":" in word or "m" in word:
        return Token("clocktime", start, end)
    if len(word) > 2 and word.startswith("24") and word.endswith("7") and word[2] in "/x ":
        return Token("nonstop", start, end)
    plain = word.replace(",", "")[:9]
    try:
        number = float(plain)
    except ValueError:  # digits of other scripts that are no decimal digits
        return Token(word, start, end)
    return Token(f"{number:g}" if number < 100000 else "99999", start, end, number)


def _vertebra(word: str) -> str:
    number = int(re.sub(r"\D", " ", word).split()[0])
    if word[0] == "t":
        return "vertebraupper" if number <= 4 else "vertebramiddle"
    return "vertebraneck" if word[0] == "c" else "vertebralower"


def _hyphen(text: str, start: int, end: int) -> list[Token]:
    before, after = text[start - 1 : start], text[end : end + 1]
    if before.isdigit() and after.isdigit():
        return [Token("-", start, end)]
    if before.isalnum() and after.isalnum():
        return []
    if text[:start].rstrip()[-1:].isdigit() and text[end:].lstrip()[:1].isdigit():
        return [Token("-", start, end)]
    return [Token(",", start, end)]


def _merge_numbers(tokens: list[Token]) -> list[Token]:
    """Joins "twenty one", "7 and a half", "seven point five" into one number each."""
    merged: list[Token] = []
    for token in tokens:
        last = merged[-1] if merged else None
        spoken = last is not None and last.number in _TENS and last.end - last.start > 2
        if (
            last is not None
            and last.number is not None
            and token.number is not None
            and 1 <= token.number <= 9
            and spoken
        ):
            merged[-1] = _number(last.number + token.number, last.start, token.end)
        elif token.text == "*":
            continue
        else:
            merged.append(token)
    texts = [t.text for t in merged]
    if "half" in texts or "point" in texts:
        merged = _merge_fractions(merged)
    return merged


def _merge_fractions(tokens: list[Token]) -> list[Token]:
    merged: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        tail = [t.text for t in tokens[at + 1 : at + 4]]
        if token.number is not None and tail[:3] == ["and", "a", "half"]:
            merged.append(_number(token.number + 0.5, token.start, tokens[at + 3].end))
            at += 4
        elif (
            token.number is not None and tail[:1] == ["point"] and len(tail) > 1 and tokens[at + 2].number is not None
        ):
            merged.append(
                _number(token.number + (tokens[at + 2].number or 0) % 10 / 10, token.start, tokens[at + 2].end)
            )
            at += 3
        else:
            merged.append(token)
            at += 1
    return merged


def _number(value: float, start: int, end: int) -> Token:
    return Token(f"{value:g}", start, end, value)


def _split(tokens: Sequence[str], ends: frozenset[str]) -> list[tuple[int, int]]:
    cuts = [-1, *(i for i, t in enumerate(tokens) if t in ends), len(tokens)]
    return [(a + 1, b) for a, b in pairwise(cuts) if b > a + 1]
