"""A conversation as the widget shows it, read from the tracker's events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from unknot.conversations.records import WEB

Item = dict[str, Any]
WORD_JOINER = "\u2060"  # invisible; put before a typed "/", which Rasa would take for an intent
MOST_ITEMS = 400
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def sender_id(session: str) -> str:
    """The tracker's name for a session."""
    return WEB + session


def typed(text: str) -> str:
    """What a person typed, without control characters, and never an intent."""
    clean = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return WORD_JOINER + clean if clean.startswith("/") else clean


def payload_of(message: Mapping[str, Any]) -> dict[str, Any] | None:
    """The reply payload in a bot message: its `custom` object, else its text and buttons as type `text`."""
    custom = message.get("custom")
    if isinstance(custom, Mapping) and isinstance(custom.get("type"), str):
        return {**custom, "text": str(custom.get("text") or message.get("text") or "")}
    text = message.get("text")
    if not text:
        return None
    payload: dict[str, Any] = {"type": "text", "text": str(text)}
    buttons = message.get("buttons") or message.get("quick_replies") or []
    choices = [{"id": f"b{n}", "title": str(button.get("title", ""))} for n, button in enumerate(buttons)]
    return {**payload, "choices": choices} if choices else payload


def items_of(events: Iterable[Mapping[str, Any]]) -> list[Item]:
    """What was said, in order. A user item has `text`, a bot item `payload`; ids are the same in streams."""
    items: list[Item] = []
    message, count = "start", 0
    for event in events:
        kind = event.get("event")
        if kind == "user":
            about = event.get("metadata") or {}
            message, count = str(about.get("message") or event.get("message_id") or len(items)), 0
            text = event.get("text") or ""
            if text.startswith("/"):
                continue  # sent by Rasa or another client, not typed here
            item: Item = {"id": message, "from": "user", "text": text.removeprefix(WORD_JOINER)}
            if about.get("restart"):
                item["restart"] = True
            items.append({**item, "at": event.get("timestamp")})
        elif kind == "bot":
            payload = payload_of({**(event.get("data") or {}), "text": event.get("text")})
            if payload is not None:
                items.append(bot_item(message, count, payload, event.get("timestamp")))
                count += 1
    return items


def bot_item(message: str, count: int, payload: dict[str, Any], at: float | None) -> Item:
    """The `count`th reply to `message`."""
    return {"id": f"{message}.{count}", "from": "bot", "payload": payload, "at": at}


def offered(items: Iterable[Item]) -> dict[str, str]:
    """The choices of the last message that had any: id to title."""
    for item in reversed(list(items)):
        choices = item.get("payload", {}).get("choices")
        if choices:
            return {str(choice["id"]): str(choice["title"]) for choice in choices}
    return {}
