"""Side questions, answers to a list, what is said after a plan or in an emergency: each is met where it stands."""

from __future__ import annotations

import pytest

from tests.support.talk import Talk, mentions
from tests.triage.test_cards import planned
from unknot.knowledge.loader import load
from unknot.triage import after_plan
from unknot.triage.turn import Mention, Turn

KNOWLEDGE = load()
M = KNOWLEDGE.messages


def at_the_list() -> Talk:
    talk = Talk()
    talk.tell(location="lower", severity=6)
    assert talk.case.pending == "red_flags_first"
    return talk


def texts(talk: Talk) -> list[str]:
    return [str(reply["text"]) for reply in talk.replies]


def test_why_is_told_in_full_once_and_the_question_is_kept() -> None:
    talk = at_the_list()
    talk.say("most of them no", "deny", (Mention("act", "hedge"),))
    talk.ask("heat_or_ice")
    talk.say("why do you ask", "ask_why")
    assert KNOWLEDGE.asks["red_flags_first"].why in texts(talk)
    assert str(talk.case.pending).startswith("red_flags_first")
    talk.say("why do you want that", "ask_why")
    assert KNOWLEDGE.asks["red_flags_first"].why not in texts(talk)
    assert not str(talk.case.pending).startswith("red_flags_first"), "the turns count"
    assert M["going_on"] in texts(talk)[-1]
    assert M["why_nothing"] not in texts(talk)


def test_why_again_is_said_in_a_breath() -> None:
    talk = at_the_list()
    talk.say("why", "ask_why")
    talk.say("but why", "ask_why")
    assert M["why_again"] in texts(talk)


def test_after_a_side_question_nobody_is_told_that_they_were_not_understood() -> None:
    talk = at_the_list()
    talk.ask("heat_or_ice")
    asked = str(talk.of("ask")[0]["text"])
    assert asked.startswith(M["back_to_question"])
    assert M["list_open"] not in asked


@pytest.mark.parametrize("words", ["hmm", "well", "eh"])
def test_what_only_resembles_a_yes_raises_no_alarm(words: str) -> None:
    talk = at_the_list()
    talk.say(words, "affirm", confidence=0.84)
    assert talk.level is None
    assert str(talk.case.pending).startswith("red_flags_first")


@pytest.mark.parametrize("words", ["how long does it last", "what does the third one mean?", "which first"])
def test_a_question_ticks_no_line_of_the_list(words: str) -> None:
    talk = at_the_list()
    talk.say(words, "spasm_duration")
    assert talk.level is None
    assert not talk.case.present()


def test_a_no_to_one_thing_asked_of_oneself_does_not_close_the_list() -> None:
    talk = at_the_list()
    talk.say("can you pee? no", "deny", (Mention("act", "no"), Mention("finding", "urinary_retention", "denied")))
    assert str(talk.case.pending).startswith("red_flags_first")


def test_one_of_them_is_a_yes() -> None:
    talk = at_the_list()
    talk.say("one of them", "inform")
    assert talk.level == "emergency"


def parsed(text: str, sign: str, assertion: str, *acts: tuple[str, int, int]) -> Turn:
    entities = [{"entity": "finding", "value": sign, "start": 0, "end": len(text), "assertion": assertion}]
    entities += [{"entity": "act", "value": act, "start": start, "end": end} for act, start, end in acts]
    return Turn.from_parse(text, {"intent": {"name": "inform", "confidence": 1.0}, "entities": entities})


@pytest.mark.parametrize(
    ("act", "assertion", "certainty"),
    [("thing_yes", "possible", "stated"), ("cannot", "absent", "possible"), ("unsure", "absent", "possible")],
)
def test_what_a_message_says_to_a_sign_of_its_own(act: str, assertion: str, certainty: str) -> None:
    turn = parsed("numb? yes", "saddle_numbness", assertion, (act, 0, 4))
    assert [m.certainty for m in turn.of("finding")] == [certainty]


