"""Reply payloads as the terminal reads them: tidied of control characters, emergencies first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

Payload = dict[str, Any]

_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def clean(text: object) -> str:
    """`text` without control characters, escape sequences and direction overrides."""
    return _UNSAFE.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n"))


def from_message(message: Mapping[str, Any]) -> Payload | None:
    """The payload of one REST message: its `custom` object, or its plain text as a payload of type `text`.

    None for a message that says nothing.
    """
    custom = message.get("custom")
    if isinstance(custom, dict) and custom.get("type") and custom.get("text"):
        return dict(custom)
    text = message.get("text")
    if isinstance(text, str) and text.strip():
        return {"type": "text", "text": text}
    return None


def is_emergency(payload: Mapping[str, Any]) -> bool:
    """Whether a payload tells the person to get emergency help now."""
    return payload.get("type") == "triage" and payload.get("level") == "emergency"


def emergencies_first(payloads: Iterable[Payload]) -> list[Payload]:
    """The payloads of one turn, emergencies before anything else, otherwise in their order."""
    return sorted(payloads, key=lambda payload: not is_emergency(payload))
