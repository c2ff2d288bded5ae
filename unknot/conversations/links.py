"""Links that show one page once: a random token of which only the hash is kept, dead after a day or one use.

A link tells nothing: no name, no conversation, no words. Whoever opens it should be asked for a press first, or a
program that previews links uses it up. Of two presses at the same time one gets the page.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import sqlalchemy as sa

SECONDS = 24 * 3_600
_BYTES = 24  # 192 bits
_LONGEST = 64
_APART = 300  # seconds

TABLES = sa.MetaData()
LINKS = sa.Table(
    "handover_links",
    TABLES,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("conversation", sa.String(255), nullable=False),
    sa.Column("made", sa.BigInteger, nullable=False),
    sa.Index("ix_handover_links_conversation", "conversation"),
)


def make(db: Any, conversation: str, now: int) -> str:
    """A token for a conversation's page. An older one of the same conversation is dead from now on."""
    token = secrets.token_urlsafe(_BYTES)
    db.execute(LINKS.delete().where(LINKS.c.conversation == conversation))
    db.execute(LINKS.insert().values(hash=_hash(token), conversation=conversation, made=now))
    return token


def alive(db: Any, token: str, now: int) -> str | None:
    """Whose page a token would show now, without using it; None as with `use`."""
    if len(token) > _LONGEST:
        return None
    row = db.execute(sa.select(LINKS).where(LINKS.c.hash == _hash(token))).first()
    return str(row.conversation) if row is not None and _is_young(row, now) else None


def use(db: Any, token: str, now: int) -> str | None:
    """Whose page a token shows, and its end; None for one that is unknown, used or too old, without a difference."""
    if len(token) > _LONGEST:
        return None
    where = LINKS.c.hash == _hash(token)
    row = db.execute(sa.select(LINKS.c.conversation, LINKS.c.made).where(where)).first()
    if row is None or not db.execute(LINKS.delete().where(where)).rowcount:
        return None
    return str(row.conversation) if _is_young(row, now) else None


def end(db: Any, conversation: str) -> int:
    """Every link of a conversation is dead; how many."""
    return int(db.execute(LINKS.delete().where(LINKS.c.conversation == conversation)).rowcount)


def expire(db: Any, now: int) -> int:
    """Ends links that are too old; how many."""
    return int(db.execute(LINKS.delete().where(LINKS.c.made <= now - SECONDS)).rowcount)


def _is_young(row: Any, now: int) -> bool:
    # A clock that went back makes no link live longer; servers may differ by a little.
    return bool(-_APART <= now - row.made < SECONDS)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
