"""The conversations in the database, without Rasa: which there are, reading one, deleting it for certain."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from unknot.conversations import records
from unknot.conversations.address import absolute, database_file
from unknot.conversations.events import Event
from unknot.conversations.tables import EVENTS, INBOX, SESSIONS

T = TypeVar("T")
_FLUSH_ATTEMPTS, _FLUSH_PAUSE = 50, 0.1
_SOUND = "ok"


def overwrite_deleted() -> None:
    """From now on SQLite overwrites what is deleted or moved, in every connection this process makes.

    Without it the words stay readable in the file's free space, also where SQLite has moved a row to make room.
    """
    if not sa.event.contains(Engine, "connect", _secure_delete):
        sa.event.listen(Engine, "connect", _secure_delete)


def _secure_delete(connection: Any, _: Any) -> None:
    if type(connection).__module__.split(".")[0] == "sqlite3":
        connection.execute("PRAGMA secure_delete = ON")


def fault_of(url: str) -> str:
    """What is wrong with the file of an SQLite database, "" when nothing is, or where it is another database."""
    file = database_file(absolute(url))
    if file is None or not file.is_file():
        return ""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=rw", uri=True, timeout=5.0)) as database:
            found = str(database.execute("PRAGMA quick_check(1)").fetchone()[0])
            return "" if found == _SOUND else "it is damaged"
    except sqlite3.OperationalError as error:
        return "" if "locked" in str(error) else f"it cannot be opened ({error})"
    except sqlite3.DatabaseError:
        return "it is damaged, or no database at all"


class Database:
    """The database of a database address (settings.database_url)."""

    def __init__(self, url: str) -> None:
        overwrite_deleted()
        self.engine: Engine = sa.create_engine(absolute(url), future=True, hide_parameters=True)
        self._is_sqlite = self.engine.dialect.name == "sqlite"

    def has(self, table: sa.Table) -> bool:
        """Whether the table is there yet; a fresh installation has none, and none is made by asking."""
        if not self._is_there():
            return False
        return records.has(self.engine, table)

    def run(self, work: Callable[[Any], T]) -> T:
        """What `work` makes of a connection, in one transaction."""
        with self.engine.begin() as db:
            return work(db)

    def events(self, sender: str) -> list[Event]:
        """The events of a conversation, oldest first, as Rasa keeps them."""
        found: list[Event] = self.export(sender)["events"]
        return found

    def export(self, conversation: str) -> dict[str, Any]:
        """Everything that is kept about a conversation (`records.export`)."""
        if not self._is_there():
            return {
                "conversation": conversation,
                "messages": [],
                "understood": {},
                "events": [],
                "waiting": [],
                "days": {},
            }
        return self.run(lambda db: records.export(db, conversation))

    def erase(self, conversation: str) -> int:
        """Ends everything that is kept about a conversation; how many rows."""
        if not self._is_there():
            return 0
        return self.run(lambda db: records.erase(db, conversation))

    def last_heard(self) -> Iterator[tuple[str, float, float]]:
        """Every conversation with the times of its first and last event, in seconds since the epoch."""
        after = ""
        while self.has(EVENTS):
            rows = self.run(lambda db, after=after: records.last_heard(db, after))  # type: ignore[misc]
            if not rows:
                return
            yield from rows
            after = rows[-1][0]

    def expire(self, conversation: str, before: float) -> bool:
        """Ends a conversation unless something was said in it since `before`."""
        return self.run(lambda db: records.expire(db, conversation, before))

    def expire_messages(self, before: float) -> int:
        """Ends what the inbox knows of messages that came in before a time; how many were never handled."""
        return self.run(lambda db: records.expire_messages(db, before)) if self.has(INBOX) else 0

    def unused_sessions(self, before: float) -> list[str]:
        """Web sessions that nobody has used since, some at a time."""
        return self.run(lambda db: records.unused_sessions(db, before)) if self.has(SESSIONS) else []

    def expire_days(self, before: float) -> int:
        """Ends what was kept to follow somebody over days and not touched since a time; how many rows."""
        return self.run(lambda db: records.expire_days(db, before)) if self._is_there() else 0

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
