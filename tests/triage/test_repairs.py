"""Corrections, doubts and odd answers: nothing that was said is turned into something else."""

from __future__ import annotations

import pytest

from tests.support.talk import Talk
from unknot.knowledge.loader import load
from unknot.triage.statement import Statement
from unknot.triage.turn import Mention

KNOWLEDGE = load()
M = KNOWLEDGE.messages
CORRECTION = (Mention("act", "no"), Mention("act", "correction"))


def at(pending: str, **values: object) -> Talk:
    """A talk in which this question waits."""
    talk = Talk()
    talk.tell(**{"location": "lower", "severity": 8, **values})
    for _ in range(8):
        if talk.case.pending == pending:
            return talk
        talk.no()
    raise AssertionError(f"{pending} is never asked")


def planned(**values: object) -> Talk:
    talk = Talk()
    talk.tell(**{"location": "lower", "severity": 5, "duration_days": 1, "injury": "strain", "age": 40, **values})
    talk.to_plan()
    assert talk.of("plan")
    return talk


@pytest.mark.parametrize(("text", "score"), [("not 8, 6", 6), ("sorry 7 not 8", 7), ("i said 8 but it's a 4", 4)])
def test_of_two_numbers_the_one_that_is_known_gives_way(text: str, score: int) -> None:
    talk = at("injury", duration_days=1)
    talk.say(text, "deny", (Mention("number", score),))
    assert talk.case.severity == score
    assert talk.case.injury is None
    assert talk.case.pending == "injury"
    assert talk.replies[0]["notice"] == "corrected"


@pytest.mark.parametrize(
    "text", ["8 weeks, maybe 6", "not 3, 4", "it was 8 and then 20 other things and I got no sleep"]
)
def test_other_numbers_correct_nothing(text: str) -> None:
    talk = at("injury", duration_days=1)
    talk.say(text, "inform")
    assert talk.case.severity == 8


def test_a_corrected_age() -> None:
    talk = planned()
    talk.say("no, 66 not 40", "deny", (Mention("act", "no"), Mention("number", 66)))
    assert talk.case.age == 66
    assert talk.case.pending == "confirm:first_over_55", "asked, never inferred from the age"
    talk.no()
    assert {"ibuprofen", "naproxen"} <= {held["id"] for held in talk.of("plan")[0]["withheld"]}


@pytest.mark.parametrize("pending", ["onset", "injury"])
def test_a_no_that_corrects_something_else_answers_nothing(pending: str) -> None:
    talk = at(pending, **({"duration_days": 1} if pending == "injury" else {}))
    talk.say("no I meant on the right", "false_alarm", (*CORRECTION, Mention("side", "right")))
    assert talk.case.side == "right"
    assert talk.case.injury is None
    assert talk.case.pending == pending
    assert "right" in talk.of("ask")[0]["lead"]


def test_no_to_what_set_it_off_is_still_an_answer() -> None:
    talk = at("injury", duration_days=1)
    talk.no()
    assert talk.case.injury == "none"


def test_nobody_new_is_told_that_it_is_back() -> None:
    talk = Talk()
    talk.say("spasm", "new_episode")
    assert M["new_episode"] not in talk.of("ask")[0]["text"]
    talk = planned()
    talk.say("it's back", "new_episode")
    assert M["new_episode"] in talk.of("ask")[0]["text"]


def test_in_doubt_about_danger_signs_they_are_gone_through_one_by_one() -> None:
    talk = Talk()
    talk.tell(location="lower")
    talk.say("not sure", "unknown", (Mention("act", "unknown"),))
    assert talk.asked == ["red_flags"]
    assert talk.of("ask")[0]["lead"] == M["clarify_one_by_one"]


def test_no_to_where_it_hurts_is_asked_once_more_and_then_left() -> None:
    talk = Talk()
    talk.say("my back")
    talk.no()
    assert talk.asked == ["location"]
    talk.no()
    assert talk.asked == ["location"]
    talk.no()
    assert talk.asked == ["severity"]


def test_what_is_not_understood_twice_gets_a_way_out_that_fits_the_question() -> None:
    talk = Talk()
    talk.say("my back")
    for _ in range(2):
        talk.say("zxcv", "out_of_scope_or_worse")
    assert talk.replies[0]["text"] == M["clarify_list"]


def test_relief_is_noticed_and_the_question_comes_again() -> None:
    talk = at("onset")
    talk.say("a bit better now", "got_better", (Mention("trend", "better"),))
    assert talk.replies[0]["text"] == M["easing"]
    assert talk.asked == ["onset"]


def test_a_changed_plan_says_so_and_names_what_changed_it() -> None:
    talk = planned()
    talk.tell("anticoagulant")
    first = talk.replies[0]
    assert (first["type"], first["notice"]) == ("notice", "corrected")
    assert KNOWLEDGE.conditions["anticoagulant"].label in first["text"]
    assert "I took out Ibuprofen" in first["text"]
    assert "ibuprofen" in {held["id"] for held in talk.of("plan")[0]["withheld"]}


