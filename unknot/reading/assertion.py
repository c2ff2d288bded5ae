"""Whether what is spoken of is so, not so, possible, only asked about, or over; and whose it is.

In the manner of ConText (Harkema et al. 2009, doi:10.1016/j.jbi.2009.05.002): cues act forwards or backwards within
their statement, other phrases take a cue's force away. On top come questions of one's own that are answered at once
("numb? yes"), questions that assert ("why are my legs numb"), and statements that go on from the one before.
"""

from __future__ import annotations

from unknot.reading.grammar import grammar
from unknot.reading.matcher import Candidate
from unknot.reading.statements import NOW, Statement, Statements
from unknot.reading.types import ABSENT, HYPOTHETICAL, OTHER, PAST, POSSIBLE, PRESENT, SELF

_ASKS_SELF = frozenset({"should", "shall", "am", "do", "have", "did", "may", "why"})
_RECENT = frozenset({"yesterday", "today", "tonight", "morning", "hour", "hours"})
_ITEM = 7  # words in one item of a denied list
_FUTURE = frozenset({"will", "would", "could", "can", "shall", "might", "may"})
_PERSONS = frozenset({"i", "he", "she", "it", "this", "that", "you"})
_OWNED = frozenset({"my", "his", "her", "this", "these", "i", "he", "she", "myself", "himself", "herself"})
_OTHERS = frozenset({"his", "her", "he", "she", "him", "himself", "herself"})
_NOT_ME = (["i", "dont"], ["i", "havent"], ["i", "am", "not"], ["not", "me"], ["i", "isnt"], ["i", "never"])
_LOOKED_FOR = frozenset(
    {"asked", "asks", "ask", "any", "check", "checked", "tested", "looked", "if", "whether", "worried"}
)
_NOT_FOUND = frozenset(
    {
        "there isnt",
        "there wasnt",
        "there arent",
        "there was none",
        "there is none",
        "there is not",
        "none",
        "no",
        "nope",
    }
    | {"nothing", "i dont", "i havent", "i isnt", "i said no", "it isnt", "it wasnt", "they arent", "fine", "normal"}
    | {"all normal", "all fine", "all ok", "all good", "all clear"}
)
_TELLING = frozenset({"i", "he", "she", "we", "my", "his", "her"})
_FIRST_PERSON = frozenset({"i", "im", "ive", "he", "she", "hes", "shes", "we"})
_STARTS_ANEW = _FIRST_PERSON | {"on"}
_OWN = frozenset({"my", "i", "me", "myself"})


def judge(statements: Statements, candidate: Candidate) -> tuple[str, str]:
    """Assertion and experiencer of a candidate; an empty assertion means that nothing is said."""
    statement = statements.at(candidate.start)
    if any(c.start < candidate.start for c in statement.of("animals")) or _joking(statements, statement):
        return "", SELF
    who = _who(statements, statement, candidate)
    if who == OTHER and candidate.entry.kind == "condition" and _not_me(statements, statement):
        return ABSENT, SELF
    if candidate.denied:
        doubtful = (
            _negated(statements, statement, candidate)
            or _asked(statements, statement, candidate)
            or _hypothetical(statements, statement, candidate)
        )
        return ("" if doubtful else ABSENT), who
    answer = statements.answered.get(candidate.start, "")
    if answer:
        return answer, who
    if _negated(statements, statement, candidate):
        return ABSENT, who
    if _over(statements, statement, candidate, who):
        return (POSSIBLE if _goes_on(statements, statement, candidate) else PAST), who
    if _hypothetical(statements, statement, candidate):
        return HYPOTHETICAL, who
    asked = _asked(statements, statement, candidate)
    if asked:
        return asked, who
    return (POSSIBLE if candidate.hint or _possible(statement, candidate) else PRESENT), who


def _joking(statements: Statements, statement: Statement) -> bool:
    """Whether a figure of speech is marked as one, also by what follows ("hit by a train, or so it feels")."""
    if any(statement.of("joking")):
        return True
    following = [s for s in statements.after(statement)[:1] if s.sentence == statement.sentence]
    return any(cue.start == s.start for s in following for cue in s.of("joking"))


def _negated(statements: Statements, statement: Statement, candidate: Candidate) -> bool:
    if statement.negated:
        return True
    touched = {id(t): t for t in map(statements.at, candidate.core)}
    for cue in (c for t in touched.values() for c in t.of("negated_before")):
        inside = candidate.start <= cue.start < candidate.end and cue.start not in candidate.core
        if inside or (cue.start < candidate.start and _reaches(statements, cue.end, candidate.start)):
            return True
    after = (c for c in statement.of("negated_after") if c.end <= statement.end)
    return any(0 <= c.start - candidate.end <= 2 for c in after) or _not_found(statements, statement)


