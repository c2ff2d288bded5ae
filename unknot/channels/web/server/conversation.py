"""A conversation as the widget shows it, read from the tracker's events; and its end."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from rasa.core.tracker_store import (
    AwaitableTrackerStore,
    FailSafeTrackerStore,
    InMemoryTrackerStore,
    MongoTrackerStore,
    RedisTrackerStore,
    SQLTrackerStore,
)

Item = dict[str, Any]
PREFIX = "web:"
WORD_JOINER = "\u2060"  # invisible; put before a typed "/", which Rasa would take for an intent
MOST_ITEMS = 400
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class EraseError(Exception):
    """The tracker store is of a kind this channel cannot delete from."""


def sender_id(session: str) -> str:
    """The tracker's name for a session."""
    return PREFIX + session


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


def strict(tracker_store: Any) -> Any:
    """The store without Rasa's wrapper, which hides that it is away and goes on with an empty tracker."""
    return tracker_store._tracker_store if isinstance(tracker_store, FailSafeTrackerStore) else tracker_store


def _kind(tracker_store: Any) -> Any:
    """The store itself, without wrappers."""
    store = strict(tracker_store)
    return store._tracker_store if isinstance(store, AwaitableTrackerStore) else store


async def events_of(tracker_store: Any, sender: str) -> list[dict[str, Any]]:
    """All events of a sender, of every Rasa session, oldest first. Raises when the store is away."""
    tracker = await strict(tracker_store).retrieve_full_tracker(sender)
    return [event.as_dict() for event in tracker.events] if tracker else []


async def holds(tracker_store: Any, sender: str, message: str) -> bool:
    """Whether the store has this message of the sender. Raises when the store is away."""
    store = _kind(tracker_store)
    if isinstance(store, SQLTrackerStore):
        return await asyncio.to_thread(_holds, store, sender, message)
    return any(item["id"] == message for item in items_of(await events_of(store, sender)))


def _holds(store: SQLTrackerStore, sender: str, message: str) -> bool:
    row = store.SQLEvent
    with store.session_scope() as session:
        said = session.query(row.data).filter(row.sender_id == sender, row.type_name == "user")
        found = said.filter(row.data.contains(message, autoescape=True)).all()
    return any((json.loads(data).get("metadata") or {}).get("message") == message for (data,) in found)


async def erase(tracker_store: Any, sender: str) -> None:
    """Deletes every event of `sender` from the store. Raises EraseError."""
    if isinstance(tracker_store, FailSafeTrackerStore) and tracker_store._fallback_tracker_store is not None:
        await erase(tracker_store._fallback_tracker_store, sender)
    store = _kind(tracker_store)
    if isinstance(store, SQLTrackerStore):
        with store.session_scope() as session:
            if store.engine.dialect.name == "sqlite":
                # Without it the words stay readable in the file's free pages.
                session.connection().exec_driver_sql("PRAGMA secure_delete = ON")
            session.query(store.SQLEvent).filter(store.SQLEvent.sender_id == sender).delete()
            session.commit()
            if store.engine.dialect.name == "sqlite":
                # Nor in the write-ahead log.
                session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    elif isinstance(store, InMemoryTrackerStore):
        store.store.pop(sender, None)
    elif isinstance(store, RedisTrackerStore):
        store.red.delete(store.key_prefix + sender)
    elif isinstance(store, MongoTrackerStore):
        store.conversations.delete_many({"sender_id": sender})
    else:
        raise EraseError(type(store).__name__)
