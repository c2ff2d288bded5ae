"""The stories choose what a turn does, the choice is what triage would ask next, and one action does it all."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.dialogue import ACTIONS, STORIES, Dialogue
from unknot.knowledge.loader import load
from unknot.triage.case import Case
from unknot.triage.interview import CONSENT
from unknot.triage.steps import FIRST_FACTS

TABLE: dict[str, Any] = yaml.safe_load(STORIES.read_text(encoding="utf-8"))
NO = {"entity": "act", "value": "no"}
LOWER = {"entity": "location", "value": "lower"}
SEVEN = {"entity": "severity", "value": 7}
NUMB = {"entity": "finding", "value": "saddle_numbness"}
OWN_STEP = {"red_flags_first": "action_ask_red_flags"} | {name: f"action_ask_{name}" for name in FIRST_FACTS}
BY_OCCASION = {CONSENT, "crisis", "clinician_said", "person"}


def actions_of(table: dict[str, Any]) -> list[str]:
    return [step["action"] for story in table["stories"] for step in story["steps"] if "action" in step]


def without_repeats(names: list[str]) -> list[str]:
    return [name for name, _ in itertools.groupby(names)]


def test_the_rows_stand_in_the_order_of_the_questions() -> None:
    asks = [identity for identity in load().asks if identity not in BY_OCCASION]
    expected = without_repeats([OWN_STEP.get(identity, "action_interview") for identity in asks])
    assert without_repeats(actions_of(TABLE)) == [*expected, "action_give_plan"]


def exchanged(one: str, other: str) -> str:
    """The stories with two steps in each other's place."""
    table = yaml.safe_load(STORIES.read_text(encoding="utf-8"))
    for story in table["stories"]:
        for step in story["steps"]:
            if step.get("action") in (one, other):
                step["action"] = other if step["action"] == one else one
    return str(yaml.safe_dump(table, sort_keys=False))


def test_rows_in_another_order_show_a_person_something_else() -> None:
    asked = {}
    for name, stories in (("ours", None), ("other", exchanged("action_ask_location", "action_ask_severity"))):
        talk = Dialogue(stories)
        talk.say("my back is in spasm")
        talk.say("no", "deny", NO)
        asked[name] = talk.asked
    assert asked == {"ours": ["location"], "other": ["severity"]}


def test_from_nothing_to_the_plan_one_call_a_turn() -> None:
    talk = Dialogue()
    steps = []
    for text, intent, *entities in (
        ("hello", "greet"),
        ("my back is in spasm", "inform"),
        ("no", "deny", NO),
        ("lower, is heat ok?", "heat_or_ice", LOWER),
        ("7", "inform", SEVEN),
        *[("no", "deny", NO)] * 6,
    ):
        talk.say(text, intent, *entities)
        assert len(talk.calls) == 1, text
        assert talk.replies, text
        steps += talk.calls
    assert without_repeats(steps[1:]) == actions_in_order(steps[1:])
    assert "action_give_plan" in steps


def actions_in_order(steps: list[str]) -> list[str]:
    order = ["action_ask_red_flags", "action_ask_location", "action_ask_severity", "action_interview"]
    return [name for name in [*order, "action_give_plan", "action_answer"] if name in steps]


def test_an_emergency_needs_no_action_server() -> None:
    talk = Dialogue()
    talk.say("my back is in spasm")
    talk.server = False
    talk.say("numb down there, lower, 7", "inform", NUMB, LOWER, SEVEN)
    assert [reply["level"] for reply in talk.replies] == ["emergency"]
    assert talk.replies[0]["number"]


def test_without_the_action_server_it_is_said_and_what_was_told_is_kept() -> None:
    talk = Dialogue()
    talk.say("my back is in spasm")
    talk.server = False
    talk.say("lower", "inform", LOWER)
    assert [reply["notice"] for reply in talk.replies] == ["error"]
    assert talk.tracker.get_slot("location") == "lower"
    talk.server = True
    talk.say("no", "deny", NO)
    assert talk.asked == ["severity"]
    talk.say("7", "inform", SEVEN)
    assert Case.from_json(talk.tracker.get_slot("case")).location == "lower"


@pytest.mark.parametrize(
    "entity",
    [
        {**LOWER, "assertion": "absent"},
        {**LOWER, "experiencer": "other"},
        {**LOWER, "assertion": "hypothetical"},
    ],
    ids=["denied", "somebody else's", "supposed"],
)
def test_a_place_that_is_not_theirs_fills_no_slot(entity: dict[str, Any]) -> None:
    talk = Dialogue()
    talk.say("words", "inform", entity)
    case = Case.from_json(talk.tracker.get_slot("case"))
    assert talk.tracker.get_slot("location") == case.location


def test_what_is_refused_is_settled_and_what_is_begun_anew_is_open() -> None:
    talk = Dialogue()
    talk.say("my back is in spasm")
    talk.say("no", "deny", NO)
    talk.say("i dont know", "unknown", {"entity": "act", "value": "unknown"})
    for _ in range(3):
        if talk.tracker.get_slot("location") is None:
            talk.say("no", "deny", NO)
    assert talk.tracker.get_slot("location") == "unknown"
    assert talk.asked != ["location"]
    talk.say("start over", "start_over")
    assert talk.tracker.get_slot("location") is None


MESSAGES = st.sampled_from(
    [
        ("hello", "greet"),
        ("my back", "inform"),
        ("no", "deny", NO),
        ("yes", "affirm", {"entity": "act", "value": "yes"}),
        ("lower", "inform", LOWER),
        ("7", "inform", SEVEN),
        ("not lower", "inform", {**LOWER, "assertion": "absent"}),
        ("is heat ok", "heat_or_ice"),
        ("thanks", "thank"),
        ("stop", "stop", {"entity": "act", "value": "stop_word"}),
        ("start over", "start_over"),
        ("dunno", "unknown", {"entity": "act", "value": "unknown"}),
        ("fever", "inform", {"entity": "finding", "value": "fever"}),
        ("maybe numb", "inform", {**NUMB, "assertion": "possible"}),
        ("numb", "inform", NUMB),
    ]
)


@given(st.lists(MESSAGES, min_size=1, max_size=12))
@settings(max_examples=40, deadline=None)
def test_what_the_stories_choose_is_what_triage_would_do_next(messages: list[tuple[Any, ...]]) -> None:
    """A step that did not fit would ask another question, or none, than `ask_or_plan` does in the fallback."""
    chosen, next_one = Dialogue(), Dialogue()
    fallback = ACTIONS["action_keep_facts"]
    next_one.actions = {name: item if "explain" in name else fallback for name, item in ACTIONS.items()}
    for message in messages:
        assert chosen.say(*message) == next_one.say(*message), message
        assert "action_keep_facts" not in chosen.calls
        assert len(chosen.calls) <= 1
        case = Case.from_json(chosen.tracker.get_slot("case"))
        assert chosen.tracker.get_slot("location") in (case.location, "unknown")
