"""Reading what the tracker holds: all of a conversation for its person, the end of it for a turn."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from unknot.conversations.tables import EVENTS

Event = dict[str, Any]
TAIL = 60
"""Events at a conversation's end that are looked through for what was asked last: several turns."""


def all_of(db: Any, conversation: str) -> list[Event]:
    """Every event of a conversation, oldest first, as Rasa keeps them."""
    query = sa.select(EVENTS.c.data).where(EVENTS.c.sender_id == conversation).order_by(EVENTS.c.id)
    return [json.loads(row[0]) for row in db.execute(query)]


def tail_of(db: Any, conversation: str, last: int | None = None, most: int = TAIL) -> list[Event]:
    """The last events, at most `most`, oldest first; with `last`, up to the event with that id."""
    query = sa.select(EVENTS.c.data).where(EVENTS.c.sender_id == conversation)
    if last is not None:
        query = query.where(EVENTS.c.id <= last)
    rows = db.execute(query.order_by(EVENTS.c.id.desc()).limit(most)).all()
    return [json.loads(row[0]) for row in reversed(rows)]


def turn_of(db: Any, conversation: str, last: int) -> list[Event]:
    """The events of the turn whose last event has the id `last`, from the person's message on."""
    most = TAIL
    while True:
        found = tail_of(db, conversation, last, most)
        places = [place for place, event in enumerate(found) if event.get("event") == "user"]
        if places or len(found) < most:
            return found[places[-1] :] if places else found
        most *= 4


def understood(events: list[Event]) -> dict[str, Any]:
    """The last value of every slot: what the assistant took from what a person said."""
    values: dict[str, Any] = {}
    for event in events:
        if event.get("event") == "slot":
            values[str(event.get("name"))] = event.get("value")
        elif event.get("event") == "restart":
            values = {}
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def alarmed(events: list[Event]) -> bool:
    """Whether an emergency or a crisis stands in a conversation, by what was said to the person last about it."""
    emergency = crisis = False
    for event in events:
        custom = (event.get("data") or {}).get("custom") if event.get("event") == "bot" else None
        if isinstance(custom, dict):
            if custom.get("type") == "triage":
                emergency = custom.get("level") == "emergency"
            emergency = emergency and custom.get("lifts") != "emergency"
            crisis = (crisis or custom.get("notice") == "crisis") and custom.get("lifts") != "crisis"
        elif event.get("event") == "restart":
            emergency = crisis = False
    return emergency or crisis
