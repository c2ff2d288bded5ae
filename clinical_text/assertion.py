"""Whether what is spoken of is so, not so, possible, only asked about, or over; and whose it is.

In the manner of ConText (Harkema et al. 2009, doi:10.1016/j.jbi.2009.05.002): cues act forwards or backwards within
their statement, other phrases take a cue's force away. On top come questions of one's own that are answered at once
("numb? yes"), questions that assert ("why are my legs numb"), and statements that go on from the one before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from clinical_text.lexicon import Entry, Owner
from clinical_text.matcher import Candidate, Hit, Row
from clinical_text.tokens import Token
from clinical_text.types import ABSENT, HYPOTHETICAL, OTHER, PAST, POSSIBLE, PRESENT, SELF

_NEUTRAL = {
    "not_negated": {"negated_before", "negated_after", "answer_no"},
    "not_hypothetical": {"hypothetical_before", "hypothetical_after", "possible_before", "question_openers"},
    "not_past": {"past", "ended"},
}
_ACTING = {"negated_before", "negated_after", "possible_before", "hypothetical_before", "past", "ended"}
_SKIP = {
    "question_openers",
    "polite_openers",
    "people",
    "other_words",
    "self_words",
    "speakers",
    "answer_yes",
    "answer_no",
}
_MODAL = frozenset({"should", "can", "could", "would", "will", "shall", "may"})
_CARRIED = Owner("hypothetical_before", "cue")  # from the statement before
_CONNECTED = frozenset({"and", "or", "nor"})


@dataclass
class Statement:
    """One clause of the row: words `start` to `end`, and what follows it."""

    number: int
    start: int
    end: int
    asked: bool = False  # a question mark follows
    cues: dict[str, list[Hit]] = field(default_factory=dict)
    who: str = SELF
    subject: bool = False  # names whom it is about
    hypothetical: bool = False
    negated: bool = False

    def of(self, *names: str) -> Iterable[Hit]:
        """The cues of these kinds."""
        for name in names:
            yield from self.cues.get(name, ())


class Context:
    """The statements of one message with their cues."""

    def __init__(self, row: Row, tokens: list[Token], hits: list[Hit], found: list[Candidate]) -> None:
        self.row = row
        self.statements: list[Statement] = []
        for index, number in enumerate(row.clause):
            if not self.statements or self.statements[-1].number != number:
                self.statements.append(Statement(number, index, index))
            self.statements[-1].end = index + 1
        self._at = {s.number: n for n, s in enumerate(self.statements)}
        self._mark_questions(tokens)
        self._file_cues(hits, found)
        self._answered = self._short_answers(found)
        for n, statement in enumerate(self.statements):
            self._describe(n, statement)

    # -- preparation

    def _mark_questions(self, tokens: list[Token]) -> None:
        marks = [t.start for t in tokens if t.norm == "?"]
        stops = [t.start for t in tokens if t.mark and t.norm in ".!;\n"]
        for statement in self.statements:
            last = self.row.tokens[statement.end - 1].end
            after = self.row.tokens[statement.end].start if statement.end < len(self.row.tokens) else 10**9
            asked = [m for m in marks if last <= m <= after]
            statement.asked = bool(asked) and not any(last <= s < asked[0] for s in stops)

    def _file_cues(self, hits: list[Hit], found: list[Candidate]) -> None:
        cues = [h for h in hits if h.owner.role == "cue"]
        cores = [c.core for c in found if not c.denied]
        for cue in cues:
            span = set(range(cue.start, cue.end))
            name = cue.owner.name
            if name not in _SKIP and any(span < core or (span == core and name in _NEUTRAL) for core in cores):
                continue
            if any(_overrules(other, cue) for other in cues):
                continue
            statement = self.statements[self._at[self.row.clause[cue.start]]]
            statement.cues.setdefault(name, []).append(cue)

    def _short_answers(self, found: list[Candidate]) -> dict[int, str]:
        """Assertion by word index for "fever? no. numb? yes" and "fever no numbness yes"."""
        answered: dict[int, str] = {}
        for n, statement in enumerate(self.statements[1:], start=1):
            before = self.statements[n - 1]
            verdict = self._verdict(statement, statement.start)
            if verdict and before.asked and statement.end - statement.start <= 5:
                answered |= dict.fromkeys(range(before.start, before.end), verdict)
        for statement in self.statements:
            inside = sorted((c for c in found if statement.start <= c.start < statement.end), key=lambda c: c.start)
            verdicts = [self._verdict(statement, c.end) for c in inside]
            if len(inside) > 1 and verdicts[0] and verdicts[-1] and inside[-1].end >= statement.end - 1:
                for candidate, verdict in zip(inside, verdicts, strict=True):
                    if verdict:
                        answered |= dict.fromkeys(candidate.core, verdict)
        return answered

    def _verdict(self, statement: Statement, at: int) -> str:
        for name, verdict in (("answer_unsure", POSSIBLE), ("answer_yes", PRESENT), ("answer_no", ABSENT)):
            if any(h.start == at for h in statement.of(name)):
                return verdict
        return ""

    def _describe(self, n: int, statement: Statement) -> None:
        before = self.statements[n - 1] if n else None
        who = self._subject(statement, statement.end)
        statement.subject = bool(who)
        statement.who = who or (before.who if before and before.who == OTHER else SELF)
        connected = self._connected(statement)
        statement.hypothetical = any(statement.of("hypothetical_before"))
        if connected and before and before.hypothetical and not any(statement.of("not_hypothetical")):
            statement.hypothetical = True
        joined = connected in {"or", "nor"} or (
            connected == "and" and before is not None and "or" in self._words(before)
        )
        statement.negated = bool(joined and before and (before.negated or any(before.of("negated_before"))))

    def _words(self, statement: Statement) -> set[str]:
        return {t.norm for t in self.row.tokens[statement.start : statement.end]}

    def _connected(self, statement: Statement) -> str:
        first = self.row.tokens[statement.start].norm
        return first if first in _CONNECTED else ""

    # -- decisions

    def judge(self, candidate: Candidate) -> tuple[str, str]:
        """Assertion and experiencer of a candidate; an empty assertion means that nothing is said."""
        statement = self.statements[self._at[self.row.clause[candidate.start]]]
        who = self._who(candidate, statement)
        answer = self._answered.get(candidate.start, "")
        if answer and not candidate.denied:
            return answer, who
        negated = self._negated(candidate, statement)
        if candidate.denied:
            doubtful = negated or self._asked(candidate, statement) or self._hypothetical(candidate, statement)
            return ("" if doubtful else ABSENT), who
        if negated:
            return ABSENT, who
        if self._is_past(candidate, statement, who):
            return PAST, who
        if self._hypothetical(candidate, statement):
            return HYPOTHETICAL, who
        asked = self._asked(candidate, statement)
        if asked:
            return asked, who
        if candidate.hint or self._possible(candidate, statement):
            return POSSIBLE, who
        return PRESENT, who

    def _negated(self, candidate: Candidate, statement: Statement) -> bool:
        if statement.negated:
            return True
        for cue in statement.of("negated_before"):
            inside = candidate.start <= cue.start < candidate.end and cue.start not in candidate.core
            if cue.end <= candidate.start or inside:
                return True
        return any(
            0 <= cue.start - candidate.end <= 2 for cue in statement.of("negated_after") if cue.end <= statement.end
        )

    def _is_past(self, candidate: Candidate, statement: Statement, who: str) -> bool:
        entry: Entry = candidate.entry
        if entry.kind == "condition" and any(0 <= candidate.start - cue.end <= 3 for cue in statement.of("stopped")):
            return True
        if entry.lasting:
            words = self._words(statement)
            return who == OTHER and bool(words & {"had", "died", "passed", "was"})
        if any(cue.start not in candidate.core for cue in statement.of("past")):
            return True
        if any(cue.start >= candidate.end for cue in statement.of("ended")):
            return True
        following = self._at[statement.number] + 1
        if following < len(self.statements):
            nxt = self.statements[following]
            return any(cue.start - nxt.start <= 3 for cue in nxt.of("ended"))
        return False

    def _hypothetical(self, candidate: Candidate, statement: Statement) -> bool:
        cues = [c for c in statement.of("hypothetical_before") if c.end <= candidate.start + 1]
        if not cues and statement.hypothetical:
            cues = [Hit(_CARRIED, statement.start, statement.start)]
        if cues:
            last = max(c.start for c in cues)
            return not any(last < c.start < candidate.end for c in statement.of("not_hypothetical"))
        return any(0 <= c.start - candidate.end <= 3 for c in statement.of("hypothetical_after"))

    def _asked(self, candidate: Candidate, statement: Statement) -> str:
        """What a question says of the candidate; empty where it is stated after all."""
        opener = self._opener(statement)
        if not opener:
            if not statement.asked:
                return ""
            own = statement.subject or statement.end - statement.start > 5
            if own:
                return ""
            return POSSIBLE if candidate.entry.kind == "finding" else HYPOTHETICAL
        if any(c.start < candidate.end for c in statement.of("not_hypothetical")):
            return ""
        who = self._subject(statement, candidate.end)
        if not who:
            return HYPOTHETICAL
        owned = {"my", "his", "her", "this", "these"} & {
            t.norm for t in self.row.tokens[statement.start : candidate.end]
        }
        return POSSIBLE if opener in _MODAL and not owned else ""

    def _opener(self, statement: Statement) -> str:
        at = statement.start
        polite = {h.start: h.end for h in statement.of("polite_openers")}
        while at in polite and polite[at] < statement.end:
            at = polite[at]
        opens = any(h.start == at for h in statement.of("question_openers"))
        return self.row.tokens[at].norm if opens and at < statement.end else ""

    def _possible(self, candidate: Candidate, statement: Statement) -> bool:
        if any(c.end <= candidate.start + 1 for c in statement.of("possible_before")):
            return True
        return any(0 <= c.start - candidate.end <= 2 for c in statement.of("possible_after"))

    # -- whose

    def _who(self, candidate: Candidate, statement: Statement) -> str:
        inner = {self.row.tokens[i].norm for i in candidate.core}
        if inner & {"his", "her", "he", "she", "him", "himself", "herself"}:
            return OTHER
        if inner & {"my", "i", "me", "myself"}:
            return self._subject(statement, candidate.start) or SELF
        return self._subject(statement, candidate.start) or statement_default(statement)

    def _subject(self, statement: Statement, until: int) -> str:
        """Whom the words before `until` are about: the nearest person named decides."""
        people = {h.start: h.end for h in statement.of("people", "other_words")}
        spoken = [(h.start, h.end) for h in statement.of("speakers")]
        for at in range(min(until, statement.end) - 1, statement.start - 1, -1):
            if at in people and people[at] <= until:
                if any(a <= at < b for a, b in spoken):
                    continue
                return OTHER
            word = self.row.tokens[at].norm
            if word in {"i", "me", "myself", "mine"}:
                return SELF
            if word == "my" and at + 1 not in people and not (at + 2 in people and at + 2 < until):
                return SELF
        return ""


def statement_default(statement: Statement) -> str:
    """Whose a finding is when no person is named before it in its statement."""
    return SELF if statement.subject and statement.who == SELF else statement.who


def _overrules(other: Hit, cue: Hit) -> bool:
    """Whether `other` takes the force of `cue`: it is a longer neutral phrase over the same words."""
    if other.owner.name in _ACTING and cue.owner.name in _ACTING:
        return other.start <= cue.start and cue.end <= other.end and other.end - other.start > cue.end - cue.start
    if cue.owner.name not in _NEUTRAL.get(other.owner.name, ()):
        return False
    return other.start <= cue.start < other.end and (other.end - other.start) >= (cue.end - cue.start)
