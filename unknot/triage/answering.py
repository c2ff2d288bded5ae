"""Reading a message as the answer to the question that waits: what a yes, a no or a number means depends on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Choice
from unknot.triage import checklist, choices, confirm
from unknot.triage.case import Case
from unknot.triage.claims import doubted_alike, named, quoted, strongest_of
from unknot.triage.confirm import EXAMINED, EXITS, GONE, NEVER
from unknot.triage.diary import FEELING, PAIN, is_of_a_check_in, left_open
from unknot.triage.interview import CLINICIAN, CONSENT, CRISIS, DOSE, PERSON, NextAsk, mark
from unknot.triage.reply_kind import NO, REFUSED, UNKNOWN, YES, reply_kind
from unknot.triage.statement import (
    CHECKED,
    DENIED,
    DOUBTFUL,
    NEW,
    OVER,
    STATED,
    UNCHANGED,
    Statement,
)
from unknot.triage.turn import Turn
from unknot.triage.values import RECURRENT, WORST, numerals

MOST_EXAGGERATED, PER_CENT = 15, 100
OLDEST = 120
_NUMBERS = frozenset({"severity", "age"})
UNNAMED_URGENT = "urgent_sign_unnamed"
CAUSE = "injury"
TOLD = "told"  # the class of a cause that fits no other: it is kept in the person's words
SAFE, UNSAFE, BACK = "safe", "unsafe", "back"
_SURE = 0.8  # a longer message is no cause when it is surely something else
_FEW_WORDS = 4
_SENT_ON = "sent_on"
_SAID = {"said_examined": EXAMINED, "gone": GONE, "said_never": NEVER}
# Intents that ask the assistant for something: a long message with one of them is no cause.
_OF_THE_TALK = frozenset(
    {"greet", "thank", "goodbye", "help", "ask_why", "repeat", "bot_challenge", "privacy", "request_plan", "stop"}
    | {"request_summary", "start_over", "frustration", "refuse", "unknown", "got_worse", "got_better", "false_alarm"}
    | {"cannot_go", "while_waiting", "new_episode", "affirm", "deny"}
)
_REQUESTS = frozenset({"start_over", "stop", "request_summary", "request_plan", "bot_challenge", "privacy"})


@dataclass(frozen=True)
class Answer:
    """The case with the answer in it; whether there was one; whether a yes wants naming; what an exit was given."""

    case: Case
    answered: bool = False
    needs_naming: bool = False
    exit: str = ""  # "gone", "never" or "examined": of the sign that the question was about
    signs: tuple[str, ...] = ()  # the signs that it was about


@dataclass(frozen=True)
class Asked:
    """What an answer is read from: the message, the question, its ticks, whether the message told something else."""

    turn: Turn
    waiting: NextAsk
    ticked: tuple[Choice, ...]
    told: bool
    message: int
    knowledge: Knowledge

    @property
    def kind(self) -> str | None:
        """Yes, no, unknown, refused, or None."""
        if any(choice.id == "skip" for choice in self.ticked):
            return REFUSED
        kind = reply_kind(self.turn)
        # "Ok, thanks" goes along with an offer; whether a sign is there it does not say.
        return None if kind == YES and "only_noted" in self.turn.acts() and self.waiting.id != CONSENT else kind

    def statement(self, what: str, certainty: str = STATED, **more: Any) -> Statement:
        """A statement that answers this question."""
        words = quoted(self.turn.text)
        return Statement(what, certainty, quote=words, message=self.message, asked=self.waiting.id, **more)


def answer(case: Case, asked: Asked, before: Case) -> Answer:
    """Read the message as an answer. `before` is what was known when the question was put."""
    identity = asked.waiting.id
    if confirm.about(identity):
        return _answer_confirm(case, asked, before)
    if identity in _BY_ID:
        return _BY_ID[identity](case, asked)
    if asked.waiting.none_of_these:
        told = checklist.answer(case, asked.turn, asked.waiting, asked.ticked, asked.kind, asked.knowledge)
        return Answer(told.case, told.answered, told.needs_naming)
    return _answer_value(case, asked)


def _answer_confirm(case: Case, asked: Asked, before: Case) -> Answer:
    finding = confirm.about(asked.waiting.id)
    if confirm.stands(before, finding, asked.knowledge):
        return _answer_three_way(case, asked, finding)
    if confirm.asks_whether_new(before, finding):
        return _answer_whether_new(case, asked, finding, before)
    if case.known(finding) or (finding in case.statuses and finding not in before.statuses):
        return Answer(case, True)
    if asked.kind == YES:
        return Answer(case.told(asked.statement(finding, course=NEW)), True)
    if asked.kind == NO:
        return Answer(case.told(asked.statement(finding, DENIED)), True)
    evades = asked.turn.intent == "inform" and not asked.told
    if asked.kind in (UNKNOWN, REFUSED) or (evades and case.asked.count(asked.waiting.id) > 1):
        return Answer(leave_in_doubt(mark(case, "declined", asked.waiting.id), finding, asked.knowledge), True)
    return Answer(case)


def _answer_three_way(case: Case, asked: Asked, finding: str) -> Answer:
    """Which of the three things is right: only this takes an emergency back."""
    given = _exit(asked)
    said = {
        GONE: asked.statement(finding, course=OVER),
        NEVER: asked.statement(finding, DENIED),
        EXAMINED: asked.statement(finding, course=CHECKED),
    }
    if given not in said:
        return Answer(case)
    return Answer(case.told(said[given]), True, exit=given, signs=(finding,))


def _exit(asked: Asked) -> str:
    """The one of the three that a message says and nothing else; where it says two, the more careful one.

    A bare number is none: the choices carry no numbers, and after a restart it is more likely a score.
    """
    ticked = next((choice.id for choice in asked.ticked if choice.id in EXITS), "")
    acts = asked.turn.acts()
    if ticked or acts & {"asks", "hedge"} or choices.is_a_title(asked.turn.text, asked.knowledge):
        return ticked
    return next((given for act, given in _SAID.items() if act in acts), "")


def _answer_whether_new(case: Case, asked: Asked, finding: str, before: Case) -> Answer:
    """ "Is that new or worse?": no makes it old, yes makes it an alarm."""
    said_again = strongest_of(named(asked.turn, (finding,)))
    course = said_again.course if said_again and said_again.certainty == STATED else ""
    ticked = {choice.id for choice in asked.ticked}
    if "new" in ticked or course == NEW or asked.kind == YES:
        return Answer(case.told(asked.statement(finding, course=NEW)), True)
    if "unchanged" in ticked or course == UNCHANGED or asked.kind == NO:
        return Answer(_is_old(case, asked, finding, before), True)
    if asked.kind in (UNKNOWN, REFUSED):
        return Answer(leave_in_doubt(mark(case, "declined", asked.waiting.id), finding, asked.knowledge), True)
    return Answer(case)


def _is_old(case: Case, asked: Asked, finding: str, before: Case) -> Case:
    for identity in doubted_alike(before, finding):
        said = before.latest(identity)
        course = UNCHANGED
        if confirm.was_examined(before, identity):
            course = CHECKED
        elif said is not None and said.course == OVER:
            case = case.told(asked.statement(identity, DENIED))
            continue
        case = case.told(asked.statement(identity, course=course))
    return case


def leave_in_doubt(case: Case, finding: str, knowledge: Knowledge) -> Case:
    """A sign that was asked about directly and not denied: someone should look at it today."""
    if finding in knowledge.findings and case.status(finding) == DOUBTFUL:
        return case.told(Statement(UNNAMED_URGENT, message=case.messages, asked=confirm.CONFIRM + finding))
    return case


def _answer_consent(case: Case, asked: Asked) -> Answer:
    return Answer(case, asked.kind in (YES, NO) or bool(asked.ticked))


def _answer_crisis(case: Case, asked: Asked) -> Answer:
    """Only the wish to go back to the back ends it."""
    ticked = {choice.id for choice in asked.ticked}
    if BACK in ticked or "resume" in asked.turn.acts():
        return Answer(replace(case, crisis=False, started=True), True)
    return Answer(case, bool(ticked))


def _answer_clinician(case: Case, asked: Asked) -> Answer:
    """Whatever was said of what a clinician found is kept in the person's words."""
    if asked.kind in (REFUSED, UNKNOWN):
        return Answer(mark(case, "declined", CLINICIAN), True)
    for_the_talk = asked.turn.intent in _REQUESTS and asked.turn.confidence >= _SURE
    if for_the_talk or asked.turn.in_crisis:
        return Answer(case)
    case = case.told(asked.statement(CLINICIAN, value=quoted(asked.turn.text)))
    if _SENT_ON in asked.turn.acts():
        # Whoever examined it found an emergency, or sent the person on to one: the sign counts again.
        case = case.told(*(asked.statement(finding, course=NEW) for finding in case.with_statuses(CHECKED)))
    return Answer(mark(case, "answered", CLINICIAN), True)


