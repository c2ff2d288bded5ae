"""Episodes in the database, and everything else that is kept about somebody who is followed over days.

Export, erasing and retention of all of it are here, so that whoever ends a conversation has one call to make.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from unknot.conversations import links, reminders
from unknot.conversations.links import LINKS
from unknot.conversations.reminders import CONTACTS, REMINDERS
from unknot.conversations.tables import EVENTS
from unknot.triage.episode import Episode

TABLES = sa.MetaData()
EPISODES = sa.Table(
    "episodes",
    TABLES,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("conversation", sa.String(255), nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Column("changed", sa.BigInteger, nullable=False),
    sa.Index("ix_episodes_conversation", "conversation"),
    sqlite_autoincrement=True,
)
_OF_A_PERSON = (EPISODES, REMINDERS, CONTACTS, LINKS)
_SINCE = ((EPISODES, EPISODES.c.changed), (CONTACTS, CONTACTS.c.made), (LINKS, LINKS.c.made))


def make_tables(engine: Any) -> None:
    """Makes what is missing."""
    for tables in (TABLES, reminders.TABLES, links.TABLES):
        tables.create_all(engine)


def episodes(db: Any, conversation: str) -> list[tuple[int, Episode]]:
    """The episodes of a conversation with their numbers, oldest first."""
    query = sa.select(EPISODES).where(EPISODES.c.conversation == conversation).order_by(EPISODES.c.number)
    return [(row.number, Episode.from_json(json.loads(row.data))) for row in db.execute(query)]


def keep(db: Any, conversation: str, episode: Episode, now: int, number: int | None = None) -> int:
    """Keeps an episode, in the place of that `number` if there is one; its number."""
    values = {"conversation": conversation, "data": json.dumps(episode.to_json()), "changed": now}
    mine = (EPISODES.c.number == number) & (EPISODES.c.conversation == conversation)
    if number is not None and db.execute(EPISODES.update().where(mine).values(values)).rowcount:
        return number
    return int(db.execute(EPISODES.insert().values(values)).inserted_primary_key[0])


def export(db: Any, conversation: str) -> dict[str, Any]:
    """Everything kept about a person here, ready for JSON. Of links there is only that they were made, and when."""
    found: dict[str, Any] = {}
    for table in _there(db, _OF_A_PERSON):
        rows = db.execute(sa.select(table).where(table.c.conversation == conversation)).all()
        hidden = {"conversation", "hash", "owner"}
        found[table.name] = [{k: v for k, v in row._mapping.items() if k not in hidden} for row in rows]
    for row in found.get(EPISODES.name, ()):
        row["data"] = json.loads(row["data"])
    return {name: rows for name, rows in found.items() if rows}


def erase(db: Any, conversation: str) -> int:
    """Ends all of it; how many rows."""
    return sum(
        int(db.execute(table.delete().where(table.c.conversation == conversation)).rowcount)
        for table in _there(db, _OF_A_PERSON)
    )


def expire(db: Any, before: int) -> int:
    """Ends what was not touched since a time; how many rows.

    A reminder ends with the talk: when nothing was said since and it was not set since, nobody is called any more.
    """
    there = _there(db, [table for table, _ in _SINCE])
    count = sum(int(db.execute(t.delete().where(at < before)).rowcount) for t, at in _SINCE if t in there)
    if _there(db, [REMINDERS]):
        old = REMINDERS.c.since < before
        if _there(db, [EVENTS]):
            same = EVENTS.c.sender_id == REMINDERS.c.conversation
            old = old & ~sa.exists().where(same & (EVENTS.c.timestamp >= before))
        count += int(db.execute(REMINDERS.delete().where(old)).rowcount)
    return count


def _there(db: Any, tables: Any) -> list[sa.Table]:
    names = set(sa.inspect(db).get_table_names())
    return [table for table in tables if table.name in names]
