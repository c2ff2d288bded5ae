"""Responses of the domain leave in the language of the message that they answer, without the action server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from unknot.channels.shell import SHELL, ReplyNlg
from unknot.settings import ROOT

DOMAIN = Domain.load(str(ROOT / "domain.yml"))
CHEST = {"entity": "finding", "value": "chest_pain", "assertion": "present"}


def response(name: str, entities: list[dict[str, Any]], channel: str = "web") -> dict[str, Any]:
    said = UserUttered("words", {"name": "report_emergency"}, entities, input_channel=channel)
    tracker = DialogueStateTracker.from_events("somebody", [SlotSet("region", "us"), said], DOMAIN.slots)
    message = asyncio.run(ReplyNlg(domain=DOMAIN).generate(name, tracker, channel))
    assert message is not None
    return message


@pytest.mark.parametrize(
    ("name", "number"), [("utter_emergency", "911"), ("utter_crisis", "988"), ("utter_other_language", "911")]
)
@pytest.mark.parametrize("language", ["es", "fr", "de", "pt", "hi", "hi_latn", "zh", "ar"])
def test_a_response_is_in_the_language_of_the_message(name: str, number: str, language: str) -> None:
    reply = response(name, [CHEST, {"entity": "language", "value": language}])["custom"]
    assert number in reply["text"]
    assert reply["lang"].startswith(language[:2])
    assert reply["dir"] == ("rtl" if language == "ar" else "ltr")


def test_english_is_answered_in_english() -> None:
    reply = response("utter_emergency", [CHEST])["custom"]
    assert reply["text"].startswith("Call 911 now")
    assert "lang" not in reply


def test_rasa_shell_gets_the_text_in_that_language() -> None:
    reply = response("utter_emergency", [{"entity": "language", "value": "es"}], SHELL)
    assert reply["text"].startswith("Llame ahora al 911")
    assert "custom" not in reply
