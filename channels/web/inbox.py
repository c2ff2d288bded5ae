"""Messages that were acknowledged and are not yet in the tracker, where every server finds them.

A row is written before the page hears `accepted`, and deleted once the tracker holds the message: whatever happens
in between, to whichever server, the words are there and are taken up again.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from channels.web.database import INBOX, Database


@dataclass(frozen=True)
class Accepted:
    """An acknowledged message. `failed`: its turn broke for a reason of its own, and only a retry runs it again."""

    message: str
    text: str
    restart: bool
    at: float
    failed: bool = False


class Inbox:
    """Acknowledged messages by session. Every method may raise AwayError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def accept(self, session: str, new: Accepted) -> Accepted:
        """Keeps the message; the one that is kept already if there is one with its id."""
        row = {"session": session, **new.__dict__}
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
        columns = (INBOX.c.message, INBOX.c.text, INBOX.c.restart, INBOX.c.at, INBOX.c.failed)
        query = sa.select(columns).where(INBOX.c.session == session).order_by(INBOX.c.at)
        return await self._database.run(lambda db: [Accepted(*row) for row in db.execute(query)])

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


def _is(session: str, message: str) -> object:
    return (INBOX.c.session == session) & (INBOX.c.message == message)
