"""A bout of pain from its first plan to its end: check-ins by day, what was tried and taken, and how it goes.

A day is a whole number: days since 1 January 1970 in the person's own time zone. There is no clock here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any

from unknot.knowledge.loader import Knowledge
from unknot.triage.case import Case

BETTER, SAME, WORSE = "better", "same", "worse"
FEELINGS = (BETTER, SAME, WORSE)
YES, NO, UNSAID = "yes", "no", "unknown"
_SIGN = {BETTER: 1, SAME: 0, WORSE: -1, "": 0}


@dataclass(frozen=True)
class CheckIn:
    """One day. `feeling` is against the time before, as said ("" if not said); `pain` is 0 to 10.

    `signs` are the findings told of that day, `level`, `rules` and `findings` what was advised and why.
    """

    day: int
    feeling: str = ""
    pain: int | None = None
    signs: tuple[str, ...] = ()
    stops: str = ""  # what the pain keeps them from doing, in their words
    note: str = ""
    level: str = ""
    rules: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tried:
    """A remedy id, or words of their own, and whether it helped: yes, no or unknown."""

    what: str
    helped: str = UNSAID
    day: int | None = None


@dataclass(frozen=True)
class Taken:
    """A medicine that was taken: id or words, mg if told, and when. `minute` counts from midnight."""

    what: str
    day: int
    minute: int | None = None
    amount_mg: float | None = None
    quote: str = ""
    at: int | None = None  # the same moment in minutes since 1970 (UTC): it outlasts a change of zone


@dataclass(frozen=True)
class Episode:
    """Check-ins are in the order of their days, one a day. `began` is the day the pain began, as far as known."""

    started: int
    began: int
    checkins: tuple[CheckIn, ...] = ()
    tried: tuple[Tried, ...] = ()
    taken: tuple[Taken, ...] = ()
    replaced: tuple[CheckIn, ...] = ()  # what a later check-in of the same day took the place of
    level: str = ""  # the level that was told last
    stage: str = "ease"
    ended: int | None = None
    where: str = ""  # id of the place that hurt

    def on(self, day: int) -> CheckIn | None:
        """The check-in of a day."""
        return next((one for one in self.checkins if one.day == day), None)

    def with_checkin(self, new: CheckIn) -> Episode:
        """A copy that holds this one in the place of the one of the same day."""
        others = [one for one in self.checkins if one.day != new.day]
        return replace(self, checkins=tuple(sorted([*others, new], key=lambda one: one.day)))

    def with_tried(self, new: Tried) -> Episode:
        """A copy that holds this; of one remedy the newest word counts."""
        return replace(self, tried=(*(one for one in self.tried if one.what != new.what), new))

    def helped(self) -> tuple[str, ...]:
        """What helped, for the next time."""
        return tuple(one.what for one in self.tried if one.helped == YES)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types, without what is at its default: it is stored with every turn."""
        data = _short(self)
        for name, _ in _PARTS:
            if name in data:
                data[name] = [_short(one) for one in getattr(self, name)]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Episode:
        """The inverse of `to_json`; keys of other versions are ignored."""
        values = _known(cls, data)
        for name, kind in _PARTS:
            values[name] = tuple(kind(**_known(kind, one)) for one in data.get(name, ()))
        return cls(**values)


_PARTS = (("checkins", CheckIn), ("tried", Tried), ("taken", Taken), ("replaced", CheckIn))


def _short(record: Any) -> dict[str, Any]:
    found = {item.name: getattr(record, item.name) for item in fields(record)}
    default = {item.name: item.default for item in fields(record)}
    kept = {name: value for name, value in found.items() if default[name] is MISSING or value != default[name]}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in kept.items()}


