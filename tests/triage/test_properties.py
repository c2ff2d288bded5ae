"""What holds for every conversation, over generated ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.talk import Talk
from unknot.knowledge.loader import load
from unknot.knowledge.schema import Level
from unknot.triage.engine import assess
from unknot.triage.turn import Mention

KNOWLEDGE = load()
EMERGENCIES = sorted(f.id for f in KNOWLEDGE.findings.values() if f.floor is Level.EMERGENCY)
FACTS = sorted({*KNOWLEDGE.findings, *KNOWLEDGE.conditions})
INTENTS = sorted(
    {"inform", "affirm", "deny", "unknown", "refuse", "ask_why", "repeat", "got_worse", "got_better", "new_episode"}
    | {"greet", "goodbye", "thank", "help", "bot_challenge", "privacy", "start_over", "stop", "request_plan"}
    | {"request_summary", "cannot_go", "while_waiting", "frustration", "out_of_scope", "nlu_fallback", "heat_or_ice"}
)
ACTS = ["yes", "no", "none", "unknown", "unsure", "refuse", "skip", "hedge", "except", "partly", "rest_no", "item:3"]
ACTS += ["row:ynn", "not_helped", "cross", "asks"]
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "location": st.sampled_from(["neck", "upper", "lower", "whole", "elsewhere"]),
    "severity": st.integers(0, 10),
    "duration_days": st.integers(0, 400),
    "injury": st.sampled_from(["none", "strain", "minor", "major"]),
    "age": st.integers(1, 99),
    "number": st.integers(4, 99),  # 1 to 3 would choose one of three answers
    "trend": st.sampled_from(["better", "worse", "same"]),
}
WORDS = ["so", "it is what it is", "no more", "ok then", "my back", "whatever you say", "well", "not that i see"]
TITLES = [c.title for a in KNOWLEDGE.asks.values() for c in a.choices if a.id not in ("crisis", "consent")]
CERTAINTIES = ["stated", "possible", "supposed", "denied"]
COURSES = ["new", "unchanged", "over", "unknown"]

Message = tuple[str, str, tuple[Mention, ...]]


@st.composite
def clinical(draw: st.DrawFn, among: tuple[str, ...] = tuple(FACTS)) -> Mention:
    identity = draw(st.sampled_from(among))
    kind = "finding" if identity in KNOWLEDGE.findings else "condition"
    owner = draw(st.sampled_from(["patient", "patient", "patient", "other"]))
    return Mention(kind, identity, draw(st.sampled_from(CERTAINTIES)), draw(st.sampled_from(COURSES)), owner)


@st.composite
def value(draw: st.DrawFn) -> Mention:
    kind = draw(st.sampled_from(sorted(VALUES)))
    return Mention(kind, draw(VALUES[kind]))


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """Anything that a person may write, except an answer that takes an emergency back or ends a crisis."""
    if draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from(TITLES)), "inform", ()
    act = st.builds(Mention, st.just("act"), st.sampled_from(ACTS))
    said = draw(st.lists(st.one_of(clinical(), value(), act), max_size=3))
    return draw(st.sampled_from(WORDS)), draw(st.sampled_from(INTENTS)), tuple(said)


def level(talk: Talk) -> Level:
    return assess(talk.case, KNOWLEDGE).level


def say(talk: Talk, message: Message) -> list[dict[str, Any]]:
    text, intent, said = message
    return talk.say(text, intent, said)


@settings(max_examples=40)
@given(st.sampled_from(EMERGENCIES), st.lists(messages(), min_size=1, max_size=12))
def test_nothing_but_the_given_answer_lowers_an_emergency(sign: str, later: list[Message]) -> None:
    talk = Talk()
    talk.tell(sign, text="it happened to me")
    for message in later:
        replies = say(talk, message)
        assert level(talk) is Level.EMERGENCY, message
        assert not any("lifts" in reply for reply in replies)
        assert replies[0]["type"] == "triage"
        assert replies[0]["level"] == "emergency"


# Emergencies that no sign makes alone: two facts together, a score, an age, a cause.
BY_RULE: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (("fever", "leg_weakness_one"), {}),
    (("calf_swelling", "pain_on_breathing"), {}),
    (("anticoagulant",), {"injury": "minor"}),
    (("flank_pain", "vomiting"), {"severity": 9}),
    ((), {"injury": "major"}),
    (("osteoporosis", "leg_weakness_one"), {"injury": "minor"}),
]


@settings(max_examples=30)
@given(st.sampled_from(BY_RULE), st.lists(messages(), min_size=1, max_size=8))
def test_an_emergency_by_a_rule_outlasts_whatever_changes_what_it_was_made_from(
    told: tuple[tuple[str, ...], dict[str, Any]], later: list[Message]
) -> None:
    talk = Talk()
    talk.tell(*told[0], **told[1])
    assert level(talk) is Level.EMERGENCY
    for message in later:
        say(talk, message)
        assert level(talk) is Level.EMERGENCY, message


@pytest.mark.parametrize("act", ["never", "gone", "examined", "correction"])
@pytest.mark.parametrize("sign", EMERGENCIES)
def test_an_answer_to_a_question_that_was_not_put_is_none(sign: str, act: str) -> None:
    talk = Talk()
    talk.tell(sign)
    talk.say("that", "false_alarm", (Mention("act", act),))
    assert level(talk) is Level.EMERGENCY
    assert talk.case.pending == f"confirm:{sign}"


@settings(max_examples=30)
@given(st.lists(messages(), min_size=1, max_size=12))
def test_a_crisis_lasts_until_the_person_asks_for_their_back(later: list[Message]) -> None:
    talk = Talk()
    talk.say("i cannot go on", "report_crisis")
    for message in later:
        replies = say(talk, message)
        assert talk.case.crisis
        line = any(reply.get("notice") == "crisis" for reply in replies)
        assert line or replies[0].get("level") == "emergency", "the line is in reach in every turn"
        assert not talk.of("plan")


@settings(max_examples=40)
@given(st.lists(messages(), max_size=3), messages(), st.integers(3, 12))
def test_no_message_can_loop(before: list[Message], message: Message, times: int) -> None:
    talk = Talk()
    for earlier in before:
        say(talk, earlier)
    assume(not talk.case.paused and not talk.case.crisis)  # whoever said stop is left alone until they go on
    assume(message[1] not in ("stop", "start_over", "goodbye", "new_episode", "got_worse"))
    reached = False
    answers = bool(message[2]) or message[1] in ("affirm", "deny", "unknown", "refuse") or message[0] in TITLES
    turns = 20 if answers else times + 3  # what answers something moves on, a question at a time
    for _ in range(turns):
        say(talk, message)
        reached = reached or bool(talk.of("triage") or talk.of("plan") or talk.case.plan_given)
        reached = reached or level(talk) is Level.EMERGENCY
    assert reached, (message, talk.case.pending, talk.case.asked)


@settings(max_examples=30)
@given(st.lists(messages(), min_size=1, max_size=10))
def test_every_fact_of_a_summary_shows_where_it_was_said(said: list[Message]) -> None:
    talk = Talk()
    texts = []
    for message in said:
        say(talk, message)
        texts.append(message[0])
    assume(talk.case.started)
    talk.say("sum it up", "request_summary")
    told = {"label_location", "label_severity", "label_age", "label_absent", "label_denied_list", "label_conditions"}
    labels = {KNOWLEDGE.messages[label] for label in told}
    for summary in talk.of("summary"):
        for fact in summary["facts"]:
            quoted = fact.get("quote", "")
            assert quoted or fact["own"]
            assert not quoted or any(quoted in text for text in [*texts, "sum it up"])
            assert quoted or fact["label"] not in labels, fact


@settings(max_examples=30)
@given(st.lists(clinical(tuple(sorted(KNOWLEDGE.conditions))), max_size=4), st.lists(messages(), max_size=4))
def test_no_plan_holds_what_is_withheld(conditions: list[Mention], said: list[Message]) -> None:
    talk = Talk()
    talk.say("my lower back", "inform", (Mention("location", "lower"), *conditions))
    for message in said:
        say(talk, message)
        _check_plan(talk)
    for _ in range(14):
        talk.no()
        _check_plan(talk)


def _check_plan(talk: Talk) -> None:
    present = assess(talk.case, KNOWLEDGE).present
    for plan in talk.of("plan"):
        given_out = {item["id"] for item in plan["remedies"]}
        assert not given_out & {item["id"] for item in plan["withheld"]}
        for identity in given_out:
            against = {i for rule in KNOWLEDGE.remedies[identity].withheld_by for i in rule.any_of}
            assert not against & present


@settings(max_examples=30)
@given(st.lists(messages(), max_size=5), st.sampled_from(EMERGENCIES))
def test_old_and_unchanged_never_alarms_and_new_always_does(before: list[Message], sign: str) -> None:
    talk = Talk()
    for message in before:
        say(talk, message)
    assume(level(talk) is not Level.EMERGENCY and not talk.case.crisis)
    assume(talk.case.status(sign) not in ("now", "over", "checked"))
    old = Mention("finding", sign, course="unchanged")
    talk.say("as it has been for years", "inform", (old,))
    assert level(talk) is not Level.EMERGENCY
    if talk.case.pending == f"confirm:{sign}":
        talk.say("No, as always")
        assert level(talk).rank <= Level.SEE_CLINICIAN.rank
        assert level(talk) is not Level.EMERGENCY
    talk.say("and now", "inform", (replace(old, course="new"),))
    assert level(talk) is Level.EMERGENCY
