"""What is written twice must say the same: domain, knowledge, slot names, action names, rules and stories."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import actions
from actions import slots
from unknot.knowledge.loader import load
from unknot.knowledge.schema import Region

ROOT = Path(__file__).resolve().parents[2]
KNOWLEDGE = load()
DOMAIN: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text())
SCHEMA = json.loads((ROOT / "unknot" / "knowledge" / "reply.schema.json").read_text())
INTENTS = {next(iter(intent)) for intent in DOMAIN["intents"]}
SET_BY_GUARD = {"report_emergency", "report_crisis", "other_language"}  # answered by rules alone


def variants(response: str) -> dict[str, dict[str, Any]]:
    """Payload by region; the one without a condition is the region "other"."""
    found = {}
    for variant in DOMAIN["responses"][response]:
        conditions = variant.get("condition") or [{"value": "other"}]
        found[conditions[0]["value"]] = variant["custom"]
    return found


def test_slot_names() -> None:
    named = {value for name, value in vars(slots).items() if name.isupper()}
    assert named == set(DOMAIN["slots"])


def test_action_names_are_those_of_the_domain_and_unique() -> None:
    names = [getattr(actions, name)().name() for name in actions.__all__]
    assert sorted(names) == sorted(DOMAIN["actions"])
    assert len(set(names)) == len(names)


def test_only_three_slots_drive_the_stories() -> None:
    driving = {name for name, slot in DOMAIN["slots"].items() if slot["influence_conversation"]}
    assert driving == {slots.RED_FLAGS, slots.LOCATION, slots.SEVERITY}


def test_every_question_is_an_intent_and_the_reverse() -> None:
    assert set(KNOWLEDGE.questions) <= INTENTS
    assert KNOWLEDGE.ids["questions"][0] in INTENTS


def test_no_intent_uses_entities_as_features() -> None:
    assert all(next(iter(intent.values())) == {"use_entities": []} for intent in DOMAIN["intents"])


def intents_of(steps: list[dict[str, Any]]) -> list[str]:
    found = []
    for step in steps:
        found += [step["intent"]] if "intent" in step else [choice["intent"] for choice in step.get("or", [])]
    return found


def test_a_rule_for_every_intent_and_a_story_row_for_all_that_are_taken_in() -> None:
    rules = yaml.safe_load((ROOT / "data/rules/conversation.yml").read_text())["rules"]
    ruled = [intent for rule in rules for intent in intents_of(rule["steps"])]
    assert sorted(ruled) == sorted(INTENTS)
    stories = yaml.safe_load((ROOT / "data/stories/assessment.yml").read_text())["stories"]
    for story in stories:
        assert set(intents_of(story["steps"])) == INTENTS - SET_BY_GUARD, story["story"]


@pytest.mark.parametrize("region", KNOWLEDGE.regions.values(), ids=lambda region: region.id)
def test_emergency_and_crisis_responses_say_what_the_knowledge_says(region: Region) -> None:
    emergency = variants("utter_emergency")[region.id]
    assert emergency["text"] == region.emergency_text
    assert emergency["number"] == region.emergency_number
    assert emergency["level"] == "emergency"
    assert variants("utter_crisis")[region.id]["text"] == region.crisis_text


def test_an_unknown_region_is_still_answered() -> None:
    for response in ("utter_emergency", "utter_crisis"):
        assert "condition" not in DOMAIN["responses"][response][-1]


def test_the_apology_is_the_knowledge_s() -> None:
    (variant,) = DOMAIN["responses"]["utter_action_failed"]
    assert variant["custom"]["text"] == KNOWLEDGE.messages["error"]


def test_the_words_for_a_language_not_at_hand_are_the_knowledge_s() -> None:
    (variant,) = DOMAIN["responses"]["utter_other_language"]
    assert variant["custom"]["text"] == KNOWLEDGE.messages["other_language"]


def test_every_response_is_a_reply_of_the_contract() -> None:
    for name, found in DOMAIN["responses"].items():
        for variant in found:
            jsonschema.validate(variant["custom"], SCHEMA)
            assert "text" not in variant, name  # text and custom together would say it twice


def test_entities_are_those_the_readers_give() -> None:
    assert {"finding", "condition", "question", "act", "denied_group", "region", "crisis"} <= set(DOMAIN["entities"])


def test_the_schema_admits_what_the_shared_contract_names() -> None:
    shared = ROOT.parent / "shared" / "contract.schema.json"
    if not shared.is_file():
        pytest.skip("the shared contract is not here")
    theirs = json.loads(shared.read_text())["x-ids"]
    then = {branch["if"]["properties"]["type"]["const"]: branch["then"]["properties"] for branch in SCHEMA["allOf"]}
    assert then["notice"]["notice"]["enum"] == theirs["notices"]
    assert then["ask"]["asks"]["items"]["enum"] == theirs["asks"]
    assert then["triage"]["level"]["enum"] == theirs["levels"]
