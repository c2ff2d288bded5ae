"""Responses of the domain in the language of the message that they answer, on every channel.

They are spoken by the assistant itself, so a person who writes in Spanish is told whom to call in Spanish with the
action server dead.
"""

from __future__ import annotations

from typing import Any

from rasa.shared.core.trackers import DialogueStateTracker

from unknot.knowledge.languages import in_their_language
from unknot.knowledge.loader import load
from unknot.settings import load_settings


def translated(message: dict[str, Any], tracker: DialogueStateTracker) -> dict[str, Any]:
    """The bot message with its payload in that language; unchanged where the person wrote English."""
    payload = message.get("custom")
    latest = tracker.latest_message
    if not isinstance(payload, dict) or latest is None or not latest.entities:
        return message
    knowledge = load()
    region = knowledge.regions[load_settings().region]
    return {**message, "custom": in_their_language(payload, latest.entities, region, knowledge)}
