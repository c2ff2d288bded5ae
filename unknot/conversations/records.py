"""Everything that is kept about a person: one way to read it and hand it over, one to end it, one to let it expire.

The work on an open connection that the operator's command, the web channel and the Slack channel all do. Who adds a
table with something about a person adds it to `tables.py` and here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from unknot.conversations import days
from unknot.conversations.events import Event, all_of, understood
from unknot.conversations.reminders import REMINDERS
from unknot.conversations.tables import EVENTS, FAILED, INBOX, SESSIONS, WAITING

WEB = "web:"
"""How conversations of the web channel begin; the session's id follows."""

CHUNK = 200
"""Conversations that one query looks at, so that no query is a long one."""


def has(db: Any, table: sa.Table) -> bool:
    """Whether the table is there yet; a fresh installation has none, and none is made by asking."""
    return bool(sa.inspect(db).has_table(table.name))


def erase(db: Any, conversation: str, up_to: int | None = None) -> int:
    """Ends everything that is kept about a conversation and its session; how many rows.

    With `up_to`, the number of a message in the inbox, what was accepted after it and still waits begins anew.
    """
    count = 0
    # The inbox first: what waits for the conversation's lock elsewhere finds nothing to do.
    for table, where in _rows_of(conversation):
        if table is INBOX and up_to is not None:
            where = where & ~((INBOX.c.number > up_to) & (INBOX.c.state == WAITING))
        if has(db, table):
            count += int(db.execute(table.delete().where(where)).rowcount)
    return count + days.erase(db, conversation)


def _rows_of(conversation: str) -> list[tuple[sa.Table, Any]]:
    found = [(INBOX, INBOX.c.conversation == conversation), (EVENTS, EVENTS.c.sender_id == conversation)]
    if conversation.startswith(WEB):
        found.append((SESSIONS, SESSIONS.c.session == conversation.removeprefix(WEB)))
    return found


def export(db: Any, conversation: str) -> dict[str, Any]:
    """Everything kept: what was said and understood, events, what waits, days, the web session; ready for JSON."""
    events = all_of(db, conversation) if has(db, EVENTS) else []
    found: dict[str, Any] = {
        "exported": datetime.now(UTC).isoformat(timespec="seconds"),
        "conversation": conversation,
        "messages": [_message(event) for event in events if event.get("event") in ("user", "bot")],
        "understood": understood(events),
        "events": events,
        "waiting": _waiting(db, conversation),
        "days": days.export(db, conversation),
    }
    if conversation.startswith(WEB):
        found["session"] = _session(db, conversation.removeprefix(WEB))
    return found


def is_empty(exported: dict[str, Any]) -> bool:
    """Whether nothing is kept about the person of an export."""
    return not (exported["events"] or exported["waiting"] or exported["days"] or exported.get("session"))


def _message(event: Event) -> dict[str, Any]:
    at = event.get("timestamp")
    when = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds") if at else None
    message = {"from": event["event"], "at": when, "text": event.get("text")}
    if payload := (event.get("data") or {}).get("custom"):
        message["reply"] = payload
    return message


def _waiting(db: Any, conversation: str) -> list[dict[str, Any]]:
    """Messages that are not (yet) in the conversation: waiting, or their turn failed."""
    if not has(db, INBOX):
        return []
    columns = [INBOX.c.message, INBOX.c.text, INBOX.c.at]
    query = sa.select(columns).where(INBOX.c.conversation == conversation, INBOX.c.state.in_((WAITING, FAILED)))
    return [{"id": row.message, "text": row.text, "at": row.at} for row in db.execute(query.order_by(INBOX.c.number))]


def _session(db: Any, session: str) -> dict[str, Any] | None:
    if not has(db, SESSIONS):
        return None
    row = db.execute(sa.select(SESSIONS).where(SESSIONS.c.session == session)).first()
    return dict(row._mapping) if row else None


def has_spoken(db: Any, conversation: str) -> bool:
    """Whether a message of the conversation was ever accepted."""
    query = sa.select([INBOX.c.number]).where(INBOX.c.conversation == conversation).limit(1)
    return db.execute(query).first() is not None


def last_heard(db: Any, after: str) -> list[tuple[str, float, float]]:
    """The next conversations behind `after`, by name, with the times of their first and last event."""
    times = sa.func.min(EVENTS.c.timestamp), sa.func.max(EVENTS.c.timestamp)
    query = sa.select(EVENTS.c.sender_id, *times).where(EVENTS.c.sender_id > after)
    query = query.group_by(EVENTS.c.sender_id).order_by(EVENTS.c.sender_id).limit(CHUNK)
    return [(row[0], row[1] or 0.0, row[2] or 0.0) for row in db.execute(query)]


def expire(db: Any, conversation: str, before: float) -> bool:
    """Ends a conversation unless something was said in it since `before`: who came back keeps all."""
    later = EVENTS.alias()
    newer = sa.exists().where((later.c.sender_id == conversation) & (later.c.timestamp >= before))
    if not db.execute(EVENTS.delete().where((EVENTS.c.sender_id == conversation) & ~newer)).rowcount:
        return False
    if has(db, INBOX):
        db.execute(INBOX.delete().where((INBOX.c.conversation == conversation) & (INBOX.c.at < before)))
    days.erase(db, conversation)
    return True


def expire_messages(db: Any, before: float) -> int:
    """Ends what the inbox knows of messages that came in before a time; how many had not made it into a tracker."""
    waited = [WAITING, FAILED]
    count = db.execute(INBOX.delete().where(INBOX.c.at < before, INBOX.c.state.in_(waited))).rowcount
    db.execute(INBOX.delete().where(INBOX.c.at < before))
    return int(count)


def expire_days(db: Any, before: float) -> int:
    """Ends what was kept to follow somebody over days and not touched since a time; how many rows."""
    return days.expire(db, int(before))


def unused_sessions(db: Any, before: float) -> list[str]:
    """Web sessions that nobody has used since, at most CHUNK of them."""
    query = sa.select(SESSIONS.c.session).where(SESSIONS.c.seen < before).limit(CHUNK)
    return [row[0] for row in db.execute(query)]


def conversations_of(db: Any, prefix: str) -> Iterator[str]:
    """All conversations whose names begin so, for instance of a workspace that is gone."""
    reminded = (REMINDERS, REMINDERS.c.conversation)
    for table, column in ((EVENTS, EVENTS.c.sender_id), (INBOX, INBOX.c.conversation), reminded):
        if has(db, table):
            query = sa.select(column).where(column.startswith(prefix, autoescape=True)).distinct()
            yield from (row[0] for row in db.execute(query).all())
