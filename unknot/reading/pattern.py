"""The pattern language of the lexicon, and how a pattern is found in a row of words.

A pattern is a row of elements. Every word of a text carries a set of atoms: itself, the prefixes it begins with
("numb*") and the number ranges it falls in ("<8..90>"). An element matches when the atoms fit, so a pattern with
thousands of wordings costs no more than one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from unknot.reading.grammar import LexiconError

ANY = "_"
END = "end"  # in what must follow: a pause, the end of a statement or of the text
DIRECTLY = 2
_LEX = re.compile(r"<\d+(?:\.\d+)?\.\.\d+(?:\.\d+)?>|\{\w+\}|[()\[\]|^!]|[^\s()\[\]|^!{}<>]+")
_MAX_WORDINGS = 4000
Words = tuple[str, ...]


@dataclass
class Element:
    """One place in a pattern: one of several wordings, filed under the first atom."""

    wordings: dict[str, list[Words]]
    optional: bool = False

    def ends(self, atoms: list[frozenset[str]], joined: list[int], at: int) -> Iterator[int]:
        """Positions after each wording that fits at `at`."""
        for atom in atoms[at] & self.wordings.keys():
            for rest in self.wordings[atom]:
                end = at + 1
                for word in rest:
                    if end >= len(atoms) or not joined[end] or word not in atoms[end]:
                        break
                    end += 1
                else:
                    yield end


@dataclass
class Pattern:
    """A row of elements, and what has to follow it: `ahead` also fits at an end, `ahead_strict` does not."""

    elements: list[Element]
    ahead: list[Element] = field(default_factory=list)
    ahead_strict: bool = False

    def first_atoms(self) -> set[str]:
        """Atoms with which the pattern can begin."""
        found: set[str] = set()
        for element in self.elements:
            found |= element.wordings.keys()
            if not element.optional:
                break
        return found

    def needs(self) -> list[frozenset[str]]:
        """For each element that must be there: the atoms of which one must occur in the text."""
        required = [e for e in self.elements if not e.optional]
        if self.ahead_strict:
            required += [e for e in self.ahead if not e.optional]
        return [frozenset(e.wordings) for e in required if not {ANY, END} & e.wordings.keys()]

    def longest(self, atoms: list[frozenset[str]], joined: list[int], start: int) -> int:
        """The end of the longest match at `start`, or 0 when there is none."""
        places = {start}
        for number, element in enumerate(self.elements):
            reached = set(places) if element.optional else set()
            for place in places:
                if place < len(atoms) and (number == 0 or place == start or joined[place]):
                    reached.update(element.ends(atoms, joined, place))
            places = reached
            if not places:
                return 0
        for end in sorted(places, reverse=True):
            if end > start and self._followed(atoms, joined, end):
                return end
        return 0

    def _followed(self, atoms: list[frozenset[str]], joined: list[int], end: int) -> bool:
        if not self.ahead:
            return True
        at_end = end >= len(atoms) or joined[end] < DIRECTLY
        if at_end and (END in self.ahead[0].wordings or not self.ahead_strict):
            return True
        if end >= len(atoms) or not joined[end]:
            return False
        places = {end}
        for element in self.ahead:
            reached = set(places) if element.optional else set()
            for place in places:
                if place < len(atoms) and joined[place]:
                    reached.update(element.ends(atoms, joined, place))
            places = reached
        return bool(places)


def parse(source: str, classes: Mapping[str, list[Words]], where: str) -> Pattern:
    """A pattern from its notation; `classes` are the wordings that `{name}` stands for."""
    pieces = _LEX.findall(source)
    if "".join(pieces) != re.sub(r"\s+", "", source):
        raise LexiconError(f"{where}: cannot read {source!r}")
    head: list[Element] = []
    ahead: list[Element] = []
    target, strict, at = head, False, 0
    while at < len(pieces):
        piece = pieces[at]
        if piece in {"^", "!"}:
            target, strict = ahead, piece == "!"
            at += 1
            continue
        wordings, optional, at = _item(pieces, at, classes, where, source)
        target.append(_element(wordings, optional))
    if not head or all(e.optional for e in head):
        raise LexiconError(f"{where}: {source!r} can match nothing")
    return Pattern(head, ahead, strict)


def _element(wordings: list[Words], optional: bool) -> Element:
    filed: dict[str, list[Words]] = {}
    for words in wordings:
        if words:
            filed.setdefault(words[0], []).append(words[1:])
    return Element(filed, optional)


def _item(
    pieces: list[str], at: int, classes: Mapping[str, list[Words]], where: str, source: str
) -> tuple[list[Words], bool, int]:
    """One word, group, option or class beginning at `at`: its wordings, whether it may be missing, what is next."""
    piece = pieces[at]
    if piece in {"(", "["}:
        closing = ")" if piece == "(" else "]"
        wordings: list[Words] = []
        current: list[Words] = [()]
        at += 1
        while True:
            if at >= len(pieces):
                raise LexiconError(f"{where}: {closing!r} is missing in {source!r}")
            if pieces[at] in {closing, "|"}:
                wordings += current
                current = [()]
                at += 1
                if pieces[at - 1] == closing:
                    return wordings, closing == "]", at
                continue
            inner, optional, at = _item(pieces, at, classes, where, source)
            choices = [*inner, ()] if optional else inner
            current = [a + b for a, b in product(current, choices)]
            if len(current) > _MAX_WORDINGS:
                raise LexiconError(f"{where}: too many wordings in {source!r}")
    if piece in {")", "]", "|"}:
        raise LexiconError(f"{where}: {piece!r} out of place in {source!r}")
    if piece.startswith("{"):
        name = piece[1:-1]
        if name not in classes:
            raise LexiconError(f"{where}: unknown class {name!r} in {source!r}")
        return list(classes[name]), False, at + 1
    return [(piece,)], False, at + 1


def wordings(source: str, classes: Mapping[str, list[Words]], where: str) -> list[Words]:
    """Every wording of a short pattern, for use as a class inside others."""
    pattern = parse(source, classes, where)
    rows: list[Words] = [()]
    for element in pattern.elements:
        choices = [(first, *rest) for first, group in element.wordings.items() for rest in group]
        if element.optional:
            choices.append(())
        rows = [a + b for a, b in product(rows, choices)]
        if len(rows) > _MAX_WORDINGS:
            raise LexiconError(f"{where}: too many wordings in {source!r}")
    return [row for row in rows if row]
