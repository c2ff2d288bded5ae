"""The statements of a message: where each begins and ends, its cues, whom it is about, and what carries over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from unknot.reading.grammar import grammar
from unknot.reading.matcher import Candidate, Hit, Row
from unknot.reading.tokens import Token
from unknot.reading.types import ABSENT, OTHER, POSSIBLE, PRESENT, SELF

# A neutral phrase takes the force of cues of these kinds that begin inside it.
_NEUTRAL = {
    "not_negated": {"negated_before", "negated_after", "answer_no"},
    "not_hypothetical": {"hypothetical_before", "hypothetical_after", "possible_before", "question_openers"},
    "asserting": {"hypothetical_before", "hypothetical_after"},
    "not_past": {"past", "past_months", "past_after", "ended"},
}
# Of these the longer one counts ("not sure if" over "if").
_ACTING = {"negated_before", "possible_before", "hypothetical_before", "past", "past_after", "ended"}
_WHO = {"animals", "distant", "question_openers", "polite_openers", "people", "other_words", "speakers"}
_ANSWERS = {"answer_yes", "answer_no", "answer_unsure"}
_SUPPOSING = frozenset({"if", "what", "suppose", "supposing", "imagine", "unless", "incase", "in", "say", "lets"})
_CONNECTED = frozenset({"and", "or", "nor"})
NOW = frozenset(
    {
        "now",
        "today",
        "this",
        "am",
        "is",
        "are",
        "cant",
        "dont",
        "have",
        "has",
        "since",
        "again",
        "tonight",
        "keep",
        "wont",
    }
    | {"yesterday", "morning", "hour", "hours", "minutes", "currently", "just"}
)


@dataclass
class Statement:
    """One clause of the row: words `start` to `end` (exclusive), and what is known of it as a whole."""

    number: int
    start: int
    end: int
    sentence: int = 0
    asked: bool = False  # a question mark follows
    cues: dict[str, list[Hit]] = field(default_factory=dict)
    who: str = SELF
    subject: bool = False  # names whom it is about
    supposed: bool = False  # goes on from a "what if"
    negated: bool = False  # goes on from a denial
    past: bool = False  # goes on from "last time ..."

    def of(self, *names: str) -> Iterable[Hit]:
        """The cues of these kinds."""
        for name in names:
            yield from self.cues.get(name, ())


class Statements:
    """The statements of one message in order."""

    def __init__(self, row: Row, tokens: list[Token], hits: list[Hit], found: list[Candidate]) -> None:
        self.row = row
        self.all: list[Statement] = []
        for index, number in enumerate(row.clause):
            if not self.all or self.all[-1].number != number:
                self.all.append(Statement(number, index, index))
            self.all[-1].end = index + 1
        self._place = {s.number: n for n, s in enumerate(self.all)}
        self._mark_sentences(tokens)
        self._file_cues(hits, found)
        self.answered = self._short_answers(found)
        for n, statement in enumerate(self.all):
            self._describe(statement, self.all[n - 1] if n else None)

    def at(self, index: int) -> Statement:
        """The statement in which a word stands."""
        return self.all[self._place[self.row.clause[index]]]

    def after(self, statement: Statement) -> list[Statement]:
        """The two statements that follow."""
        place = self._place[statement.number] + 1
        return self.all[place : place + 2]

    def words(self, statement: Statement) -> set[str]:
        """The words of a statement."""
        return {t.norm for t in self.row.tokens[statement.start : statement.end]}

    def subject(self, statement: Statement, until: int) -> str:
        """Whom the words before `until` are about, "" when nobody is named: the nearest person decides."""
        people = {h.start: h.end for h in statement.of("people", "other_words")}
        inside = {at for start, end in people.items() for at in range(start + 1, end)}  # "a man i know"
        spoken = [(h.start, h.end) for h in statement.of("speakers")]
        for at in range(min(until, statement.end) - 1, statement.start - 1, -1):
            if at in people and people[at] <= until:
                if any(a <= at < b for a, b in spoken):
                    continue
                return OTHER
            if at in inside:
                continue
            word = self.row.tokens[at].norm
            if word in {"i", "me", "myself", "mine"}:
                return SELF
            if word == "my" and at + 1 not in people and not (at + 2 in people and at + 2 < until):
                return SELF
        return ""

    def _mark_sentences(self, tokens: list[Token]) -> None:
        ends = [(t.start, t.norm) for t in tokens if t.mark and t.norm in ".!?;\n"]
        sentence, at = 0, 0
        for n, statement in enumerate(self.all):
            statement.sentence = sentence
            last = self.row.tokens[statement.end - 1].end
            following = self.all[n + 1].start if n + 1 < len(self.all) else None
            until = self.row.tokens[following].start if following is not None else 10**9
            while at < len(ends) and ends[at][0] < last:
                at += 1
            between = []
            while at < len(ends) and ends[at][0] < until:
                between.append(ends[at][1])
                at += 1
            if between:
                sentence += 1
                statement.asked = between[0] == "?"

    def _file_cues(self, hits: list[Hit], found: list[Candidate]) -> None:
        cues = [h for h in hits if h.owner.role == "cue"]
        cores = [c.core for c in found if not c.denied]
        covers = [h for h in cues if h.end - h.start > 1 and (h.owner.name in _ACTING or h.owner.name in _NEUTRAL)]
        for cue in cues:
            name = cue.owner.name
            if name not in _WHO and name not in _ANSWERS:
                span = set(range(cue.start, cue.end))
                if any(_part_of(span, core, name) for core in cores):
                    continue
            if any(_overrules(other, cue) for other in covers):
                continue
            self.at(cue.start).cues.setdefault(name, []).append(cue)

    def _short_answers(self, found: list[Candidate]) -> dict[int, str]:
        """Assertion by word index for "fever? no. numb? yes" and "fever no numbness yes"."""
        answered: dict[int, str] = {}
        for before, statement in zip(self.all, self.all[1:], strict=False):
            verdict = self._verdict(statement, statement.start)
            if verdict and before.asked and statement.end - statement.start <= 5:
                answered |= dict.fromkeys(range(before.start, before.end), verdict)
        inside: dict[int, list[Candidate]] = {}
        for candidate in found:
            inside.setdefault(self._place[self.row.clause[candidate.start]], []).append(candidate)
        for place, group in inside.items():
            statement = self.all[place]
            group.sort(key=lambda c: c.start)
            verdicts = [self._verdict(statement, c.end) for c in group]
            if len(group) > 1 and verdicts[0] and verdicts[-1] and group[-1].end >= statement.end - 1:
                for candidate, verdict in zip(group, verdicts, strict=True):
                    if verdict:
                        answered |= dict.fromkeys(candidate.core, verdict)
        return answered

    def _verdict(self, statement: Statement, at: int) -> str:
        for name, verdict in (("answer_unsure", POSSIBLE), ("answer_yes", PRESENT), ("answer_no", ABSENT)):
            if any(h.start == at for h in statement.of(name)):
                return verdict
        return ""

    def _describe(self, statement: Statement, before: Statement | None) -> None:
        who = self.subject(statement, statement.end)
        statement.subject = bool(who)
        statement.who = who or (before.who if before and before.who == OTHER else SELF)
        if before is None:
            return
        first = self.row.tokens[statement.start].norm
        if first in grammar().contrast or before.sentence != statement.sentence:
            return
        if first in _CONNECTED and not any(statement.of("not_hypothetical")):
            leading = any(
                c.start <= before.start + 2 and self.row.tokens[c.start].norm in _SUPPOSING
                for c in before.of("hypothetical_before")
            )
            statement.supposed = before.supposed or leading
        also = first == "and" and not statement.subject and "or" in self.words(before)
        joined = first in {"or", "nor"} or also
        statement.negated = joined and (before.negated or any(before.of("negated_before")))
        words = self.words(statement)
        then = any(w in grammar().past_verbs or (w.endswith("ed") and len(w) > 4) for w in words)
        earlier = before.past or any(before.of("past"))
        statement.past = earlier and then and NOW.isdisjoint(words)


def _part_of(span: set[int], core: frozenset[int], name: str) -> bool:
    """Whether a cue is really part of the words that say a finding ("no feeling", "the last time I peed")."""
    if span < core or (span == core and name in _NEUTRAL):
        return True
    around = min(span) < min(core) and max(core) < max(span)  # "had chest pain before"
    return name == "past" and len(span & core) > 1 and not around


def _overrules(other: Hit, cue: Hit) -> bool:
    """Whether `other` takes the force of `cue`: a longer or neutral phrase over the same words."""
    mine, theirs = cue.owner.name, other.owner.name
    if not (other.start <= cue.start < other.end) or other is cue:
        return False
    if theirs in _ACTING:
        child = theirs == "past" and mine == "people"  # "asthma as a kid" is nobody else's
        return (mine in _ACTING or child) and cue.end <= other.end and other.end - other.start > cue.end - cue.start
    return mine in _NEUTRAL[theirs] and other.end - other.start >= cue.end - cue.start
