"""A check-in: what it says, taken into the episode and the case, and triaged anew by the rules that hold for all.

Whatever is wrong with the number or the day, a sign in it counts: signs are taken in before anything is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Level
from unknot.triage import claims
from unknot.triage.case import Case
from unknot.triage.engine import Assessment, assess, join
from unknot.triage.episode import BETTER, WORSE, CheckIn, Episode, Taken, Trend, Tried, trend
from unknot.triage.statement import DENIED, DOUBTFUL, NOW, STATED, UNKNOWN, Statement
from unknot.triage.turn import Mention, Turn

GETTING_WORSE = "getting_worse"
ASKED = "red_flags_checkin"  # the list of signs at a check-in, as the question that a "none" answers
WORST = 10
_EASE, _MOVE, _PREVENT = "ease", "move", "prevent"


@dataclass(frozen=True)
class Report:
    """What somebody says at a check-in, unchecked. `said` is the note, or the signs they tapped, as it was read.

    `none_of` are the signs that were shown and of which none was said to be there. Where the case holds the message
    already, `signs` are what it told of and `note` its words, and there is no `said`.
    """

    day: int
    feeling: str = ""
    pain: float | None = None
    said: Turn | None = None
    none_of: tuple[str, ...] = ()
    stops: str = ""
    tried: tuple[Tried, ...] = ()
    taken: tuple[Taken, ...] = ()
    signs: tuple[str, ...] = ()
    note: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing at all."""
        told = self.feeling or self.said or self.none_of or self.signs or self.note
        return not told and self.pain is None


@dataclass(frozen=True)
class CheckedIn:
    """The episode and case after it, the level, what to say, and the ids of what was refused.

    `notes` are about how it was counted, `news` about the level and how the plan goes on.
    """

    episode: Episode
    case: Case
    assessment: Assessment
    trend: Trend
    notes: tuple[str, ...]
    news: tuple[str, ...]
    refused: tuple[str, ...]
    raised: bool

    @property
    def texts(self) -> tuple[str, ...]:
        """All of it, in order."""
        return (*self.notes, *self.news)


def tapped(findings: Sequence[str], knowledge: Knowledge) -> Turn:
    """Signs that were tapped, as a message in the words of the choices."""
    text, mentions = "", []
    for identity in findings:
        statement = knowledge.findings[identity].statement
        mentions.append(Mention("finding", identity, start=len(text), end=len(text) + len(statement)))
        text += f"{statement}. "
    return Turn(text.strip(), "inform", 1.0, tuple(mentions))


def check_in(episode: Episode, case: Case, report: Report, today: int, knowledge: Knowledge) -> CheckedIn:
    """Take `report` in on the day `today`."""
    case = replace(case, messages=case.messages + 1)
    case, signs = _signs(case, report, knowledge)
    note = report.said.text if report.said else report.note
    return count(episode, case, replace(report, signs=signs, note=note), today, knowledge)


def count(episode: Episode, case: Case, report: Report, today: int, knowledge: Knowledge) -> CheckedIn:
    """The same for a report whose message the case has taken in: its `signs` stand there already."""
    before = episode
    pain, odd = _pain(report.pain)
    day, refused = _day(episode, report.day, today)
    if report.is_empty:
        refused = (*refused, "checkin_nothing")
    refused = (*refused, *(() if pain is not None else odd))
    twice = not refused and _says_otherwise(episode.on(day), report, pain)
    episode = _kept(episode, report, day, pain, keep_words=not refused, twice=twice)
    course = trend(episode, knowledge)
    case = _with_course(case, episode, course, max(day, *(one.day for one in episode.checkins), day))
    assessment = assess(case, knowledge)
    raised = assessment.more_urgent_than(before.level or None) if before.level else assessment.level.rank < 3
    episode = _staged(_judged(episode, day, assessment), course, assessment, knowledge)
    said = _Said(before, episode, assessment, course, day, knowledge)
    notes = [(name, report.pain) for name in (*refused, *(odd if pain is not None else ()))]
    told = (*_notes(notes, pain, knowledge), *_asides(report, twice, said))
    return CheckedIn(episode, case, assessment, course, told, tuple(_news(said, raised)), refused, raised)


def _says_otherwise(old: CheckIn | None, report: Report, pain: int | None) -> bool:
    """Whether a day that has a check-in gets another number or another word."""
    if old is None:
        return False
    other_number = pain is not None and old.pain is not None and pain != old.pain
    return other_number or bool(report.feeling and old.feeling and report.feeling != old.feeling)


def end(episode: Episode, today: int) -> Episode:
    """The episode is over; what helped stays with it."""
    return replace(episode, ended=max(today, episode.checkins[-1].day))


def _signs(case: Case, report: Report, knowledge: Knowledge) -> tuple[Case, tuple[str, ...]]:
    """The case with what was said of signs and illnesses, and the signs that are now there or in doubt."""
    before = case
    if report.said is not None:
        now = assess(case, knowledge)
        standing = now.findings if now.level is Level.EMERGENCY else ()
        case = case.told(*claims.statements(case, report.said, standing, knowledge))
    # A "none" to the list denies what nothing is known of; it takes back no sign.
    open_ids = tuple(i for i in report.none_of if case.status(i) in (UNKNOWN, DENIED))
    if open_ids:
        quote = knowledge.messages["choice_none"]
        case = case.told(Statement(ASKED, DENIED, open_ids, quote=quote, message=case.messages, asked=ASKED))
    now_there = case.with_statuses(NOW, DOUBTFUL) & set(knowledge.findings)
    new = now_there - before.with_statuses(NOW, DOUBTFUL)
    named = {str(m.value) for m in report.said.of("finding")} & now_there if report.said else set()
    return case, tuple(i for i in knowledge.findings if i in new | named)


