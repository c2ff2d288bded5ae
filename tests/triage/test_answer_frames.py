"""Answers by question, remedy and person; short questions follow the last answer; repeats are shorter."""

from __future__ import annotations

import pytest

from tests.support.talk import Talk, mentions
from tests.triage.test_cards import KNOWLEDGE, planned
from unknot.triage.turn import Mention

M = KNOWLEDGE.messages


def answer(talk: Talk, words: str, intent: str, extra: tuple[Mention, ...] = ()) -> dict[str, object]:
    talk.say(words, intent, extra)
    return talk.of("answer")[0]


def text_of(remedy: str, about: str) -> str:
    return next(asked.text for asked in KNOWLEDGE.remedies[remedy].asked if asked.about == about)


def test_a_short_question_follows_the_last_answer() -> None:
    talk = planned()
    talk.say("heat or ice?", "heat_or_ice")
    assert answer(talk, "and ice?", "heat_or_ice")["text"] == text_of("cold", "may")
    assert answer(talk, "for how long?", "spasm_duration")["text"] == text_of("cold", "how_long")
    assert answer(talk, "how often", "nlu_fallback")["text"] == text_of("cold", "how_often")
    found = answer(talk, "why?", "ask_why")
    assert found["text"] == text_of("cold", "why")
    assert (found["remedy"], found["about"]) == ("cold", "why")
    assert [reply["type"] for reply in talk.replies] == ["answer"]


def test_how_long_without_a_remedy_is_about_the_pain() -> None:
    talk = planned()
    talk.say("how long does it last?", "spasm_duration")
    assert talk.of("answer")[0]["question"] == "spasm_duration"
    assert "about" not in talk.of("answer")[0]


@pytest.mark.parametrize(("words", "remedy"), [("and ibuprofen?", "ibuprofen"), ("what about naproxen?", "naproxen")])
def test_no_comes_first_where_it_is_not_for_them(words: str, remedy: str) -> None:
    found = answer(planned("anticoagulant"), words, "which_painkiller")
    assert str(found["text"]).startswith("No, ")
    assert "blood thinner" in str(found["text"])
    assert {held["id"] for held in found["withheld"]} == {remedy}


def test_and_paracetamol_on_a_blood_thinner_is_about_paracetamol() -> None:
    talk = planned("anticoagulant")
    talk.say("can I take ibuprofen?", "which_painkiller")
    found = answer(talk, "and paracetamol?", "which_painkiller")
    assert str(found["text"]).startswith("Ask a pharmacist")
    assert "acetaminophen" in str(found["text"])
    assert "ibuprofen" not in str(found["text"]).lower()


def test_a_remedy_asked_for_was_not_taken() -> None:
    talk = planned()
    talk.say("can I take ibuprofen?", "which_painkiller")
    found = answer(talk, "and paracetamol?", "which_painkiller", mentions(KNOWLEDGE, ("acetaminophen_already",)))
    assert str(found["text"]).startswith("Yes")
    assert talk.case.status("acetaminophen_already") != "now"


def test_a_painkiller_of_any_name_that_is_asked_about_is_not_thereby_taken() -> None:
    talk = planned()
    found = answer(
        talk, "can i take diclofenac?", "which_painkiller", (Mention("condition", "other_nsaid", "supposed"),)
    )
    assert not found.get("withheld")
    assert KNOWLEDGE.conditions["other_nsaid"].label not in str(found["text"])
    assert talk.case.status("other_nsaid") != "now"


def test_with_another_medicine() -> None:
    talk = planned()
    assert str(answer(talk, "and ibuprofen?", "which_painkiller")["text"]).startswith("Yes")
    found = answer(talk, "with sertraline?", "nlu_fallback", (Mention("condition", "ssri", "supposed"),))
    assert str(found["text"]).startswith("No, ibuprofen")
    assert "ibuprofen" in {remedy["id"] for remedy in planned().of("plan")[0]["remedies"]}


def test_no_yes_to_a_medicine_before_health_is_known() -> None:
    talk = Talk()
    talk.say("can I take ibuprofen?", "which_painkiller")
    found = talk.of("answer")[0]
    assert not str(found["text"]).startswith("Yes")
    talk.say("and naproxen?", "which_painkiller")
    assert not str(talk.of("answer")[0]["text"]).startswith("Yes")


def test_alcohol_with_ibuprofen_is_no() -> None:
    found = answer(planned(), "can i take ibuprofen with alcohol?", "alcohol_and_cannabis")
    assert str(found["lead"]).startswith("No, do not drink with ibuprofen")


@pytest.mark.parametrize("identity", ["pregnant", "under_18"])
def test_who_asks_decides(identity: str) -> None:
    values = {"age": 15} if identity == "under_18" else {"age": 30}
    talk = planned(*(["pregnant"] if identity == "pregnant" else []), **values)
    found = answer(talk, "which painkiller?", "which_painkiller")
    assert str(found["lead"]).startswith("Ask ")
    assert " mg" not in str(found["lead"])


def test_a_repeat_is_shorter_and_never_the_same() -> None:
    talk = planned()
    texts = [str(answer(talk, "heat or ice?", "heat_or_ice")["text"]) for _ in range(3)]
    assert len(set(texts)) == 3
    assert len(texts[1].split()) < len(texts[0].split()) / 2


def test_a_new_fact_makes_it_a_new_answer() -> None:
    talk = planned()
    answer(talk, "which painkiller?", "which_painkiller")
    talk.say("i take warfarin", "inform", mentions(KNOWLEDGE, ("anticoagulant",)))
    found = answer(talk, "which painkiller?", "which_painkiller")
    assert "blood thinner" in str(found["text"]).split("\n\n")[0]
    assert "As I said" not in str(found["text"])


def test_more_gives_what_the_short_form_left_out() -> None:
    talk = planned()
    first = answer(talk, "how long does it last?", "spasm_duration")
    rest = answer(talk, "more", "nlu_fallback")
    assert rest["part"] is True
    assert str(rest["text"]).split("\n\n")[-1] in str(first["text"])
    assert len(str(first["lead"]).split()) <= 95


@pytest.mark.parametrize(("region", "word"), [("us", "the ER "), ("uk", "A&E"), ("au", "emergency department")])
def test_the_words_of_the_place(region: str, word: str) -> None:
    talk = Talk(region)
    talk.say("paralyzed?", "paralysis_fear")
    found = talk.of("answer")[0]
    assert word in found["text"]
    assert "ER (A&E)" not in found["text"] + found["title"] + found["lead"]


@pytest.mark.parametrize("question", sorted(KNOWLEDGE.questions))
@pytest.mark.parametrize("ids", [(), ("anticoagulant",), ("pregnant",)])
def test_every_answer_keeps_everything_and_leads_short(question: str, ids: tuple[str, ...]) -> None:
    talk = planned(*ids)
    talk.ask(question)
    found = talk.of("answer")[0]
    record = KNOWLEDGE.questions[question]
    assert [item for item in record.items if item.lower() not in found["text"].lower()] == []
    assert len(found["lead"].split()) <= 95 + 40 * len(found["withheld"] + found["ask_first"])
