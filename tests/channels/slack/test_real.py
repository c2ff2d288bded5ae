"""Slack in front of the real assistant: to a plan by pressing, and from there to an emergency."""

from __future__ import annotations

import json

import pytest

from tests.channels.slack.block_kit import message_faults
from tests.channels.slack.record import slack_talk

pytestmark = [pytest.mark.anyio, pytest.mark.e2e]


async def test_a_whole_conversation_with_the_real_assistant(rest_server):
    turns = await slack_talk(rest_server.url)
    calls = [call for turn in turns for call in turn["calls"]]
    messages = [call for call in calls if call["method"] in ("chat.postMessage", "chat.update")]
    assert [fault for call in messages for fault in message_faults(call)] == []
    assert sum(call["method"] == "chat.update" for call in calls) >= 4
    assert any("press" in turn["person"] for turn in turns)
    plan = next(call for call in messages if "Do this now" in call["text"])
    # Its first card: what to do now, and the way to the rest.
    assert [block["type"] for block in plan["blocks"]] == ["section", "actions"]
    assert "1. " in plan["blocks"][0]["text"]["text"]
    emergency = turns[-1]["calls"][0]
    assert emergency["text"].startswith("EMERGENCY: ")
    assert emergency["blocks"][0]["type"] == "header"
    assert "unexpected" not in json.dumps(calls)
