"""What was handled already, kept in a file so that a restart forgets nothing. Only ids are stored, no words."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

logger = logging.getLogger(__name__)
DAY = 86_400.0
EVENT_SECONDS = 3 * DAY  # Slack gives up retrying after about an hour
CLICK_SECONDS = 180 * DAY  # buttons stay in the conversation
_SWEEP_SECONDS = 3_600.0


class Seen:
    """Ids that may be claimed once each, across tasks, processes and restarts."""

    def __init__(self, file: Path | str, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._swept = 0.0
        self._spare: set[str] = set()  # used while the file cannot be
        if isinstance(file, Path):
            file.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(str(file), timeout=2.0, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID"
        )

    def claim(self, *parts: str, seconds: float = EVENT_SECONDS) -> bool:
        """Whether the id made of `parts` is new. From now on, for `seconds`, it is not."""
        key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        now = self._clock()
        try:
            self._sweep(now)
            cursor = self._database.execute(
                "INSERT INTO seen (id, until) VALUES (?, ?) "
                "ON CONFLICT (id) DO UPDATE SET until = excluded.until WHERE seen.until < ?",
                (key, now + seconds, now),
            )
            return cursor.rowcount == 1
        except sqlite3.Error as error:
            # Handling something twice is better than not at all.
            logger.error("Slack: the list of handled events cannot be written: %s", error)
            new = key not in self._spare
            self._spare.add(key)
            return new

    def release(self, *parts: str) -> None:
        """Makes an id claimable again."""
        key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        self._spare.discard(key)
        try:
            self._database.execute("DELETE FROM seen WHERE id = ?", (key,))
        except sqlite3.Error as error:
            logger.error("Slack: the list of handled events cannot be written: %s", error)

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def _sweep(self, now: float) -> None:
        if now - self._swept > _SWEEP_SECONDS:
            self._swept = now
            self._database.execute("DELETE FROM seen WHERE until < ?", (now,))
