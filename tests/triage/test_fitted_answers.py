"""What was told is seen in the replies: in answers, before the next question, and in what is called a correction."""

from __future__ import annotations

import pytest

from tests.support.talk import Talk, mentions
from unknot.knowledge.loader import load
from unknot.knowledge.schema import Question
from unknot.triage.turn import Mention

KNOWLEDGE = load()
M = KNOWLEDGE.messages


def test_an_answer_first_says_what_is_not_for_this_person() -> None:
    talk = Talk()
    talk.tell("anticoagulant", location="lower")
    answer = next(reply for reply in talk.ask("which_painkiller") if reply["type"] == "answer")
    first = answer["text"].split("\n\n")[0]
    assert "Ibuprofen" in first
    assert "Naproxen" in first
    assert KNOWLEDGE.conditions["anticoagulant"].label in first
    assert {"id": "ibuprofen", "because": ["anticoagulant"]} in answer["withheld"]
    assert answer["text"].endswith(KNOWLEDGE.questions["which_painkiller"].text)


def test_an_answer_says_it_during_an_emergency_too() -> None:
    talk = Talk()
    talk.tell("pregnant", "saddle_numbness")
    answer = next(reply for reply in talk.ask("which_painkiller") if reply["type"] == "answer")
    assert "ibuprofen" in {held["id"] for held in answer["withheld"]}


@pytest.mark.parametrize("question", ["which_painkiller", "fast_relief", "spasm_duration"])
def test_an_answer_is_the_plain_text_where_nothing_is_withheld(question: str) -> None:
    talk = Talk()
    talk.tell(location="lower")
    answer = next(reply for reply in talk.ask(question) if reply["type"] == "answer")
    assert answer["text"] == KNOWLEDGE.questions[question].text
    assert answer["withheld"] == []


@pytest.mark.parametrize("question", KNOWLEDGE.questions.values(), ids=lambda question: question.id)
def test_every_answer_that_names_a_painkiller_can_say_that_it_is_withheld(question: Question) -> None:
    named = {i for i in ("ibuprofen", "naproxen", "acetaminophen") if i in question.text.lower()}
    # The answer for pregnancy warns of them itself.
    assert named <= set(question.remedies) or question.id == "pregnancy_and_spasm"


def test_several_facts_at_once_are_named_before_the_question() -> None:
    talk = Talk()
    talk.tell(location="middle", severity=8, duration_days=1)
    text = talk.of("ask")[0]["text"]
    assert M["heard"].format(facts="middle of the back, 8 out of 10, since yesterday") in text


def test_facts_beside_the_question_are_named_when_it_comes_again() -> None:
    talk = Talk()
    talk.tell(location="lower")
    assert talk.asked == ["red_flags"]
    talk.tell(severity=6)
    assert talk.asked == ["red_flags"]
    assert "6 out of 10" in talk.of("ask")[0]["lead"]


def test_a_plain_answer_is_not_repeated() -> None:
    talk = Talk()
    talk.tell(location="lower")
    talk.no()
    talk.tell(severity=6)
    assert "6 out of 10" not in talk.of("ask")[0]["text"]


def test_the_question_about_medicines_names_those_it_has() -> None:
    talk = Talk()
    talk.tell("ssri", location="lower", severity=4, duration_days=1, injury="strain", age=40)
    while talk.case.pending != "safety":
        talk.no()
    assert KNOWLEDGE.conditions["ssri"].label in talk.of("ask")[0]["lead"]


def test_a_score_made_from_words_is_no_claim_to_be_corrected() -> None:
    talk = Talk()
    talk.say("killing me", "inform", (Mention("severity", 8, confidence=0.9),))
    talk.say("lower. 9", "inform", mentions(KNOWLEDGE, location="lower", severity=9))
    assert not [reply for reply in talk.of("notice") if reply["notice"] == "corrected"]
    talk.tell(severity=7)
    assert talk.of("notice")[0]["text"] == M["corrected"].format(new="7 out of 10", old="9")


def test_yes_in_an_emergency_is_no_refusal() -> None:
    talk = Talk()
    talk.tell("leg_weakness_both")
    talk.say("both legs yes", "deny", (Mention("act", "yes"),))
    texts = [reply["text"] for reply in talk.replies]
    assert M["will_not_go"] not in texts
    assert M["while_waiting"] in texts


def test_what_to_tell_the_ambulance_is_summed_up() -> None:
    talk = Talk()
    talk.tell("saddle_numbness", location="lower", severity=7)
    talk.say("what should I tell them", "request_summary")
    facts = {fact["label"]: fact["value"] for fact in talk.of("summary")[0]["facts"]}
    assert KNOWLEDGE.findings["saddle_numbness"].label in facts[M["label_present"]]
    assert talk.level == "emergency"


@pytest.mark.parametrize(("days", "words"), [(0, "since today"), (6, "for about 6 days"), (21, "for about 3 weeks")])
def test_a_time_is_named_as_people_say_it(days: int, words: str) -> None:
    talk = Talk()
    talk.tell(location="middle", duration_days=days, injury="strain")
    assert f"{words}, from a strain" in talk.of("ask")[0]["lead"]
