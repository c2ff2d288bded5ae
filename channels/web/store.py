"""The channel's own table: which sessions exist. No word of a conversation."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

_SEEN_SECONDS = 3_600.0
_TABLES = sa.MetaData()
_SESSIONS = sa.Table(
    "web_sessions",
    _TABLES,
    sa.Column("session", sa.String(64), primary_key=True),
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("rotated", sa.Float, nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("seen", sa.Float, nullable=False),
)


@dataclass(frozen=True)
class Session:
    """A session as the table has it; times in seconds since the epoch."""

    session: str
    generation: int
    rotated: float
    created: float
    seen: float


class Store:
    """Sessions, in the database that also holds the conversations."""

    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(url, future=True)
        _TABLES.create_all(self._engine)

    def add(self, session: str, now: float) -> Session:
        """A new session."""
        row = Session(session, 0, now, now, now)
        with self._engine.begin() as db:
            db.execute(_SESSIONS.insert().values(**row.__dict__))
        return row

    def get(self, session: str) -> Session | None:
        """The session, if there is one."""
        with self._engine.connect() as db:
            row = db.execute(sa.select(_SESSIONS).where(_SESSIONS.c.session == session)).first()
        return Session(*row) if row else None

    def rotate(self, old: Session, now: float) -> Session:
        """The session with its next generation; with two rotations at once, both get the same one."""
        same = (_SESSIONS.c.session == old.session) & (_SESSIONS.c.generation == old.generation)
        change = _SESSIONS.update().where(same).values(generation=old.generation + 1, rotated=now)
        with self._engine.begin() as db:
            db.execute(change)
        return self.get(old.session) or old

    def touch(self, session: Session, now: float) -> None:
        """Notes that the session is in use, to the hour: a write a message would cost more than it tells."""
        if now - session.seen < _SEEN_SECONDS:
            return
        with self._engine.begin() as db:
            db.execute(_SESSIONS.update().where(_SESSIONS.c.session == session.session).values(seen=now))

    def remove(self, session: str) -> None:
        """Forgets a session; its tokens are worthless from now on."""
        with self._engine.begin() as db:
            db.execute(_SESSIONS.delete().where(_SESSIONS.c.session == session))

    def dead(self, seen_before: float, created_before: float) -> list[str]:
        """Sessions that no token can reach any more."""
        where = (_SESSIONS.c.seen < seen_before) | (_SESSIONS.c.created < created_before)
        with self._engine.connect() as db:
            return [row[0] for row in db.execute(sa.select(_SESSIONS.c.session).where(where).limit(200))]

    def close(self) -> None:
        """Lets go of the database."""
        self._engine.dispose()
