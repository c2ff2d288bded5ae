"""For whoever runs the assistant: `python -m unknot.conversations` and a command."""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from unknot.conversations import person, records
from unknot.conversations.copies import CopyError, backup, restore
from unknot.conversations.database import Database
from unknot.conversations.retention import note_run, purge
from unknot.settings import USAGE_EXIT, Settings, reachable, settings_of_command

WATCH_SECONDS = 65.0  # no channel waits longer for a turn


def parser() -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(prog="python -m unknot.conversations", description=__doc__)
    commands = options.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="ids of conversations with the times of their first and last event; no words")
    for name, words in (("export", "write everything kept about a person as JSON"), ("erase", "delete it")):
        command = commands.add_parser(name, help=words)
        command.add_argument("channel", choices=tuple(person.CHANNELS))
        command.add_argument("id", help="web: the session; slack: TEAM:USER; terminal, rest: the sender")
        if name == "export":
            command.add_argument("--out", type=Path, help="a new file, readable by you alone (default: print it)")
        else:
            words = "seconds to look for a turn under way that saves again (default: 65 if the assistant runs)"
            command.add_argument("--watch", type=float, help=words)
    command = commands.add_parser("purge", help="delete what is older than UNKNOT_RETENTION_DAYS")
    command.add_argument("--compact", action="store_true", help="also write SQLite's file anew (stops writers)")
    for name, words in (("backup", "write a copy of an SQLite database"), ("restore", "put a copy in its place")):
        commands.add_parser(name, help=words).add_argument("file", type=Path)
    return options


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0, 1 when nothing is kept about the person, 64 for a file that cannot be written.

    Wrong settings end the process with 64.
    """
    options = parser().parse_args(arguments)
    settings = settings_of_command()
    if options.command == "purge":
        return _purge(settings, options.compact)
    if options.command in ("backup", "restore"):
        return _copy(settings, options)
    database = Database(settings.database_url)
    try:
        if options.command == "list":
            for sender, first, last in database.last_heard():
                sys.stdout.write(f"{sender}\t{_iso(first)}\t{_iso(last)}\n")
            return 0
        if options.command == "export":
            return _export(database, options)
        return _erase(database, options, settings)
    finally:
        database.close()


def _purge(settings: Settings, compact: bool) -> int:
    done = purge(settings, time.time())
    if compact:
        database = Database(settings.database_url)
        database.compact()
        database.close()
    days = settings.retention_days
    if days:
        note_run(settings.data_dir, done, time.time())
    sys.stdout.write(f"Deleted, older than {days} days: {done}.\n" if days else "UNKNOT_RETENTION_DAYS is 0.\n")
    return 0


def _copy(settings: Settings, options: argparse.Namespace) -> int:
    try:
        if options.command == "backup":
            backup(settings.database_url, options.file)
            sys.stdout.write(f"Written and checked: {options.file}\n")
        elif _answers(settings):
            raise CopyError("The assistant is running: stop it first.")
        else:
            kept = restore(settings.database_url, options.file)
            sys.stdout.write(f"Restored.{f' What was there is in {kept}.' if kept else ''}\n")
    except CopyError as error:
        sys.stderr.write(f"{error}\n")
        return USAGE_EXIT
    return 0


def _export(database: Database, options: argparse.Namespace) -> int:
    found: dict[str, Any] = person.export(database, options.channel, options.id)
    text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    if options.out is None:
        sys.stdout.write(text)
    else:
        try:
            handle = os.open(options.out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            sys.stderr.write(f"{options.out} cannot be written: {error.strerror}\n")
            return USAGE_EXIT
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    return 1 if records.is_empty(found) else 0


def _erase(database: Database, options: argparse.Namespace, settings: Settings) -> int:
    watch = options.watch
    if watch is None:
        watch = WATCH_SECONDS if _answers(settings) else 0.0
    if watch:
        sys.stderr.write(f"Looking for {watch:g} s for turns under way.\n")
    count = person.erase(database, options.channel, options.id, watch_seconds=watch)
    sys.stdout.write(f"Deleted: {count} rows.\n")
    return 0 if count else 1


def _answers(settings: Settings) -> bool:
    """Whether something listens where the assistant would."""
    try:
        with socket.create_connection((reachable(settings.host), settings.port), timeout=1.0):
            return True
    except OSError:
        return False


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


if __name__ == "__main__":
    raise SystemExit(main())
