"""From the words of a message to its findings and conditions: what is spoken of, and whether it is so."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from unknot.reading.assertion import judge
from unknot.reading.lexicon import Entry, Lexicon
from unknot.reading.matcher import Candidate, Hit, Row, candidates, find_hits, make_row
from unknot.reading.statements import Statements
from unknot.reading.tokens import Token
from unknot.reading.types import ABSENT, HYPOTHETICAL, PAST, POSSIBLE, PRESENT, Mention, Sense

_ANYTHING = Entry("anything", "finding")
_WEIGHT = {PRESENT: 0, POSSIBLE: 1, ABSENT: 2, PAST: 3, HYPOTHETICAL: 4}


@dataclass(frozen=True)
class Named:
    """What a message names, before it is judged whether it is so."""

    row: Row
    hits: list[Hit]
    candidates: list[Candidate]

    def place(self, c: Candidate) -> tuple[int, int]:
        """Where a candidate's own words begin and end in the text as it was typed."""
        return self.row.tokens[c.start].start, max(self.row.tokens[i].end for i in c.core)


def name_findings(lexicon: Lexicon, tokens: list[Token], bounds: list[int]) -> Named:
    """The findings and conditions that are spoken of, whatever is said of them."""
    row = make_row(lexicon, tokens, bounds)
    if not row.tokens:
        return Named(row, [], [])
    hits = find_hits(lexicon, row)
    return Named(row, hits, _settle(candidates(lexicon, row, hits)))


def read_findings(lexicon: Lexicon, tokens: list[Token], bounds: list[int]) -> tuple[list[Mention], list[Sense]]:
    """The findings and conditions with assertion and experiencer; and how each statement is meant."""
    named = name_findings(lexicon, tokens, bounds)
    if not named.row.tokens:
        return [], []
    statements = Statements(named.row, tokens, named.hits, named.candidates)
    judged = [(c, *judge(statements, c)) for c in named.candidates]
    return _mentions(named, [(c, a, w) for c, a, w in judged if a]), _senses(named.row, statements)


def _senses(row: Row, statements: Statements) -> list[Sense]:
    """How each statement is meant: as a word at its end that says nothing would be judged."""
    found = []
    for statement in statements.all:
        meant, _ = judge(statements, Candidate(_ANYTHING, frozenset({statement.end - 1})))
        words = row.tokens[statement.start : statement.end]
        now = meant not in (PAST, HYPOTHETICAL, "")
        found.append(Sense(words[0].start, words[-1].end, PRESENT if now else meant or HYPOTHETICAL))
    return found


def _settle(found: list[Candidate]) -> list[Candidate]:
    """Without candidates that another one covers or hides."""
    unique = {(c.entry.id, c.core, c.hint, c.denied): c for c in found}
    ordered = sorted(unique.values(), key=lambda c: (c.start, c.end))
    starts = [c.start for c in ordered]
    reach = max((c.end - c.start for c in ordered), default=0)

    def near(c: Candidate) -> list[Candidate]:
        return ordered[bisect_left(starts, c.start - reach) : bisect_left(starts, c.end)]

    return [c for c in ordered if not any(_beats(other, c) for other in near(c) if other is not c)]


def _beats(other: Candidate, c: Candidate) -> bool:
    spans = other.start < c.end and c.start < other.end
    if not spans:
        return False
    overlap = not other.core.isdisjoint(c.core)
    hidden = c.entry.id in other.entry.hides or other.entry.id in c.entry.yields_to
    if hidden and not (other.denied or other.hint or c.denied):
        return True
    if c.hint and not other.hint and overlap:
        return True
    if other.entry.id != c.entry.id or not overlap:
        return False
    if other.denied != c.denied:
        # "can't pee fine": what is said wins over "all is well", unless the latter says it in more words
        return c.core < other.core if other.denied else not c.core > other.core
    if other.hint != c.hint:
        return c.hint
    return other.core > c.core


def _mentions(named: Named, judged: list[tuple[Candidate, str, str]]) -> list[Mention]:
    """One mention for each entry, assertion and experiencer in a statement."""
    seen: dict[tuple[str, int, str], Mention] = {}
    for c, assertion, who in sorted(judged, key=lambda j: (_WEIGHT[j[1]], j[0].start)):
        key = (c.entry.id, named.row.clause[c.start], who)
        if key not in seen:
            confidence = 0.6 if c.hint else 1.0
            seen[key] = Mention(c.entry.kind, c.entry.id, *named.place(c), assertion, who, confidence)
    return list(seen.values())
