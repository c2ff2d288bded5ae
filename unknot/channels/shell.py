"""Rasa's response generator with two additions: the region's words in an emergency, and text in `rasa shell`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from unknot.channels.languages import translated
from unknot.knowledge.loader import load
from unknot.knowledge.schema import Region
from unknot.settings import load_settings

SHELL = "cmdline"
# Response -> the keys of its payload that differ from region to region.
_REGIONAL: dict[str, Callable[[Region], dict[str, str]]] = {
    "utter_emergency": lambda region: {"text": region.emergency_text, "number": region.emergency_number},
    "utter_crisis": lambda region: {"text": region.crisis_text},
}


def as_text(message: dict[str, Any]) -> dict[str, Any]:
    """A bot message with its payload replaced by the payload's text, which is complete by itself."""
    custom = message.get("custom")
    if not isinstance(custom, dict) or not custom.get("text"):
        return message
    rest = {key: value for key, value in message.items() if key not in ("custom", "text")}
    return {**rest, "text": str(custom["text"])}


def in_region(response: str, message: dict[str, Any], region: Region) -> dict[str, Any]:
    """A bot message with the words and numbers of a region where its response has any."""
    of_region = _REGIONAL.get(response)
    if of_region is None or not isinstance(message.get("custom"), dict):
        return message
    return {**message, "custom": {**message["custom"], **of_region(region)}}


class ReplyNlg(TemplatedNaturalLanguageGenerator):
    """Responses of `domain.yml` with the configured region's words, in the language of the message that is answered;
    in `rasa shell`, which prints payloads as JSON, their text alone.

    Named in endpoints.yml: `nlg: {type: unknot.channels.shell.ReplyNlg}`.
    """

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        super().__init__((domain or Domain.empty()).responses)
        # Read now: an emergency must not wait for a file, nor fail for one.
        self._region = load().regions[load_settings().region]

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """Rasa's response of this name, None where there is none."""
        message: dict[str, Any] | None = await super().generate(utter_action, tracker, output_channel, **kwargs)
        if message is None:
            return None
        message = translated(in_region(utter_action, message, self._region), tracker)
        return as_text(message) if tracker.get_latest_input_channel() == SHELL else message
