"""Which sessions exist. No word of a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from unknot.conversations.access import Access
from unknot.conversations.tables import SESSIONS

_SEEN_SECONDS = 3_600.0


@dataclass(frozen=True)
class Session:
    """A session as the table has it; times in seconds since the epoch."""

    session: str
    generation: int
    rotated: float
    created: float
    seen: float


class Store:
    """Sessions, in the database that also holds the conversations. Every method may raise AwayError."""

    def __init__(self, database: Access) -> None:
        self._database = database

    async def add(self, session: str, now: float) -> Session:
        """A new session."""
        row = Session(session, 0, now, now, now)
        await self._database.run(lambda db: db.execute(SESSIONS.insert().values(**row.__dict__)))
        return row

    async def get(self, session: str) -> Session | None:
        """The session, if there is one."""
        return await self._database.run(lambda db: _get(db, session))

    async def rotate(self, old: Session, now: float) -> Session:
        """The session with its next generation; with two rotations at once, both get the same one."""
        same = (SESSIONS.c.session == old.session) & (SESSIONS.c.generation == old.generation)
        change = SESSIONS.update().where(same).values(generation=old.generation + 1, rotated=now)

        def work(db: Any) -> Session | None:
            db.execute(change)
            return _get(db, old.session)

        return await self._database.run(work) or old

    async def touch(self, session: Session, now: float) -> None:
        """Notes that the session is in use, to the hour: a write a message would cost more than it tells."""
        if now - session.seen < _SEEN_SECONDS:
            return
        change = SESSIONS.update().where(SESSIONS.c.session == session.session).values(seen=now)
        await self._database.run(lambda db: db.execute(change))

    async def remove(self, session: str) -> None:
        """Forgets a session; its tokens are worthless from now on."""
        await self._database.run(lambda db: db.execute(SESSIONS.delete().where(SESSIONS.c.session == session)))

    async def dead(self, seen_before: float, created_before: float) -> list[str]:
        """Sessions that no token can reach any more."""
        where = (SESSIONS.c.seen < seen_before) | (SESSIONS.c.created < created_before)
        found = sa.select(SESSIONS.c.session).where(where).limit(200)
        return await self._database.run(lambda db: [row[0] for row in db.execute(found)])


def _get(db: Any, session: str) -> Session | None:
    row = db.execute(sa.select(SESSIONS).where(SESSIONS.c.session == session)).first()
    return Session(*row) if row else None
