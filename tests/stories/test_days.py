"""Days after the plan through the guard, the rules, the stories and the actions; the clock is moved by the test."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.dialogue import Dialogue
from unknot.nlu.moments import moment_of
from unknot.triage.case import Case
from unknot.triage.episode import Episode, episodes

DAY = 86_400.0
START = 20_000
NO = {"entity": "act", "value": "no"}
NUMB = {"entity": "finding", "value": "saddle_numbness"}
PLAN = [
    {"entity": "location", "value": "lower"},
    {"entity": "severity", "value": 5},
    {"entity": "duration_days", "value": 2},
    {"entity": "injury", "value": "strain"},
    {"entity": "age", "value": 40},
]


class Days:
    """A dialogue whose clock stands still until it is moved."""

    def __init__(self) -> None:
        self.talk = Dialogue()
        self.now = START * DAY + 9 * 3600
        self.talk.guard.clock = lambda: self.now

    def on(self, day: int) -> None:
        self.now = (START + day) * DAY + 9 * 3600

    def say(self, text: str, intent: str = "inform", *entities: dict[str, Any]) -> list[dict[str, Any]]:
        return self.talk.say(text, intent, *entities)

    def none(self) -> list[dict[str, Any]]:
        return self.say("none of these", "deny", NO)

    def how(self, trend: str, pain: int, *more: dict[str, Any]) -> list[dict[str, Any]]:
        told = [{"entity": "trend", "value": trend}, {"entity": "severity", "value": pain}]
        return self.say(f"{trend}, {pain}", "inform", *told, *more)

    @property
    def case(self) -> Case:
        return Case.from_json(self.talk.tracker.get_slot("case"))

    @property
    def bout(self) -> Episode:
        return episodes(self.case)[-1]


@pytest.fixture
def days() -> Days:
    made = Days()
    made.say("my lower back, 5", "inform", *PLAN)
    for _ in range(4):
        if not [reply for reply in made.talk.replies if reply["type"] == "plan"]:
            made.none()
    assert [reply for reply in made.talk.replies if reply["type"] == "plan"]
    return made


def test_ten_days_with_the_action_server_away_on_one_of_them(days: Days) -> None:
    levels = []
    days.on(1)
    assert days.say("hello", "greet")[-1]["ask"] == "episode_feeling"
    assert days.talk.calls == ["action_check_in"]
    assert days.say("Worse")[-1]["ask"] == "episode_pain"
    assert days.say("6", "inform", {"entity": "number", "value": 6})[-1]["ask"] == "episode_signs"
    assert any("chart" in reply for reply in days.none())
    levels.append(days.case.told_level)

    days.on(3)
    days.talk.server = False
    assert days.how("worse", 7)[-1]["notice"] == "error"
    days.talk.server = True
    said = days.none()  # the next turn takes in what was said meanwhile
    levels.append(days.case.told_level)
    assert [one.pain for one in days.bout.checkins] == [5, 6, 7]
    assert "see_clinician" in [reply.get("level") for reply in said]

    for day, pain in ((6, 4), (8, 2), (9, 1)):
        days.on(day)
        days.how("better", pain)
        days.none()
        levels.append(days.case.told_level)
    assert levels == ["self_care", "see_clinician", "see_clinician", "self_care", "self_care"]
    course = [(one.day - START, one.pain) for one in days.bout.checkins]
    assert course == [(0, 5), (1, 6), (3, 7), (6, 4), (8, 2), (9, 1)]

    days.on(10)
    days.say("it is all gone", "inform", {"entity": "wish", "value": "over"})
    assert days.bout.ended == START + 10


def test_a_new_sign_on_a_better_day_needs_no_action_server(days: Days) -> None:
    days.on(2)
    days.talk.server = False
    said = days.how("better", 2, NUMB)
    assert said[0]["level"] == "emergency"
    days.talk.server = True
    days.on(3)
    assert days.how("better", 0)[0]["level"] == "emergency"
    assert [one.signs for one in days.bout.checkins if one.day == START + 2] == [("saddle_numbness",)]


def test_guard_and_action_mean_the_same_day(days: Days) -> None:
    """The moment goes along with the message: an action that runs past midnight still takes it for the day before."""
    days.now = (START + 2) * DAY - 1
    days.how("better", 3)
    assert [one.day for one in days.bout.checkins][-1] == START + 1


@pytest.mark.parametrize(
    ("metadata", "minutes", "offset"),
    [
        ({"at": START * DAY, "offset": 120}, START * 1440, 120),
        ({"at": START * DAY, "offset": -720}, START * 1440, -720),
        ({"offset": 60}, 30_000_000, 60),
        ({"offset": 9_999}, 30_000_000, 330),
        ({"at": "noon", "offset": "east"}, 30_000_000, 330),
        ({"at": float("inf")}, 30_000_000, 330),
        ({"at": True, "offset": None}, 30_000_000, 330),
        (None, 30_000_000, 330),
        ("text", 30_000_000, 330),
    ],
)
def test_the_moment_of_a_message(metadata: object, minutes: int, offset: int) -> None:
    known = Case(at=1, offset=330)
    found = moment_of(metadata, known, 30_000_000 * 60.0)
    assert (found["value"], found["offset"]) == (minutes, offset)
