"""Stock `rasa shell`: the domain's responses as text there, as payloads everywhere else."""

from __future__ import annotations

import asyncio

import pytest
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from tests.channels.terminal import samples
from unknot.channels.shell import ReplyNlg, as_text
from unknot.knowledge.loader import load

DOMAIN = Domain.from_dict(
    {
        "slots": {"region": {"type": "text", "mappings": [{"type": "custom"}]}},
        "responses": {
            "utter_emergency": [{"custom": {**samples.EMERGENCY, "number": ""}}],
            "utter_thanks": [
                {"custom": samples.THANKS},
                {
                    "custom": {**samples.THANKS, "text": "Ta."},
                    "condition": [{"type": "slot", "name": "region", "value": "uk"}],
                },
            ],
            "utter_plain": [{"text": "Hello"}],
        },
    }
)


def said(response: str, channel: str | None, **slots: str):
    nlg = NaturalLanguageGenerator.create(EndpointConfig(type="unknot.channels.shell.ReplyNlg"), DOMAIN)
    assert isinstance(nlg, ReplyNlg)
    tracker = DialogueStateTracker("x", DOMAIN.slots)
    for name, value in slots.items():
        tracker.slots[name].value = value
    tracker.update(UserUttered("hi", input_channel=channel))
    return asyncio.run(nlg.generate(response, tracker, "queue"))


def test_in_the_shell_a_payload_is_its_text():
    assert said("utter_thanks", "cmdline") == {"text": samples.THANKS["text"]}


@pytest.mark.parametrize("channel", ["rest", "web", "slack", None])
def test_elsewhere_it_stays_a_payload_and_is_said_once(channel):
    assert said("utter_thanks", channel) == {"custom": samples.THANKS}


def test_conditions_work_as_before():
    message = said("utter_thanks", "cmdline", region="uk")
    assert (message["text"], "custom" in message) == ("Ta.", False)


@pytest.mark.parametrize("code", sorted(load().regions))
def test_an_emergency_has_the_words_and_the_number_of_the_configured_region(code, monkeypatch):
    monkeypatch.setenv("UNKNOT_REGION", code)
    region = load().regions[code]
    words = {"text": region.emergency_text, "number": region.emergency_number}
    assert said("utter_emergency", "web") == {"custom": {**samples.EMERGENCY, **words}}
    assert said("utter_emergency", "cmdline") == {"text": region.emergency_text}


def test_plain_text_and_unknown_responses_are_left_alone():
    assert said("utter_plain", "cmdline") == {"text": "Hello"}
    assert said("utter_nothing", "cmdline") is None


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ({"custom": samples.PLAN}, {"text": samples.PLAN["text"]}),
        ({"custom": samples.PLAN, "text": "twice"}, {"text": samples.PLAN["text"]}),
        ({"custom": {"blocks": []}, "text": "x"}, {"custom": {"blocks": []}, "text": "x"}),
        ({"text": "x", "image": "y"}, {"text": "x", "image": "y"}),
    ],
)
def test_what_becomes_of_a_message(message, shown):
    assert as_text(message) == shown
