"""Reads a message: findings, conditions and values, each with assertion and experiencer."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection
from datetime import date
from typing import Protocol

from clinical_text.assertion import judge
from clinical_text.clauses import boundaries, clauses_of
from clinical_text.grammar import LEXICON_DIR
from clinical_text.lexicon import Lexicon, lexicon, load_from
from clinical_text.matcher import Candidate, Row, candidates, find_hits, make_row
from clinical_text.spelling import Speller
from clinical_text.statements import Statements
from clinical_text.tokens import Token, tokenize
from clinical_text.types import ABSENT, HYPOTHETICAL, PAST, POSSIBLE, PRESENT, Mention, Reading
from clinical_text.values import read_values

_WEIGHT = {PRESENT: 0, POSSIBLE: 1, ABSENT: 2, PAST: 3, HYPOTHETICAL: 4}


class KnowsIds(Protocol):
    """The part of the knowledge that the reader checks its lexicon against."""

    @property
    def findings(self) -> Collection[str]:
        """Finding ids."""

    @property
    def conditions(self) -> Collection[str]:
        """Ids of conditions, medicines and allergies."""


class Reader:
    """Reads messages without regard to the conversation. Holds no state of a message: safe to share between threads.

    Building one takes about a second; build it once. Raises `LexiconError` when the lexicon names an id that the
    knowledge does not have.
    """

    def __init__(self, knowledge: KnowsIds | None = None) -> None:
        if knowledge is None:
            self._lexicon: Lexicon = lexicon()
        else:
            self._lexicon = load_from(LEXICON_DIR, {*knowledge.findings, *knowledge.conditions})
        self._speller = Speller(self._lexicon)

    def read(self, text: str, today: date | None = None) -> Reading:
        """All mentions of a message in the order of the text. `today` anchors "since Tuesday"."""
        tokens = tokenize(text, self._speller.correct)
        bounds = boundaries(tokens, text)
        clinical = self._clinical(text, tokens, bounds) if tokens else []
        values = read_values(text, today or date.today())
        mentions = sorted(_merge(clinical, values), key=lambda m: (m.start, m.end, m.kind, str(m.value)))
        return Reading(text, tuple(mentions), tuple(clauses_of(tokens, bounds, text)))

    def _clinical(self, text: str, tokens: list[Token], bounds: list[int]) -> list[Mention]:
        row = make_row(self._lexicon, tokens, bounds)
        if not row.tokens:
            return []
        hits = find_hits(self._lexicon, row)
        found = _settle(candidates(self._lexicon, row, hits))
        if not found:
            return []
        statements = Statements(row, tokens, hits, found)
        judged = [(c, *judge(statements, c)) for c in found]
        return _mentions(row, [(c, a, w) for c, a, w in judged if a])


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


def _mentions(row: Row, judged: list[tuple[Candidate, str, str]]) -> list[Mention]:
    """One mention for each entry, assertion and experiencer in a statement."""
    seen: dict[tuple[str, int, str], Mention] = {}
    for c, assertion, who in sorted(judged, key=lambda j: (_WEIGHT[j[1]], j[0].start)):
        start, end = row.tokens[c.start].start, max(row.tokens[i].end for i in c.core)
        key = (c.entry.id, row.clause[c.start], who)
        if key not in seen:
            confidence = 0.6 if c.hint else 1.0
            seen[key] = Mention(c.entry.kind, c.entry.id, start, end, assertion, who, confidence)
    return list(seen.values())


def _merge(clinical: list[Mention], values: list[Mention]) -> list[Mention]:
    """Values that are not part of a finding's own words ("38.5" of a fever) join the findings."""

    def inside(value: Mention) -> bool:
        return value.kind == "number" and any(m.start <= value.start and value.end <= m.end for m in clinical)

    return [*clinical, *(v for v in values if not inside(v))]
