"""How much work a server takes on: about a second of it, so that what it accepts is answered soon.

Without a bound everybody waits behind everybody, and past its capacity a server answers nobody in time. What a turn
costs is measured as the server runs: while it is late for everything, the time between the ends of two turns; else
the processor time of a turn (turns that only wait, for an action server that hangs, cost next to nothing).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from unknot.observability.metrics import TURNS_BOUND

SECONDS = 1.0  # of work that is accepted
BUSY_SLOTS, QUIET_SLOTS = 2, 32  # turns that are worked at side by side; the next ones wait in line
LEAST, MOST = 4, 400  # turns, however long or quick they are
FIRST_COST = 0.035  # seconds of the server a turn, until it is known
URGENT_SHARE = 4  # an emergency is accepted up to so many times the bound
LATE = 0.05  # seconds by which a server that is busy is late for an appointment with itself
DROWNING = 1.0
_TICK = 0.1
_WEIGHT = 0.15  # of the newest measurement


class Load:
    """The turns under way on one server. `clock` and `processor` give seconds."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        processor: Callable[[], float] = time.process_time,
    ) -> None:
        self._clock = clock
        self._processor = processor
        self._cost = FIRST_COST
        self._late = 0.0
        self._last_end = clock()
        self._last_processor = processor()
        self._working = 0
        self._line: deque[tuple[float, asyncio.Future[None]]] = deque()  # since when each waits
        TURNS_BOUND.set(self.bound)

    @property
    def bound(self) -> int:
        """Turns that may be under way before a further one is turned away."""
        return max(LEAST, min(MOST, int(SECONDS / self._cost)))

    @property
    def is_busy(self) -> bool:
        """Whether the server is late for everything."""
        return self._late > LATE

    @property
    def is_drowning(self) -> bool:
        """Whether even turning people away takes all that the server has."""
        return self._late > DROWNING

    @property
    def slots(self) -> int:
        """Turns that are worked at side by side: more only make each other slower, and whoever else waits."""
        return BUSY_SLOTS if self.is_busy else QUIET_SLOTS

    def has_room(self, under_way: int, *, urgent: bool = False) -> bool:
        """Whether a further turn may begin beside those under way.

        What turns cost is known late where the machine has other work too: so nobody joins a line whose first has
        waited for all of the seconds that are accepted.
        """
        TURNS_BOUND.set(self.bound)
        if urgent:
            return under_way < self.bound * URGENT_SHARE
        return under_way < self.bound and not (self._line and self._clock() - self._line[0][0] > SECONDS)

    @staticmethod
    def pause() -> float:
        """Seconds after which one who was turned away tries again: not all at the same moment."""
        return random.uniform(1.0, 4.0)  # noqa: S311

    async def watch(self) -> None:
        """Notes, for as long as the server runs, how late it is."""
        while True:
            due = self._clock() + _TICK
            await asyncio.sleep(_TICK)
            self.note_lateness(max(0.0, self._clock() - due))

    def note_lateness(self, seconds: float) -> None:
        """By how much the server was late, once. One pause, however long (a sleeping machine), is no drowning."""
        self._late += 0.3 * (min(seconds, 3 * DROWNING) - self._late)
        self._let_in()

    @asynccontextmanager
    async def room(self, urgent: bool = False) -> AsyncIterator[None]:
        """Held while the assistant works at a turn. An urgent one does not wait in line."""
        if not urgent and (self._line or self._working >= self.slots):
            await self._queue()
        else:
            self._working += 1
        began = self._clock()
        try:
            yield
        finally:
            self._working -= 1
            self._measure(began)
            self._let_in()

    async def _queue(self) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append((self._clock(), place))
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():  # it had just been let in
                self._working -= 1
                self._let_in()
            raise

    def _let_in(self) -> None:
        while self._line and self._working < self.slots:
            _, place = self._line.popleft()
            if not place.done():
                self._working += 1
                place.set_result(None)

    def _measure(self, began: float) -> None:
        now, processor = self._clock(), self._processor()
        passed = now - max(began, self._last_end) if self.is_busy else processor - self._last_processor
        self._cost += _WEIGHT * (min(max(1e-3, passed), SECONDS) - self._cost)
        self._last_end, self._last_processor = now, processor
