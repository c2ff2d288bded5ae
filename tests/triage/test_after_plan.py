"""After the plan: what people say next is understood, remembered, and never answered by the whole plan."""

from __future__ import annotations

import pytest

from tests.support.talk import Talk, mentions
from tests.triage.test_cards import KNOWLEDGE, planned
from unknot.triage.thread import Thread

M = KNOWLEDGE.messages


def thread(talk: Talk) -> Thread:
    return Thread.from_json(talk.case.thread)


def said(talk: Talk) -> str:
    return " ".join(reply["text"] for reply in talk.replies)


@pytest.mark.parametrize("words", ["it didn't help", "still hurts", "no better", "No change", "heat did nothing"])
@pytest.mark.parametrize("intent", ["inform", "got_better", "got_worse", "nlu_fallback", "fast_relief"])
def test_no_change_means_no_change(words: str, intent: str) -> None:
    talk = planned()
    talk.say(words, intent)
    notice = talk.replies[0]
    assert notice["feedback"] == "no_change"
    assert notice["steps"]
    assert notice["steps"][0] not in thread(talk).tried
    assert M["feels_better"] not in said(talk)
    assert M["easing"] not in said(talk)
    assert not talk.of("plan")
    assert talk.case.status("no_better_two_weeks") == "unknown"


def test_no_better_on_the_first_day_is_no_fortnight() -> None:
    talk = planned()
    talk.say("no better", "got_worse", mentions(KNOWLEDGE, ("no_better_two_weeks",)))
    assert talk.case.status("no_better_two_weeks") == "unknown"
    assert not talk.of("ask")
    talk.say("no better after 3 weeks", "inform", mentions(KNOWLEDGE, ("no_better_two_weeks",), duration_days=21))
    assert talk.case.status("no_better_two_weeks") == "now"


def test_two_that_did_not_help_raise_seeing_somebody() -> None:
    talk = planned()
    urgent_line = KNOWLEDGE.regions["us"].urgent_line
    talk.say("heat didn't help", "inform")
    assert urgent_line not in said(talk)
    talk.say("it did not help", "inform")
    assert urgent_line in said(talk)
    assert "911" in said(talk)


def test_what_was_tried_is_never_offered_again() -> None:
    talk = planned()
    seen: list[str] = []
    for _ in range(12):
        talk.say("no change", "inform")
        seen += talk.replies[0]["steps"]
    assert len(seen) == len(set(seen))
    assert not set(seen) & {"heat", "walking", "reclined_position"}
    assert M["after_no_change_last"] in said(talk)


def test_worse_asks_for_the_danger_signs() -> None:
    talk = planned()
    talk.say("It is worse", "got_worse")
    assert talk.replies[0]["feedback"] == "worse"
    assert talk.asked == ["red_flags"]


def test_helped_is_remembered_as_better() -> None:
    talk = planned()
    talk.say("It helped", "got_better")
    assert talk.replies[0]["feedback"] == "helped"
    assert talk.case.trend == "better"
    assert thread(talk).failed == 0


@pytest.mark.parametrize(
    ("words", "start"),
    [("what now?", "after_what_now"), ("which one first?", "after_first"), ("what should I do first", "after_first")],
)
@pytest.mark.parametrize("intent", ["nlu_fallback", "fast_relief", "request_plan", "inform"])
def test_what_now_and_which_first_name_one_step(words: str, start: str, intent: str) -> None:
    talk = planned()
    talk.say(words, intent)
    (reply,) = talk.replies
    assert reply["text"].startswith(M[start].split("{")[0])
    assert reply["steps"] == ["heat"]
    assert len(reply["text"].split()) <= 60


def test_shorter_is_shorter() -> None:
    talk = planned()
    talk.say("shorter please", "nlu_fallback")
    assert len(said(talk).split()) <= 45


def test_show_me_again_shows_the_first_card() -> None:
    talk = planned()
    text = talk.of("plan")[0]["text"]
    talk.say("more", "nlu_fallback")
    talk.say("show me the plan again", "repeat")
    assert talk.of("plan")[0]["text"] == text


def test_medicine_shows_the_choice() -> None:
    talk = planned()
    talk.say("medicine", "nlu_fallback")
    assert talk.of("plan")[0]["card"] == "medicine"


def test_a_new_sign_beside_no_change_is_heard() -> None:
    talk = planned()
    talk.say("still hurts and now I have a fever", "inform", mentions(KNOWLEDGE, ("fever",)))
    assert talk.level == "urgent"


def test_before_a_plan_the_words_mean_what_they_say() -> None:
    talk = Talk()
    talk.tell(location="lower")
    talk.say("still hurts", "inform")
    assert talk.asked == ["red_flags"]
    talk.say("stop", "stop")
    talk.say("go on", "affirm")
    assert talk.asked == ["red_flags"]