def _answer_person(case: Case, asked: Asked) -> Answer:
    """Whose sign it is: the patient's counts, and somebody else in danger becomes the patient."""
    ticked = {choice.id for choice in asked.ticked}
    if not ticked & {"me", "them"} and asked.kind != YES:
        return Answer(case)
    others = [said for said in case.statements if said.who != "patient" and said.certainty == STATED]
    case = case.without(lambda said: said in others)
    case = case.told(*(replace(said, who="patient", asked=PERSON) for said in others))
    return Answer(replace(case, patient="other") if "them" in ticked else case, True)


def _answer_value(case: Case, asked: Asked) -> Answer:
    identity = asked.waiting.id
    kind = None if asked.told and asked.kind == NO else asked.kind
    case = _number(case, asked, identity)
    if identity == CAUSE and case.injury is None:
        case = _cause(case, asked, kind)
    if has_value(case, identity) or (asked.ticked and kind != REFUSED):
        return Answer(mark(case, "answered", identity), True)
    declined = kind in (UNKNOWN, REFUSED) or (identity in ("onset", CAUSE) and kind == NO and not asked.told)
    return Answer(mark(case, "declined", identity), True) if declined else Answer(case)


def _number(case: Case, asked: Asked, identity: str) -> Case:
    number = _told_number(asked.turn, identity)
    if number is None:
        return case
    if identity == "severity" and case.severity is None and _is_score(number):
        return case.told(asked.statement("severity", value=min(WORST, number)))
    if identity == "age" and case.age is None and 0 < number <= OLDEST:
        return case.told(asked.statement("age", value=number))
    return case


