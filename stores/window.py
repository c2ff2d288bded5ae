"""Which stored events of a conversation a turn needs: the newest, what slots held before, and all that is unread."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from triage.case import Case

CASE_SLOT = "case"
Row = Any  # id, type_name, action_name (of a slot event: the slot), timestamp in seconds, data as JSON

_SESSION, _SLOT, _USER = "session_started", "slot", "user"
# Events whose effect on the state cannot be told from the slots alone. No action here makes one; Rasa's own may.
_LASTING = ("rewind", "undo", "undo_till", "restart", "reset_slots", "pause", "resume", "active_loop", "form")


class Window:
    """Reads one sender's events backwards, as far as a turn needs. Rows are always oldest first.

    `turns` is how many earlier turns are wanted; `batch` rows are read at once.
    """

    def __init__(self, db: Connection, table: sa.Table, sender: str, turns: int, batch: int) -> None:
        self._db, self._table, self._sender = db, table, sender
        self._turns, self._batch = turns, batch
        self._rows: list[Row] = []
        self._complete = False

    def rows(self, slots: Sequence[str]) -> list[Row] | None:
        """The rows; empty for somebody new, None where only the whole session tells the state.

        `slots` are the names of all slots: each keeps the value that it has after all events.
        """
        self._read_until(lambda rows: bool(rows) and _start(rows, self._turns) is not None)
        if not self._rows:
            return []
        recent = self._rows[_start(self._rows, self._turns) or 0 :]
        before = self._slots_before(recent, slots)
        if before is None:
            return None
        until = _seen_until([*before, *recent])
        self._read_until(lambda rows: rows[0].timestamp <= until)
        unread = (row.id for row in self._rows if row.type_name == _USER and row.timestamp > until)
        first = min(recent[0].id, next(unread, recent[0].id))
        return [row for row in before if row.id < first] + [row for row in self._rows if row.id >= first]

    def newest(self) -> Row | None:
        """The last row."""
        self._read_until(bool)
        return self._rows[-1] if self._rows else None

    def _read_until(self, enough: Callable[[list[Row]], bool]) -> None:
        while not self._complete and not enough(self._rows):
            older = self._select(self._table.c.id < self._rows[0].id) if self._rows else self._select()
            self._complete = len(older) < self._batch
            self._rows = older[::-1] + self._rows

    def _slots_before(self, recent: list[Row], slots: Sequence[str]) -> list[Row] | None:
        """The last event of every slot that `recent` does not set, of the same session; None as in `rows`."""
        if recent[0].type_name == _SESSION or (self._complete and recent[0].id == self._rows[0].id):
            return []
        table = self._table
        lasting = (
            sa.select(table.c.type_name, sa.func.max(table.c.id))
            .where(table.c.sender_id == self._sender, table.c.type_name.in_((_SESSION, *_LASTING)))
            .group_by(table.c.type_name)
        )
        last = dict(self._db.execute(lasting).all())
        session = last.pop(_SESSION, 0)
        if any(identity > session for identity in last.values()):
            return None
        here = {row.action_name for row in recent if row.type_name == _SLOT}
        found = (
            self._select(
                table.c.type_name == _SLOT,
                table.c.action_name == name,
                table.c.id < recent[0].id,
                table.c.id > session,
                limit=1,
            )
            for name in slots
            if name not in here
        )
        return sorted((row for rows in found for row in rows), key=lambda row: int(row.id))

    def _select(self, *where: Any, limit: int | None = None) -> list[Row]:
        """The newest rows of the sender, newest first."""
        table = self._table
        columns = (table.c.id, table.c.type_name, table.c.action_name, table.c.timestamp, table.c.data)
        query = sa.select(*columns).where(table.c.sender_id == self._sender, *where)
        return list(self._db.execute(query.order_by(table.c.id.desc()).limit(limit or self._batch)))


def _start(rows: list[Row], turns: int) -> int | None:
    """Where the last `turns` turns of the session begin, None if that is before these rows."""
    session = next((place for place in reversed(range(len(rows))) if rows[place].type_name == _SESSION), None)
    users = [place for place, row in enumerate(rows) if row.type_name == _USER]
    if len(users) < turns:
        return session
    start = users[-turns]
    if start and rows[start - 1].action_name == "action_listen":
        start -= 1
    return start if session is None else max(start, session)


def _seen_until(rows: list[Row]) -> float:
    """Up to which message (timestamp in seconds) an action has read, by the last value of the case."""
    for row in reversed(rows):
        if row.type_name == _SLOT and row.action_name == CASE_SLOT:
            return Case.from_json(json.loads(row.data).get("value")).seen_until
    return 0.0
