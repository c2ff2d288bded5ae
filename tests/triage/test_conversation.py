"""Everything that can happen in a conversation besides answering the question that was asked."""

from __future__ import annotations

import pytest

from tests.support.talk import Talk
from unknot.knowledge.loader import load
from unknot.triage.turn import Mention

KNOWLEDGE = load()
M = KNOWLEDGE.messages


def at_severity() -> Talk:
    talk = Talk()
    talk.tell(location="lower")
    talk.no()
    assert talk.asked == ["severity"]
    return talk


def finished(**values: object) -> Talk:
    talk = Talk()
    talk.tell(**{"location": "lower", "severity": 5, "duration_days": 1, "injury": "strain", "age": 40, **values})
    talk.to_plan()
    assert talk.of("plan")
    return talk


@pytest.mark.parametrize("question", sorted(KNOWLEDGE.questions))
def test_a_question_in_between_is_answered_then_the_question_comes_again(question: str) -> None:
    talk = at_severity()
    talk.ask(question)
    assert [reply["type"] for reply in talk.replies] == ["answer", "ask"]
    assert talk.replies[0]["question"] == question
    assert talk.asked == ["severity"]


def test_a_general_question_first_is_answered_and_help_is_offered_once() -> None:
    talk = Talk()
    talk.ask("spasm_duration")
    assert [reply["type"] for reply in talk.replies] == ["answer", "ask"]
    assert talk.asked == ["consent"]
    talk.ask("heat_or_ice")
    assert [reply["type"] for reply in talk.replies] == ["answer"]
    talk.say("ok thanks", "thank")
    assert [reply["notice"] for reply in talk.replies] == ["thanks"]


def test_consent_yes_starts_the_assessment_and_no_does_not() -> None:
    talk = Talk()
    talk.ask("spasm_duration")
    talk.yes()
    assert talk.asked == ["red_flags"]
    talk = Talk()
    talk.ask("spasm_duration")
    talk.no()
    assert not talk.of("ask")
    assert talk.replies


def test_two_questions_and_a_fact_in_one_message() -> None:
    talk = at_severity()
    talk.say(
        "8, is heat ok? and how long",
        "heat_or_ice",
        (Mention("severity", 8), Mention("question", "heat_or_ice"), Mention("question", "spasm_duration")),
    )
    assert [reply["question"] for reply in talk.of("answer")] == ["heat_or_ice", "spasm_duration"]
    assert talk.case.severity == 8
    assert talk.asked == ["onset"]


def test_an_answer_that_looks_like_a_question_is_an_answer() -> None:
    talk = Talk()
    talk.tell(location="lower", severity=5, duration_days=1)
    talk.no()
    assert talk.asked == ["injury"]
    talk.say("at the gym doing deadlifts", "exercise_and_gym", (Mention("injury", "strain"),), confidence=0.5)
    assert not talk.of("answer")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"location": "upper"}, "Got it: upper back, not lower back."),
        ({"severity": 9}, "Got it: 9 out of 10, not 5."),
    ],
)
def test_corrections_are_repaired_in_one_line_and_change_the_plan(values: dict[str, object], expected: str) -> None:
    talk = finished()
    talk.tell(**values)
    assert talk.replies[0]["notice"] == "corrected"
    assert talk.replies[0]["text"].startswith(expected)
    assert talk.of("plan")


def test_a_new_urgent_fact_after_the_plan_raises_the_level() -> None:
    talk = finished()
    talk.tell("fever")
    assert talk.level == "urgent"
    assert talk.of("plan")[0]["level"] == "urgent"


def test_a_level_never_falls_silently() -> None:
    talk = finished()
    talk.tell("fever")
    talk.tell(absent=("fever",))
    notices = [reply["text"] for reply in talk.of("notice")]
    assert any(M["level_urgent"] in text for text in notices)
    assert talk.level == "self_care"


def test_urgent_is_said_at_once_and_only_what_matters_is_asked() -> None:
    talk = Talk()
    talk.tell("fever")
    assert [reply["type"] for reply in talk.replies] == ["triage", "ask"]
    talk.no()
    assert talk.asked == ["location"]
    talk.tell(location="lower")
    talk.tell(number=6)
    assert talk.of("plan")[0]["level"] == "urgent"


def test_why_do_you_ask() -> None:
    talk = at_severity()
    talk.say("why", "ask_why")
    assert talk.replies[0]["text"] == KNOWLEDGE.asks["severity"].why
    assert talk.asked == ["severity"]


@pytest.mark.parametrize("intent", ["refuse", "unknown"])
def test_not_saying_is_fine_and_is_not_asked_again(intent: str) -> None:
    talk = at_severity()
    talk.say("...", intent)
    assert talk.asked == ["onset"]
    assert talk.to_plan(age=40) <= 6


def test_i_dont_know_to_the_emergency_signs_is_asked_once_more_then_never_taken_for_a_no() -> None:
    talk = Talk()
    talk.tell(location="lower")
    talk.say("dunno", "unknown", (Mention("act", "unknown"),))
    assert talk.asked == ["red_flags"]
    talk.say("dunno", "unknown", (Mention("act", "unknown"),))
    assert talk.asked == ["severity"]
    talk.to_plan(severity=4, onset=1, injury="strain", age=40)
    assert talk.of("plan")[0]["level"] == "see_clinician"


