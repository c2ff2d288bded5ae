"""Beside every server: makes the reminders that are due, and has those of its channels brought, each one once.

A contact is claimed by one server, a few at a time. Whoever brings it has less time than after which another server
would take the claim over. What may have arrived already (`Contact.tries` above 1) the channel looks up first.
Places that show a reminder on return (web, terminal) bring nothing: there it waits until the person comes.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from sqlalchemy.exc import IntegrityError

from unknot.conversations import records, reminders
from unknot.conversations.access import Access
from unknot.conversations.agreed_time import Stale, Watch
from unknot.conversations.events import alarmed, all_of
from unknot.conversations.reminders import Contact
from unknot.conversations.tables import EVENTS
from unknot.observability.metrics import REMINDERS, REMINDERS_DUE

logger = logging.getLogger(__name__)
TICK = 5.0  # seconds between two looks
BRING_SECONDS = 8.0  # for one contact; a claim lapses after more
SIDE_BY_SIDE = 8  # contacts that are brought at once
ON_TIME = 60  # seconds
OLD = 12 * 3_600  # seconds after which a contact that could not be brought is not brought any more
SICK_AFTER = 60.0  # seconds without a look
FIRST_PAUSE, LONGEST_PAUSE = 10.0, 600.0  # until a contact that did not get through is tried again
Bring = Callable[[Contact], Awaitable[None]]


class LaterError(Exception):
    """It did not get through, and may when it is tried again."""


class NeverError(Exception):
    """It cannot get through."""


class Reminding:
    """The worker of one server. `serve` says who brings the contacts of a channel; `run` goes on until cancelled."""

    def __init__(
        self,
        database: Access,
        wall: Callable[[], float] = time.time,
        stopwatch: Callable[[], float] = time.monotonic,
        watch: Watch | None = None,
        stale: Stale | None = None,
        tick: float = TICK,
    ) -> None:
        self._database = database
        self._stopwatch = stopwatch
        self._watch = watch or Watch(wall, stopwatch)
        self._stale = stale or Stale(stopwatch)
        self._tick = tick
        self._server = uuid.uuid4().hex
        self._channels: dict[str, Bring] = {}
        self._again: dict[int, tuple[float, float]] = {}  # number to when it is tried again, and the pause before
        self._agreed: int | None = None
        self._looked = stopwatch()

    @property
    def well(self) -> bool:
        """Whether it has looked not long ago."""
        return self._stopwatch() - self._looked < SICK_AFTER

    def serve(self, prefix: str, bring: Bring) -> None:
        """Has contacts of conversations that begin with `prefix` brought. `bring` raises LaterError or NeverError."""
        self._channels[prefix] = bring

    async def run(self) -> None:
        """For as long as the server runs; what fails is tried again with the next look."""
        await asyncio.gather(self._keep(self.make), self._keep(self.bring))

    async def _keep(self, job: Callable[[], Awaitable[Any]]) -> None:
        while True:
            try:
                await job()
            except Exception as error:
                # The error's text may quote a statement with who is reminded.
                logger.warning("Reminders could not be looked after: %s", type(error).__name__)
            await asyncio.sleep(self._tick)

    async def make(self) -> int:
        """Makes what is due; how many reminders were looked at."""
        count = 0
        while looked := await self._look():
            count += looked
            if looked < reminders.AT_ONCE:
                break
        self._looked = self._stopwatch()
        return count

    async def _look(self) -> int:
        try:
            return await self._database.run(self._make)
        except IntegrityError:  # another server wrote the first note of the time at this moment
            return await self._database.run(self._make)

    def _make(self, db: Any) -> int:
        now = self._agreed = self._watch.now(db)
        if now is None:
            return 0
        looked = reminders.fire(db, now)
        REMINDERS_DUE.set(reminders.overdue(db, now))
        return looked

    async def bring(self) -> int:
        """Brings what waits for this server's channels; how many came to their end."""
        count = 0
        for prefix, bring in self._channels.items():
            while mine := await self._database.run(partial(self._claim, prefix)):
                ended = await asyncio.gather(*(self._one(contact, bring) for contact in mine))
                count += sum(ended)
        return count

    def _claim(self, prefix: str, db: Any) -> list[Contact]:
        now = self._stopwatch()
        skip = [number for number, (at, _) in self._again.items() if now < at]
        left = self._stale.among(reminders.claimed(db, prefix), self._server)[:SIDE_BY_SIDE]
        return reminders.claim(db, self._server, prefix, left, SIDE_BY_SIDE, skip)

    async def _one(self, contact: Contact, bring: Bring) -> bool:
        """Whether it came to its end: brought, or given up."""
        due, held = await self._database.run(lambda db: _standing(db, contact))
        if due is None:
            return True  # it was stopped, or is another server's
        now = self._agreed
        try:
            if now is not None and now - contact.made > OLD:
                raise NeverError
            if held:
                outcome = "held"
            else:
                await asyncio.wait_for(bring(contact), BRING_SECONDS)
                outcome = "late" if now is not None and now - due > ON_TIME else "sent"
        except NeverError:
            outcome = "given_up"
        except Exception as error:
            await self._later(contact, error)
            return False
        await self._database.run(lambda db: reminders.brought(db, [contact]))
        REMINDERS.labels(outcome).inc()
        self._again.pop(contact.number, None)
        return True

    async def _later(self, contact: Contact, error: Exception) -> None:
        logger.warning("A reminder did not get through: %s", type(error).__name__)
        REMINDERS.labels("failed").inc()
        _, pause = self._again.get(contact.number, (0.0, FIRST_PAUSE / 2))
        pause = min(2 * pause, LONGEST_PAUSE)
        self._again[contact.number] = (self._stopwatch() + pause, pause)
        while len(self._again) > reminders.AT_ONCE:
            del self._again[next(iter(self._again))]
        await self._database.run(lambda db: reminders.give_back(db, contact))


def _standing(db: Any, contact: Contact) -> tuple[int | None, bool]:
    """When the contact should have come (None: it is not to be brought), and whether an alarm stands instead."""
    due = reminders.wanted(db, contact)
    return due, due is not None and _alarm(db, contact.conversation)


def _alarm(db: Any, conversation: str) -> bool:
    return records.has(db, EVENTS) and alarmed(all_of(db, conversation))


def greets(db: Any, conversation: str) -> bool:
    """Whether something waits for a person who comes back, and no emergency or crisis stands instead."""
    return bool(reminders.waiting(db, conversation)) and not _alarm(db, conversation)


def seen(db: Any, conversation: str) -> int:
    """The person was shown what waited; how many."""
    count = reminders.seen(db, conversation)
    if count:
        REMINDERS.labels("shown").inc()
    return count
