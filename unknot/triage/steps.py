"""The steps that a turn can take. The stories choose one; it takes the message in and then does its own thing.

`phase_of` says where the assessment stands after a message, which is what the stories choose by, together with
whether the place and the strength of the pain are settled. A step does what it is named for also where nothing was
said (over Rasa's API), with three exceptions: while an emergency or a crisis lasts nothing else is asked, nobody gets
a plan before the emergency signs were asked about, and a person who wrote something always gets a reply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Level, Region
from unknot.triage.case import Case
from unknot.triage.confirm import CONFIRM
from unknot.triage.conversation import Outcome, take_in
from unknot.triage.diary import EPISODE
from unknot.triage.engine import Assessment, assess
from unknot.triage.interview import CLINICIAN, FIRST, PERSON, open_ask_ids, settled
from unknot.triage.next_step import ask_or_plan, give_plan, plan_is_due, put
from unknot.triage.replies import Reply
from unknot.triage.turn import Turn

# Where the assessment stands: it goes on in the first three. In a turn of TALK the message is answered and nothing
# else is done: small talk, a pause, an emergency or a crisis that lasts. The last two belong to the turn in which it
# is news.
RED_FLAGS, INTERVIEW, PLAN, TALK = "red_flags", "interview", "plan", "talk"
CHECK_IN = "check_in"  # how the bout goes on, on a later day than the plan
EMERGENCY, CRISIS = "emergency", "crisis"
PHASES = (RED_FLAGS, INTERVIEW, PLAN, CHECK_IN, TALK, EMERGENCY, CRISIS)

LOCATION, SEVERITY = "location", "severity"
FIRST_FACTS = (LOCATION, SEVERITY)
"""Ids of the questions that have a step of their own; the value fields of a case have the same names."""
UNKNOWN = "unknown"
_SIGNS = (FIRST, CONFIRM, CLINICIAN, PERSON)

Said = tuple[Case, tuple[Reply, ...]]


def phase_of(outcome: Outcome, knowledge: Knowledge) -> str:
    """One of PHASES, after a message was taken in by an action."""
    case = outcome.case
    assessment = assess(case, knowledge)
    if not outcome.go_on or assessment.level is Level.EMERGENCY:
        return TALK
    still_open = open_ask_ids(case, assessment, knowledge)
    if still_open and still_open[0].startswith(EPISODE):
        return CHECK_IN
    if still_open:
        return RED_FLAGS if still_open[0].startswith(_SIGNS) else INTERVIEW
    return PLAN if plan_is_due(case, assessment, knowledge) else TALK


def first_facts(case: Case, knowledge: Knowledge) -> dict[str, Any]:
    """Place and strength of the pain: the value, "unknown" where they stay open for good, else None."""
    return {name: _value(name, case, knowledge) for name in FIRST_FACTS}


def _value(name: str, case: Case, knowledge: Knowledge) -> Any:
    value = getattr(case, name)
    return UNKNOWN if value is None and settled(knowledge.asks[name], case) else value


@dataclass(frozen=True)
class _Here:
    """What a step does its own thing with: what is known, and which questions are still open, in order."""

    case: Case
    assessment: Assessment
    still_open: Sequence[str]
    knowledge: Knowledge
    region: Region

    def ask(self, identity: str) -> Said:
        """Put this question, whatever else is open."""
        remaining = len([i for i in self.still_open if i != identity])
        return put(self.case, identity, self.assessment, self.knowledge, remaining)


def ask_red_flags(here: _Here) -> Said:
    """The sign in doubt, or the list of emergency signs."""
    return here.ask(next((i for i in here.still_open if i.startswith(_SIGNS)), FIRST))


def ask_location(here: _Here) -> Said:
    """Where it hurts."""
    return here.ask(LOCATION)


def ask_severity(here: _Here) -> Said:
    """How bad it is."""
    return here.ask(SEVERITY)


def interview(here: _Here) -> Said:
    """The first open question of the rest."""
    rest = (i for i in here.still_open if i not in FIRST_FACTS and not i.startswith(_SIGNS))
    first = next(rest, None)
    return here.ask(first) if first else (here.case, ())


def check_in(here: _Here) -> Said:
    """The next question of a check-in; what else is open where none is."""
    first = next((i for i in here.still_open if i.startswith(EPISODE)), None)
    return here.ask(first) if first else ask_or_plan(here.case, here.knowledge, here.region)


def plan(here: _Here) -> Said:
    """The level, the plan and the summary; the emergency signs instead while they were not asked about."""
    if any(i.startswith(_SIGNS) for i in here.still_open):
        return ask_red_flags(here)
    return give_plan(here.case, here.assessment, here.knowledge, here.region)


def only_answer(here: _Here) -> Said:
    """Nothing more. What waits goes on waiting."""
    return replace(here.case, lead=(), pending=here.case.pending if here.still_open else None), ()


STEPS: Mapping[str, Callable[[_Here], Said]] = {
    "action_ask_red_flags": ask_red_flags,
    "action_ask_location": ask_location,
    "action_ask_severity": ask_severity,
    "action_interview": interview,
    "action_check_in": check_in,
    "action_give_plan": plan,
    "action_answer": only_answer,
}
"""By the name that the stories have for a step."""


def take(step: str, case: Case, turns: Sequence[Turn], knowledge: Knowledge, region: Region) -> Said:
    """Take the messages in, reply to them, and do what `step` (a key of STEPS) is for."""
    return _go(STEPS[step], case, turns, knowledge, region)


def take_next(case: Case, turns: Sequence[Turn], knowledge: Knowledge, region: Region) -> Said:
    """The same with whatever comes next, for a turn that no story covers."""
    return _go(lambda here: ask_or_plan(here.case, here.knowledge, here.region), case, turns, knowledge, region)


def _go(
    own: Callable[[_Here], Said], case: Case, turns: Sequence[Turn], knowledge: Knowledge, region: Region
) -> Said:
    outcome = take_in(case, turns, knowledge, region)
    case, said = outcome.case, outcome.replies
    assessment = assess(case, knowledge)
    if (turns and not outcome.go_on) or assessment.level is Level.EMERGENCY or case.crisis:
        return case, said
    case, more = own(_Here(case, assessment, open_ask_ids(case, assessment, knowledge), knowledge, region))
    if turns and not said and not more:
        case, more = ask_or_plan(case, knowledge, region)
    return case, (*said, *more)
