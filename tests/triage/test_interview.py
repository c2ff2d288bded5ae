"""Which questions come, in which order, and how many."""

from __future__ import annotations

import statistics

import pytest

from tests.support.talk import Talk
from unknot.knowledge.loader import load

KNOWLEDGE = load()
CHEST = {"chest_pain", "breathlessness", "tearing_pain"}


def sequence(talk: Talk, answers: dict[str, object]) -> list[str]:
    order = []
    while not talk.of("plan") and len(order) < 15:
        waiting = str(talk.case.pending)
        order.append(waiting)
        kind = {"onset": "duration_days"}.get(waiting, waiting)
        if waiting in answers:
            talk.tell(**{kind: answers[waiting]})
        else:
            talk.no()
    return order


def test_emergency_signs_first_then_place_strength_and_the_rest() -> None:
    talk = Talk()
    talk.tell()
    order = sequence(talk, {"location": "lower", "severity": 6, "onset": 1, "injury": "strain", "age": 40})
    assert order == ["red_flags_first", "location", "severity", "onset", "injury", "red_flags_more", "age", "safety"]
    assert talk.level == "self_care"
    assert [reply["type"] for reply in talk.replies] == ["triage", "plan"]


SCENARIOS: list[tuple[tuple[str, ...], dict[str, object]]] = [
    ((), {}),
    ((), {"location": "lower"}),
    ((), {"location": "middle", "severity": 8, "injury": "strain", "duration_days": 6}),
    ((), {"location": "lower", "severity": 4}),
    ((), {"severity": 7}),
    (("recurrent",), {"location": "lower"}),
    (("fever",), {"location": "lower"}),
    (("anticoagulant",), {"location": "upper", "severity": 8}),
    ((), {"location": "upper", "duration_days": 60}),
    ((), {"age": 15, "location": "lower"}),
    (("pregnant",), {"location": "lower", "severity": 5}),
    ((), {"location": "neck", "severity": 3, "duration_days": 0, "injury": "none", "age": 28}),
]


def test_at_most_eight_questions_at_the_median_and_nine_at_most() -> None:
    counts = []
    for findings, values in SCENARIOS:
        talk = Talk()
        talk.tell(*findings, **values)
        counts.append(talk.to_plan(location="lower", severity=6, onset=3, injury="strain", age=40))
        assert talk.of("plan")
    assert statistics.median(counts) <= 8
    assert max(counts) <= 9


def test_nothing_that_was_said_is_asked_again() -> None:
    talk = Talk()
    talk.tell(location="middle", severity=8, duration_days=6, injury="strain", age=45)
    asked = sequence(talk, {})
    assert asked == ["red_flags_first", "red_flags_more", "safety"]


@pytest.mark.parametrize("location", ["upper", "middle", "whole", None])
def test_chest_breath_and_tearing_pain_come_before_any_remedy(location: str | None) -> None:
    talk = Talk()
    talk.tell(**({"location": location} if location else {}))
    (ask,) = talk.of("ask")
    assert set(ask["findings"]) >= CHEST
    assert "meanwhile" not in ask


@pytest.mark.parametrize("location", ["upper", "middle", "lower", None])
def test_relief_comes_with_the_first_question_after_the_emergency_signs(location: str | None) -> None:
    talk = Talk()
    talk.tell(**({"location": location} if location else {}))
    talk.no()
    (ask,) = talk.of("ask")
    assert {"heat", "reclined_position"} <= set(ask["meanwhile"])
    talk.tell(number=5, location="lower")
    assert all("meanwhile" not in reply for reply in talk.of("ask"))


def test_a_denied_sign_is_not_asked_about_again() -> None:
    talk = Talk()
    talk.tell(absent=("chest_pain", "breathlessness"), location="lower")
    (ask,) = talk.of("ask")
    assert not {"chest_pain", "breathlessness"} & set(ask["findings"])
    assert "chest_pain" not in {choice["id"] for choice in ask["choices"]}


def test_breathing_is_asked_about_higher_up_only() -> None:
    for location, expected in (("upper", True), ("lower", False)):
        talk = Talk()
        talk.tell(location=location, severity=5, duration_days=1, injury="strain")
        talk.no()
        (ask,) = talk.of("ask")
        assert ("pain_on_breathing" in ask["findings"]) is expected


def test_a_possible_sign_gets_one_direct_question() -> None:
    from unknot.triage.turn import Mention

    talk = Talk()
    talk.tell(location="lower")
    talk.no()
    talk.say("bit weird in the head", "inform", (Mention("finding", "confusion", "possible"),))
    (ask,) = talk.of("ask")
    assert ask["asks"] == ["red_flags"]
    assert ask["findings"] == ["confusion"]
    talk.yes()
    assert talk.level == "emergency"


def test_a_possible_sign_that_stays_in_doubt_is_seen_today() -> None:
    from unknot.triage.turn import Mention

    talk = Talk()
    talk.say("bit weird in the head", "inform", (Mention("finding", "confusion", "possible"),))
    talk.say("not sure", "unknown", (Mention("act", "unknown"),))
    assert talk.level == "urgent"


def test_a_possible_sign_of_the_first_list_is_asked_about_there() -> None:
    from unknot.triage.turn import Mention

    talk = Talk()
    talk.say("bit weird down there", "inform", (Mention("finding", "saddle_numbness", "possible"),))
    assert "saddle_numbness" in talk.of("ask")[0]["findings"]
    talk.no()
    assert talk.asked == ["location"]


def test_how_many_are_left_is_said_and_falls() -> None:
    talk = Talk()
    talk.tell()
    before = talk.of("ask")[0]["remaining"]
    talk.no()
    assert talk.of("ask")[0]["remaining"] == before - 1