def test_a_plan_that_is_asked_for_again_has_not_changed() -> None:
    talk = planned()
    talk.say("say that again", "repeat")
    assert "update" not in talk.of("plan")[0]
    assert "I took out" not in "".join(reply["text"] for reply in talk.replies)


@pytest.mark.parametrize("identity", ["anticoagulant", "pregnant", "breastfeeding"])
def test_acetaminophen_stays_with_the_advice_to_ask_first(identity: str) -> None:
    talk = Talk()
    talk.tell(identity, location="lower", severity=5, duration_days=1, injury="strain", age=30)
    talk.to_plan()
    item = next(item for item in talk.of("plan")[0]["remedies"] if item["id"] == "acetaminophen")
    assert item["ask_first"] == [identity]
    assert KNOWLEDGE.conditions[identity].label in item["how"]
    assert "500 mg" not in item["how"]
    answer = next(reply for reply in talk.ask("which_painkiller") if reply["type"] == "answer")
    assert {"id": "acetaminophen", "because": [identity]} in answer["ask_first"]


def test_titles_that_share_a_reason_are_listed_as_people_do() -> None:
    talk = Talk()
    talk.tell("under_18" if "under_18" in KNOWLEDGE.conditions else "liver_disease", location="lower")
    text = next(reply for reply in talk.ask("which_painkiller") if reply["type"] == "answer")["text"]
    titles = [KNOWLEDGE.remedies[i].title for i in ("ibuprofen", "naproxen", "acetaminophen")]
    assert f"{titles[0]}, {titles[1]} or {titles[2]}, because" in text


def test_a_doubt_after_a_denied_list_is_asked_about() -> None:
    talk = at("red_flags_more", duration_days=1, injury="strain")
    assert talk.case.status("saddle_numbness") == "denied"
    talk.say("well I do have a bit of it", "deny", (Mention("finding", "saddle_numbness", "possible"),))
    assert talk.of("ask")[0]["findings"] == ["saddle_numbness"]
    assert "red_flags_more" not in talk.case.answered
    talk.yes()
    assert talk.level == "emergency"


def test_a_doubt_that_was_denied_by_name_is_not_raised_again() -> None:
    talk = Talk()
    doubt = (Mention("finding", "saddle_numbness", "possible"),)
    talk.say("a bit odd there", "inform", doubt)
    talk.no()
    talk.say("a bit odd there", "inform", doubt)
    assert talk.case.pending == "confirm:saddle_numbness"
    talk.no()
    talk.say("a bit odd there", "inform", doubt)
    assert talk.case.status("saddle_numbness") == "denied"


def test_the_side_outlives_a_corrected_place() -> None:
    talk = Talk()
    talk.tell(location="lower", side="right")
    talk.say("more like upper", "inform", (Mention("act", "correction"), Mention("location", "upper")))
    assert (talk.case.location, talk.case.side) == ("upper", "right")
    assert "right" in talk.replies[0]["text"]
    talk.tell(location="whole")
    assert talk.case.side is None


@pytest.mark.parametrize(
    ("text", "confidence", "answered"),
    [
        ("my lower back is spasming", 0.8, False),
        ("lower back, is heat ok", 0.5, True),
        ("lower back, what helps", 0.5, True),
        ("lower back spasm", 0.95, True),
    ],
)
def test_a_statement_is_answered_only_where_it_surely_asks(text: str, confidence: float, answered: bool) -> None:
    talk = Talk()
    talk.say(text, "releasing_spasms", (Mention("location", "lower"),), confidence)
    assert bool(talk.of("answer")) is answered
    assert talk.case.location == "lower"


def test_facts_that_follow_from_an_age_have_words_of_their_own() -> None:
    talk = planned(age=72)
    why = {held["id"]: held["why"] for held in talk.of("plan")[0]["withheld"]}
    assert why["ibuprofen"].endswith("because of an age of 60 or more.")


def test_a_single_no_by_name_leaves_the_rest_of_the_list_open() -> None:
    talk = at("safety", severity=5, duration_days=1, injury="strain", age=30)
    talk.say("not pregnant", "deny", (Mention("condition", "pregnant", "denied"),))
    assert talk.case.pending == "safety"
    assert talk.case.status("pregnant") == "denied"
    assert talk.case.status("kidney_disease") == "unknown"
    talk.no()
    assert talk.case.status("kidney_disease") == "denied"
    assert talk.of("plan")


