"""The channel's tables and its way to the database, which may be away and must not hold up the server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

logger = logging.getLogger(__name__)
T = TypeVar("T")
CONNECTIONS = 4  # of one assistant, for this channel
_CONNECT_SECONDS = 3

TABLES = sa.MetaData()
SESSIONS = sa.Table(
    "web_sessions",
    TABLES,
    sa.Column("session", sa.String(64), primary_key=True),
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("rotated", sa.Float, nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("seen", sa.Float, nullable=False),
)
INBOX = sa.Table(
    "web_inbox",
    TABLES,
    sa.Column("session", sa.String(64), primary_key=True),
    sa.Column("message", sa.String(64), primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("restart", sa.Boolean, nullable=False),
    sa.Column("failed", sa.Boolean, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("owner", sa.String(32), nullable=False, default=""),
    sa.Column("until", sa.Float, nullable=False, default=0.0),
)


class AwayError(Exception):
    """The database cannot be reached at the moment; nothing was changed, or it cannot be told."""


class Database:
    """Runs each piece of work in one transaction, in a thread."""

    def __init__(self, url: str) -> None:
        here = url.startswith("sqlite")
        # The text of an error would hold the statement's parameters, and with them what a person wrote.
        options: dict[str, Any] = {"future": True, "hide_parameters": True}
        pool: dict[str, Any] = {"pool_size": CONNECTIONS, "max_overflow": 0, "pool_pre_ping": True}
        pool["connect_args"] = {"connect_timeout": _CONNECT_SECONDS}
        self._engine = sa.create_engine(url, **options, **({} if here else pool))
        if here:
            # What is deleted is overwritten, or it stays readable in the file's free pages.
            sa.event.listen(self._engine, "connect", lambda db, _: db.execute("PRAGMA secure_delete = ON").close())
        self._make_tables()
        self._workers = ThreadPoolExecutor(CONNECTIONS, "web-database")

    def _make_tables(self) -> None:
        try:
            TABLES.create_all(self._engine)
        except (IntegrityError, OperationalError, ProgrammingError):
            TABLES.create_all(self._engine)  # another server was making them at the same time

    async def run(self, work: Callable[[Any], T]) -> T:
        """What `work` makes of a connection. Raises AwayError when there is none to be had."""
        # With the context, in which the log finds the id of the turn.
        job = copy_context().run
        return await asyncio.get_running_loop().run_in_executor(self._workers, job, self._in_transaction, work)

    def _in_transaction(self, work: Callable[[Any], T]) -> T:
        try:
            with self._engine.begin() as connection:
                return work(connection)
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            # The error's text may quote a statement with what a person typed.
            logger.warning("The database is away: %s", type(error).__name__)
            raise AwayError from None

    def close(self) -> None:
        """Lets go of the database."""
        self._workers.shutdown(wait=False)
        self._engine.dispose()
