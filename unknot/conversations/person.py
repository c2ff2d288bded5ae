"""Everything that is kept about one person, and its end, on every channel."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from unknot.conversations.database import Database

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
    return {"channel": channel, **database.export(sender_of(channel, person))}


def erase(
    database: Database,
    channel: str,
    person: str,
    *,
    watch_seconds: float = 0.0,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Deletes everything kept about a person; the number of rows.

    A turn under way in a running assistant saves the whole conversation once more when it ends. For
    `watch_seconds` such a conversation is deleted again; one that was begun afterwards is left alone.
    """
    sender, began = sender_of(channel, person), clock()
    count = database.erase(sender)
    while clock() - began < watch_seconds:
        sleep(min(_POLL_SECONDS, watch_seconds))
        if any((event.get("timestamp") or 0.0) < began for event in database.events(sender)):
            count += database.erase(sender)
    database.flush()
    return count