def test_stop_stops_and_go_on_goes_on() -> None:
    talk = at_severity()
    talk.say("stop", "stop")
    assert not talk.of("ask")
    talk.ask("heat_or_ice")
    assert [reply["type"] for reply in talk.replies] == ["answer"]
    talk.say("go on", "affirm")
    assert talk.asked == ["severity"]


def test_start_over_forgets() -> None:
    talk = at_severity()
    talk.say("start over", "start_over")
    assert talk.case.location is None
    talk.tell(location="upper")
    assert talk.asked == ["red_flags"]
    assert not [reply for reply in talk.replies if reply.get("notice") == "corrected"]


@pytest.mark.parametrize(
    ("intent", "notice"),
    [
        ("greet", "greeting"),
        ("thank", "thanks"),
        ("bot_challenge", "bot_challenge"),
        ("privacy", "privacy"),
        ("out_of_scope", "out_of_scope"),
        ("help", "help"),
        ("frustration", "help"),
    ],
)
def test_small_talk_in_between_comes_back_to_the_question(intent: str, notice: str) -> None:
    talk = at_severity()
    talk.say("...", intent)
    assert talk.replies[0]["notice"] == notice
    assert talk.asked == ["severity"]


def test_nonsense_is_met_with_a_question_then_with_help() -> None:
    talk = at_severity()
    talk.say("asdf", "nlu_fallback")
    assert [reply.get("notice") for reply in talk.replies] == ["clarify", None]
    talk.say("qwer", "nlu_fallback")
    assert [reply.get("notice") for reply in talk.replies] == ["clarify", None]
    assert "skip" in talk.replies[0]["text"]


def test_nonsense_at_the_start() -> None:
    talk = Talk()
    talk.say("asdf", "nlu_fallback")
    assert [reply["notice"] for reply in talk.replies] == ["clarify"]
    talk.say("qwer", "nlu_fallback")
    assert [reply["notice"] for reply in talk.replies] == ["help"]


def test_just_tell_me_what_to_do_waits_for_the_danger_signs_only() -> None:
    talk = Talk()
    talk.say("just tell me what to do", "request_plan")
    assert talk.asked == ["red_flags"]
    talk.no()
    talk.say("just the plan", "request_plan")
    assert talk.of("plan")


def test_the_plan_again_and_the_summary() -> None:
    talk = finished()
    talk.say("can you repeat that", "repeat")
    assert talk.of("plan")
    talk.say("summary please", "request_summary")
    (summary,) = talk.of("summary")
    assert (M["label_location"], "lower back") in [(fact["label"], fact["value"]) for fact in summary["facts"]]
    assert summary["level"] == "self_care"
    assert summary["remedies"]


def test_it_got_worse_asks_for_the_danger_signs_again() -> None:
    talk = finished()
    talk.say("its worse", "got_worse", (Mention("trend", "worse"),))
    assert talk.asked == ["red_flags"]
    talk.no()
    assert talk.asked == ["severity"]
    talk.tell(number=7)
    assert talk.of("plan")


def test_a_second_bout_keeps_who_the_person_is() -> None:
    talk = finished()
    talk.say("its back again", "new_episode")
    assert talk.case.age == 40
    assert talk.asked == ["red_flags"]
    talk.no()
    assert talk.asked == ["location"]
    talk.to_plan(location="lower", severity=4)
    assert talk.of("plan")[0]["level"] == "see_clinician"  # it keeps coming back


def test_thanks_after_the_plan_is_not_a_question() -> None:
    talk = finished()
    talk.say("thanks", "thank")
    assert [reply.get("notice") for reply in talk.replies] == ["thanks"]
    talk.say("ok", "affirm")
    assert [reply["type"] for reply in talk.replies] == ["notice"]


def test_pain_that_is_not_in_the_back() -> None:
    talk = Talk()
    talk.tell(location="elsewhere", severity=5, duration_days=1, injury="strain", age=30)
    talk.to_plan()
    assert talk.of("plan")[0]["level"] == "see_clinician"


def test_a_child_gets_no_dose_and_a_clinician() -> None:
    talk = finished(age=13)
    (plan,) = talk.of("plan")
    assert plan["level"] == "see_clinician"
    assert not {"ibuprofen", "naproxen", "acetaminophen"} & {item["id"] for item in plan["remedies"]}


@pytest.mark.parametrize("severity", [11, 50, -3])
def test_severity_is_kept_within_the_scale(severity: int) -> None:
    talk = Talk()
    talk.tell(severity=severity)
    assert talk.case.severity in range(11)


def test_messages_that_came_while_the_actions_were_away_are_taken_in_later() -> None:
    from unknot.triage.case import Case
    from unknot.triage.conversation import take_in
    from unknot.triage.turn import Turn

    missed = Turn("upper, 7", "inform", 0.9, (Mention("location", "upper"), Mention("severity", 7)), "1")
    now = Turn("hello?", "greet", 0.9, (), "2")
    outcome = take_in(Case(), [missed, now], KNOWLEDGE, KNOWLEDGE.regions["us"])
    assert (outcome.case.location, outcome.case.severity) == ("upper", 7)
    assert outcome.case.seen == "2"
