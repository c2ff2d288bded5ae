"""What becomes of a message in another language before the emergency guard, and of one in English."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from unknot.nlu.emergency_guard import EmergencyGuard
from unknot.nlu.other_languages import OtherLanguages
from unknot.settings import ROOT

OTHERS = OtherLanguages(Resource("others"))
GUARD = EmergencyGuard({}, Resource("guard"))
DOMAIN = Domain.load(str(ROOT / "domain.yml"))
OUT_OF_SCOPE = {"name": "out_of_scope", "confidence": 0.9}
EMERGENCIES = [
    "no siento las piernas",
    "je n'arrive plus à uriner depuis hier",
    "ich spüre nichts mehr zwischen den Beinen",
    "estou com muita dor no peito",
    "मुझे सांस नहीं आ रही",
    "mere dono pair sunn ho gaye hain",
    "我小便失禁了",
    "لا أشعر بساقي",
]


def read(text: str, tracker: DialogueStateTracker | None = None, **more: Any) -> Message:
    """The message after both components, as the classifier and the English readers left it before."""
    data = {"intent": OUT_OF_SCOPE, "intent_ranking": [OUT_OF_SCOPE], "entities": [], **more, "text": text}
    message = Message(data)
    OTHERS.process([message], tracker)
    return GUARD.process([message], tracker)[0]


def values(message: Message, kind: str) -> list[Any]:
    return [entity["value"] for entity in message.get("entities") if entity["entity"] == kind]


def tracker_with(**slots: Any) -> DialogueStateTracker:
    tracker = DialogueStateTracker("somebody", DOMAIN.slots)
    for name, value in slots.items():
        tracker._set_slot(name, value)
    return tracker


@pytest.mark.parametrize("text", EMERGENCIES)
def test_an_emergency_fires_in_the_same_turn(text: str) -> None:
    message = read(text)
    assert message.get("intent")["name"] == "report_emergency"
    assert values(message, "phase") == ["emergency"]
    assert len(values(message, "language")) == 1


def test_a_crisis_gets_the_crisis_line() -> None:
    message = read("quiero morirme, ya no aguanto más")
    assert message.get("intent")["name"] == "report_crisis"
    assert values(message, "language") == ["es"]


def test_an_emergency_and_a_crisis_are_both_said() -> None:
    message = read("me tomé 30 pastillas, quiero morirme")
    assert message.get("intent")["name"] == "report_emergency"
    assert values(message, "crisis") == ["yes"]


@pytest.mark.parametrize(
    "text", ["me duele la espalda desde ayer", "no tengo dolor en el pecho", "mein Rücken tut weh"]
)
def test_ordinary_pain_and_a_denial_are_answered_in_their_language(text: str) -> None:
    message = read(text)
    assert message.get("intent")["name"] == "other_language"
    assert values(message, "language")


def test_what_english_readers_found_in_it_is_dropped() -> None:
    once = {"entity": "condition", "value": "anticoagulant", "start": 0, "end": 4, "assertion": "present"}
    assert values(read("me duele la espalda desde las once", entities=[once]), "condition") == []


def test_english_is_left_alone() -> None:
    best = {"name": "inform", "confidence": 0.7}
    message = read("my lower back locked up", intent=best, intent_ranking=[best])
    assert message.get("intent") == best
    assert not values(message, "language")
    assert not [e for e in message.get("entities") if e.get("extractor") == "OtherLanguages"]


def test_english_that_the_classifier_took_for_another_language_goes_to_its_next_guess() -> None:
    ranking = [{"name": "other_language", "confidence": 0.6}, {"name": "inform", "confidence": 0.3}]
    assert read("my back is sore", intent=ranking[0], intent_ranking=ranking).get("intent")["name"] == "inform"


def test_a_language_not_at_hand_stays_what_the_classifier_took_it_for() -> None:
    other = {"name": "other_language", "confidence": 0.95}
    message = read("selkä on jumissa", intent=other, intent_ranking=[other])
    assert message.get("intent")["name"] == "other_language"
    assert values(message, "language") == []


def test_a_short_word_after_a_message_in_spanish_is_spanish() -> None:
    assert values(read("las dos", tracker_with(language="es")), "language") == ["es"]
    assert values(read("my lower back hurts", tracker_with(language="es")), "language") == ["en"]


def test_an_emergency_that_stands_is_known_to_the_reply() -> None:
    message = read("gracias, muchas gracias", tracker_with(case={"told_level": "emergency"}, language="es"))
    (language,) = [entity for entity in message.get("entities") if entity["entity"] == "language"]
    assert language["standing"] is True
