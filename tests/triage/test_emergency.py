"""An emergency is news in every state of the conversation, comes first, and nothing is asked in that turn."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.talk import Talk
from unknot.knowledge.loader import load
from unknot.knowledge.schema import Level
from unknot.triage.emergency import explain
from unknot.triage.turn import Mention, Turn

KNOWLEDGE = load()
EMERGENCIES = sorted(f.id for f in KNOWLEDGE.findings.values() if f.floor is Level.EMERGENCY)


def fresh(talk: Talk) -> None:
    pass


def after_greeting(talk: Talk) -> None:
    talk.say("hi", "greet")


def after_a_question(talk: Talk) -> None:
    talk.ask("heat_or_ice")


def at_red_flags(talk: Talk) -> None:
    talk.tell()


def at_location(talk: Talk) -> None:
    talk.tell()
    talk.no()


def at_safety(talk: Talk) -> None:
    talk.tell(location="lower", severity=5, duration_days=1, injury="strain", age=40)
    talk.no()
    talk.no()


def after_the_plan(talk: Talk) -> None:
    at_safety(talk)
    talk.no()
    assert talk.of("plan")


def after_stop(talk: Talk) -> None:
    at_location(talk)
    talk.say("stop", "stop")


def after_urgent(talk: Talk) -> None:
    talk.tell("fever")


def denied_before(talk: Talk) -> None:
    at_location(talk)


STATES = [
    fresh, after_greeting, after_a_question, at_red_flags, at_location, at_safety, after_the_plan, after_stop,
    after_urgent, denied_before,
]  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
@pytest.mark.parametrize("finding", EMERGENCIES)
def test_every_emergency_from_every_state(finding: str, state: Callable[[Talk], None]) -> None:
    talk = Talk()
    state(talk)
    talk.tell(finding)
    assert talk.replies[0]["type"] == "triage"
    assert talk.replies[0]["level"] == "emergency"
    assert finding in talk.replies[0]["findings"]
    assert talk.replies[0]["rules"]
    assert not talk.of("ask")


def test_somebody_else_now_counts() -> None:
    talk = Talk()
    talk.say("", "inform", (Mention("finding", "urinary_retention", owner="other"),))
    assert talk.level == "emergency"


@pytest.mark.parametrize(
    "mention",
    [
        Mention("finding", "urinary_retention", "denied"),
        Mention("finding", "urinary_retention", "supposed"),
        Mention("finding", "urinary_retention", course="over"),
        Mention("finding", "urinary_retention", course="unchanged"),
        Mention("finding", "urinary_retention", "possible"),
    ],
    ids=lambda mention: f"{mention.certainty}-{mention.course}",
)
def test_what_is_not_asserted_is_no_emergency(mention: Mention) -> None:
    talk = Talk()
    talk.say("", "inform", (mention,))
    assert talk.level is None


def test_yes_to_the_emergency_signs_is_enough() -> None:
    talk = Talk()
    talk.tell()
    talk.yes()
    assert talk.level == "emergency"


@pytest.mark.parametrize(
    ("intent", "expected"),
    [
        ("cannot_go", "if you cannot get there, or if the cost"),
        ("while_waiting", "unlock the door"),
        ("thank", "While you wait"),
        ("refuse", "It is your choice"),
    ],
)
def test_later_turns_keep_the_advice_first_and_answer(intent: str, expected: str) -> None:
    talk = Talk()
    talk.tell("saddle_numbness")
    talk.say("...", intent)
    assert talk.replies[0]["type"] == "triage"
    assert talk.replies[0]["level"] == "emergency"
    assert "911" in talk.replies[0]["text"]
    assert any(expected in reply["text"] for reply in talk.replies)
    assert not talk.of("ask")


def test_a_question_during_an_emergency_is_answered_after_the_advice() -> None:
    talk = Talk()
    talk.tell("saddle_numbness")
    talk.ask("heat_or_ice")
    assert [reply["type"] for reply in talk.replies] == ["triage", "answer"]


def test_a_second_emergency_is_said_in_full_again() -> None:
    talk = Talk()
    talk.tell("saddle_numbness")
    talk.tell("chest_pain")
    assert "chest_pain" in talk.replies[0]["findings"]


def test_an_overdose_names_the_poison_line() -> None:
    talk = Talk()
    talk.tell("overdose")
    assert load().regions["us"].poison_line in talk.replies[0]["text"]


@pytest.mark.parametrize(
    ("intent", "message"),
    [
        ("nlu_fallback", "while_waiting"),
        ("affirm", "while_waiting"),
        ("privacy", "privacy"),
    ],
)
def test_what_is_said_while_it_stands_gets_a_reply_of_its_own(intent: str, message: str) -> None:
    talk = Talk()
    talk.tell("saddle_numbness")
    talk.say("so", intent)
    assert [reply["type"] for reply in talk.replies] == ["triage", "notice"]
    assert talk.replies[1]["text"] == talk.knowledge.messages[message]


@pytest.mark.parametrize("intent", ["unknown", "ask_why"])
def test_a_doubt_about_the_advice_is_answered_with_the_reason(intent: str) -> None:
    talk = Talk()
    talk.tell("saddle_numbness")
    talk.say("really?", intent)
    assert "cannot examine" in talk.replies[1]["text"]
    assert talk.knowledge.findings["saddle_numbness"].label.lower() in talk.replies[1]["text"].lower()


def test_an_alarm_that_was_given_is_never_forgotten() -> None:
    talk = Talk()
    told = explain(talk.case, [Turn("?", "chitchat", alarmed=True, message="1")], talk.knowledge, talk.region)
    assert told.case.told_level == "emergency"
    assert told.replies[0]["findings"]
    assert explain(talk.case, [Turn("?", "chitchat", message="1")], talk.knowledge, talk.region).replies == ()


def test_what_the_guard_took_over_is_read_as_it_was() -> None:
    parse = {"intent": {"name": "report_emergency", "confidence": 1.0, "read_as": "affirm"}, "entities": []}
    turn = Turn.from_parse("👍", parse)
    assert (turn.intent, turn.alarmed) == ("affirm", True)


@pytest.mark.parametrize(
    ("question", "later"), [("which_stretches", True), ("which_painkiller", True), ("spasm_duration", False)]
)
def test_medicines_and_exercise_wait_until_somebody_has_looked(question: str, later: bool) -> None:
    talk = Talk()
    talk.tell("tearing_pain")
    talk.ask(question)
    assert talk.replies[0]["level"] == "emergency"
    assert talk.replies[-1]["question"] == question
    assert any(reply["text"] == talk.knowledge.messages["emergency_not_now"] for reply in talk.replies) is later
