"""When reminders are made and taken over: the time that servers agree on, and claims that stand still."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa

from unknot.conversations.reminders import CLOCK, Contact


class Watch:
    """The time that this server and the others agree on; None while there is a doubt.

    Every look notes the time in the database. A server whose clock is `jump` seconds away from the note stays silent:
    its own clock is wrong, or everything was down for a while. When nobody else has moved the note for `hold` seconds
    of its stopwatch, its clock counts. So a clock that runs ahead for a moment writes to nobody, not even in a server
    that has just started, and of two clocks that differ for long the one that was there first counts.
    """

    def __init__(
        self, wall: Callable[[], float], stopwatch: Callable[[], float], hold: float = 45.0, jump: float = 30.0
    ) -> None:
        self._wall, self._stopwatch = wall, stopwatch
        self._hold, self._jump = hold, jump
        self._doubt: float | None = None
        self._noted: tuple[int, int] | None = None

    def now(self, db: Any) -> int | None:
        """Whole seconds since the epoch. Locks the clock's row, so it comes first in its transaction."""
        wall, stopwatch = int(self._wall()), self._stopwatch()
        if not db.execute(CLOCK.update().values(beat=CLOCK.c.beat)).rowcount:
            db.execute(CLOCK.insert().values(id=1, at=wall, beat=0))
        at, beat = db.execute(sa.select(CLOCK.c.at, CLOCK.c.beat)).one()
        if abs(wall - at) > self._jump and not self._waited(stopwatch, (at, beat)):
            return None
        self._doubt = None
        db.execute(CLOCK.update().values(at=wall, beat=beat + 1))
        return wall

    def _waited(self, stopwatch: float, noted: tuple[int, int]) -> bool:
        if self._doubt is None or noted != self._noted:
            self._doubt, self._noted = stopwatch, noted
        return stopwatch - self._doubt >= self._hold


class Stale:
    """Which claims have stood still for `seconds` by this server's own stopwatch: their servers are gone."""

    def __init__(self, stopwatch: Callable[[], float], seconds: float = 15.0) -> None:
        self._stopwatch, self._seconds = stopwatch, seconds
        self._first: dict[tuple[int, str, int], float] = {}

    def among(self, contacts: Iterable[Contact], server: str) -> list[Contact]:
        """Those of other servers that were claimed in just this way `seconds` ago."""
        now = self._stopwatch()
        seen_now = {(one.number, one.owner, one.tries): one for one in contacts if one.owner != server}
        self._first = {key: self._first.get(key, now) for key in seen_now}
        return [one for key, one in seen_now.items() if now - self._first[key] >= self._seconds]