def _told_number(turn: Turn, identity: str) -> int | None:
    """The number of an answer, also where words stand around it: "he says 9"."""
    number = turn.first("number")
    if number is not None:
        return int(number)
    found = numerals(turn)
    plain = identity in _NUMBERS and len(found) == 1 and "asks" not in turn.acts() and not _has_a_unit(turn)
    return found[0] if plain else None


def _has_a_unit(turn: Turn) -> bool:
    """Whether the number was read as something else: days, an age, weeks, a finding."""
    return any(m.kind not in ("act", "sex", "course", "trend") for m in turn.mentions)


def _cause(case: Case, asked: Asked, kind: str | None) -> Case:
    """A cause is free text: whatever is not clearly something else is one, in the person's words."""
    if kind == NO:
        return case.told(asked.statement(CAUSE, value="none"))
    if kind is not None or not is_cause(asked.turn, asked.told):
        return case
    return case.told(asked.statement(CAUSE, value=TOLD))


def is_cause(turn: Turn, told: bool) -> bool:
    """Whether a message may say what set it off: few words may, whatever they resemble; more if no request."""
    if "asks" in turn.acts() or turn.acts() & {"correction", "rather"} or turn.in_crisis or turn.alarmed:
        return False
    if not any(letter.isalpha() for letter in turn.text):
        return False
    if told:
        return False
    if len(turn.text.split()) <= _FEW_WORDS and turn.intent not in _OF_THE_TALK:
        return True
    commands = {"stop_word", "new_word"} & turn.acts()
    one_word = len(turn.text.split()) == 1 and not commands and turn.intent in ("stop", "start_over", "new_episode")
    return one_word or not (turn.intent in _OF_THE_TALK and turn.confidence >= _SURE)