def _not_found(statements: Statements, statement: Statement) -> bool:
    """Whether what was asked or looked for was not so ("she checked for numbness, all normal")."""
    if _LOOKED_FOR.isdisjoint(statements.words(statement)):
        return False
    tokens, joined = statements.row.tokens, statements.row.joined
    following = [s for s in statements.after(statement)[:1] if s.sentence == statement.sentence]
    words = [t.norm for s in following for t in tokens[s.start : s.end]]
    pauses = [at for at in range(statement.start + 1, statement.end) if joined[at] == 1]
    last = [t.norm for t in tokens[pauses[-1] : statement.end]] if pauses else []
    return not _NOT_FOUND.isdisjoint(map(" ".join, (words, words[1:], last)))


def _not_me(statements: Statements, statement: Statement) -> bool:
    """Whether the next statement is all "I don't" ("dad has asthma, I don't")."""
    following = statements.after(statement)[:1]
    words = [t.norm for s in following for t in statements.row.tokens[s.start : s.end]]
    return words in _NOT_ME or words[1:] in _NOT_ME


def _reaches(statements: Statements, start: int, end: int) -> bool:
    """Whether a denial at `start` still holds at `end`: every item of its list is short."""
    run = 0
    for at in range(start, end):
        token = statements.row.tokens[at].norm
        if token in _STARTS_ANEW and statements.row.joined[at] == 1:
            return False  # "nothing else wrong with me, I take warfarin", "no allergies, on lisinopril"
        run = 0 if token in {"or", "nor", "and"} or statements.row.joined[at] == 1 else run + 1
        if run > _ITEM:
            return False
    return True


def _over(statements: Statements, statement: Statement, candidate: Candidate, who: str) -> bool:
    entry = candidate.entry
    if entry.kind == "condition" and _stopped(statements, statement, candidate):
        return True
    if entry.lasting:
        return who == OTHER and not statements.words(statement).isdisjoint({"had", "died", "passed", "was", "turned"})
    if statement.past or (who == OTHER and _told(statements, statement)):
        return True
    return _long_ago(statements, statement, candidate) or _ended(statements, statement, candidate)


def _stopped(statements: Statements, statement: Statement, candidate: Candidate) -> bool:
    """Whether a medicine is told as stopped, before or right behind its name."""
    cues = statement.of("stopped")
    before = any(0 <= candidate.start - c.end <= 3 for c in cues)
    return before or any(_just_stopped(statements, c.start, candidate.end) for c in cues)


def _long_ago(statements: Statements, statement: Statement, candidate: Candidate) -> bool:
    """Whether a cue of the past in the same statement is about it, and nothing near says that it is new."""
    entry = candidate.entry
    names = ("past",) if entry.months else ("past", "past_months")
    for cue in (c for c in statement.of(*names) if c.start not in candidate.core):
        near = statements.words(statement)
        if entry.event:
            # "A crash 10 years ago, today my back ...": beyond a pause nothing renews an event.
            near = _beside(statements, statement, cue.start) | _beside(statements, statement, candidate.start)
        if not _RECENT.isdisjoint(near):
            continue
        story = statements.row.tokens[cue.start].norm in {"when", "after"}
        if not story or cue.start > candidate.start or not _closed(statements, cue.end, candidate.start):
            return True
    return False


def _ended(statements: Statements, statement: Statement, candidate: Candidate) -> bool:
    """Whether what follows says that it is over: behind it, or at the head of what comes next in the sentence."""
    over = ("past_after",) if candidate.entry.brief else ("past_after", "ended")
    if any(c.start >= candidate.end for c in statement.of(*over)):
        return True
    for n, following in enumerate(statements.after(statement)):
        if n and following.sentence != statement.sentence:
            break
        if any(c.start - following.start <= 3 for c in following.of(*over)):
            return True
    return False


def _just_stopped(statements: Statements, at: int, end: int) -> bool:
    """ "Warfarin stopped last year": the end is told right behind the medicine."""
    stopped = statements.row.tokens[at].norm in {"stopped", "finished", "discontinued"}
    return stopped and 0 <= at - end <= 1 and statements.row.joined[at] != 1


def _goes_on(statements: Statements, statement: Statement, candidate: Candidate) -> bool:
    """Whether the sentence says that something of the past is still there or back ("last year, still numb").

    What that is may be the back as well, so it makes a sign possible, not present.
    """
    if candidate.entry.event or candidate.entry.kind != "finding":
        return False
    following = [s for s in statements.after(statement) if s.sentence == statement.sentence]
    words: set[str] = set().union(*map(statements.words, (statement, *following)))
    return not words.isdisjoint({"still", "again"})


def _beside(statements: Statements, statement: Statement, at: int) -> set[str]:
    """The words around `at` up to the pauses before and after, within its statement."""
    joined = statements.row.joined
    start, end = at, at + 1
    while start > statement.start and joined[start] != 1:
        start -= 1
    while end < statement.end and joined[end] != 1:
        end += 1
    return {t.norm for t in statements.row.tokens[start:end]}


