"""Short names for a script's own. No scopes are looked at: only names that are nowhere a property are changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import product
from string import ascii_letters

_DECLARED = re.compile(r"\b(?:const|let|class|function\*?) ?([\w$]{3,})")
_WORD = re.compile(r"[\w$]+")
# What a word is before or after: a property, a key, a shorthand, a member, a private name.
_PROPERTY_BEFORE = re.compile(r"(?:(?<!\.\.)\.|\?\.|#)$")
_SHORTHAND_BEFORE = re.compile(r"[{,]\s*$")
_SHORTHAND_AFTER = re.compile(r"\s*[,}=:]")
_KEY_AFTER = re.compile(r"\s*:")
_METHOD = re.compile(r"(?:^|[{};\n]|\b(?:get|set|static|async) )\*?([\w$]+)\((?:[^()]|\([^()]*\))*\)\{")


def shortened(parts: list[tuple[bool, str]]) -> str:
    """A script of these parts with one short name for each of its own that is never a property.

    A part is code, or a text, template or pattern, which stays as it is. The same word is the same name wherever it
    stands in code, so what hides or captures what does not change.
    """
    code = "\0".join(text for is_code, text in parts if is_code)
    kept = " ".join(text for is_code, text in parts if not is_code)
    counts = Counter(_WORD.findall(code))
    own = set(_DECLARED.findall(code)) - set(_WORD.findall(kept)) - _properties(code)
    free = (name for name in _names() if name not in counts)
    short = dict(zip(sorted(own, key=lambda name: (-counts[name], name)), free, strict=False))
    return "".join(
        _WORD.sub(lambda word: short.get(word[0], word[0]), text) if is_code else text for is_code, text in parts
    )


def _names() -> Iterator[str]:
    for length in (1, 2):
        yield from map("".join, product(ascii_letters, repeat=length))


def _properties(code: str) -> set[str]:
    """Words that stand somewhere where they may name a property."""
    found = set(_METHOD.findall(code))
    open_: list[str] = []
    at = 0
    for word in _WORD.finditer(code):
        for sign in code[at : word.start()]:
            if sign in "({[":
                open_.append(sign)
            elif sign in ")}]" and open_:
                open_.pop()
        at = word.end()
        before, after = code[max(0, word.start() - 3) : word.start()], code[at : at + 3]
        in_braces = bool(open_) and open_[-1] == "{"
        shorthand = in_braces and _SHORTHAND_BEFORE.search(before) and _SHORTHAND_AFTER.match(after)
        if _PROPERTY_BEFORE.search(before) or _KEY_AFTER.match(after) or shorthand:
            found.add(word[0])
    return found
