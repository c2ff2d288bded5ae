"""Which stored events of a conversation a turn needs: the newest, what slots held before, and all that is unread."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from unknot.triage.case import Case

CASE_SLOT = "case"
Row = Any  # id, type_name, action_name (of a slot event: the slot), timestamp, data as JSON

_SESSION, _SLOT, _USER = "session_started", "slot", "user"
# Events whose effect on the state cannot be told from the slots alone. No action here makes one; Rasa's own may.
# (Those of forms are not among them: there are none, docs/decisions/no-forms.md.)
_LASTING = ("rewind", "undo", "restart", "reset_slots", "pause", "resume")
_KINDS = (_SESSION, *_LASTING)
_NEWEST = 2**31 - 1  # no id is larger; the column is an integer


class Window:
    """Reads one sender's events backwards, as far as a turn needs. Rows are always oldest first.

    `turns` is how many earlier turns are wanted; `batch` rows are read at once.
    """

    def __init__(self, db: Connection, sender: str, turns: int, batch: int) -> None:
        self._db, self._sender = db, sender
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
        seen, kept_at = _last_seen([*before, *recent])
        self._read_until(lambda rows: _is_reached(rows, seen, kept_at))
        first = min(recent[0].id, _first_needed(self._rows, seen, kept_at) or recent[0].id)
        return [row for row in before if row.id < first] + [row for row in self._rows if row.id >= first]

    def newest(self) -> Row | None:
        """The last row."""
        self._read_until(bool)
        return self._rows[-1] if self._rows else None

    def _read_until(self, enough: Callable[[list[Row]], bool]) -> None:
        while not self._complete and not enough(self._rows):
            older = self._older(self._rows[0].id if self._rows else _NEWEST)
            self._complete = len(older) < self._batch
            self._rows = older + self._rows

    def _slots_before(self, recent: list[Row], slots: Sequence[str]) -> list[Row] | None:
        """The last event of every slot that `recent` does not set, of the same session; None as in `rows`."""
        if recent[0].type_name == _SESSION or (self._complete and recent[0].id == self._rows[0].id):
            return []
        found = list(self._db.execute(_before(tuple(slots)), {"sender": self._sender, "first": recent[0].id}))
        session = max((row.id for row in found if row.type_name == _SESSION), default=0)
        if any(row.type_name in _LASTING and row.id > session for row in found):
            return None
        here = {row.action_name for row in recent if row.type_name == _SLOT}
        slot_rows = [row for row in found if row.type_name == _SLOT and row.id > session]
        return sorted((row for row in slot_rows if row.action_name not in here), key=lambda row: int(row.id))

    def _older(self, than: int) -> list[Row]:
        """The newest `batch` rows of the sender with a smaller id, oldest first."""
        asked = {"sender": self._sender, "than": than, "batch": self._batch}
        return list(self._db.execute(_OLDER, asked))[::-1]


# As text, since a turn waits for them: put together anew by SQLAlchemy they take longer than the database does.
_COLUMNS = "SELECT id, type_name, action_name, timestamp, data FROM events"
_OLDER = sa.text(f"{_COLUMNS} WHERE sender_id = :sender AND id < :than ORDER BY id DESC LIMIT :batch")


@lru_cache(maxsize=8)
def _before(slots: tuple[str, ...]) -> sa.sql.elements.TextClause:
    """The last event of each lasting kind, and of each slot before an event; each found by the index alone."""
    last = "SELECT MAX(id) FROM events WHERE sender_id = :sender AND type_name = "
    kinds = {f"kind{number}": kind for number, kind in enumerate(_KINDS)}
    names = {f"slot{number}": name for number, name in enumerate(slots)}
    ids = [f"{last}:{key} AND action_name IS NULL" for key in kinds]  # names the whole index
    ids += [f"{last}'slot' AND action_name = :{key} AND id < :first" for key in names]
    return sa.text(f"{_COLUMNS} WHERE id IN ({' UNION ALL '.join(ids)})").bindparams(**kinds, **names)


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


def _last_seen(rows: list[Row]) -> tuple[str, int]:
    """The id of the last message that an action has read, by the last value of the case, and that value's row."""
    for row in reversed(rows):
        if row.type_name == _SLOT and row.action_name == CASE_SLOT:
            return Case.from_json(json.loads(row.data).get("value")).seen, int(row.id)
    return "", 0


def _is_reached(rows: list[Row], seen: str, kept_at: int) -> bool:
    """Whether these rows hold all that is unread. A case of an older version names no message: its own row counts."""
    if not rows or not kept_at:
        return False
    return any(_is_message(row, seen) for row in rows) if seen else rows[0].id <= kept_at


def _first_needed(rows: list[Row], seen: str, kept_at: int) -> int | None:
    """The row of the last message that an action has read, where there is one; else of the first after the case.

    Actions tell what is unread by that message. By the case's own row they could not: a new session keeps the case
    anew, after messages that nobody has read.
    """
    read = [int(row.id) for row in rows if seen and _is_message(row, seen)]
    if read:
        return read[-1]
    return next((int(row.id) for row in rows if row.type_name == _USER and row.id > kept_at), None)


def _is_message(row: Row, identity: str) -> bool:
    return row.type_name == _USER and bool(json.loads(row.data).get("message_id") == identity)
