"""Medicines as they are told: noted with their time, held against the label, and when the next one may be."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.talk import Talk, of_reading
from tests.triage.test_bout import START, bout, on, planned, read, texts
from unknot.knowledge.loader import load
from unknot.reading.days import read as read_days
from unknot.triage.case import Case
from unknot.triage.diary import taken
from unknot.triage.turn import Moment, Turn
from unknot.triage.update import update

KNOWLEDGE = load()
M = KNOWLEDGE.messages


def doses(replies: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = next(reply["doses"] for reply in replies if "doses" in reply)
    return found


def test_a_dose_is_noted_with_its_time_and_the_label() -> None:
    talk = planned()
    said = on(talk, 0, "took 400 ibuprofen at 8")
    (dose,) = bout(talk).taken
    assert (dose.what, dose.amount_mg, dose.day, dose.minute) == ("ibuprofen", 400, START, 480)
    assert doses(said) == {
        "remedy": "ibuprofen",
        "taken_mg": 400,
        "most_mg": 1200,
        "next_at": (START * 24 + 12) * 60,
    }
    assert "from 12:00 today" in texts(said)


@pytest.mark.parametrize(
    ("hour", "answer"),
    [(10, "from 12:00 today"), (13, M["dose_now"].format(title="ibuprofen"))],
)
def test_can_i_take_another(hour: int, answer: str) -> None:
    talk = planned()
    on(talk, 0, "took 400 ibuprofen at 8")
    said = on(talk, 0, "can i take another?", hour=hour)
    assert answer in texts(said)
    assert "400 mg" in texts(said)
    assert "1200 mg" in texts(said)


def test_the_total_of_24_hours_can_make_it_tomorrow() -> None:
    talk = planned()
    on(talk, 0, "took 400 ibuprofen at 8am")
    on(talk, 0, "took 400 ibuprofen at 12:00", hour=13)
    on(talk, 0, "took 400 ibuprofen at 5pm", hour=18)
    said = on(talk, 0, "can i take another?", hour=22)
    assert "from 08:00 tomorrow" in texts(said)
    assert doses(said)["taken_mg"] == 1200


def test_more_than_the_label_in_several_messages_is_an_overdose() -> None:
    talk = planned()
    on(talk, 0, "took 800 ibuprofen at 8am")
    said = on(talk, 0, "took 800 ibuprofen at 12:00", hour=13)
    assert said[0]["level"] == "emergency"
    assert "overdose" in said[0]["findings"]


def test_what_was_taken_a_day_ago_no_longer_counts() -> None:
    talk = planned()
    on(talk, 0, "took 400 ibuprofen at 8am")
    said = on(talk, 1, "can i take another?", hour=12)
    assert M["dose_none_noted"].split("{title}")[0] in texts(said)
    assert talk.case.status("other_nsaid") != "now"


def test_an_unknown_amount_counts_as_the_most_and_an_unknown_time_as_now() -> None:
    talk = planned()
    said = on(talk, 0, "took some ibuprofen", hour=9)
    assert M["dose_counted_as"].format(mg=400) in texts(said)
    assert M["dose_time_unknown"] in texts(said)
    assert "from 13:00 today" in texts(said)


def test_tablets_count_by_the_strength_on_the_label() -> None:
    talk = planned()
    on(talk, 0, "took 2 ibuprofen an hour ago")
    (dose,) = bout(talk).taken
    assert (dose.amount_mg, dose.minute) == (400, 480)


def test_two_too_close_together_are_named() -> None:
    talk = planned()
    on(talk, 0, "took 200 ibuprofen at 8am")
    said = on(talk, 0, "took 200 ibuprofen at 9am", hour=10)
    assert M["dose_too_close"].format(hours=4) in texts(said)


def test_the_other_of_a_kind_is_not_for_now() -> None:
    talk = planned()
    on(talk, 0, "took 220 naproxen at 8am")
    said = on(talk, 0, "can i take some ibuprofen?", "when can i take the next ibuprofen?", hour=14)
    assert M["dose_not_for_you"].split("{title}")[0] in texts(said)
    assert "next_at" not in doses(said)


def test_what_was_withheld_and_taken_gets_what_to_do_and_no_next_time() -> None:
    talk = Talk()
    talk.on_day(START)
    talk.tell("anticoagulant", location="lower", severity=5, duration_days=2, injury="strain", age=40)
    talk.to_plan()
    talk.read = read
    said = on(talk, 0, "took 400 ibuprofen at 8")
    assert M["taken_against_warning"] in texts(said)
    assert "next_at" not in doses(said)


def test_the_plan_keeps_what_was_taken_and_bars_the_other() -> None:
    talk = planned()
    said = on(talk, 0, "took 400 ibuprofen at 8")
    (plan,) = (reply for reply in said if reply["type"] == "plan")
    offered = {item["id"] for item in plan["remedies"]}
    assert "ibuprofen" in offered
    assert "naproxen" not in offered


def test_before_the_plan_it_is_noted_and_goes_into_the_bout() -> None:
    talk = Talk()
    talk.on_day(START)
    talk.read = read
    on(talk, 0, "my lower back hurts, i took 400 ibuprofen at 8")
    assert [one.what for one in taken(talk.case)] == ["ibuprofen"]
    talk.read = None
    talk.tell(location="lower", severity=5, duration_days=2, injury="strain", age=40)
    talk.to_plan()
    assert [one.amount_mg for one in bout(talk).taken] == [400]


def test_a_change_of_time_zone_brings_no_dose_nearer() -> None:
    """Eight zones to the east, two hours after a dose, it still lies two hours back."""
    case = Case()
    for minutes, offset, text in ((540, 0, "took 400 ibuprofen at 9:00"), (660, 480, "can i take another?")):
        at = Moment(START * 24 * 60 + minutes, offset)
        turn = Turn(text, "inform", mentions=tuple(map(of_reading, read_days(text))), moment=at)
        case = update(case, turn, KNOWLEDGE).case
    (dose,) = taken(case)
    assert dose.at == START * 24 * 60 + 540
    assert case.at - dose.at == 120
