"""Taking in a message: what was known, plus what it says, gives what is known now.

What a short answer means ("no", "7", "none of those") depends on the question that waits for it, so this is where
words without a context get one. Nothing is asked or answered here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Choice, Level
from unknot.triage import bout, choices, claims, patient, values
from unknot.triage.answering import Answer, Asked, answer, give_up
from unknot.triage.case import VALUE_FIELDS, Case
from unknot.triage.checkin import CheckedIn
from unknot.triage.confirm import CONFIRM
from unknot.triage.derive import UNNAMED_EMERGENCY
from unknot.triage.diary import LOG, is_of_a_check_in
from unknot.triage.doses import above_the_label
from unknot.triage.engine import assess
from unknot.triage.episode import current
from unknot.triage.groups import denied_groups
from unknot.triage.interview import CRISIS, FIRST, PERSON, NextAsk, base, build, mark, open_ask_ids
from unknot.triage.reply_kind import NO, reply_kind
from unknot.triage.statement import DENIED, NOW, OTHER, STATED, Statement
from unknot.triage.turn import Turn

LASTING_FINDINGS = frozenset({"cancer_history", "osteoporosis", "steroid_use", "immunosuppressed", "iv_drug_use"})
TODAY_ONLY = frozenset({"other_nsaid", "acetaminophen_already", "broken_skin"})
LASTING_VALUES = frozenset({"age", "sex", "pregnancy_weeks"})
PATIENCE = 3  # how many turns leave a question open before the interview goes on without it
SHORT_PATIENCE = 2  # the same for "no" to a question that wants a place or a number
LOOPING = 3  # the same message so often in a row: what it does not answer is left open
WHY = "ask_why"
STARTING_INTENTS = frozenset({"inform", "got_worse", "new_episode", "request_plan"})
# What says "this does not fit me" or "leave me alone" of an emergency without naming a sign.
CONTESTING_INTENTS = frozenset({"false_alarm", "got_better", "start_over", "stop", "new_episode"})
_A_BARE_NO = 3  # words: "no thank you"
_CONTESTING_ACTS = frozenset({"never", "gone", "examined"})


@dataclass(frozen=True)
class Change:
    """Something that was known otherwise before: `kind` is a value field or a finding id."""

    kind: str
    old: Any
    new: Any


@dataclass(frozen=True)
class TurnUpdate:
    """What is known after a message, what it changed, and whether it answered the question that waited."""

    case: Case
    changes: tuple[Change, ...] = ()
    answered: bool = False
    told_something: bool = False
    needs_naming: bool = False  # "yes" to a list that wants to know which
    gave_up: bool = False  # the question that waited is left unanswered
    was_pending: str = ""  # id of the question that waited before the message
    ticked: tuple[str, ...] = ()  # ids of the assistant's own choices that it is, and then it is nothing else
    exit: str = ""  # what was said of a sign that stands: "gone", "never", "examined"
    contested: tuple[str, ...] = ()  # signs that stand and that it denies, or says to be over, in passing
    checked: CheckedIn | None = None  # the check-in that it was
    over: bool = False  # the bout has ended with it


def update(case: Case, turn: Turn, knowledge: Knowledge) -> TurnUpdate:
    """Take `turn` into `case`. Nothing that was known is lost unless the message says otherwise."""
    before = case
    case = _counted(case, turn)
    standing = _standing(case, knowledge)
    if turn.in_crisis and case.pending != CRISIS:
        case = replace(
            case, pending=None
        )  # the line is all that is said now: no later "no" answers an older question
    case = _begun_anew(case, turn, standing, knowledge)
    waiting = build(case.pending, case, knowledge) if case.pending else None
    at_question = case
    case, ticked = _taken(case, turn, waiting, standing, knowledge)
    told = case.repeats == 1 and _known(case) != _known(at_question)  # what is said again is not new
    given = Answer(case)
    if waiting is not None:
        given = answer(case, Asked(turn, waiting, ticked, told, case.messages, knowledge), at_question)
    case = replace(given.case, crisis=given.case.crisis or turn.in_crisis)
    heard = bout.Heard(before, case, turn, waiting.id if waiting else "", ticked, given.answered, knowledge)
    noted = bout.note(heard)
    over = bout.is_over(replace(heard, case=noted.case)) and current(noted.case) is not None
    case = bout.ended(noted.case) if over else noted.case
    case, gave_up = _counted_open(case, turn, waiting, given, told, knowledge)
    case = _started(case, before, turn, told, given.answered)
    case = _held(case, standing, given, knowledge)
    checked = noted.checked is not None or over
    return TurnUpdate(
        case=case,
        changes=() if checked else _changes(before, case, turn),
        answered=given.answered or checked,
        told_something=told,
        needs_naming=given.needs_naming,
        gave_up=gave_up,
        was_pending=before.pending or "",
        ticked=tuple(choice.id for choice in ticked),
        exit=given.exit,
        contested=_contested(turn, standing),
        checked=noted.checked,
        over=over,
    )


def _counted(case: Case, turn: Turn) -> Case:
    mark_of_it = hashlib.blake2s(choices.plain(turn.text).encode(errors="replace"), digest_size=6).hexdigest()
    repeats = case.repeats + 1 if mark_of_it == case.said else 1
    seen = turn.message or case.seen
    case = bout.arrived(case, turn)
    return replace(case, messages=case.messages + 1, seen=seen, said=mark_of_it, repeats=repeats)


def _standing(case: Case, knowledge: Knowledge) -> tuple[str, ...]:
    """The ids that make it an emergency now."""
    assessment = assess(case, knowledge)
    return assessment.findings if assessment.level is Level.EMERGENCY else ()


def _begun_anew(case: Case, turn: Turn, standing: tuple[str, ...], knowledge: Knowledge) -> Case:
    """A new bout or a change for the worse opens questions again; an emergency that stands outlasts both."""
    if standing or case.crisis:
        return case
    if (turn.intent == "new_episode" and case.plan_given) or (bout.has_ended(case) and bout.hurts_again(turn)):
        return new_episode(case, knowledge)
    no_better = "no_change" in turn.wishes() and "worse" not in turn.wishes()
    if turn.intent == "got_worse" and (case.plan_given or case.told_level) and not no_better:
        episode = current(case)
        # Later than on its first day a check-in asks for what matters.
        return case if episode is not None and case.day > episode.started else worse(case)
    return case


def _taken(
    case: Case, turn: Turn, waiting: NextAsk | None, standing: tuple[str, ...], knowledge: Knowledge
) -> tuple[Case, tuple[Choice, ...]]:
    """The case with what the message says, and the choices that it is."""
    ticked = choices.chosen(turn.text, waiting, knowledge)
    if ticked and waiting is not None:
        # A tick means what it stands for and nothing that its title may sound like besides.
        return choices.apply(case, ticked, waiting, turn.text), ticked
    older = choices.of_an_older_question(turn.text, case, knowledge)
    if older is not None:
        question, choice = older
        return mark(choices.apply(case, (choice,), question, turn.text), "answered", question.id), ()
    case = patient.take(case, turn)
    said = claims.statements(case, turn, standing, knowledge)
    case = case.told(*said)
    if "not_helped" not in turn.acts() or not case.plan_given:
        case = case.told(*values.statements(case, turn))
    case = case.told(*above_the_label(case, knowledge))
    case = denied_groups(case, turn, knowledge)
    if _somebody_else_in_danger(said, knowledge):
        case = replace(case, pending=PERSON)
    return case, ()


def _somebody_else_in_danger(said: list[Statement], knowledge: Knowledge) -> bool:
    now = (s for s in said if s.who == OTHER and s.certainty == STATED and s.course in ("new", "unknown"))
    return any(claims.is_emergency(s.what, knowledge) for s in now)


def _counted_open(
    case: Case, turn: Turn, waiting: NextAsk | None, given: Answer, told: bool, knowledge: Knowledge
) -> tuple[Case, bool]:
    """Every turn that leaves a question open counts, whatever its intent; only what tells something new does not."""
    if waiting is None or waiting.id == CRISIS:
        return (replace(case, pending=None) if waiting is not None and given.answered else case), False
    if given.answered:
        pending = case.pending if case.pending == PERSON and waiting.id != PERSON else None
        return replace(case, pending=pending, ignored=0), False
    if told:
        return case, False
    case = replace(case, ignored=case.ignored + 1)
    if is_of_a_check_in(waiting.id) and case.ignored >= SHORT_PATIENCE:
        return give_up(case, (waiting.id,), knowledge), False
    looping = case.repeats >= LOOPING and case.ignored >= SHORT_PATIENCE and reply_kind(turn) is None
    if looping:
        still_open = open_ask_ids(case, assess(case, knowledge), knowledge)
        return give_up(case, (waiting.id, *still_open), knowledge), True
    short = reply_kind(turn) == NO and not waiting.none_of_these and not waiting.id.startswith(CONFIRM)
    # Who asks for the first time why we ask is told, and has the question once more.
    wants_reason = turn.intent == WHY and case.explained != base(waiting.id)
    if not wants_reason and case.ignored >= (SHORT_PATIENCE if short else PATIENCE):
        return give_up(case, (waiting.id,), knowledge), True
    return case, False


def _started(case: Case, before: Case, turn: Turn, told: bool, answered: bool) -> Case:
    """Whether there is something to ask about: the person told of a back, or keeps saying what we cannot use."""
    asked_for_help = before.pending == "consent" and answered and reply_kind(turn) != NO
    looping = case.repeats >= LOOPING and turn.intent not in CONTESTING_INTENTS
    refused = before.pending == "consent" and answered and reply_kind(turn) == NO
    of_itself = turn.intent in STARTING_INTENTS and not refused
    started = before.started or case.started or told or turn.alarmed or of_itself or asked_for_help or looping
    return replace(case, started=started, paused=case.paused and not told)


def _held(case: Case, standing: tuple[str, ...], given: Answer, knowledge: Knowledge) -> Case:
    """Whatever else a message changed: without one of the three answers an emergency that stood still stands."""
    if not standing or given.exit or _standing(case, knowledge):
        return case
    return case.told(Statement(UNNAMED_EMERGENCY, message=case.messages))


def _contested(turn: Turn, standing: tuple[str, ...]) -> tuple[str, ...]:
    """Signs that a message speaks against; all of them where it says so in general."""
    if not standing:
        return ()
    by_name = claims.denied_in_passing(turn, standing)
    if by_name:
        return by_name
    # "I can, it's nothing": a plain no alone may be a no to going.
    bare = turn.acts() & {"no", "none"} and len(turn.text.split()) <= _A_BARE_NO
    denies = turn.intent == "deny" and reply_kind(turn) == NO and not bare
    in_general = denies or turn.intent in CONTESTING_INTENTS or turn.acts() & _CONTESTING_ACTS
    return standing if in_general else ()


def new_episode(case: Case, knowledge: Knowledge) -> Case:
    """A new bout: what it feels like now is unknown again; who the person is stays."""
    lasting = frozenset(knowledge.conditions) | LASTING_FINDINGS | LASTING_VALUES | {"safety"}
    kept = case.without(lambda said: said.what not in lasting - TODAY_ONLY)
    return Case(
        at=case.at,
        offset=case.offset,
        day=case.day,
        episodes=bout.ended(case).episodes,
        statements=kept.told(Statement(values.RECURRENT, message=case.messages)).statements,
        patient=case.patient,
        pronoun=case.pronoun,
        answered=tuple(i for i in case.answered if i == "safety"),
        started=True,
        introduced=case.introduced,
        consent_asked=True,
        messages=case.messages,
        seen=case.seen,
        said=case.said,
        repeats=case.repeats,
    )


def worse(case: Case) -> Case:
    """It got worse: the danger signs and the strength of the pain have to be asked again."""
    case = asked_anew(case, FIRST, "severity")
    case = case.without(lambda said: said.what == "severity")
    return replace(case.told(Statement("trend", value="worse", message=case.messages)), paused=False)


def asked_anew(case: Case, *questions: str) -> Case:
    """The case in which these questions are open again: a no to them holds no longer."""
    case = case.without(lambda said: said.certainty == DENIED and _answers(said, questions))
    return replace(
        case,
        asked=tuple(i for i in case.asked if not i.startswith(questions)),
        answered=tuple(i for i in case.answered if i not in questions),
        declined=tuple(i for i in case.declined if i not in questions),
    )


def _answers(said: Statement, questions: tuple[str, ...]) -> bool:
    return said.what in questions or said.asked.startswith(questions)


def _known(case: Case) -> tuple[Mapping[str, str], dict[str, Any]]:
    """What is known, whatever the words for it."""
    return case.statuses, {name: case.value(name) for name in VALUE_FIELDS}


def _lapsed(case: Case, identity: str) -> bool:
    """Whether it held only for as long as a medicine that was taken counts."""
    said = case.latest(identity)
    return said is not None and said.asked == LOG


def _changes(before: Case, after: Case, turn: Turn) -> tuple[Change, ...]:
    if turn.intent in ("new_episode", "start_over"):
        return ()
    changes = []
    for name in ("location", "side", "severity", "duration_days", "age", "injury"):
        old, new = getattr(before, name), getattr(after, name)
        if name == "severity" and not before.severity_exact and "correction" not in turn.acts():
            continue  # the old score was ours, made from words: there is nothing to take back
        if old is not None and new is not None and old != new:
            changes.append(Change(name, old, new))
    for identity, old in before.statuses.items():
        if old == NOW and after.status(identity) == DENIED and not _lapsed(before, identity):
            changes.append(Change(identity, old, DENIED))
    return tuple(changes)
