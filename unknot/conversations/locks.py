"""One turn at a time for each conversation, within this process.

Rasa's own lock store asks once a second whether the turn before has ended; here the next in line is woken.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockStore

from unknot.observability.metrics import TURNS_WAITING
from unknot.observability.turns import phase


class _Place:
    """A place in a conversation's queue; its first place has the turn, until `until` (the loop's clock, seconds)."""

    def __init__(self, lifetime: float) -> None:
        self.lifetime = lifetime
        self.until = float("inf")
        self.called = asyncio.Event()

    def call(self) -> None:
        """It is this one's turn."""
        self.until = asyncio.get_running_loop().time() + self.lifetime
        self.called.set()


class MemoryLocks(LockStore):
    """Locks in memory, first come, first served. A turn that hangs keeps others waiting for its lifetime at most."""

    def __init__(self, endpoint_config: Any = None) -> None:
        super().__init__()
        self._queues: dict[str, deque[_Place]] = {}

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 1
    ) -> AsyncIterator[TicketLock]:
        """Holds the conversation inside the block. `wait_time_in_seconds` is Rasa's polling, not needed here."""
        queue = self._queues.setdefault(conversation_id, deque())
        mine = _Place(lock_lifetime)
        queue.append(mine)
        if queue[0] is mine:
            mine.call()
        try:
            with phase("lock"), TURNS_WAITING.track_inprogress():
                await self._wait(queue, mine)
            yield TicketLock(conversation_id)
        finally:
            self._leave(queue, mine)
            if not queue and self._queues.get(conversation_id) is queue:
                del self._queues[conversation_id]

    def is_someone_waiting(self, conversation_id: str) -> bool:
        """Whether anybody waits for the conversation's turn to end."""
        return len(self._queues.get(conversation_id, ())) > 1

    async def _wait(self, queue: deque[_Place], mine: _Place) -> None:
        loop = asyncio.get_running_loop()
        while not mine.called.is_set():
            first = queue[0]
            try:
                await asyncio.wait_for(mine.called.wait(), first.until - loop.time())
            except TimeoutError:
                if queue[0] is first:
                    self._leave(queue, first)

    @staticmethod
    def _leave(queue: deque[_Place], place: _Place) -> None:
        if place not in queue:
            return  # it had taken too long and was passed over
        had_the_turn = queue[0] is place
        queue.remove(place)
        if had_the_turn and queue:
            queue[0].call()
