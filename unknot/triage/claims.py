"""What a message says of findings and conditions, as statements; and whether it may change what stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Level
from unknot.triage.case import Case
from unknot.triage.confirm import CONFIRM
from unknot.triage.statement import (
    CHECKED,
    DENIED,
    DOUBTFUL,
    NEW,
    NOW,
    OLD,
    OTHER,
    OVER,
    PATIENT,
    POSSIBLE,
    STATED,
    SUPPOSED,
    UNCHANGED,
    UNSAID,
    Statement,
)
from unknot.triage.turn import Mention, Turn

MOST_LETTERS = 120  # of a quote
RECENT_DAYS = 7  # a sign that passed within them belongs to this pain
_ENDS = frozenset(".,;:!?\n")
_OF_AN_AGE = "under_18"
_ENDS_OF_SENTENCES = frozenset(".?!;\n")
_ALARMING = frozenset({NEW, UNSAID})
# Within one message the strongest word counts: "numb? not really, well, a bit numb".
_STRENGTH = {
    (STATED, NEW): 6,
    (STATED, UNCHANGED): 5,  # how it has gone on says more than that it is there
    (STATED, UNSAID): 4,
    (STATED, OVER): 2,
}
_STRENGTH_WITHOUT_COURSE = {POSSIBLE: 3, DENIED: 1, SUPPOSED: 0}


def statements(case: Case, turn: Turn, standing: Collection[str], knowledge: Knowledge) -> list[Statement]:
    """What the message says of findings and conditions. `standing` are ids that make an emergency now."""
    strongest: dict[tuple[str, str], Mention] = {}
    for mention in (*turn.of("finding"), *turn.of("condition")):
        identity = str(mention.value)
        if _has_a_trailing_no(mention, turn):
            continue  # "asthma, no": which of the two it means, only the question that waits can tell
        if _of_the_plan(identity, case, turn, knowledge):
            continue
        if identity == _OF_AN_AGE and case.age is not None:
            continue  # "my kid wants to be picked up": the age that was told says how old the patient is
        if _is_asked_for(mention, turn, knowledge):
            mention = replace(mention, certainty=SUPPOSED)
        if identity in knowledge.findings or identity in knowledge.conditions:
            key = (identity, _whose(case, mention))
            if key not in strongest or strength(mention) >= strength(strongest[key]):
                strongest[key] = mention
    found = [_statement(case, turn, mention, who) for (_, who), mention in strongest.items()]
    return [_weighed(case, _newly_worse(case, said, turn), standing, knowledge) for said in found]


def _has_a_trailing_no(mention: Mention, turn: Turn) -> bool:
    things = (m for m in turn.of("act") if m.value == "thing_no")
    inside = any(mention.overlaps(thing) for thing in things)
    return mention.certainty == DENIED and inside


def _of_the_plan(identity: str, case: Case, turn: Turn, knowledge: Knowledge) -> bool:
    """Words about what a plan did, or that ask for a remedy: "no better" on the first day, "and paracetamol?"."""
    wishes = turn.wishes()
    if identity == "no_better_two_weeks":
        return case.plan_given and "no_change" in wishes and not turn.of("duration_days")
    named = [knowledge.remedies[i] for m in turn.of("remedy") if (i := str(m.value)) in knowledge.remedies]
    return "elliptic" in wishes and len(named) == 1 and identity == named[0].taken_as


def _is_asked_for(mention: Mention, turn: Turn, knowledge: Knowledge) -> bool:
    """A painkiller that somebody asks to be allowed: "can I take diclofenac? I'm 16" is not taken yet."""
    painkiller = any(remedy.taken_as == mention.value for remedy in knowledge.remedies.values() if remedy.taken_as)
    asked = (m for m in turn.of("wish") if m.value == "may" and 0 <= m.start <= mention.start)
    return painkiller and any(not set(turn.text[m.start : mention.start]) & _ENDS_OF_SENTENCES for m in asked)


def strength(mention: Mention) -> int:
    """How strongly something is asserted, the strongest highest."""
    weak = _STRENGTH_WITHOUT_COURSE.get(mention.certainty)
    return _STRENGTH.get((STATED, mention.course), 4) if weak is None else weak


def _whose(case: Case, mention: Mention) -> str:
    """Somebody else's sign is the patient's where the talk is about somebody else, or about nobody yet."""
    return OTHER if mention.owner == OTHER and case.patient == "self" else PATIENT


def _statement(case: Case, turn: Turn, mention: Mention, who: str) -> Statement:
    return Statement(
        str(mention.value),
        mention.certainty,
        who=who,
        course=UNCHANGED if _is_lasting(turn, mention) else mention.course,
        since_days=_since_days(turn, mention),
        amount=mention.amount,
        quote=turn.quote(mention)[:MOST_LETTERS],
        message=case.messages,
    )


def _since_days(turn: Turn, mention: Mention) -> int | None:
    """How long ago it was; of a passed sign also where the message speaks of these days and of no others."""
    acts = turn.acts()
    passed = (mention.certainty, mention.course) == (STATED, OVER)
    if mention.since_days is None and passed and "recent" in acts and "long_ago" not in acts:
        return 0
    return mention.since_days


def _is_lasting(turn: Turn, mention: Mention) -> bool:
    """Whether the same clause says of a stated sign that it has been so for years: that it is new gets asked then."""
    if (mention.certainty, mention.course) != (STATED, UNSAID) or mention.start < 0:
        return False
    behind = (act.start for act in turn.of("act") if act.value == "lasting" and act.start > mention.start)
    return any(not set(turn.text[mention.start : start]) & _ENDS for start in behind)


def _newly_worse(case: Case, said: Statement, turn: Turn) -> Statement:
    """A sign that was old, or examined, and is told of with a change for the worse is a new one."""
    worse = turn.first("trend") == "worse" or turn.intent == "got_worse"
    known = case.status(said.what) in (OLD, CHECKED)
    return (
        replace(said, course=NEW) if worse and known and (said.certainty, said.course) == (STATED, UNSAID) else said
    )


def _weighed(case: Case, said: Statement, standing: Collection[str], knowledge: Knowledge) -> Statement:
    """The statement with what it may change: in passing, nothing lowers a sign that stands as an emergency."""
    if said.who == OTHER or said.certainty == SUPPOSED:
        return said
    if said.what in standing or (is_emergency(said.what, knowledge) and case.status(said.what) == NOW):
        return replace(said, idle=not (said.certainty == STATED and said.course in _ALARMING))
    if said.certainty == POSSIBLE:
        return replace(said, idle=not may_doubt(case, said.what, knowledge))
    if said.certainty == DENIED or said.course not in (OVER, UNCHANGED):
        return said
    if not is_emergency(said.what, knowledge):
        # An illness lasts; what is over and was no emergency changes nothing.
        return replace(said, idle=True) if said.course == OVER else replace(said, course=UNSAID)
    return _passed(case, said, knowledge) if said.course == OVER else said


def _passed(case: Case, said: Statement, knowledge: Knowledge) -> Statement:
    """An emergency sign that has gone: of these days it counts, of no told time it is asked about, else idle."""
    if said.since_days is not None:
        return replace(said, idle=said.since_days > max(RECENT_DAYS, case.duration_days or 0))
    if not knowledge.findings[said.what].emergency_when_over or not may_doubt(case, said.what, knowledge):
        return replace(said, idle=True)
    return replace(said, certainty=POSSIBLE)


def may_doubt(case: Case, identity: str, knowledge: Knowledge) -> bool:
    """A doubt does not undo what was said plainly; of an emergency sign, only a no to that very question is plain."""
    if is_emergency(identity, knowledge) and case.status(identity) == DENIED:
        return CONFIRM + identity not in case.asked
    return not case.known(identity)


def is_emergency(identity: str, knowledge: Knowledge) -> bool:
    """Whether a finding is an emergency by itself."""
    finding = knowledge.findings.get(identity)
    return finding is not None and finding.floor is Level.EMERGENCY


def denied_in_passing(turn: Turn, standing: Collection[str]) -> tuple[str, ...]:
    """Signs that stand as an emergency and that the message denies, or says to be over or as always."""
    said = (*turn.of("finding"), *turn.of("condition"))
    against = (m for m in said if m.certainty == DENIED or m.course in (OVER, UNCHANGED))
    return tuple(dict.fromkeys(str(m.value) for m in against if m.value in standing))


def doubted_alike(case: Case, identity: str) -> tuple[str, ...]:
    """The doubtful ids that were told in the same message and in the same way: one question is about all of them."""
    said = case.latest(identity)
    if said is None:
        return (identity,)
    alike = (i for i in sorted(case.with_statuses(DOUBTFUL)) if _alike(case.latest(i), said))
    return tuple(dict.fromkeys((identity, *alike)))


def _alike(one: Statement | None, other: Statement) -> bool:
    same = (other.message, other.course, other.certainty)
    return one is not None and (one.message, one.course, one.certainty) == same


def named(turn: Turn, among: Collection[str]) -> list[Mention]:
    """Mentions of these ids that are about the patient."""
    return [m for m in (*turn.of("finding"), *turn.of("condition")) if m.value in among]


def quoted(text: str) -> str:
    """A message as a quote."""
    return " ".join(text.split())[:MOST_LETTERS]


def strongest_of(mentions: Iterable[Mention]) -> Mention | None:
    """The most strongly asserted of some mentions."""
    return max(mentions, key=strength, default=None)