def _is_score(number: int) -> bool:
    """0 to 10, or an exaggeration of 10 ("12", "100"); what lies between is more likely an age."""
    return 0 <= number <= MOST_EXAGGERATED or number >= PER_CENT


def has_value(case: Case, identity: str) -> bool:
    """Whether a question for a value has one."""
    if identity == "onset":
        return case.duration_days is not None or bool(case.present() & {RECURRENT, "six_weeks_or_more"})
    return getattr(case, identity, None) is not None


def give_up(case: Case, open_ids: Iterable[str], knowledge: Knowledge) -> Case:
    """Going on without answers beats a dead end: these questions are left open, and a doubt stays a doubt."""
    for identity in open_ids:
        if is_of_a_check_in(identity):
            case = left_open(case)  # who does not answer it is not asked the rest of it that day
            continue
        case = mark(case, "declined", identity)
        finding = confirm.about(identity)
        if finding:
            case = leave_in_doubt(case, finding, knowledge)
    return replace(case, ignored=0, pending=None)


def _answer_dose(case: Case, asked: Asked) -> Answer:
    """Whether more was taken than the label allows; not knowing leaves it to a pharmacist."""
    if asked.ticked and asked.kind != REFUSED:
        return Answer(mark(case, "answered", DOSE), True)
    if asked.kind == YES:
        return Answer(mark(case.told(asked.statement("overdose", course=NEW)), "answered", DOSE), True)
    if asked.kind == NO and not asked.told:
        return Answer(mark(case.told(asked.statement("overdose", DENIED)), "answered", DOSE), True)
    if asked.kind in (UNKNOWN, REFUSED):
        return Answer(mark(case, "declined", DOSE), True)
    return Answer(case, case.known("overdose"))


def _answer_feeling(case: Case, asked: Asked) -> Answer:
    """Better, the same or worse; "I don't know" is an answer. What it says is taken in with the bout."""
    given = bool(asked.ticked) or (case.latest("trend") is not None and _told_now(case, "trend"))
    given = given or asked.kind in (UNKNOWN, REFUSED) or asked.turn.intent in ("got_better", "got_worse")
    return Answer(mark(case, "answered", FEELING) if given else case, given)


def _answer_pain(case: Case, asked: Asked) -> Answer:
    """A number on the scale; one that no scale has is asked for again."""
    number = _told_number(asked.turn, "severity")
    on_scale = number is not None and 0 <= number <= WORST
    given = on_scale or (number is None and _told_now(case, "severity"))
    given = given or asked.kind in (UNKNOWN, REFUSED)
    return Answer(mark(case, "answered", PAIN) if given else case, given)


def _told_now(case: Case, field: str) -> bool:
    said = case.latest(field)
    return said is not None and said.message == case.messages


_BY_ID: dict[str, Callable[[Case, Asked], Answer]] = {
    CONSENT: _answer_consent,
    CRISIS: _answer_crisis,
    CLINICIAN: _answer_clinician,
    PERSON: _answer_person,
    DOSE: _answer_dose,
    FEELING: _answer_feeling,
    PAIN: _answer_pain,
}