def _known(kind: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    names = {item.name for item in fields(kind)}
    return {k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k in names}


def begin(case: Case, today: int, level: str) -> Episode:
    """The episode of a case that has just got its plan; its pain score is that of the first day."""
    first = CheckIn(today, pain=case.severity, level=level)
    return Episode(today, today - (case.duration_days or 0), (first,), level=level)


def episodes(case: Case) -> tuple[Episode, ...]:
    """All episodes of a person, the newest last."""
    return tuple(map(Episode.from_json, case.episodes))


def current(case: Case) -> Episode | None:
    """The episode that goes on, if there is one."""
    last = Episode.from_json(case.episodes[-1]) if case.episodes else None
    return last if last is not None and last.ended is None else None


def keep(case: Case, episode: Episode) -> Case:
    """The case with this in the place of the episode that goes on, else as a new one."""
    before = case.episodes[:-1] if current(case) is not None else case.episodes
    return replace(case, episodes=(*before, episode.to_json()))


def helped_before(case: Case) -> tuple[str, ...]:
    """What helped in earlier episodes, newest first."""
    past = (one for one in reversed(episodes(case)) if one.ended is not None)
    return tuple(dict.fromkeys(what for one in past for what in one.helped()))


@dataclass(frozen=True)
class Trend:
    """How an episode goes: the course of each check-in, over all of it, and whether it gets worse by the day."""

    courses: tuple[str, ...]
    overall: str
    getting_worse: bool
    better_in_a_row: int


def trend(episode: Episode, knowledge: Knowledge) -> Trend:
    """Reads the words and the numbers of all check-ins together; what is in doubt counts as the worse."""
    limits = knowledge.course_limits
    courses = _courses(episode.checkins, limits["change_points"].value)
    worse = better = 0
    standing = False
    for course in courses:
        if course == WORSE:
            worse, better = worse + 1, 0
            standing = standing or worse >= limits["worse_days"].value
        elif course == BETTER:
            better += 1
            # One good day takes back nothing that was raised; before that it ends the count of bad ones.
            standing = standing and better < limits["better_days"].value
            worse = worse if standing else 0
    return Trend(courses, _overall(episode.checkins, courses, limits["change_points"].value), standing, better)


def _courses(checkins: Sequence[CheckIn], points: int) -> tuple[str, ...]:
    """Better, same or worse for each check-in. Small steps add up: a number is held against the last real change."""
    found: list[str] = []
    reference: int | None = None
    for one in checkins:
        moved = 0 if one.pain is None or reference is None else one.pain - reference
        course = WORSE if moved >= points else BETTER if moved <= -points else SAME
        # "Worse" is believed whatever the number; "better" only where the number is not clearly higher.
        if one.feeling == WORSE or (one.feeling == BETTER and course == SAME):
            course = one.feeling
        if one.pain is not None and (course != SAME or reference is None):
            reference = one.pain
        found.append(course)
    return tuple(found)


def _overall(checkins: Sequence[CheckIn], courses: Sequence[str], points: int) -> str:
    """Against the first day. Words decide where the numbers moved too little to, and never against them."""
    numbers = [one.pain for one in checkins if one.pain is not None]
    moved = numbers[-1] - numbers[0] if len(numbers) > 1 else None
    if moved is not None and abs(moved) >= points:
        return WORSE if moved > 0 else BETTER
    said = sum(_SIGN[course] for course in courses)
    last = next((course for course in reversed(courses) if course != SAME), SAME)
    if said > 0 and last == BETTER and (moved is None or moved < 0):
        return BETTER
    return WORSE if said < 0 and (moved is None or moved > 0) else SAME


def line(episode: Episode) -> list[tuple[int, int]]:
    """Day and pain score of every check-in that has one, the first day being 1."""
    return [(one.day - episode.started + 1, one.pain) for one in episode.checkins if one.pain is not None]


def sparkline(episode: Episode) -> str:
    """The pain by day as one character a day, for a terminal; a dot for a day without a number."""
    scores = dict(line(episode))
    bars = "▁▂▃▄▅▆▇█"
    days = range(1, max(scores, default=0) + 1)
    return "".join(bars[min(7, round(scores[day] * 7 / 10))] if day in scores else "·" for day in days)
