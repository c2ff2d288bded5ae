"""Conversations of any length and number, written into a database at once: a recorded one, made longer and copied."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

TALK = ("my lower back locked up", "none of these", "a 7", "yesterday", "no", "is heat ok")
# Measured: it goes through two actions as a first message as well as later.
MESSAGE = "my lower back locked up"
_PACE = 30.0  # seconds between two turns; a whole conversation is one session
_CHUNK = 20_000  # rows

EVENTS = sa.Table(
    "events",
    sa.MetaData(),
    *(sa.Column(name, sa.String) for name in ("sender_id", "type_name")),
    sa.Column("timestamp", sa.Float),
    *(sa.Column(name, sa.String) for name in ("intent_name", "action_name", "data")),
)
Row = dict[str, Any]


@dataclass(frozen=True)
class Recorded:
    """A conversation's rows: how it began, and one more turn of it."""

    beginning: list[Row]
    turn: list[Row]
    turns: int

    def lengthened(self, sender: str, turns: int) -> list[Row]:
        """The rows of a conversation with at least so many turns, the last of them just now."""
        copies = max(1, turns - self.turns)
        rows = [_shifted(row, sender, -copies * _PACE) for row in self.beginning]
        for number in range(copies):
            rows += [_shifted(row, sender, (number + 1 - copies) * _PACE) for row in self.turn]
        return rows


def recorded(database: str, sender: str) -> Recorded:
    """A conversation that was held, cut before its last turn."""
    engine = sa.create_engine(database)
    with engine.connect() as db:
        query = sa.select(EVENTS).where(EVENTS.c.sender_id == sender).order_by(sa.text("id"))
        rows = [dict(row._mapping) for row in db.execute(query)]
    engine.dispose()
    users = [place for place, row in enumerate(rows) if row["type_name"] == "user"]
    # A turn's rows begin with the person's message and end with the listening that follows it.
    return Recorded(rows[: users[-1]], rows[users[-1] :], len(users) - 1)


def fill(database: str, conversations: Iterable[list[Row]]) -> int:
    """Writes conversations in bulk; the number of their events."""
    engine, count, waiting = sa.create_engine(database), 0, []
    for rows in conversations:
        waiting += rows
        count += len(rows)
        if len(waiting) >= _CHUNK:
            _insert(engine, waiting)
            waiting = []
    _insert(engine, waiting)
    engine.dispose()
    return count


def _insert(engine: sa.engine.Engine, rows: list[Row]) -> None:
    if not rows:
        return
    with engine.begin() as db:
        if engine.dialect.name == "postgresql":
            from psycopg2.extras import execute_values

            names = list(rows[0])
            statement = f"INSERT INTO events ({', '.join(names)}) VALUES %s"
            cursor = db.connection.cursor()
            execute_values(cursor, statement, [tuple(row.values()) for row in rows], page_size=1000)
        else:
            db.execute(EVENTS.insert(), rows)


def _shifted(row: Row, sender: str, seconds: float) -> Row:
    data = json.loads(row["data"])
    data["timestamp"] = row["timestamp"] + seconds
    return {**row, "sender_id": sender, "timestamp": data["timestamp"], "data": json.dumps(data)}
