"""Stock `rasa shell` as a reader of the replies: it prints `custom` payloads as JSON, so it is given their text."""

from __future__ import annotations

from typing import Any

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from unknot.channels.languages import translated

SHELL = "cmdline"


def as_text(message: dict[str, Any]) -> dict[str, Any]:
    """A bot message with its payload replaced by the payload's text, which is complete by itself."""
    custom = message.get("custom")
    if not isinstance(custom, dict) or not custom.get("text"):
        return message
    rest = {key: value for key, value in message.items() if key not in ("custom", "text")}
    return {**rest, "text": str(custom["text"])}


class ReplyNlg(TemplatedNaturalLanguageGenerator):
    """Rasa's own generator, but in the language of the message that is answered, and in `rasa shell` as text.

    Named in endpoints.yml: `nlg: {type: unknot.channels.shell.ReplyNlg}`.
    """

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        super().__init__((domain or Domain.empty()).responses)

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """The response of the domain, in another language where the person wrote in one that is at hand."""
        message: dict[str, Any] | None = await super().generate(utter_action, tracker, output_channel, **kwargs)
        if message is None:
            return None
        message = translated(message, tracker)
        return as_text(message) if tracker.get_latest_input_channel() == SHELL else message
