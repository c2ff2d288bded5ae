"""Days after the plan, as a person meets them: words are read by the readers, the clock is moved by the test."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.talk import Talk, of_reading
from unknot.knowledge.loader import load
from unknot.reading.reader import Reader
from unknot.settings import ROOT
from unknot.triage.case import Case
from unknot.triage.diary import ALL, FEELING, PAIN, SIGNS, Diary
from unknot.triage.engine import assess
from unknot.triage.episode import Episode, current, episodes
from unknot.triage.turn import Mention

KNOWLEDGE = load()
M = KNOWLEDGE.messages
SCHEMA = json.loads((ROOT / "unknot" / "knowledge" / "reply.schema.json").read_text(encoding="utf-8"))
FITS = jsonschema.Draft7Validator(SCHEMA)
START = 20_000
NONE = "none of these"


@lru_cache(maxsize=1)
def reader() -> Reader:
    return Reader(KNOWLEDGE)


def read(text: str) -> tuple[Mention, ...]:
    return tuple(of_reading(mention) for mention in reader().read(text).mentions)


def planned(**more: Any) -> Talk:
    talk = Talk()
    talk.on_day(START)
    told = {"location": "lower", "severity": 5, "duration_days": 2, "injury": "strain", "age": 40, **more}
    talk.tell(**told)
    talk.to_plan()
    assert talk.of("plan")
    talk.read = read
    return talk


def bout(talk: Talk) -> Episode:
    found = current(talk.case)
    assert found is not None
    return found


def on(talk: Talk, day: int, *texts: str, intent: str = "inform", hour: int = 9) -> list[dict[str, Any]]:
    """All replies to what is said on a day after the plan's."""
    talk.on_day(START + day, hour)
    said = [reply for text in texts for reply in talk.say(text, "deny" if text == NONE else intent)]
    for reply in said:
        FITS.validate(reply)
    return said


def texts(replies: list[dict[str, Any]]) -> str:
    return "\n".join(reply["text"] for reply in replies)


