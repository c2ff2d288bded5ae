"""Replies in other languages: complete in every region, with its numbers and no others, and no reply lost."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from unknot.knowledge.languages import in_their_language
from unknot.knowledge.loader import load
from unknot.knowledge.schema import Language, Region

KNOWLEDGE = load()
SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "unknot/knowledge/reply.schema.json").read_text())
EMERGENCY: dict[str, Any] = {
    "type": "triage",
    "level": "emergency",
    "text": "English",
    "findings": [],
    "rules": [],
    "sources": [],
}
CRISIS = {"type": "notice", "notice": "crisis", "text": "English"}
ORDINARY = {"type": "notice", "notice": "out_of_scope", "text": "English"}
EVERYWHERE = [
    (language, region) for language in KNOWLEDGE.languages.values() for region in KNOWLEDGE.regions.values()
]
DIGITS = re.compile(r"\d[\d ]*\d")


def entities(language: Language, *findings: str, standing: bool = False) -> list[dict[str, Any]]:
    found = [{"entity": "finding", "value": finding, "assertion": "present"} for finding in findings]
    return [*found, {"entity": "language", "value": language.id, "standing": standing}]


@pytest.mark.parametrize(("language", "region"), EVERYWHERE)
def test_every_reply_has_the_numbers_of_the_region_and_no_others(language: Language, region: Region) -> None:
    told = entities(language, "chest_pain", "leg_weakness_both")
    replies = [in_their_language(payload, told, region, KNOWLEDGE) for payload in (EMERGENCY, CRISIS, ORDINARY)]
    allowed = {region.emergency_number, region.crisis_line} - {""}
    for reply in replies:
        jsonschema.validate(reply, SCHEMA)
        assert reply["lang"] == language.tag
        assert reply["dir"] == language.direction
        assert not re.search(r"[{}]", reply["text"])
        assert {found.strip() for found in DIGITS.findall(reply["text"])} <= allowed
        assert region.emergency_number in reply["text"]
    assert region.crisis_line in replies[1]["text"]
    assert replies[0]["number"] == region.emergency_number
    assert replies[0]["level"] == "emergency"


@pytest.mark.parametrize("language", KNOWLEDGE.languages.values(), ids=lambda language: language.id)
def test_an_emergency_names_what_was_read(language: Language) -> None:
    labels = {sign.finding: sign.label for sign in language.signs}
    text = in_their_language(EMERGENCY, entities(language, "chest_pain"), KNOWLEDGE.regions["us"], KNOWLEDGE)["text"]
    assert labels["chest_pain"] in text
    assert labels["breathlessness"] not in text
    why = {**EMERGENCY, "findings": ["breathlessness"]}
    assert (
        labels["breathlessness"]
        in in_their_language(why, entities(language), KNOWLEDGE.regions["us"], KNOWLEDGE)["text"]
    )


def test_a_denied_sign_is_not_named() -> None:
    spanish = KNOWLEDGE.languages["es"]
    denied = [{"entity": "finding", "value": "fainting", "assertion": "absent"}, *entities(spanish, "chest_pain")]
    assert "desmayo" not in in_their_language(EMERGENCY, denied, KNOWLEDGE.regions["us"], KNOWLEDGE)["text"]


def test_while_an_emergency_stands_it_is_said_again() -> None:
    told = entities(KNOWLEDGE.languages["es"], standing=True)
    reply = in_their_language(ORDINARY, told, KNOWLEDGE.regions["us"], KNOWLEDGE)
    assert (reply["type"], reply["level"], reply["number"]) == ("triage", "emergency", "911")
    assert "notice" not in reply


@pytest.mark.parametrize(
    "told", [[], [{"entity": "language", "value": "en"}], [{"entity": "language", "value": "xx"}]]
)
def test_a_reply_to_english_stays_as_it_is(told: list[dict[str, Any]]) -> None:
    assert in_their_language(EMERGENCY, told, KNOWLEDGE.regions["us"], KNOWLEDGE) == EMERGENCY


def test_what_there_are_no_words_for_stays_english() -> None:
    payload = {"type": "ask", "text": "Where does it hurt?", "asks": ["location"]}
    told = entities(KNOWLEDGE.languages["es"])
    assert in_their_language(payload, told, KNOWLEDGE.regions["us"], KNOWLEDGE) == payload


@pytest.mark.parametrize("region", KNOWLEDGE.regions.values(), ids=lambda region: region.id)
def test_the_crisis_line_is_that_of_the_english_text(region: Region) -> None:
    assert region.crisis_line in region.crisis_text
    assert region.crisis_line_texts == ("or text" in region.crisis_text)
