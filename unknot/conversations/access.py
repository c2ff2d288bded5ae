"""The channels' way to the database, which may be away or damaged and must not hold up the server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, IntegrityError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from unknot.conversations.address import absolute, database_file
from unknot.conversations.tables import PULSE, make_tables
from unknot.observability.metrics import DATABASE_TROUBLE

logger = logging.getLogger(__name__)
T = TypeVar("T")
CONNECTIONS = 4  # of one assistant, for all its channels
_CONNECT_SECONDS = 3
_LOCKED_SECONDS = 5.0


class AwayError(Exception):
    """The database cannot be reached or written at the moment; nothing was changed, or it cannot be told."""


class DamagedError(AwayError):
    """The database's file is not as it should be: that does not pass by itself."""


class Access:
    """Runs each piece of work in one transaction, in a thread. Every method may raise AwayError."""

    def __init__(self, url: str) -> None:
        url = absolute(url)
        self._is_sqlite = url.startswith("sqlite")
        if file := database_file(url):
            Path(file).parent.mkdir(parents=True, exist_ok=True)
        # The text of an error would hold the statement's parameters, and with them what a person wrote.
        options: dict[str, Any] = {"future": True, "hide_parameters": True}
        pool: dict[str, Any] = {"pool_size": CONNECTIONS, "max_overflow": 0}
        if self._is_sqlite:
            pool |= {"poolclass": sa.pool.QueuePool}
            pool["connect_args"] = {"check_same_thread": False, "timeout": _LOCKED_SECONDS}
        else:
            pool |= {"pool_pre_ping": True, "connect_args": {"connect_timeout": _CONNECT_SECONDS}}
        self._engine = sa.create_engine(url, **options, **pool)
        if self._is_sqlite:
            sa.event.listen(self._engine, "connect", tune_sqlite)
        make_tables(self._engine)
        self.damaged = False
        self._workers = ThreadPoolExecutor(CONNECTIONS, "channels-database")

    async def run(self, work: Callable[[Any], T]) -> T:
        """What `work` makes of a connection."""
        # With the context, in which the log finds the id of the turn.
        job = copy_context().run
        return await asyncio.get_running_loop().run_in_executor(self._workers, job, self._in_transaction, work)

    async def writable(self, server: str) -> bool:
        """Whether a row can be kept, tried by keeping one: a full disk still reads. `server` names the row."""

        def beat(db: Any) -> bool:
            mine = PULSE.c.server == server
            if not db.execute(PULSE.update().where(mine).values(beat=PULSE.c.beat + 1)).rowcount:
                db.execute(PULSE.insert().values(server=server, beat=0))
            return True

        return await self.run(beat) and not self.damaged

    async def empty_log(self) -> None:
        """Empties SQLite's write-ahead log as far as nobody reads it: what was deleted must not stay there."""
        if self._is_sqlite:
            await asyncio.get_running_loop().run_in_executor(self._workers, self._checkpoint)

    def _checkpoint(self) -> None:
        with self._engine.connect() as db:
            db.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def _in_transaction(self, work: Callable[[Any], T]) -> T:
        try:
            with self._engine.begin() as connection:
                return work(connection)
        except (IntegrityError, ProgrammingError):
            raise
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            # The error's text may quote a statement with what a person typed.
            logger.warning("The database is away: %s", type(error).__name__)
            DATABASE_TROUBLE.labels("away").inc()
            raise AwayError from None
        except DatabaseError as error:
            if not self.damaged:
                logger.error(
                    "The database is damaged (%s): restore it (docs/operations.md).", type(error.orig).__name__
                )
            self.damaged = True
            DATABASE_TROUBLE.labels("damaged").inc()
            raise DamagedError from None

    def close(self) -> None:
        """Lets go of the database."""
        self._workers.shutdown(wait=False)
        self._engine.dispose()


def tune_sqlite(connection: Any, _: Any) -> None:
    """Readers do not wait for a writer, and a commit does not wait for the disk.

    A crash of the assistant loses nothing; a power failure may lose the last moments, and never breaks the file.
    """
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    # What is deleted or moved is overwritten: words stay readable in the file's free space otherwise.
    connection.execute("PRAGMA secure_delete = ON")
