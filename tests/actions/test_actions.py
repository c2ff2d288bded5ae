"""Every action over a tracker as the action server gets it: events, payloads, and nothing lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

import actions
from actions.conversation_state import CASE, unseen_turns
from unknot.triage.case import Case
from unknot.triage.statement import Statement

SCHEMA = json.loads((Path(__file__).parents[2] / "unknot" / "knowledge" / "reply.schema.json").read_text())


def user(text: str, intent: str, at: float, entities: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    parse = {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": entities or []}
    return {"event": "user", "text": text, "timestamp": at, "message_id": text, "parse_data": parse}


def tracker(events: list[dict[str, Any]], case: dict[str, Any] | None = None) -> Tracker:
    slots = {CASE: case, "phase": None, "location": None, "severity": None}
    return Tracker("test", slots, {}, events, False, None, {}, None)


def run(name: str, given: Tracker) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Slots that were set, and payloads."""
    dispatcher = CollectingDispatcher()
    events = getattr(actions, name)().run(dispatcher, given, {})
    assert events, "an action without events is taken for one that failed"
    payloads = [message["custom"] for message in dispatcher.messages]
    for payload in payloads:
        jsonschema.validate(payload, SCHEMA)
    return {event["name"]: event["value"] for event in events if event["event"] == "slot"}, payloads


@pytest.mark.parametrize("name", actions.__all__)
def test_every_action_leaves_events_on_an_empty_tracker(name: str) -> None:
    run(name, tracker([]))


# Which question each step asks, of somebody of whom nothing is known.
OWN_QUESTION = {
    "ActionAskRedFlags": "red_flags",
    "ActionAskLocation": "location",
    "ActionAskSeverity": "severity",
    "ActionInterview": "onset",
    "ActionGivePlan": "red_flags",  # nobody gets a plan before the emergency signs were asked about
}


@pytest.mark.parametrize(("name", "question"), OWN_QUESTION.items())
def test_a_step_asked_for_by_itself_does_its_own_thing(name: str, question: str) -> None:
    _, payloads = run(name, tracker([]))
    assert [identity for payload in payloads for identity in payload.get("asks", ())] == [question]


@pytest.mark.parametrize("name", OWN_QUESTION)
def test_no_step_asks_anything_else_while_an_emergency_stands(name: str) -> None:
    case = Case().told(Statement("saddle_numbness"))
    _, payloads = run(name, tracker([], case.to_json()))
    assert payloads == []


@pytest.mark.parametrize("name", OWN_QUESTION)
def test_a_step_takes_the_message_in_and_answers_it_first(name: str) -> None:
    entities = [{"entity": "location", "value": "upper"}]
    slots, payloads = run(name, tracker([user("upper. is heat ok?", "heat_or_ice", 1.0, entities)]))
    assert Case.from_json(slots[CASE]).location == "upper"
    assert [payload["type"] for payload in payloads] == ["answer", "ask"]


def test_only_the_answer_is_given_where_nothing_is_to_be_asked() -> None:
    _, payloads = run("ActionAnswer", tracker([user("is heat ok", "heat_or_ice", 1.0)]))
    assert "answer" in [payload["type"] for payload in payloads]
    assert "red_flags" not in [i for payload in payloads for i in payload.get("asks", ())]


def test_an_emergency_is_explained_with_findings_and_rules() -> None:
    entities = [{"entity": "finding", "value": "saddle_numbness", "assertion": "present", "experiencer": "self"}]
    slots, (payload,) = run("ActionExplainEmergency", tracker([user("numb", "report_emergency", 1.0, entities)]))
    assert payload["findings"] == ["saddle_numbness"]
    assert payload["rules"]
    assert slots[CASE]["told_level"] == "emergency"


def test_only_messages_after_the_last_one_taken_in_are_read_whatever_the_clock_says() -> None:
    events = [
        user("a", "inform", 5000.0),
        {"event": "bot", "timestamp": 5001.0},
        user("b", "inform", 2.0),  # the clock went back
        user("c", "deny", 3.0),
    ]
    assert [turn.text for turn in unseen_turns(events, Case(seen="a"))] == ["b", "c"]
    assert unseen_turns(events, Case(seen="c")) == []


def test_a_case_of_an_older_version_names_no_message_and_its_place_counts() -> None:
    kept = {"event": "slot", "name": CASE, "value": {"seen_until": 1.0}}
    events = [user("a", "inform", 1.0), kept, user("b", "inform", 2.0)]
    assert [turn.text for turn in unseen_turns(events, Case())] == ["b"]


def test_a_message_that_is_no_longer_there_makes_nothing_be_read_again() -> None:
    kept = {"event": "slot", "name": CASE, "value": {"seen": "gone"}}
    events = [user("a", "inform", 1.0), kept, user("b", "inform", 2.0)]
    assert [turn.text for turn in unseen_turns(events, Case(seen="gone"))] == ["b"]


def test_the_conversation_goes_on_from_the_stored_case() -> None:
    slots, (ask,) = run("ActionAskRedFlags", tracker([user("my back", "inform", 1.0)]))
    assert ask["asks"] == ["red_flags"]
    answer = user("no", "deny", 2.0, [{"entity": "act", "value": "no"}])
    slots, (ask,) = run("ActionAskLocation", tracker([answer], slots[CASE]))
    assert ask["asks"] == ["location"]
    assert "red_flags_first" in Case.from_json(slots[CASE]).answered


def test_the_fallback_keeps_what_was_said_and_goes_on() -> None:
    entities = [{"entity": "location", "value": "lower"}]
    slots, payloads = run("ActionKeepFacts", tracker([user("lower", "inform", 1.0, entities)]))
    assert Case.from_json(slots[CASE]).location == "lower"
    assert payloads[-1]["type"] == "ask"
