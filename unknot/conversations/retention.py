"""Nothing is kept for longer than `UNKNOT_RETENTION_DAYS`: conversations, sessions, the inbox, logs."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from unknot.conversations.database import Database
from unknot.conversations.records import WEB
from unknot.settings import Settings

DAY = 86_400.0
_OLD_FILES = ("slack_seen.db", "slack_seen.db-wal", "slack_seen.db-shm")
"""Of an earlier version: hashes of Slack's events, now rows of the inbox."""

ROTATED = ".rotated"
"""In the folder of the logs: its time is that of the last rotation."""

OLD = ".old.log"
NOTE = Path("run") / "retention.json"

_PAUSE = 0.02  # seconds between two deletions, for turns that want to write


@dataclass
class Purged:
    """How much was deleted."""

    conversations: int = 0
    sessions: int = 0
    waiting: int = 0
    days: int = 0
    logs: int = 0

    def __str__(self) -> str:
        return (
            f"{self.conversations} conversations, {self.sessions} web sessions, "
            f"{self.waiting} messages without a turn, {self.days} rows of reminders and links, {self.logs} logs"
        )


def purge(settings: Settings, now: float, sleep: Callable[[float], None] = time.sleep) -> Purged:
    """Deletes what is older than the settings allow, a little at a time. `now` in seconds since the epoch."""
    if settings.retention_days <= 0:
        return Purged()
    keep = settings.retention_days * DAY
    database, done = Database(settings.database_url), Purged()
    try:
        for sender, _, last in database.last_heard():
            if last < now - keep and database.expire(sender, now - keep):
                done.conversations += 1
                sleep(_PAUSE)
        while sessions := database.unused_sessions(now - keep):
            for session in sessions:
                database.erase(WEB + session)
                done.sessions += 1
                sleep(_PAUSE)
        done.waiting = database.expire_messages(now - keep)
        done.days = database.expire_days(now - keep)
        if done.conversations or done.sessions or done.waiting or done.days:
            database.flush()
    finally:
        database.close()
    for name in _OLD_FILES:
        (settings.data_dir / name).unlink(missing_ok=True)
    done.logs = rotate(settings.data_dir / "log", now, keep)
    return done


def rotate(folder: Path, now: float, keep: float) -> int:
    """Empties every log into its `.old.log` after half the time, and deletes what is too old; how many files.

    A line is at most half the time in the log and at most half in the old one. A log is emptied in place: its
    writers append, and go on at its new end.
    """
    if not folder.is_dir():
        return 0
    stamp, count = folder / ROTATED, 0
    if not stamp.exists():
        _set_time(stamp, now)
    due = now - stamp.stat().st_mtime >= keep / 2
    for log in [path for path in sorted(folder.glob("*.log")) if path.is_file()]:
        is_old, silent = log.name.endswith(OLD), now - log.stat().st_mtime >= keep
        if is_old and silent:
            log.unlink()
        elif not is_old and log.stat().st_size and (due or silent):
            if not silent:
                old = log.with_name(log.stem + OLD)
                shutil.copyfile(log, old)
                old.chmod(0o600)
                _set_time(old, now)
            os.truncate(log, 0)
        else:
            continue
        count += 1
    if due:
        _set_time(stamp, now)
    return count


def note_run(folder: Path, done: Purged, now: float) -> None:
    """Leaves a note of a run's end in the data folder; the assistant shows it among its metrics."""
    note = folder / NOTE
    note.parent.mkdir(parents=True, exist_ok=True)
    fresh = note.with_suffix(".new")
    fresh.write_text(json.dumps({"ended": now, "deleted": asdict(done)}), encoding="utf-8")
    fresh.replace(note)


def _set_time(path: Path, now: float) -> None:
    path.touch()
    os.utime(path, (now, now))