def _pain(number: float | None) -> tuple[int | None, tuple[str, ...]]:
    """The score, and the id of what is odd about it. Halves count as the higher number."""
    if number is None:
        return None, ()
    if not 0 <= number <= WORST:
        return None, ("checkin_below_zero" if number < 0 else "checkin_above_ten",)
    return ceil(number), (() if number == ceil(number) else ("checkin_half",))


def _day(episode: Episode, day: int, today: int) -> tuple[int, tuple[str, ...]]:
    """The day that it is kept under: a sign of a day that cannot be counts today."""
    if episode.ended is not None and day > episode.ended:
        return today, ("checkin_over",)
    if day > today:
        return today, ("checkin_future_day",)
    return (today, ("checkin_before_start",)) if day < episode.started else (day, ())


def _kept(episode: Episode, report: Report, day: int, pain: int | None, keep_words: bool, twice: bool) -> Episode:
    """The episode with it. Of what was refused only the signs are kept."""
    old = episode.on(day) or CheckIn(day)
    signs = tuple(dict.fromkeys((*old.signs, *report.signs)))
    new = replace(old, signs=signs)
    if twice:
        episode = replace(episode, replaced=(*episode.replaced, old))
    if keep_words:
        new = CheckIn(
            day,
            report.feeling or old.feeling,
            old.pain if pain is None else pain,
            signs,
            report.stops or old.stops,
            " ".join(part for part in (old.note, report.note) if part),
        )
        for one in report.tried:
            episode = episode.with_tried(one)
        episode = replace(episode, taken=(*episode.taken, *report.taken))
    return episode.with_checkin(new) if keep_words or signs else episode


def _with_course(case: Case, episode: Episode, course: Trend, day: int) -> Case:
    """The case as it stands on that day: its score, its length, its course."""
    scores = [one.pain for one in episode.checkins if one.pain is not None]
    said = [Statement("trend", STATED, course.overall, message=case.messages)]
    said.append(Statement("duration_days", STATED, max(0, day - episode.began), message=case.messages))
    if scores:
        said.append(Statement("severity", STATED, scores[-1], quote=str(scores[-1]), message=case.messages))
    case = case.without(lambda one: one.what == GETTING_WORSE).told(*said)
    return case.told(Statement(GETTING_WORSE, STATED, message=case.messages)) if course.getting_worse else case


def _judged(episode: Episode, day: int, assessment: Assessment) -> Episode:
    """The level and its reasons, kept with the day and with the episode."""
    level = assessment.level.value
    one = episode.on(day)
    if one is not None:
        judged = replace(one, level=level, rules=assessment.rules, findings=assessment.findings)
        episode = episode.with_checkin(judged)
    return replace(episode, level=level)


def _staged(episode: Episode, course: Trend, assessment: Assessment, knowledge: Knowledge) -> Episode:
    """Better moves the plan on; worse, or anything that wants a clinician today, brings it back."""
    scores = [one.pain for one in episode.checkins if one.pain is not None]
    limits = knowledge.course_limits
    stage = episode.stage
    if assessment.level in (Level.EMERGENCY, Level.URGENT) or course.courses[-1] == WORSE or course.getting_worse:
        stage = _EASE
    elif course.courses[-1] == BETTER:
        mild = bool(scores) and scores[-1] <= limits["mild_pain"].value
        lasting = course.better_in_a_row >= limits["better_days"].value
        stage = _PREVENT if mild and lasting else _MOVE if stage == _EASE else stage
    return replace(episode, stage=stage)


@dataclass(frozen=True)
class _Said:
    """What the words of a reply are made from."""

    before: Episode
    episode: Episode
    assessment: Assessment
    course: Trend
    day: int
    knowledge: Knowledge


def _notes(notes: Iterable[tuple[str, float | None]], kept: int | None, knowledge: Knowledge) -> list[str]:
    m = knowledge.messages
    return [m[name].format(number=f"{number:g}" if number is not None else "", kept=kept) for name, number in notes]


def _asides(report: Report, twice: bool, said: _Said) -> list[str]:
    """What a person should know about how it was counted."""
    m, found = said.knowledge.messages, []
    if twice:
        found.append(m["checkin_second_today"])
    one = said.episode.on(said.day)
    if one is not None and report.pain is not None and one.pain is not None:
        before = [c.pain for c in said.before.checkins if c.day < said.day and c.pain is not None]
        counted = said.course.courses[said.episode.checkins.index(one)]
        if report.feeling == BETTER and counted == WORSE:
            found.append(m["checkin_word_and_number"])
        if report.feeling == WORSE and before and one.pain < before[-1]:
            found.append(m["checkin_worse_but_lower"])
    if report.signs and report.note:
        labels = [said.knowledge.findings[i].label for i in report.signs]
        found.append(m["checkin_sign_in_note"].format(signs=join(labels)))
    return found


def _news(said: _Said, raised: bool) -> list[str]:
    """The level where it moved, else how the plan goes on."""
    m, old, new = said.knowledge.messages, said.before.level, said.assessment.level
    level = m[f"level_{new.value}"]
    if raised:
        return [m["checkin_up"].format(level=level, reason=said.assessment.reason())]
    if old and new.rank > Level(old).rank:
        return [m["checkin_down"].format(level=level, old_level=m[f"level_{old}"])]
    if said.episode.stage != said.before.stage:
        return [m[said.knowledge.course_stages[said.episode.stage].message]]
    return [m["checkin_stays"].format(level=level)]
