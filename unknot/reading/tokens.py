"""Text to words: one written form for many ways of typing, with the place of each in the text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from unknot.reading.grammar import grammar

_TOKEN = re.compile(
    r"\b(?:b4|2day|2nite|a&e|w/o|h/o|c/o|s/p|b/c|b/l|n/v|\d{2,4}s)\b|w/(?=\s)"
    r"|\d+(?:[.,:/]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|[.?!,;:()\n/+&-]"
)
_REPLACE = {"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'", "ʹ": "'", "“": '"', "”": '"', "…": "."}
_REPLACE |= dict.fromkeys("–—−‒―", "-")
_RUN = re.compile(r"(.)\1{2,}")


@dataclass(frozen=True)
class Token:
    """A word, number or punctuation mark; several tokens may share a place ("I'm" gives "i" and "am")."""

    norm: str
    start: int
    end: int
    filler: bool = False  # carries no meaning for reading ("really", "um")
    mark: bool = False  # punctuation or a line break


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    """One character, lower case and without accents; always one character, so that places stay true."""
    char = _REPLACE.get(char, char)
    if char.isascii():
        return char.lower()
    for form in ("NFKC", "NFD"):
        folded = unicodedata.normalize(form, char)
        if form == "NFD" or len(folded) == 1:
            char = folded[0]
    lowered = char.lower()
    return lowered if len(lowered) == 1 else char


def plain(text: str) -> str:
    """The text in lower case with straight quotes and simple dashes; same length as the text."""
    return "".join(map(_plain, text))


def _keep(word: str) -> str:
    return word


def tokenize(text: str, correct: Callable[[str], str] = _keep) -> list[Token]:
    """The tokens of a message in order. `correct` mends the spelling of a single word."""
    g = grammar()
    tokens: list[Token] = []
    for match in _TOKEN.finditer(plain(text)):
        raw, start, end = match.group(), match.start(), match.end()
        if raw in g.marks:
            tokens.append(Token(raw, start, end, mark=True))
            if raw not in g.expand:
                continue
            tokens.pop()
        if raw in {"n't", "nt"} and tokens and not tokens[-1].mark:
            last = tokens.pop()
            tokens.append(_word(g.negated.get(last.norm, last.norm + "nt"), last.start, end))
            continue
        for norm in _forms(raw, correct):
            if norm == "not" and tokens and tokens[-1].norm in g.negated:
                last = tokens.pop()
                tokens.append(_word(g.negated[last.norm], last.start, end))
            else:
                tokens.append(_word(norm, start, end))
    return _mark_filler_phrases(tokens)


def _word(norm: str, start: int, end: int) -> Token:
    return Token(norm, start, end, filler=norm in grammar().fillers)


def _forms(raw: str, correct: Callable[[str], str]) -> list[str]:
    """The normal words that one written word stands for."""
    expand = grammar().expand
    if raw in expand:
        return expand[raw].split()
    bare = raw.replace("'", "")
    if "'" in raw:
        if raw.endswith("'s"):
            return [raw[:-2].replace("'", "")]
        if raw.endswith("n't"):
            return expand.get(bare, bare).split()
        for ending, word in (("'ve", "have"), ("'re", "are"), ("'ll", "will"), ("'d", "would"), ("'m", "am")):
            if raw.endswith(ending):
                return [raw[: -len(ending)].replace("'", ""), word]
    if bare in expand:
        return expand[bare].split()
    fixed = correct(bare)
    return expand.get(fixed, fixed).split()


def squeeze(word: str) -> list[str]:
    """A drawn-out word ("nummmb") with its runs of three or more letters cut to two and to one."""
    if not _RUN.search(word):
        return []
    return [_RUN.sub(r"\1\1", word), _RUN.sub(r"\1", word)]


def _mark_filler_phrases(tokens: list[Token]) -> list[Token]:
    g = grammar()
    i = 0
    while i < len(tokens):
        for phrase in g.filler_phrases.get(tokens[i].norm, ()):
            n = len(phrase)
            if tuple(t.norm for t in tokens[i : i + n]) == phrase:
                for j in range(i, i + n):
                    t = tokens[j]
                    tokens[j] = Token(t.norm, t.start, t.end, filler=True)
                i += n - 1
                break
        i += 1
    return tokens
