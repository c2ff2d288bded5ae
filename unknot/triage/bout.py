"""What a message means for the bout of pain that goes on: how it goes today, what was tried, what is to be asked.

A check-in is anything that says how it is: taps, or words in a message about something else. On a later day than that
of the plan it is asked for once, whatever number of days was left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Choice, Level
from unknot.triage import dose_log
from unknot.triage.case import Case
from unknot.triage.checkin import CheckedIn, Report, count, end
from unknot.triage.claims import quoted
from unknot.triage.derive import DAYS_NO_BETTER
from unknot.triage.diary import ALL, FEELING, PAIN, SIGNS, Diary, begun, is_of_a_check_in, left_open, with_diary
from unknot.triage.engine import assess
from unknot.triage.episode import (
    BETTER,
    FEELINGS,
    NO,
    SAME,
    UNSAID,
    WORSE,
    YES,
    CheckIn,
    Episode,
    Tried,
    begin,
    current,
    keep,
)
from unknot.triage.statement import DENIED, DOUBTFUL, NOW, OTHER, STATED
from unknot.triage.thread import Thread
from unknot.triage.turn import Turn

CHECK_IN, OVER = "check_in", "over"  # wishes
_NO_BETTER = "no_better_two_weeks"
_DAY, _TRIED, _DOSE = "day", "tried", "dose"
_NOT_OF_IT = frozenset({"start_over", "new_episode"})
_NO_TIME_TO_ASK = frozenset({"stop", "goodbye", "refuse", "privacy"})
_OF_INTENT = {"got_worse": WORSE, "got_better": BETTER}
_FEW_WORDS = 3  # a shorter message is no note
_HELPED = {STATED: YES, DENIED: NO}


@dataclass(frozen=True)
class Noted:
    """The case after a message, and the check-in that it was, if it was one."""

    case: Case
    checked: CheckedIn | None = None


@dataclass(frozen=True)
class Heard:
    """A message as it was taken in: the case before and after, and the question that it found waiting."""

    before: Case
    case: Case
    turn: Turn
    waiting: str
    ticked: Sequence[Choice]
    answered: bool
    knowledge: Knowledge


def arrived(case: Case, turn: Turn) -> Case:
    """The case at the moment of a message. A day never goes back, whatever a clock does."""
    if turn.moment is None:
        return case
    return replace(case, at=turn.moment.at, offset=turn.moment.offset, day=max(case.day, turn.moment.day))


def clock_went_back(before: Case, turn: Turn) -> bool:
    """Whether a message seems to come from a day before the last one."""
    return turn.moment is not None and turn.moment.day < before.day


def planned(case: Case, level: str) -> Case:
    """The case once a plan was given: its bout has begun, or goes on with what is known now."""
    if not case.day:
        return case
    episode = current(case)
    if episode is None:
        episode, case = dose_log.into(replace(begin(case, case.day, level), where=case.location or ""), case)
        case = with_diary(case, replace(Diary.of(case), todo=(), asked=case.day, signs=case.day))
    elif episode.started == case.day:
        first = episode.on(case.day) or CheckIn(case.day)
        pain = first.pain if case.severity is None else case.severity
        if pain != first.pain:
            episode = replace(episode, replaced=(*episode.replaced, first))
        episode = episode.with_checkin(replace(first, pain=pain, level=level))
    return keep(case, replace(episode, level=level))


def has_ended(case: Case) -> bool:
    """Whether the bout that the plan was for is over, and no new one has begun."""
    return case.plan_given and bool(case.episodes) and current(case) is None


def hurts_again(turn: Turn) -> bool:
    """Whether somebody whose bout had ended tells of pain."""
    told = turn.first("severity")
    return turn.intent == "got_worse" or turn.first("trend") == WORSE or (told is not None and int(told) > 0)


def ended(case: Case) -> Case:
    """The case whose bout, if one goes on, is over; what helped stays with it."""
    episode = current(case)
    return left_open(keep(case, end(episode, case.day))) if episode is not None else case


def note(heard: Heard) -> Noted:
    """Take a message into the bout that goes on. Medicines are noted whether one does or not."""
    case = dose_log.note(heard.case, heard.turn, heard.knowledge)
    episode = current(case)
    if episode is None or not case.day or case.crisis or heard.turn.intent in _NOT_OF_IT:
        return Noted(case)
    heard = replace(heard, case=_tried(case, episode, heard.turn))
    report = _report(heard, episode)
    if report is None:
        return Noted(_after(heard, _due(heard, episode)))
    case = _without_two_weeks(heard.case, episode)
    case, episode = _begun(replace(heard, case=case), report), current(case) or episode
    checked = count(episode, case, report, case.day, heard.knowledge)
    case = keep(checked.case, checked.episode)
    return Noted(_after(heard, case, report, checked), checked)


def is_over(heard: Heard) -> bool:
    """Whether the person says that the bout has ended, and nothing speaks against it."""
    level = assess(heard.case, heard.knowledge).level
    return OVER in heard.turn.wishes() and level not in (Level.EMERGENCY, Level.URGENT)


def _report(heard: Heard, episode: Episode) -> Report | None:
    """What the message says of how it goes; None where it does not."""
    asked = is_of_a_check_in(heard.waiting)
    feeling, pain = _feeling(heard), _pain(heard)
    signs = _new_signs(heard)
    later = heard.case.day > episode.started or bool(Diary.of(heard.case).todo)
    told = bool(feeling) + (pain is not None)
    asks = "asks" in heard.turn.acts() and not asked
    if not signs and not (told and asked) and (asks or told < (1 if later else 2)):
        return None
    day = heard.case.day + _of_day(heard.turn)
    text = quoted(heard.turn.text)
    words = "" if heard.ticked or len(text.split()) <= _FEW_WORDS else text
    return Report(day, feeling, pain, signs=signs, note=words)


def _feeling(heard: Heard) -> str:
    turn = heard.turn
    if heard.ticked:
        return next((c.value for c in heard.ticked if heard.waiting == FEELING and c.value in FEELINGS), "")
    trend = turn.best("trend")
    told = str(trend.value) if trend is not None and trend.owner != OTHER else ""
    said = _OF_INTENT.get(turn.intent, "")
    if WORSE in (told, said) or "worse" in turn.wishes():
        return WORSE
    if told in FEELINGS:
        return told
    unhelped = {"no_change"} & turn.wishes() or "not_helped" in turn.acts()
    if unhelped:
        return SAME if heard.waiting == FEELING else ""
    return said


def _pain(heard: Heard) -> float | None:
    """The number, also one that no scale has. A number of a dose is none, nor is one that answers something else."""
    turn = heard.turn
    doses = turn.of(_DOSE)

    def of_a_dose(start: int) -> bool:
        return any(dose.start <= start < dose.end for dose in doses)

    told = [m for m in turn.of("severity") if m.counts_now and m.owner != OTHER and not of_a_dose(m.start)]
    if told:
        return float(told[-1].value)
    asked = heard.waiting in (FEELING, PAIN) or (not heard.waiting and bool(turn.of("trend")))
    numbers = [m for m in turn.of("number") if asked and not of_a_dose(m.start)]
    return float(numbers[-1].value) if numbers and not heard.ticked else None


def _new_signs(heard: Heard) -> tuple[str, ...]:
    """Signs that are there or in doubt since this message, and those that it names again."""
    now = heard.case.with_statuses(NOW, DOUBTFUL) & set(heard.knowledge.findings)
    new = now - heard.before.with_statuses(NOW, DOUBTFUL)
    named = {str(m.value) for m in heard.turn.of("finding") if m.counts_now} & now
    return tuple(i for i in heard.knowledge.findings if i in new | named and i != _NO_BETTER)


def _of_day(turn: Turn) -> int:
    """Days from today that the message is about."""
    return next((int(mention.value) for mention in turn.of(_DAY)), 0)


def _without_two_weeks(case: Case, episode: Episode) -> Case:
    """ "No change" in the first days of a bout says nothing of two weeks."""
    if case.day - episode.began >= DAYS_NO_BETTER:
        return case
    return case.without(lambda said: said.what == _NO_BETTER and said.message == case.messages and not said.asked)


def _tried(case: Case, episode: Episode, turn: Turn) -> Case:
    """What was tried and whether it helped, kept with the bout and for the next step."""
    told = [Tried(str(m.value), _HELPED.get(m.certainty, UNSAID), case.day) for m in turn.of(_TRIED)]
    known = {one.what: one.helped for one in episode.tried}
    news = [one for one in told if one.helped != UNSAID or one.what not in known]
    for one in news:
        episode = episode.with_tried(one)
    unhelped = tuple(one.what for one in news if one.helped == NO)
    if unhelped:
        thread = Thread.from_json(case.thread)
        thread = replace(thread, tried=tuple(dict.fromkeys((*thread.tried, *unhelped))))
        case = replace(case, thread=thread.to_json())
    return keep(case, episode) if news else case


def remember(case: Case, before: Thread, helped: Sequence[str]) -> Case:
    """The case with what the talk about the plan said of remedies: which helped, and which did not since `before`."""
    episode = current(case)
    if episode is None:
        return case
    unhelped = [i for i in Thread.from_json(case.thread).tried if i not in before.tried]
    for identity, word in [*((i, NO) for i in unhelped), *((i, YES) for i in helped)]:
        episode = episode.with_tried(Tried(identity, word, case.day))
    return keep(case, episode)


def _due(heard: Heard, episode: Episode) -> Case:
    """The case with the questions of today's check-in, where it is time to ask them."""
    case, turn = heard.case, heard.turn
    last = max(episode.checkins[-1].day, Diary.of(case).asked)
    wished = CHECK_IN in turn.wishes()
    time = case.day > last and not case.paused and turn.intent not in _NO_TIME_TO_ASK
    return begun(case, ALL, episode.level, episode.stage) if wished or time else case


def _begun(heard: Heard, report: Report) -> Case:
    """The case with the check-in that this message begins, where it does not belong to one that goes on."""
    case, diary, episode = heard.case, Diary.of(heard.case), current(heard.case)
    goes_on = diary.asked == case.day and (diary.todo or is_of_a_check_in(heard.waiting))
    if episode is None or goes_on:
        return case
    signs = (SIGNS,) if diary.signs < case.day or report.feeling == WORSE else ()
    return begun(case, (FEELING, PAIN, *signs), episode.level, episode.stage)


def _after(heard: Heard, case: Case, report: Report | None = None, checked: CheckedIn | None = None) -> Case:
    """The case without the questions that this message has answered or passed over."""
    refused = checked is not None and bool(checked.refused)
    done = [heard.waiting] if heard.answered and heard.waiting in ALL and not refused else []
    if heard.waiting == SIGNS and heard.answered:
        case = with_diary(case, replace(Diary.of(case), signs=case.day))
    if report is not None and not refused:
        done += [FEELING] if report.feeling or report.pain is not None else []
        done += [PAIN] if report.pain is not None else []
    return left_open(case, tuple(done)) if done else case
