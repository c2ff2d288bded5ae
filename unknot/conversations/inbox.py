"""Messages that were acknowledged, and what became of them, where every server finds them.

A row is written before the sender is told that the message was taken. The transaction that saves the turn notes in
the same step that the tracker holds it (`tables.handled`), so what stands here is what happened: whatever goes wrong
in between, to whichever server, the words are there and are taken up again, and none is handled twice.

No clock decides anything. Messages are in the order of their numbers. A server that holds a message shows that it is
alive by a count (`keep_alive`); another one may take the message up when it has watched that count stand still for
`claim` seconds by its own stopwatch.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from unknot.conversations.access import Access, AwayError
from unknot.conversations.tables import ANSWERED, DONE, FAILED, INBOX, WAITING
from unknot.observability.metrics import INBOX_OPEN

logger = logging.getLogger(__name__)
_BEATS = 3  # in the time after which a claim has lapsed
_AT_ONCE = 200  # messages that are looked at in one go


@dataclass(frozen=True)
class Accepted:
    """An acknowledged message. `at`, seconds since the epoch by whichever clock, is shown to people and says on
    which day of a bout it was; nothing is ordered by it.

    `tells`: its channel must bring the replies to the person, and `told` of them have been. `last` is the id of the
    last event of its turn in the tracker, 0 before that. `owner` is the server that has it, "" for nobody.
    """

    conversation: str
    message: str
    text: str
    at: float
    restart: bool = False
    tells: bool = False
    number: int = 0
    state: str = WAITING
    told: int = 0
    last: int = 0
    owner: str = ""
    beat: int = 0

    @property
    def waits(self) -> bool:
        """Whether the tracker does not hold it yet."""
        return self.state in (WAITING, FAILED)


_COLUMNS = [INBOX.c[name] for name in Accepted.__dataclass_fields__]


class Inbox:
    """Acknowledged messages by conversation. `claim` is how long a server may be silent, in seconds.

    Every method may raise AwayError.
    """

    def __init__(self, database: Access, claim: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.database = database
        self.claim_seconds = claim
        self.server = uuid.uuid4().hex
        self._clock = clock
        self._mine: set[int] = set()
        self._watched: dict[int, tuple[str, int, float]] = {}

    async def accept(self, new: Accepted) -> tuple[Accepted, bool]:
        """Keeps the message, claimed for this server, and whether it is new; else the one kept under its id."""
        row = {**new.__dict__, "owner": self.server}
        del row["number"]

        def keep(db: Any) -> int:
            return int(db.execute(INBOX.insert().values(row)).inserted_primary_key[0])

        try:
            number = await self.database.run(keep)
        except IntegrityError:
            known = await self.find(new.conversation, new.message)
            if known is None:  # erased at this very moment
                raise AwayError from None
            return known, False
        self._hold(number)
        return Accepted(**{**new.__dict__, "owner": self.server, "number": number}), True

    async def find(self, conversation: str, message: str) -> Accepted | None:
        """One message of a conversation, whatever became of it."""
        query = sa.select(_COLUMNS).where(INBOX.c.conversation == conversation, INBOX.c.message == message)
        return await self.database.run(lambda db: _one(db.execute(query).first()))

    async def waiting(self, conversation: str) -> list[Accepted]:
        """The conversation's messages that the tracker does not hold yet, oldest first."""
        query = sa.select(_COLUMNS).where(INBOX.c.conversation == conversation, INBOX.c.state.in_((WAITING, FAILED)))
        return await self.database.run(
            lambda db: [Accepted(*row) for row in db.execute(query.order_by(INBOX.c.number))]
        )

    async def unfinished(self, prefix: str) -> list[Accepted]:
        """Messages of conversations that begin with `prefix` for which something is to be done, oldest first."""
        begins = INBOX.c.conversation.startswith(prefix, autoescape=True)
        query = sa.select(_COLUMNS).where(INBOX.c.state.in_((WAITING, ANSWERED)), begins).order_by(INBOX.c.number)
        found = await self.database.run(lambda db: [Accepted(*row) for row in db.execute(query.limit(_AT_ONCE))])
        INBOX_OPEN.labels(prefix.rstrip(":")).set(len(found))
        return found

    def holds(self, one: Accepted) -> bool:
        """Whether this server has the message in hand."""
        return one.number in self._mine

    async def claim(self, one: Accepted) -> bool:
        """Whether this server may handle the message now; nobody else may then."""
        if one.owner == self.server:
            self._hold(one.number)
            return True
        if one.owner and not self._has_stopped(one):
            return False
        same = (INBOX.c.number == one.number) & (INBOX.c.owner == one.owner) & (INBOX.c.beat == one.beat)
        change = INBOX.update().where(same).values(owner=self.server)
        taken = bool(await self.database.run(lambda db: db.execute(change).rowcount))
        if taken:
            self._hold(one.number)
        return taken

    async def newest(self) -> int:
        """The number of the message that was accepted last, by any server."""
        query = sa.select([sa.func.max(INBOX.c.number)])
        return await self.database.run(lambda db: int(db.execute(query).scalar() or 0))

    async def fail(self, one: Accepted) -> None:
        """Notes that the message's turn broke for a reason of its own; only a retry runs it again."""
        await self._change(one, state=FAILED, owner="")
        self._mine.discard(one.number)

    async def told(self, one: Accepted, count: int) -> None:
        """Notes that the person has been sent the first `count` replies."""
        await self._change(one, told=count)

    async def done(self, one: Accepted) -> None:
        """Notes that nothing is left to do; the words are in the tracker alone."""
        if one.tells:
            await self._change(one, state=DONE, text="")
        self._mine.discard(one.number)

    async def release(self, one: Accepted) -> None:
        """Gives a message back, for any server to take up."""
        self._mine.discard(one.number)
        with contextlib.suppress(AwayError):  # then its claim lapses
            await self._change(one, owner="")

    async def release_all(self) -> None:
        """Gives back all that this server has in hand: it stops."""
        mine, self._mine = self._mine, set()
        if mine:
            with contextlib.suppress(AwayError):
                change = INBOX.update().where(INBOX.c.number.in_(mine)).values(owner="")
                await self.database.run(lambda db: db.execute(change))

    async def keep_alive(self) -> None:
        """Shows the other servers, for as long as this one runs, that it is alive and has its messages in hand."""
        while True:
            await asyncio.sleep(self.claim_seconds / _BEATS)
            with contextlib.suppress(AwayError):
                await self.beat()

    async def beat(self) -> None:
        """One sign of life."""
        if mine := frozenset(self._mine):
            change = INBOX.update().where(INBOX.c.number.in_(mine)).values(beat=INBOX.c.beat + 1)
            if await self.database.run(lambda db: db.execute(change).rowcount) < len(mine):
                self._mine &= await self.database.run(self._still_there)  # some were erased

    def _still_there(self, db: Any) -> set[int]:
        query = sa.select([INBOX.c.number]).where(INBOX.c.number.in_(frozenset(self._mine)))
        return {row[0] for row in db.execute(query)}

    def _hold(self, number: int) -> None:
        self._mine.add(number)
        self._watched.pop(number, None)

    def _has_stopped(self, one: Accepted) -> bool:
        """Whether its owner has shown no sign of life for as long as this server has watched it."""
        now = self._clock()
        owner, beat, since = self._watched.get(one.number, ("", -1, now))
        if (owner, beat) != (one.owner, one.beat):
            if len(self._watched) > 10 * _AT_ONCE:
                self._watched.clear()
            since = now
        self._watched[one.number] = (one.owner, one.beat, since)
        return now - since >= self.claim_seconds

    async def _change(self, one: Accepted, **values: Any) -> None:
        change = INBOX.update().where(INBOX.c.number == one.number).values(values)
        await self.database.run(lambda db: db.execute(change))


def _one(row: Any) -> Accepted | None:
    return Accepted(*row) if row else None
