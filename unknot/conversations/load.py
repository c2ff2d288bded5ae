"""How much work a server takes on: about two seconds of it, so that what it accepts is answered soon.

Without a bound everybody waits behind everybody, and past its capacity a server answers nobody in time. How many
turns two seconds are is measured as it runs: the mean time between the ends of turns while there is more than one.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from unknot.observability.metrics import TURNS_BOUND

SECONDS = 2.0  # of work that is accepted
SLOTS = 16  # turns that are worked at side by side; the next ones wait in line
MOST = 400  # turns, however quick they are
FIRST_COST = 0.035  # seconds of the server a turn, until it is known
URGENT_SHARE = 4  # an emergency is accepted up to so many times the bound
_WEIGHT = 0.05  # of the newest measurement


class Load:
    """The turns under way on one server."""

    def __init__(
        self, seconds: float = SECONDS, slots: int = SLOTS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._slots = slots
        self._clock = clock
        self._cost = FIRST_COST
        self._last_end = clock()
        self._working = 0
        self._line: deque[asyncio.Future[None]] = deque()
        TURNS_BOUND.set(self.bound)

    @property
    def bound(self) -> int:
        """Turns that may be under way before a further one is turned away."""
        return max(self._slots, min(MOST, int(self._seconds / self._cost)))

    @property
    def is_quiet(self) -> bool:
        """Whether a turn that begins now is worked at at once."""
        return self._working < self._slots

    def wait(self, under_way: int, *, urgent: bool = False) -> float:
        """0 if a further turn may begin beside those under way, else seconds after which to try again.

        They differ from one to the next, so that all who were turned away do not come back together.
        """
        TURNS_BOUND.set(self.bound)
        if under_way < self.bound * (URGENT_SHARE if urgent else 1):
            return 0.0
        return 0.5 * self._seconds + random.uniform(0.0, 1.5 * self._seconds)  # noqa: S311

    @asynccontextmanager
    async def room(self, urgent: bool = False) -> AsyncIterator[None]:
        """Held while the assistant works at a turn. An urgent one does not wait in line."""
        if self._working >= self._slots and not urgent:
            place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._line.append(place)
            try:
                await place
            except asyncio.CancelledError:
                if place in self._line:
                    self._line.remove(place)
                elif place.done() and not place.cancelled():
                    self._hand_on()
                raise
        else:
            self._working += 1
        began = self._clock()
        try:
            yield
        finally:
            self._measure(began)
            self._hand_on()

    def _hand_on(self) -> None:
        """The next in line has the place; without one it is free."""
        while self._line and self._working <= self._slots:
            place = self._line.popleft()
            if not place.done():
                place.set_result(None)
                return
        self._working -= 1

    def _measure(self, began: float) -> None:
        now = self._clock()
        self._cost += _WEIGHT * (max(1e-4, now - max(began, self._last_end)) - self._cost)
        self._last_end = now
