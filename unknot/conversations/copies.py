"""Copies of an SQLite database: made while it is written, checked, put back."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from unknot.conversations.address import absolute, database_file
from unknot.conversations.database import fault_of

BEFORE = ".before-restore"
_WITH = ("-wal", "-shm", "-journal")


class CopyError(Exception):
    """A copy cannot be made or put back; the message says why."""


def _file(url: str) -> Path:
    file = database_file(absolute(url))
    if file is None:
        raise CopyError("The database is PostgreSQL: use pg_dump and pg_restore.")
    return file


def backup(url: str, target: Path) -> None:
    """A whole copy of the database in a new file for this user alone. Raises CopyError."""
    source = _file(url)
    if not source.is_file():
        raise CopyError(f"There is no database {source} yet.")
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise CopyError(f"{target} cannot be written: {error.strerror}") from None
    try:
        with closing(sqlite3.connect(source, timeout=10.0)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
            new.execute("PRAGMA journal_mode = DELETE")
        if fault := fault_of(f"sqlite:///{target.resolve()}"):
            raise CopyError(f"The copy is of no use: {fault}.")
    except (sqlite3.Error, CopyError) as error:
        target.unlink(missing_ok=True)
        raise CopyError(str(error)) from None


def restore(url: str, copy: Path) -> Path | None:
    """Puts a copy in the database's place; where the present one is afterwards. Raises CopyError."""
    file = _file(url)
    if not copy.is_file():
        raise CopyError(f"There is no file {copy}.")
    if fault := fault_of(f"sqlite:///{copy.resolve()}"):
        raise CopyError(f"{copy}: {fault}.")
    kept = None
    if file.exists():
        kept = file.with_name(file.name + BEFORE)
        file.replace(kept)
    for end in _WITH:  # of the present database: they would be taken for the copy's
        beside = file.with_name(file.name + end)
        if beside.exists():
            beside.replace(file.with_name(file.name + BEFORE + end))
    fresh = file.with_name(file.name + ".new")
    fresh.unlink(missing_ok=True)
    backup(f"sqlite:///{copy.resolve()}", fresh)
    fresh.replace(file)
    return kept
