"""Every table that holds something about a person, declared once; `records.py` reads, exports and ends all of it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from unknot.conversations import links, reminders

# Rasa makes this one (its SQL tracker store), with further columns.
RASAS = sa.MetaData()
EVENTS = sa.Table(
    "events",
    RASAS,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("sender_id", sa.String(255)),
    sa.Column("type_name", sa.String(255)),
    sa.Column("timestamp", sa.Float),
    sa.Column("data", sa.Text),
)

OURS = sa.MetaData()
SESSIONS = sa.Table(
    "web_sessions",
    OURS,
    sa.Column("session", sa.String(64), primary_key=True),
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("rotated", sa.Float, nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("seen", sa.Float, nullable=False),
)
# Messages that were acknowledged, and where they stand (`inbox.py`). `number` is their order: clocks may go back.
INBOX = sa.Table(
    "inbox",
    OURS,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("conversation", sa.String(255), nullable=False),
    sa.Column("message", sa.String(128), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("restart", sa.Boolean, nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("tells", sa.Boolean, nullable=False),
    sa.Column("told", sa.Integer, nullable=False, default=0),
    sa.Column("last", sa.Integer, nullable=False, default=0),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("owner", sa.String(32), nullable=False, default=""),
    sa.Column("beat", sa.Integer, nullable=False, default=0),
    sa.UniqueConstraint("conversation", "message"),
    sa.Index("ix_inbox_state", "state"),
    sqlite_autoincrement=True,  # a number is never given twice, also after a deletion
)
# What a probe of readiness writes: that a row can be written is what it asks.
PULSE = sa.Table(
    "pulse",
    OURS,
    sa.Column("server", sa.String(32), primary_key=True),
    sa.Column("beat", sa.Integer, nullable=False),
)

WAITING, FAILED, ANSWERED, DONE = "waiting", "failed", "answered", "done"
"""States of an acknowledged message: no turn yet; its turn broke; the tracker holds it and the person has not been
sent all of the replies; nothing is left to do (its words are then in the tracker alone)."""

_OLD_INBOX = sa.Table(
    "web_inbox",
    RASAS,
    *(sa.Column(name, sa.String) for name in ("session", "message", "text")),
    *(sa.Column(name, sa.Boolean) for name in ("restart", "failed")),
    sa.Column("at", sa.Float),
)


def make_tables(engine: Engine) -> None:
    """Makes what is missing, and takes over what an earlier version had acknowledged and not yet handled."""
    for tables in (OURS, reminders.TABLES, links.TABLES):
        try:
            tables.create_all(engine)
        except (IntegrityError, OperationalError, ProgrammingError):
            tables.create_all(engine)  # another server was making them at the same time
    if sa.inspect(engine).has_table(_OLD_INBOX.name):
        with engine.begin() as db:
            _take_over(db)


def _take_over(db: Any) -> None:
    old = db.execute(sa.select(_OLD_INBOX).order_by(_OLD_INBOX.c.at)).all()
    db.execute(_OLD_INBOX.delete())
    for row in old:
        state = FAILED if row.failed else WAITING
        about = {"text": row.text, "restart": row.restart, "at": row.at, "state": state, "tells": False}
        db.execute(INBOX.insert().values(conversation=f"web:{row.session}", message=row.message, **about))


def handled(db: Any, conversation: str, message: str, last: int) -> None:
    """Notes, in the transaction that saves a turn, that the tracker holds the message.

    `last` is the id of the turn's last event.
    """
    after = sa.case((INBOX.c.tells, ANSWERED), else_=DONE)
    same = (INBOX.c.conversation == conversation) & (INBOX.c.message == message)
    db.execute(INBOX.update().where(same).values(state=after, text="", last=last))