def test_what_the_guard_adds_for_the_stories_is_no_part_of_the_message() -> None:
    parse = {"entities": [{"entity": "phase", "value": "talk"}, {"entity": "settled", "value": 3}]}
    assert Turn.from_parse("he says 9", parse).mentions == ()


# --- after a plan


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_step_by_its_number(number: int) -> None:
    talk = planned()
    lines = str(talk.of("plan")[0]["text"]).split("\n")
    shown = next(line for line in lines if line.startswith(f"{number}. "))
    talk.say(f"what was step {number}", "nlu_fallback")
    assert shown.removeprefix(f"{number}. ") in texts(talk)[0]


def test_what_is_not_at_hand_is_left_out_from_then_on() -> None:
    talk = planned()
    talk.say("no heat pack here", "deny")
    assert M["after_lacks"].split(":")[0] in texts(talk)[0]
    warm = KNOWLEDGE.remedies["heat"].short
    for words in ("which first?", "what now?", "show me again"):
        talk.say(words, "nlu_fallback")
        assert not [text for text in texts(talk) if warm in text], words


def test_stuck_on_the_floor_is_answered_at_once() -> None:
    talk = planned()
    talk.say("I am stuck on the floor", "inform")
    assert texts(talk)[0] == after_plan.getting_up(KNOWLEDGE)


@pytest.mark.parametrize(("words", "intent"), [("ok", "affirm"), ("no", "deny"), ("none", "deny")])
def test_a_mere_yes_or_no_after_a_plan_is_taken_note_of(words: str, intent: str) -> None:
    talk = planned()
    talk.say(words, intent, (Mention("act", {"ok": "yes"}.get(words, words)),))
    assert texts(talk) == [M["noted"]]


def test_show_me_again_is_no_pain_that_comes_again() -> None:
    talk = planned()
    talk.say("show me again", "repeat", (Mention("course", "recurrent"),))
    assert "recurrent" not in talk.case.present()


@pytest.mark.parametrize("words", ["what now", "still hurts", "it didn't help"])
def test_what_words_say_outranks_a_classifier_that_hears_better(words: str) -> None:
    talk = at_the_list()
    talk.say(words, "got_better")
    assert talk.case.trend != "better"


def test_lifting_is_answered_also_where_the_classifier_knows_no_such_question() -> None:
    talk = planned()
    talk.say("can I still lift her?", "nlu_fallback")
    assert texts(talk) == [KNOWLEDGE.remedies["lifting"].asked[0].text]


# --- questions and medicines


def questions(talk: Talk) -> list[str]:
    return [str(reply["question"]) for reply in talk.of("answer")]


def test_one_question_a_clause_and_the_one_about_what_is_named() -> None:
    talk = planned()
    heard = (Mention("question", "strong_painkillers"), Mention("question", "muscle_relaxants"))
    talk.say("so which painkiller can I take?", "which_painkiller", heard)
    assert questions(talk) == ["which_painkiller"]
    named = (Mention("question", "which_painkiller"), Mention("condition", "other_nsaid", "supposed"))
    talk.say("can he take my diclofenac", "muscle_relaxants", named)
    assert questions(talk) == ["which_painkiller"]
    talk.say("is heat good, and how long will it last?", "heat_or_ice", (Mention("question", "spasm_duration"),))
    assert questions(talk) == ["heat_or_ice", "spasm_duration"]


def test_a_painkiller_that_is_asked_about_was_not_taken() -> None:
    talk = Talk()
    words = "can i take diclofenac? im 16"
    talk.say(words, "which_painkiller", (Mention("condition", "other_nsaid", start=11, end=21), Mention("age", 16)))
    assert "other_nsaid" not in talk.case.present()
    talk.say("i took aleve, can i take more", "inform", (Mention("condition", "other_nsaid", start=7, end=12),))
    assert "other_nsaid" in talk.case.present()


