"""Everything that is kept about one person, and its end, on every channel."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from unknot.conversations.database import Database, understood

CHANNELS = {
    "web": "web:",  # ID: the session's, as in `conversation` of an export
    "slack": "slack:",  # ID: TEAM:USER
    "terminal": "terminal:",  # ID: as /id in the terminal says it, without a web channel
    "rest": "",  # ID: the sender that the client sent
}
"""Channels and how the ids of their conversations begin."""

_POLL_SECONDS = 0.5


def sender_of(channel: str, person: str) -> str:
    """The conversation of a person on a channel. An id that carries the channel's prefix already is fine."""
    prefix = CHANNELS[channel]
    return person if person.startswith(prefix) else prefix + person


def export(database: Database, channel: str, person: str) -> dict[str, Any]:
    """Everything kept: what was said, what was understood, every event; ready for JSON."""
    sender = sender_of(channel, person)
    events = database.events(sender)
    found: dict[str, Any] = {
        "exported": datetime.now(UTC).isoformat(timespec="seconds"),
        "channel": channel,
        "conversation": sender,
        "messages": [_message(event) for event in events if event.get("event") in ("user", "bot")],
        "understood": understood(events),
        "events": events,
        "days": database.days(sender),
    }
    if channel == "web":
        found["session"] = database.web_session(sender.removeprefix("web:"))
        found["waiting"] = database.web_inbox(sender.removeprefix("web:"))
    return found


def _message(event: dict[str, Any]) -> dict[str, Any]:
    at = event.get("timestamp")
    when = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds") if at else None
    message = {"from": event["event"], "at": when, "text": event.get("text")}
    if payload := (event.get("data") or {}).get("custom"):
        message["reply"] = payload
    return message


def erase(
    database: Database,
    channel: str,
    person: str,
    *,
    watch_seconds: float = 0.0,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Deletes everything kept about a person; the number of events.

    A turn under way in a running assistant saves the whole conversation once more when it ends. For
    `watch_seconds` such a conversation is deleted again; one that was begun afterwards is left alone.
    """
    sender, began = sender_of(channel, person), clock()
    # What waits first: a turn that has not begun finds nothing to do.
    count = database.delete_web_session(sender.removeprefix("web:")) if channel == "web" else 0
    count += database.delete_days(sender)
    count += database.delete(sender)
    while clock() - began < watch_seconds:
        sleep(min(_POLL_SECONDS, watch_seconds))
        if any((event.get("timestamp") or 0.0) < began for event in database.events(sender)):
            count += database.delete(sender)
    database.flush()
    return count