def charts(replies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [reply["chart"] for reply in replies if "chart" in reply]


# --- check-ins ---


def test_a_bout_begins_with_its_plan_and_is_in_the_slot() -> None:
    talk = planned()
    episode = bout(talk)
    assert (episode.started, episode.began, episode.level, episode.where) == (START, START - 2, "self_care", "lower")
    assert [one.pain for one in episode.checkins] == [5]
    assert Case.from_json(talk.case.to_json()) == talk.case


def test_on_return_it_takes_three_taps_and_no_more() -> None:
    talk = planned()
    asked = []
    for text, intent in (("hello", "greet"), ("Better", "inform"), ("3", "inform"), (NONE, "deny")):
        said = on(talk, 1, text, intent=intent)
        asked += [reply["ask"] for reply in said if reply["type"] == "ask"]
    assert asked == [FEELING, PAIN, SIGNS]
    assert charts(said)[0]["days"][-1] == {
        "day": 2,
        "date": START + 1,
        "pain": 3,
        "feeling": "better",
        "level": "self_care",
        "signs": [],
        "tried": [],
    }


def test_free_text_says_it_in_one_message() -> None:
    talk = planned()
    said = on(talk, 1, "bit better, 4, slept ok, heat helped")
    assert [reply["ask"] for reply in said] == [SIGNS]
    one = bout(talk).on(START + 1)
    assert one is not None
    assert (one.feeling, one.pain, one.note) == ("better", 4, "bit better, 4, slept ok, heat helped")
    assert bout(talk).helped() == ("heat",)


def test_it_is_asked_once_a_day_and_who_does_not_answer_is_let_be() -> None:
    talk = planned()
    asked = [r["ask"] for r in on(talk, 1, "hello", intent="greet") if r["type"] == "ask"]
    for question in ("heat_or_ice", "massage", "prevention", "bed_rest"):
        asked += [r["ask"] for r in on(talk, 1, "and?", intent=question) if r["type"] == "ask"]
    assert asked == [FEELING, FEELING]


def test_after_a_long_silence_there_is_one_question_and_not_one_a_day() -> None:
    talk = planned()
    said = on(talk, 9, "hello", intent="greet")
    assert [r["ask"] for r in said if r["type"] == "ask"] == [FEELING]
    assert M["checkin_hello_long"] in texts(said)


def test_worse_on_two_days_is_said_in_that_turn_with_its_reason() -> None:
    talk = planned()
    on(talk, 1, "worse, 6", NONE)
    said = on(talk, 2, "still worse, 7")
    triage = next(reply for reply in said if reply["type"] == "triage")
    assert triage["level"] == "see_clinician"
    assert triage["rules"] == ["worse_by_the_day"]
    assert KNOWLEDGE.rules["worse_by_the_day"].because in triage["text"].lower()
    assert [r["ask"] for r in said if r["type"] == "ask"] == [SIGNS]
    told_again = [reply for reply in on(talk, 2, NONE) if reply["type"] == "triage"]
    assert told_again == []


def test_not_better_by_the_day_of_the_sources() -> None:
    talk = planned()
    said = on(talk, 12, "about the same, 5")
    assert [reply["level"] for reply in said if reply["type"] == "triage"] == ["see_clinician"]


def test_no_change_on_the_third_day_says_nothing_of_two_weeks() -> None:
    talk = planned()
    said = on(talk, 1, "no change really", NONE)
    assert not [reply for reply in said if reply["type"] == "triage"]
    assert talk.case.told_level == "self_care"


@pytest.mark.parametrize(
    ("text", "sign", "level"),
    [
        ("better, 2, but i cant feel it when i wipe", "saddle_numbness", "emergency"),
        ("a bit better, 3, and i have a fever now", "fever", "urgent"),
    ],
)
def test_a_sign_in_a_better_day_counts_in_that_turn(text: str, sign: str, level: str) -> None:
    talk = planned()
    said = on(talk, 1, text)
    assert said[0]["type"] == "triage"
    assert (said[0]["level"], sign in said[0]["findings"]) == (level, True)
    one = bout(talk).on(START + 1)
    assert one is not None
    assert (one.level, one.signs) == (level, (sign,))


def test_a_tick_of_the_list_counts() -> None:
    talk = planned()
    said = on(talk, 1, "Better", "I cannot pee, or it is hard to start")
    assert said[-1]["level"] == "emergency"


def test_a_sign_that_was_denied_at_the_plan_is_asked_about_again() -> None:
    talk = planned()
    assert talk.case.status("chest_pain") == "denied"
    said = on(talk, 1, "better, 3")
    assert "chest_pain" in said[-1]["findings"]
    assert len(said[-1]["choices"]) == len(KNOWLEDGE.asks[SIGNS].choices) + 1
    again = (on(talk, 1, NONE), on(talk, 2, "better, 3"))[1]
    assert again[-1]["findings"] == said[-1]["findings"]


def test_better_moves_the_plan_on_and_drops_what_is_no_longer_needed() -> None:
    talk = planned()
    before = {item["id"] for reply in talk.of("plan") for item in reply["remedies"]}
    said = on(talk, 1, "better, 2", NONE)
    assert M["course_stage_move"] in texts(said)
    on(talk, 2, "better, 1", NONE)
    after = {item["id"] for reply in talk.of("plan") for item in reply["remedies"]}
    assert {"short_rest", "ibuprofen"} & before
    assert after <= {"walking", "mild_exercise", "stretching"}
    assert talk.case.told_level == "self_care"


def test_a_falling_line_is_no_comfort() -> None:
    talk = planned()
    for day, pain in ((1, 4), (2, 2), (3, 1)):
        said = on(talk, day, f"better, {pain}", NONE)
        assert M["checkin_net"] in texts(said)
        assert [r["ask"] for r in said if r["type"] == "ask"] == [SIGNS]


def test_a_check_in_names_no_dose() -> None:
    """Nobody is to read the question of the day as an order to take a medicine."""
    said = [text for name, text in M.items() if name.startswith(("checkin_", "course_stage_"))]
    said += [KNOWLEDGE.asks[name].text for name in ALL]
    assert not [text for text in said if " mg" in text or "tablet" in text]


# --- bad input ---


def test_a_day_that_has_not_come_is_refused_and_the_question_stays() -> None:
    talk = planned()
    said = on(talk, 1, "tomorrow: better, 3")
    assert M["checkin_future_day"] in texts(said)
    assert bout(talk).on(START + 2) is None
    assert FEELING in Diary.of(talk.case).todo


def test_yesterday_is_kept_under_yesterday() -> None:
    talk = planned()
    on(talk, 2, "yesterday it was a 6")
    one = bout(talk).on(START + 1)
    assert one is not None
    assert one.pain == 6


def test_of_two_on_one_day_the_later_stands_and_both_are_kept() -> None:
    talk = planned()
    on(talk, 1, "better, 4", NONE)
    said = on(talk, 1, "worse again, 7", hour=20)
    assert M["checkin_second_today"] in texts(said)
    one = bout(talk).on(START + 1)
    assert one is not None
    assert (one.feeling, one.pain) == ("worse", 7)
    assert [(old.feeling, old.pain) for old in bout(talk).replaced] == [("better", 4)]


def test_a_number_above_ten_is_not_kept_and_asked_for_again() -> None:
    talk = planned()
    said = on(talk, 1, "Worse", "12") if on(talk, 1, "hello", intent="greet") else []
    assert M["checkin_above_ten"].format(number="12") in texts(said)
    assert said[-1]["ask"] == PAIN
    one = bout(talk).on(START + 1)
    assert one is not None
    assert (one.feeling, one.pain) == ("worse", None)


def test_a_clock_that_went_back_loses_nothing() -> None:
    talk = planned()
    on(talk, 3, "better, 4", NONE)
    said = on(talk, 2, "worse, 6")
    assert M["checkin_clock_back"] in texts(said)
    assert [one.day - START for one in bout(talk).checkins] == [0, 3]
    assert [old.pain for old in bout(talk).replaced] == [4]


def test_without_a_clock_a_plan_begins_no_bout() -> None:
    talk = Talk()
    talk.tell(location="lower", severity=5, duration_days=2, injury="strain", age=40)
    talk.to_plan()
    assert talk.of("plan")
    assert talk.case.episodes == ()


# --- what was tried, and other bouts ---


def test_what_did_not_help_is_not_offered_next() -> None:
    talk = planned()
    first = on(talk, 0, "what should i do first?")
    step = first[-1]["steps"][0]
    word = next(name for name in ("heat", "walking", "reclined") if step.startswith(name))
    on(talk, 1, f"same, 5, tried {word}, it did not help", NONE)
    again = on(talk, 1, "what should i do first?")
    assert again[-1]["steps"][0] != step
    assert {one.what: one.helped for one in bout(talk).tried}[step] == "no"


def test_a_bout_ends_and_the_next_one_knows_what_helped() -> None:
    talk = planned()
    on(talk, 1, "better, 2, heat helped", NONE)
    said = on(talk, 3, "it is all gone now", intent="got_better")
    assert current(talk.case) is None
    assert "heat" in texts(said)
    on(talk, 40, "it is back", intent="new_episode")
    talk.to_plan(location="lower", severity=6, onset=0, injury="strain")
    helped = [reply["helped"] for reply in talk.replies if "helped" in reply]
    assert helped == [["heat"]]
    assert len(episodes(talk.case)) == 2
    listed = on(talk, 40, "how was it last time?")
    assert listed[-1]["episodes"][0]["helped"] == ["heat"]
    assert "heat" in listed[-1]["text"]


def test_an_emergency_ends_no_bout() -> None:
    talk = planned()
    on(talk, 1, "i cant feel it when i wipe")
    said = on(talk, 2, "it is all gone now", intent="got_better")
    assert said[0]["level"] == "emergency"
    assert current(talk.case) is not None


def test_start_over_forgets_the_talk_and_not_the_bouts() -> None:
    talk = planned()
    on(talk, 1, "better, 2, heat helped", NONE)
    on(talk, 1, "start over", intent="start_over")
    assert [one.helped() for one in episodes(talk.case)] == [("heat",)]
    assert current(talk.case) is None
    assert talk.case.severity is None


def test_the_chart_has_every_day_in_words() -> None:
    talk = planned()
    on(talk, 1, "better, 3, heat helped", NONE)
    said = on(talk, 4, "same, 3", NONE)
    (made,) = charts(said)
    assert [day["day"] for day in made["days"]] == [1, 2, 5]
    assert made["sparkline"] == "▅▃··▃"
    assert "- Day 2: 3 out of 10, better, heat helped" in texts(said)


# --- ten days ---


def test_ten_days() -> None:
    """From the plan over a bad turn, days without a word and a better end to the next time."""
    talk = planned()
    levels = {}
    for day, words in (
        (1, ("hello", "About the same", "5", NONE)),
        (2, ("worse, 6, heat did nothing", NONE)),
        (3, ("worse, 7, took 400 ibuprofen at 8am", NONE)),
        (6, ("hi", "Better", "4", NONE)),
        (8, ("better, 2, walking helped", NONE)),
        (9, ("it is completely gone",)),
    ):
        on(talk, day, *words)
        levels[day] = talk.case.told_level
    assert levels == {
        1: "self_care",
        2: "self_care",
        3: "see_clinician",
        6: "see_clinician",
        8: "self_care",
        9: "self_care",
    }
    (episode,) = episodes(talk.case)
    assert episode.ended == START + 9
    assert [(one.day - START, one.pain) for one in episode.checkins] == [
        (0, 5),
        (1, 5),
        (2, 6),
        (3, 7),
        (6, 4),
        (8, 2),
        (9, None),
    ]
    assert [(dose.what, dose.amount_mg, dose.minute) for dose in episode.taken] == [("ibuprofen", 400, 480)]
    assert {one.what: one.helped for one in episode.tried if one.helped != "unknown"} == {
        "heat": "no",
        "walking": "yes",
    }


# --- properties ---

WORDS = (
    "better, 1|worse, 8|same, 5|Better|3|11|none of these|hello|it is all gone now|check in|stop|yesterday it was a 2"
    "|tomorrow: better, 0|pain free now|heat helped|how was it last time?|0|took 400 ibuprofen at 8|no change"
    "|can i take another?|show me my chart|start over"
)
SAID = st.sampled_from(WORDS.split("|"))
INTENTS = {"stop": "stop", "start over": "start_over", "hello": "greet", NONE: "deny"}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(-2, 9), SAID), max_size=9), st.sampled_from(["saddle_numbness", "chest_pain"]))
def test_nothing_of_a_check_in_lowers_an_emergency(said: list[tuple[int, str]], sign: str) -> None:
    talk, day = planned(), 1
    talk.tell(sign)
    for step, text in said:
        day = max(0, day + step)
        on(talk, day, text, intent=INTENTS.get(text, "inform"))
        assert assess(talk.case, KNOWLEDGE).level.value == "emergency"
        assert talk.case.told_level == "emergency"
        assert not set(ALL) & {str(talk.case.pending)}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(-2, 9), SAID), max_size=10))
def test_no_day_is_lost_and_every_message_gets_a_reply(said: list[tuple[int, str]]) -> None:
    talk, day = planned(), 1
    for step, text in said:
        day = max(0, day + step)
        before = [one for episode in episodes(talk.case) for one in (*episode.checkins, *episode.replaced)]
        assert on(talk, day, text, intent=INTENTS.get(text, "inform")), text
        days = {one.day for episode in episodes(talk.case) for one in episode.checkins}
        assert {one.day for one in before} <= days
        for episode in episodes(talk.case):
            assert [one.day for one in episode.checkins] == sorted({one.day for one in episode.checkins})
