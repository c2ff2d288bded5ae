"""Two hundred and forty courses of talk over days, drawn by a seeded generator: the level that each day ends with.

The oracle below is written from the sources and shares no code with the rules: it sees what is said on each day and
nothing of how it was read. Every check-in goes through a whole conversation.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.talk import Talk

HOME, SEEN, TODAY, NOW = "self_care", "see_clinician", "urgent", "emergency"
START = 20_000
BEGAN_BEFORE = 2  # days of pain before the plan
PER_KIND = 40
EMERGENCIES = ("saddle_numbness", "urinary_retention", "leg_weakness_both", "chest_pain", "stroke_signs")
URGENTS = ("fever", "leg_weakness_one", "burning_urine")


@dataclass(frozen=True)
class Day:
    """What is said on a day of the course: better, same or worse, a number, signs."""

    day: int
    feeling: str
    pain: int
    signs: tuple[str, ...] = ()


def better(chance: random.Random) -> list[Day]:
    pain, days = 6, []
    for day in range(1, chance.randint(4, 9)):
        pain = max(0, pain - chance.choice((0, 1, 2)))
        days.append(Day(day, "better", pain))
    return days


def worse(chance: random.Random) -> list[Day]:
    return [Day(day, "worse", min(9, 5 + day)) for day in range(1, chance.randint(2, 5))]


def relapse(chance: random.Random) -> list[Day]:
    good = [Day(day, "better", 5 - day) for day in range(1, chance.randint(3, 5))]
    bad = [Day(len(good) + day, "worse", min(9, 3 + 2 * day)) for day in range(1, chance.randint(2, 4))]
    return good + bad


def new_sign(chance: random.Random) -> list[Day]:
    days = [Day(day, chance.choice(("better", "same")), 4) for day in range(1, chance.randint(2, 5))]
    sign = chance.choice((*EMERGENCIES, *URGENTS))
    days.append(Day(len(days) + 1, "better", 3, (sign,)))
    return [*days, *(Day(len(days) + n, "better", 2) for n in range(1, chance.randint(1, 3)))]


def silence(chance: random.Random) -> list[Day]:
    gap = chance.randint(11, 60)
    return [Day(1, "same", 5), Day(1 + gap, chance.choice(("same", "better")), chance.choice((5, 2)))]


def mixed(chance: random.Random) -> list[Day]:
    day, days = 0, []
    for _ in range(chance.randint(2, 7)):
        day += chance.choice((1, 1, 1, 2, 5))
        days.append(Day(day, chance.choice(("better", "same", "worse")), chance.randint(0, 9)))
    return days


KINDS: dict[str, Callable[[random.Random], list[Day]]] = {
    "better": better,
    "worse": worse,
    "relapse": relapse,
    "new sign": new_sign,
    "silence": silence,
    "mixed": mixed,
}


@dataclass
class Oracle:
    """What the sources say: two worse days without a good one between, to be seen; 14 days and no better, to be seen;
    42 days, to be seen; a sign, its own level for good. A step of two points counts as one, small ones add up.
    """

    first: int = 5
    reference: int = 5
    last: int = 5
    bad: int = 0
    good: int = 0
    raised: bool = False
    words: list[int] = field(default_factory=list)
    signs: set[str] = field(default_factory=set)

    def level(self, day: Day) -> str:
        """The level at the end of a day."""
        course = self._course(day)
        if course < 0:
            self.bad, self.good = self.bad + 1, 0
            self.raised = self.raised or self.bad >= 2
        elif course > 0:
            self.good += 1
            self.raised = self.raised and self.good < 2
            self.bad = self.bad if self.raised else 0
        self.words.append(course)
        self.signs |= set(day.signs)
        self.last = day.pain
        return self._level(day.day + BEGAN_BEFORE)

    def _course(self, day: Day) -> int:
        moved = day.pain - self.reference
        by_number = -1 if moved >= 2 else 1 if moved <= -2 else 0
        course = -1 if day.feeling == "worse" else 1 if day.feeling == "better" and by_number == 0 else by_number
        if course:
            self.reference = day.pain
        return course

    def _level(self, days: int) -> str:
        if self.signs & set(EMERGENCIES):
            return NOW
        if self.signs & set(URGENTS):
            return TODAY
        if days >= 42 or self.raised or (days >= 14 and not self._is_better()):
            return SEEN
        return HOME

    def _is_better(self) -> bool:
        moved = self.last - self.first
        if abs(moved) >= 2:
            return moved < 0
        last = next((word for word in reversed(self.words) if word), 0)
        return sum(self.words) > 0 and last > 0 and moved < 0


def courses() -> Iterator[tuple[str, int, list[Day]]]:
    for kind, make in KINDS.items():
        for number in range(PER_KIND):
            yield kind, number, make(random.Random(f"{kind} {number}"))


COURSES = list(courses())


def planned(day: int = START) -> Talk:
    """Somebody with a plan to treat it at home."""
    talk = Talk()
    talk.on_day(day)
    talk.tell(location="lower", severity=5, duration_days=BEGAN_BEFORE, injury="strain", age=40)
    talk.to_plan()
    assert talk.of("plan")
    return talk


def check_in(talk: Talk, day: Day, chance: random.Random) -> list[dict[str, Any]]:
    """Taps or free text; all replies of that day."""
    talk.on_day(START + day.day)
    said: list[dict[str, Any]] = []
    if chance.random() < 0.5:
        said += talk.say("hello", "greet")
        if talk.case.pending == "episode_feeling":
            said += talk.say({"better": "Better", "same": "About the same", "worse": "Worse"}[day.feeling])
            said += talk.tell(number=day.pain)
        else:  # an emergency that stands
            said += talk.tell(trend=day.feeling, severity=day.pain)
    else:
        said += talk.tell(trend=day.feeling, severity=day.pain)
    if day.signs:
        said += talk.tell(*day.signs)
    for _ in range(4):
        if str(talk.case.pending or "").startswith("episode_signs"):
            said += talk.say("none of these", "deny")
    return said


@pytest.mark.parametrize(("kind", "number", "days"), COURSES, ids=[f"{k} {n}" for k, n, _ in COURSES])
def test_every_day_ends_with_the_level_of_the_sources(kind: str, number: int, days: list[Day]) -> None:
    talk, oracle, chance = planned(), Oracle(), random.Random(number)
    before = HOME
    for day in days:
        said = check_in(talk, day, chance)
        level = oracle.level(day)
        assert talk.case.told_level == level, (kind, days, day)
        if level != before and level != HOME:
            told = [reply for reply in said if reply["type"] == "triage" and reply["level"] == level]
            assert told or _is_lower(level, before), (kind, days, day)
        before = level


def _is_lower(level: str, before: str) -> bool:
    order = (NOW, TODAY, SEEN, HOME)
    return order.index(level) > order.index(before)


def test_there_are_as_many_as_promised() -> None:
    assert len(COURSES) == PER_KIND * len(KINDS) == 240
