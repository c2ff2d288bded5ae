"""Messages that were acknowledged and are not yet in the tracker, where every server finds them.

A row is written before the page hears `accepted`, and deleted once the tracker holds the message: whatever happens
in between, to whichever server, the words are there and are taken up again.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from unknot.channels.web.server.database import INBOX, Database


@dataclass(frozen=True)
class Accepted:
    """An acknowledged message; times in seconds since the epoch.

    `failed`: its turn broke for a reason of its own, and only a retry runs it again. Until `until` no server but
    `owner` handles it: the conversation's lock forbids it as well, but a Redis that is restarted forgets locks.
    """

    message: str
    text: str
    restart: bool
    at: float
    failed: bool = False
    owner: str = ""
    until: float = 0.0


class Inbox:
    """Acknowledged messages by session. `claim` is how long a server has a message for itself, in seconds.

    Every method may raise AwayError.
    """

    def __init__(self, database: Database, claim: float) -> None:
        self._database = database
        self._claim = claim
        self._server = uuid.uuid4().hex

    async def accept(self, session: str, new: Accepted) -> Accepted:
        """Keeps the message, claimed for this server; the one that is kept already if there is one with its id."""
        row = {"session": session, **new.__dict__, "owner": self._server, "until": time.time() + self._claim}
        try:
            await self._database.run(lambda db: db.execute(INBOX.insert().values(row)))
        except IntegrityError:
            return await self.find(session, new.message) or new
        return new

    async def find(self, session: str, message: str) -> Accepted | None:
        """One message of a session."""
        return next((one for one in await self.waiting(session) if one.message == message), None)

    async def waiting(self, session: str) -> list[Accepted]:
        """The session's messages, oldest first."""
        columns = [INBOX.c[name] for name in Accepted.__dataclass_fields__]
        query = sa.select(columns).where(INBOX.c.session == session).order_by(INBOX.c.at)
        return await self._database.run(lambda db: [Accepted(*row) for row in db.execute(query)])

    async def claim(self, session: str, one: Accepted) -> bool:
        """Whether this server may handle the message now; nobody else may then."""
        if one.owner == self._server:
            return True
        now = time.time()
        if one.until > now:
            return False
        same = _is(session, one.message) & (INBOX.c.owner == one.owner) & (INBOX.c.until == one.until)
        change = INBOX.update().where(same).values(owner=self._server, until=now + self._claim)
        return bool(await self._database.run(lambda db: db.execute(change).rowcount))

    async def fail(self, session: str, message: str) -> None:
        """Notes that the message's turn broke."""
        change = INBOX.update().where(_is(session, message)).values(failed=True)
        await self._database.run(lambda db: db.execute(change))

    async def done(self, session: str, message: str) -> None:
        """Forgets a message that the tracker holds now."""
        await self._database.run(lambda db: db.execute(INBOX.delete().where(_is(session, message))))

    async def forget(self, session: str) -> None:
        """Forgets all of a session."""
        await self._database.run(lambda db: db.execute(INBOX.delete().where(INBOX.c.session == session)))


def _is(session: str, message: str) -> Any:
    return (INBOX.c.session == session) & (INBOX.c.message == message)