def test_what_was_said_of_illnesses_and_medicines_is_not_asked_again() -> None:
    talk = Talk()
    denied = (Mention("denied_group", "conditions"), Mention("denied_group", "medicines"))
    talk.say("no meds no conditions", "inform", (Mention("location", "lower"), Mention("severity", 5), *denied))
    for _ in range(8):
        if talk.case.pending == "safety":
            break
        talk.no()
    (ask,) = talk.of("ask")
    assert ask["asks"] == ["allergies", "pregnancy"]
    assert M["ask_allergies"] in ask["prompt"]
    assert M["ask_medicines"] not in ask["prompt"]


def test_weeks_of_pregnancy_are_noted_once() -> None:
    talk = Talk()
    mentions = (Mention("condition", "pregnant"), Mention("condition", "pregnant_20_weeks"))
    talk.say("28 weeks, lower", "inform", (*mentions, Mention("pregnancy_weeks", 28), Mention("location", "lower")))
    assert M["heard_pregnancy_weeks"].format(value=28) in talk.of("ask")[0]["lead"]
    assert KNOWLEDGE.conditions["pregnant_20_weeks"].label not in talk.of("ask")[0]["lead"]


@pytest.mark.parametrize(("number", "score"), [(0, 0), (7, 7), (12, 10), (100, 10), (45, None), (20, None)])
def test_which_numbers_are_a_score(number: int, score: int | None) -> None:
    talk = Talk()
    talk.tell(location="lower")
    talk.no()
    assert talk.asked == ["severity"]
    talk.say(str(number), "inform", (Mention("number", number),))
    assert talk.case.severity == score


def test_no_it_is_a_nine_corrects_the_score() -> None:
    talk = planned()
    talk.say("no its 9", "deny", (Mention("act", "no"), Mention("number", 9)))
    assert talk.case.severity == 9
    assert talk.of("plan")[0]["severity"] == 9


def test_a_number_without_a_unit_is_asked_for_its_unit() -> None:
    talk = at("onset")
    talk.say("3", "inform", (Mention("number", 3),))
    assert talk.asked == ["onset"]
    assert talk.of("ask")[0]["lead"] == M["clarify_unit"]


def test_a_question_that_is_left_is_left_openly() -> None:
    talk = Talk()
    talk.say("my back")
    for _ in range(3):
        talk.no()
    assert talk.asked == ["severity"]
    assert [reply["type"] for reply in talk.replies] == ["ask"]
    assert M["going_on"] in talk.of("ask")[0]["lead"]


def test_a_fact_given_instead_of_yes_or_no_is_kept_and_the_doubt_asked_again() -> None:
    talk = Talk()
    talk.say("my back, odd", "inform", (Mention("finding", "saddle_numbness", "possible"),))
    talk.no()
    talk.say("well, odd there", "inform", (Mention("finding", "saddle_numbness", "possible"),))
    assert talk.case.pending == "confirm:saddle_numbness"
    talk.tell(location="lower")
    assert talk.case.location == "lower"
    assert talk.case.pending == "confirm:saddle_numbness"
    assert talk.level is None
    talk.say("dunno", "unknown")
    assert talk.level == "urgent"


@pytest.mark.parametrize("words", ["sitting at my desk", "ladder", "suitcase", "a trampoline park", "stop"])
def test_a_cause_is_free_text_and_is_quoted_back(words: str) -> None:
    talk = at("injury", duration_days=1)
    talk.say(words, "stop" if words == "ladder" else "out_of_scope", confidence=0.95)
    assert talk.asked == ["red_flags"]
    assert talk.case.injury == "told"
    assert words in talk.of("ask")[0]["lead"]


def test_a_corrected_time_is_said() -> None:
    talk = at("injury", duration_days=0)
    talk.tell(duration_days=3)
    assert talk.replies[0]["text"] == M["corrected"].format(new="about 3 days", old="today")


def test_a_fact_that_changes_no_advice_does_not_bring_the_plan_again() -> None:
    talk = planned(age=40)
    talk.tell(absent=("asthma",))
    assert not talk.of("plan")
    talk.tell(duration_days=2)
    assert not talk.of("plan")
    assert talk.replies


def test_a_tick_means_what_it_stands_for_and_nothing_besides() -> None:
    talk = at("red_flags_more", duration_days=1, injury="strain")
    title = next(c.title for c in KNOWLEDGE.asks["red_flags_more"].choices if c.id == "leg_tingling")
    talk.say(title, "inform", (Mention("finding", "leg_tingling"), Mention("finding", "saddle_numbness")))
    assert talk.case.status("leg_tingling") == "now"
    assert talk.case.status("saddle_numbness") == "denied"
    assert talk.level != "emergency"


def test_a_known_sign_named_again_answers_the_list() -> None:
    talk = at("red_flags_more", duration_days=1, injury="strain")
    talk.case = talk.case.told(Statement("leg_tingling"))
    talk.tell("leg_tingling", text="my left leg tingles")
    assert "red_flags_more" in talk.case.answered
    assert talk.asked != ["red_flags"]
