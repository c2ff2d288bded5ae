"""What the emergency guard makes of a message that others have read."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message

from unknot.nlu.emergency_guard import EmergencyGuard

GUARD = EmergencyGuard({}, Resource("guard"))
LOWER = {"entity": "location", "value": "lower", "start": 0, "end": 5, "assertion": "present"}
NUMB = {"entity": "finding", "value": "saddle_numbness", "start": 0, "end": 5, "assertion": "present"}


def guarded(text: str, intent: str, confidence: float, *entities: dict[str, Any]) -> dict[str, Any]:
    best = {"name": intent, "confidence": confidence}
    data = {"text": text, "intent": best, "intent_ranking": [best], "entities": list(entities)}
    intent_after: dict[str, Any] = GUARD.process([Message(data)])[0].get("intent")
    return intent_after


@pytest.mark.parametrize(
    ("intent", "confidence", "entities", "expected"),
    [
        ("out_of_scope", 0.6, [LOWER], "inform"),
        ("out_of_scope", 0.6, [], "out_of_scope"),
        ("out_of_scope", 0.6, [{**LOWER, "value": "elsewhere"}], "out_of_scope"),
        ("out_of_scope", 0.6, [{**LOWER, "assertion": "absent"}], "out_of_scope"),
        ("out_of_scope", 0.95, [LOWER], "out_of_scope"),  # another language, say, with a word that looks like ours
        ("report_emergency", 0.9, [], "inform"),  # the classifier alone raises no alarm
    ],
)
def test_what_a_doubtful_message_is_taken_for(
    intent: str, confidence: float, entities: list[dict[str, Any]], expected: str
) -> None:
    assert guarded("words of somebody", intent, confidence, *entities)["name"] == expected


@pytest.mark.parametrize("intent", ["inform", "spasm_duration", "out_of_scope", "nlu_fallback", "deny"])
def test_an_emergency_outranks_every_intent_and_remembers_it(intent: str) -> None:
    assert guarded("words", intent, 0.99, NUMB) == {"name": "report_emergency", "confidence": 1.0, "read_as": intent}


def test_a_denied_sign_is_no_emergency() -> None:
    assert guarded("words", "deny", 0.9, {**NUMB, "assertion": "absent"})["name"] == "deny"


def test_a_crisis_in_the_ranking_is_enough() -> None:
    ranking = [{"name": "inform", "confidence": 0.5}, {"name": "report_crisis", "confidence": 0.4}]
    message = Message({"text": "some words", "intent": ranking[0], "intent_ranking": ranking, "entities": []})
    assert GUARD.process([message])[0].get("intent")["name"] == "report_crisis"


def test_a_slash_command_forgets_nothing() -> None:
    assert guarded("/restart", "start_over", 0.9)["name"] == "nlu_fallback"


@pytest.mark.parametrize("intent", ["report_crisis", "stop", "start_over", "new_episode"])
def test_one_word_of_anybody_is_no_crisis_no_stop_and_no_new_start(intent: str) -> None:
    assert guarded("ladder", intent, 0.99)["name"] == "inform"


@pytest.mark.parametrize(
    ("word", "act", "intent"),
    [
        ("suicidal", "crisis_word", "report_crisis"),
        ("stop", "stop_word", "stop"),
        ("restart", "new_word", "start_over"),
    ],
)
def test_the_words_for_them_still_are(word: str, act: str, intent: str) -> None:
    assert guarded(word, intent, 0.9, {"entity": "act", "value": act})["name"] == intent


def test_letters_without_spaces_are_not_one_word() -> None:
    assert guarded("\u6211\u4e0d\u60f3\u6d3b\u4e86", "report_crisis", 0.9)["name"] == "report_crisis"
