"""The conversations in the database, without Rasa: which there are, reading one, deleting it for certain."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from unknot.conversations import days
from unknot.settings import ROOT

CHUNK = 200
"""Conversations that one query looks at, so that no query is a long one."""

_FLUSH_ATTEMPTS, _FLUSH_PAUSE = 50, 0.1

_TABLES = sa.MetaData()
# Tables of others (Rasa's tracker store, the web channel), as far as they are needed here.
EVENTS = sa.Table(
    "events",
    _TABLES,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("sender_id", sa.String(255)),
    sa.Column("timestamp", sa.Float),
    sa.Column("data", sa.Text),
)
WEB_SESSIONS = sa.Table(
    "web_sessions",
    _TABLES,
    sa.Column("session", sa.String(64), primary_key=True),
    sa.Column("created", sa.Float),
    sa.Column("seen", sa.Float),
)
WEB_INBOX = sa.Table(
    "web_inbox",
    _TABLES,
    sa.Column("session", sa.String(64), primary_key=True),
    sa.Column("message", sa.String(64), primary_key=True),
    sa.Column("text", sa.Text),
    sa.Column("at", sa.Float),
)


def overwrite_deleted() -> None:
    """From now on SQLite overwrites what is deleted or moved, in every connection this process makes.

    Without it the words stay readable in the file's free space, also where SQLite has moved a row to make room.
    """
    if not sa.event.contains(Engine, "connect", _secure_delete):
        sa.event.listen(Engine, "connect", _secure_delete)


def _secure_delete(connection: Any, _: Any) -> None:
    if type(connection).__module__.split(".")[0] == "sqlite3":
        connection.execute("PRAGMA secure_delete = ON")


class Database:
    """The database of a database address (settings.database_url)."""

    def __init__(self, url: str) -> None:
        overwrite_deleted()
        head = "sqlite:///"
        if url.startswith(head) and not url.startswith(head + "/"):
            url = f"{head}{ROOT / url[len(head) :]}"
        self.engine: Engine = sa.create_engine(url, future=True, hide_parameters=True)
        self._is_sqlite = self.engine.dialect.name == "sqlite"

    def has(self, table: sa.Table) -> bool:
        """Whether the table is there yet; a fresh installation has none, and none is made by asking."""
        if self._is_sqlite and not Path(str(self.engine.url.database)).is_file():
            return False
        return bool(sa.inspect(self.engine).has_table(table.name))

    def events(self, sender: str) -> list[dict[str, Any]]:
        """The events of a conversation, oldest first, as Rasa keeps them."""
        if not self.has(EVENTS):
            return []
        query = sa.select(EVENTS.c.data).where(EVENTS.c.sender_id == sender).order_by(EVENTS.c.id)
        with self.engine.connect() as db:
            return [json.loads(row[0]) for row in db.execute(query)]

    def last_heard(self) -> Iterator[tuple[str, float, float]]:
        """Every conversation with the times of its first and last event, in seconds since the epoch."""
        if not self.has(EVENTS):
            return
        after = ""
        while True:
            times = sa.func.min(EVENTS.c.timestamp), sa.func.max(EVENTS.c.timestamp)
            query = sa.select(EVENTS.c.sender_id, *times).where(EVENTS.c.sender_id > after)
            query = query.group_by(EVENTS.c.sender_id).order_by(EVENTS.c.sender_id).limit(CHUNK)
            with self.engine.connect() as db:
                rows = db.execute(query).all()
            if not rows:
                return
            yield from ((row[0], row[1] or 0.0, row[2] or 0.0) for row in rows)
            after = rows[-1][0]

    def delete(self, sender: str, untouched_since: float | None = None) -> int:
        """Deletes a conversation in one step; the number of its events.

        With `untouched_since`, only if nothing was said in it after that time: who came back keeps all.
        """
        if not self.has(EVENTS):
            return 0
        where = EVENTS.c.sender_id == sender
        if untouched_since is not None:
            # The table under another name; the query inside is asked at the moment of deleting.
            later = EVENTS.alias()
            newer = sa.exists().where((later.c.sender_id == sender) & (later.c.timestamp >= untouched_since))
            where = where & ~newer
        with self._begin() as db:
            return int(db.execute(EVENTS.delete().where(where)).rowcount)

    def web_session(self, session: str) -> dict[str, Any] | None:
        """What is kept about a web session itself: when it began and was last seen."""
        if not self.has(WEB_SESSIONS):
            return None
        with self.engine.connect() as db:
            row = db.execute(sa.select(WEB_SESSIONS).where(WEB_SESSIONS.c.session == session)).first()
        return dict(row._mapping) if row else None

    def web_inbox(self, session: str) -> list[dict[str, Any]]:
        """Messages of a web session that are not (yet) in its conversation: waiting, or their turn failed."""
        if not self.has(WEB_INBOX):
            return []
        query = sa.select(WEB_INBOX).where(WEB_INBOX.c.session == session).order_by(WEB_INBOX.c.at)
        with self.engine.connect() as db:
            return [dict(row._mapping) for row in db.execute(query)]

    def delete_web_session(self, session: str) -> int:
        """Forgets a web session and what waits in it; its token is worthless from now on. How many rows."""
        tables = [table for table in (WEB_INBOX, WEB_SESSIONS) if self.has(table)]
        with self._begin() as db:
            return sum(db.execute(table.delete().where(table.c.session == session)).rowcount for table in tables)

    def delete_web_inbox(self, before: float) -> int:
        """Forgets messages that came in before a time and never made it into their conversation; how many."""
        if not self.has(WEB_INBOX):
            return 0
        with self._begin() as db:
            return int(db.execute(WEB_INBOX.delete().where(WEB_INBOX.c.at < before)).rowcount)

    def unused_web_sessions(self, before: float) -> list[str]:
        """Sessions that nobody has used since, at most CHUNK of them."""
        if not self.has(WEB_SESSIONS):
            return []
        query = sa.select(WEB_SESSIONS.c.session).where(WEB_SESSIONS.c.seen < before).limit(CHUNK)
        with self.engine.connect() as db:
            return [row[0] for row in db.execute(query)]

    def days(self, conversation: str) -> dict[str, Any]:
        """What is kept about somebody who is followed over days (`days.export`)."""
        if not self._is_there():
            return {}
        with self.engine.connect() as db:
            return days.export(db, conversation)

    def delete_days(self, conversation: str) -> int:
        """Ends what is kept about somebody who is followed over days; how many rows."""
        if not self._is_there():
            return 0
        with self._begin() as db:
            return days.erase(db, conversation)

    def expire_days(self, before: float) -> int:
        """Ends episodes, contacts, links and reminders that nobody touched since a time; how many rows."""
        if not self._is_there():
            return 0
        with self._begin() as db:
            return days.expire(db, int(before))

    def _is_there(self) -> bool:
        return not self._is_sqlite or Path(str(self.engine.url.database)).is_file()

    def flush(self) -> bool:
        """Empties SQLite's write-ahead log, in which older copies of pages may lie; whether it is empty."""
        if not self._is_sqlite or not self.has(EVENTS):
            return True
        for _ in range(_FLUSH_ATTEMPTS):
            with self.engine.connect() as db:
                busy = db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
            if not busy:
                return True
            time.sleep(_FLUSH_PAUSE)  # somebody reads from it at the moment
        return False

    def compact(self) -> None:
        """Writes SQLite's file anew without free space (nobody can write meanwhile); elsewhere nothing."""
        if self.has(EVENTS) and self._is_sqlite:
            with self.engine.connect() as db:
                db.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM")
            self.flush()

    def close(self) -> None:
        """Lets go of the database."""
        self.engine.dispose()

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        with self.engine.begin() as db:
            yield db


def understood(events: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The last value of every slot: what the assistant took from what a person said."""
    values: dict[str, Any] = {}
    for event in events:
        if event.get("event") == "slot":
            values[str(event.get("name"))] = event.get("value")
        elif event.get("event") == "restart":
            values = {}
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
