"""What is written twice must say the same: domain, knowledge, slot names, action names, rules and stories."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import actions
from actions.conversation_state import CASE
from unknot.channels.shell import in_region
from unknot.knowledge.languages import LANGUAGE
from unknot.knowledge.loader import load
from unknot.knowledge.schema import Region
from unknot.nlu.dialogue_state import PHASE, SETTLED, TOLD
from unknot.triage.steps import FIRST_FACTS, PHASES, STEPS

ROOT = Path(__file__).resolve().parents[2]
KNOWLEDGE = load()
DOMAIN: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text())
SCHEMA = json.loads((ROOT / "unknot" / "knowledge" / "reply.schema.json").read_text())
INTENTS = {next(iter(intent)) for intent in DOMAIN["intents"]}
ENTITIES = {next(iter(entity)) if isinstance(entity, dict) else entity for entity in DOMAIN["entities"]}
SET_BY_GUARD = {"report_emergency", "report_crisis", "other_language"}  # answered by rules alone


def test_slots_are_the_case_the_phase_and_what_has_a_step_of_its_own() -> None:
    assert set(DOMAIN["slots"]) == {CASE, PHASE, LANGUAGE, *FIRST_FACTS}
    assert tuple(DOMAIN["slots"][PHASE]["values"]) == PHASES


def test_the_case_drives_no_story_and_the_others_do() -> None:
    driving = {name for name, slot in DOMAIN["slots"].items() if slot["influence_conversation"]}
    assert driving == {PHASE, *FIRST_FACTS}


@pytest.mark.parametrize("name", FIRST_FACTS)
def test_a_slot_is_filled_by_what_was_told_and_by_what_got_settled(name: str) -> None:
    assert DOMAIN["slots"][name]["mappings"] == [
        {"type": "from_entity", "entity": name, "role": TOLD},
        {"type": "from_entity", "entity": SETTLED, "role": name},
    ]


def test_every_step_is_an_action() -> None:
    assert set(STEPS) < set(DOMAIN["actions"])


def test_action_names_are_those_of_the_domain_and_unique() -> None:
    names = [getattr(actions, name)().name() for name in actions.__all__]
    assert sorted(names) == sorted(DOMAIN["actions"])
    assert len(set(names)) == len(names)


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


def test_a_rule_and_every_story_row_for_all_intents_that_an_action_takes_in() -> None:
    rules = yaml.safe_load((ROOT / "data/rules/conversation.yml").read_text())["rules"]
    by_guard = [intent for rule in rules if "condition" not in rule for intent in intents_of(rule["steps"])]
    assert sorted(by_guard) == sorted(SET_BY_GUARD)
    by_phase = [rule for rule in rules if "condition" in rule]
    assert [rule["condition"][0]["slot_was_set"][0]["phase"] for rule in by_phase] == ["talk", "check_in"]
    assert all(set(intents_of(rule["steps"])) == INTENTS - SET_BY_GUARD for rule in by_phase)
    stories = yaml.safe_load((ROOT / "data/stories/assessment.yml").read_text())["stories"]
    for story in stories:
        assert set(intents_of(story["steps"])) == INTENTS - SET_BY_GUARD, story["story"]


def said_in(region: Region, response: str) -> dict[str, Any]:
    """The payload of a response as the generator makes it in a region."""
    (variant,) = DOMAIN["responses"][response]
    payload: dict[str, Any] = in_region(response, variant, region)["custom"]
    return payload


@pytest.mark.parametrize("region", KNOWLEDGE.regions.values(), ids=lambda region: region.id)
def test_emergency_and_crisis_responses_say_what_the_knowledge_says(region: Region) -> None:
    emergency = said_in(region, "utter_emergency")
    assert emergency["text"] == region.emergency_text
    assert emergency["number"] == region.emergency_number
    assert emergency["level"] == "emergency"
    assert said_in(region, "utter_crisis")["text"] == region.crisis_text
    for response in ("utter_emergency", "utter_crisis"):
        jsonschema.validate(said_in(region, response), SCHEMA)


def test_the_domain_has_the_neutral_text() -> None:
    other = KNOWLEDGE.regions["other"]
    for response in ("utter_emergency", "utter_crisis"):
        (variant,) = DOMAIN["responses"][response]
        assert variant["custom"] == said_in(other, response)


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
    assert {"finding", "condition", "question", "act", "denied_group", "crisis", PHASE, *FIRST_FACTS} <= ENTITIES


def test_the_schema_admits_what_the_shared_contract_names() -> None:
    shared = ROOT.parent / "shared" / "contract.schema.json"
    if not shared.is_file():
        pytest.skip("the shared contract is not here")
    theirs = json.loads(shared.read_text())["x-ids"]
    then = {branch["if"]["properties"]["type"]["const"]: branch["then"]["properties"] for branch in SCHEMA["allOf"]}
    assert then["notice"]["notice"]["enum"] == theirs["notices"]
    assert then["ask"]["asks"]["items"]["enum"] == theirs["asks"]
    assert then["triage"]["level"]["enum"] == theirs["levels"]