def _told(statements: Statements, statement: Statement) -> bool:
    """Whether a sentence tells what somebody had once ("a friend of mine was paralysed")."""
    sentence = [s for s in statements.all if s.sentence == statement.sentence and s.who == OTHER]
    words: set[str] = set().union(*map(statements.words, sentence))
    if not NOW.isdisjoint(words):
        return False
    if any(any(s.of("distant")) for s in sentence):
        return any(w in grammar().past_verbs or (w.endswith("ed") and len(w) > 4) for w in words)
    return "had" in words and not grammar().parents_and_siblings.isdisjoint(words)


def _closed(statements: Statements, start: int, end: int) -> bool:
    """Whether what began at `start` is a whole statement that a pause ends before `end`."""
    verbs = grammar().verbs
    seen = False
    for at in range(start, end):
        if seen and statements.row.joined[at] == 1:
            return True
        seen = seen or statements.row.tokens[at].norm in verbs
    return seen and end < len(statements.row.joined) and statements.row.joined[end] == 1


def _hypothetical(statements: Statements, statement: Statement, candidate: Candidate) -> bool:
    reach = (c for c in statement.of("hypothetical_before") if c.end <= candidate.start + 1)
    starts = [c.start for c in reach if not _closed(statements, c.end, candidate.start)]
    if not starts and statement.supposed:
        starts = [statement.start - 1]
    if starts:
        last = max(starts)
        return not any(last < c.start < candidate.end for c in statement.of("not_hypothetical", "asserting"))
    return any(0 <= c.start - candidate.end <= 3 for c in statement.of("hypothetical_after"))


def _asked(statements: Statements, statement: Statement, candidate: Candidate) -> str:
    """What a question says of the candidate; empty where it is stated after all."""
    who = statements.subject(statement, candidate.end)
    if any(c.start < candidate.end for c in statement.of("asserting")):
        return "" if who else POSSIBLE
    opener = _opener(statements, statement)
    if not opener:
        own = statement.subject or statement.end - statement.start > 5
        if own or not statement.asked:
            return ""
        return POSSIBLE if candidate.entry.kind == "finding" else HYPOTHETICAL
    if any(c.start < candidate.end for c in statement.of("not_hypothetical")):
        return ""
    future = opener in _FUTURE or (opener == "should" and candidate.start - statement.start <= 2)
    if future and _next(statements, statement, opener) in _PERSONS:
        return HYPOTHETICAL  # "will I lose control", "should I breathe fast"
    near = statements.row.tokens[max(statement.start, candidate.start - 1) : candidate.end]
    if who and not _OWNED.isdisjoint(t.norm for t in near):
        return ""
    return POSSIBLE if who and opener in _ASKS_SELF else HYPOTHETICAL


def _next(statements: Statements, statement: Statement, opener: str) -> str:
    """The word after the opener of a question."""
    words = [t.norm for t in statements.row.tokens[statement.start : statement.end]]
    place = words.index(opener) + 1
    return words[place] if place < len(words) else ""


def _opener(statements: Statements, statement: Statement) -> str:
    """The word with which the statement asks, "" when it does not ask."""
    at = statement.start
    polite = {h.start: h.end for h in statement.of("polite_openers")}
    while at in polite and polite[at] < statement.end:
        at = polite[at]
    if not any(h.start == at for h in statement.of("question_openers")):
        return ""
    word = statements.row.tokens[at].norm
    following = statements.row.tokens[at + 1].norm if at + 1 < statement.end else ""
    g = grammar()
    if not statement.asked and word in g.leading_verbs and following not in g.subjects | g.possessives:
        return ""  # "am having fever", "and has a fever"
    if word in g.auxiliaries and following in g.bare_verbs:
        return ""  # "can feel my belly pulsing"
    if word in {"is", "are"} and following in g.ongoing and not statement.asked:
        return ""  # "is paining in my chest"
    if word == "when" and following in _TELLING and not statement.asked:
        return ""  # "when I got up both legs ..."
    return word


def _possible(statement: Statement, candidate: Candidate) -> bool:
    if any(c.end <= candidate.start + 1 for c in statement.of("possible_before")):
        return True
    if any(c.end == candidate.start for c in statement.of("near_miss")):
        return True
    return any(0 <= c.start - candidate.end <= 2 for c in statement.of("possible_after"))


def _who(statements: Statements, statement: Statement, candidate: Candidate) -> str:
    inner = {statements.row.tokens[i].norm for i in candidate.core}
    if inner & _OTHERS:
        return OTHER
    named = statements.subject(statement, candidate.start)
    if named:
        return named
    if inner & _OWN or (statement.subject and statement.who == SELF):
        return SELF
    return statement.who
