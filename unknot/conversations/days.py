"""What is kept beside a conversation about somebody who is followed over days: reminders, contacts, links.

Bouts of pain are no part of it: they stand in the conversation and go wherever it goes. Export, erasing and retention
of the rest are here, so that whoever ends a conversation has one call to make.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from unknot.conversations import links, reminders
from unknot.conversations.links import LINKS
from unknot.conversations.reminders import CONTACTS, REMINDERS
from unknot.conversations.tables import EVENTS

_OF_A_PERSON = (REMINDERS, CONTACTS, LINKS)
_SINCE = ((CONTACTS, CONTACTS.c.made), (LINKS, LINKS.c.made))


def make_tables(engine: Any) -> None:
    """Makes what is missing."""
    for tables in (reminders.TABLES, links.TABLES):
        tables.create_all(engine)


def export(db: Any, conversation: str) -> dict[str, Any]:
    """Everything kept about a person here, ready for JSON. Of links there is only that they were made, and when."""
    found: dict[str, Any] = {}
    for table in _there(db, _OF_A_PERSON):
        rows = db.execute(sa.select(table).where(table.c.conversation == conversation)).all()
        hidden = {"conversation", "hash", "owner"}
        found[table.name] = [{k: v for k, v in row._mapping.items() if k not in hidden} for row in rows]
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