def test_taken_against_a_warning_is_answered_before_the_plan_too() -> None:
    talk = at_the_list()
    talk.tell("anticoagulant")
    talk.say("I already took ibuprofen", "inform", mentions(KNOWLEDGE, ("other_nsaid",)))
    against = next(e for e in KNOWLEDGE.remedies["ibuprofen"].taken_against if "anticoagulant" in e.any_of)
    assert [text for text in texts(talk) if against.watch in text]


# --- while an emergency stands


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("I called", "called_reply"),
        ("my neighbour phoned 911", "called_reply"),
        ("they are coming", "coming_reply"),
        ("ambulance is on its way", "coming_reply"),
    ],
)
def test_a_call_has_its_answer_and_the_emergency_stands(words: str, message: str) -> None:
    talk = Talk()
    talk.tell("urinary_retention")
    talk.say(words, "nlu_fallback")
    assert talk.level == "emergency"
    assert M[message] in texts(talk)


@pytest.mark.parametrize("words", ["I can't phone", "im deaf", "no signal here", "my phone is dead"])
def test_who_cannot_phone_is_told_another_way(words: str) -> None:
    talk = Talk()
    talk.tell("urinary_retention")
    talk.say(words, "out_of_scope")
    assert talk.level == "emergency"
    assert talk.region.cannot_phone in texts(talk)


@pytest.mark.parametrize("words", ["I haven't called", "should I have called 911?", "I will call when it gets worse"])
def test_a_call_that_was_not_made_is_none(words: str) -> None:
    talk = Talk()
    talk.tell("urinary_retention")
    talk.say(words, "nlu_fallback")
    assert M["called_reply"] not in texts(talk)


def test_a_denial_without_a_no_brings_the_three_answers() -> None:
    talk = Talk()
    talk.tell("urinary_retention")
    talk.say("I feel fine it's nothing", "deny", confidence=0.99)
    assert talk.level == "emergency"
    assert [choice["id"] for choice in talk.of("ask")[0]["choices"]] == ["gone", "never", "examined"]


def test_a_no_behind_a_colon_is_a_no_to_that_alone() -> None:
    talk = at_the_list()
    no = (Mention("act", "no"), Mention("finding", "saddle_numbness", "denied"))
    talk.say("numb between the legs: no", "deny", no)
    assert str(talk.case.pending).startswith("red_flags_first")


def test_a_denial_with_a_reason_is_more_than_a_no_to_going() -> None:
    talk = Talk()
    talk.tell("breathlessness")
    talk.say("no it's just the pain when I move", "deny", (Mention("act", "no"),))
    assert talk.level == "emergency"
    assert talk.of("ask")
    talk = Talk()
    talk.tell("breathlessness")
    talk.no()
    assert texts(talk)[-1] == M["will_not_go"]


def test_fine_is_not_unsafe_and_the_back_is_gone_back_to() -> None:
    talk = Talk()
    talk.say("i want to die", "report_crisis", (Mention("crisis", "yes"),))
    talk.say("haha", "nlu_fallback")
    talk.say("im fine", "deny", (Mention("act", "none"),))
    assert M["crisis_unsafe"] not in texts(talk)
    talk.say("can we talk about my back", "nlu_fallback")
    assert talk.asked == ["red_flags"]
    assert M["crisis_go_on"] in texts(talk)[-1]


@pytest.mark.parametrize("words", ["ok", "ok thx", "alright, thanks"])
def test_taking_note_is_no_yes_to_a_sign(words: str) -> None:
    talk = at_the_list()
    talk.say(words, "affirm", (Mention("act", "yes"),))
    assert talk.level is None
    assert str(talk.case.pending).startswith("red_flags_first")


def test_ok_accepts_an_offer() -> None:
    talk = Talk()
    talk.ask("spasm_duration")
    talk.say("ok", "affirm", (Mention("act", "yes"),))
    assert talk.asked == ["red_flags"]
