"""Reminders that outlive every process: rows with a due time, and contacts, of which a person gets one a day at most.

`fire` moves reminders on to their next day and writes the contacts in one transaction, which `agreed_time.Watch.now`
has begun by locking the clock's row: one server at a time does it, and a kill before the commit leaves all as it was.
A contact is then brought to its person under its number, which the receiving side takes once.

Times are whole seconds since the epoch, days count from 1 January 1970 in the person's zone, `minute` is the minute
of that day. A row holds no words: nothing about health can be read from it but that somebody wants to be asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

DAY = 86_400
APART = 20 * 3_600
"""Seconds between two contacts of one person, also where a change of zone would make them two days."""

FAR = 26 * 3_600
"""A reminder is never due later than this (a day has at most 25 hours): if it is, the clock went back."""

AT_ONCE = 500
WAITING, CLAIMED, DONE = "waiting", "claimed", "done"
_EPOCH = date(1970, 1, 1).toordinal()

TABLES = sa.MetaData()
REMINDERS = sa.Table(
    "reminders",
    TABLES,
    sa.Column("conversation", sa.String(255), primary_key=True),
    sa.Column("zone", sa.String(64), nullable=False),
    sa.Column("minute", sa.Integer, nullable=False),
    sa.Column("due", sa.BigInteger, nullable=False),
    sa.Column("last", sa.BigInteger, nullable=False, default=0),  # when the last contact was made
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Index("ix_reminders_due", "due"),
)
CONTACTS = sa.Table(
    "reminder_contacts",
    TABLES,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("conversation", sa.String(255), nullable=False),
    sa.Column("day", sa.Integer, nullable=False),
    sa.Column("made", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String(8), nullable=False, default=WAITING),
    sa.Column("owner", sa.String(32), nullable=False, default=""),
    sa.Column("tries", sa.Integer, nullable=False, default=0),
    sa.UniqueConstraint("conversation", "day"),
    sa.Index("ix_reminder_contacts_state", "state"),
    sqlite_autoincrement=True,  # a number is never given twice, also after a deletion
)
# The time that the servers agree on, in a row whose lock lets one of them at a time make contacts.
CLOCK = sa.Table(
    "reminder_clock",
    TABLES,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("beat", sa.BigInteger, nullable=False),
)
_MOVE = (
    REMINDERS.update()
    .where(REMINDERS.c.conversation == sa.bindparam("whose"), REMINDERS.c.due == sa.bindparam("was"))
    .values(due=sa.bindparam("due"), last=sa.bindparam("last"))
)


class ZoneError(ValueError):
    """A name that is no time zone of the IANA database."""


@dataclass(frozen=True)
class Contact:
    """One message to one person on one of their days. `number` is the key under which it is taken once."""

    number: int
    conversation: str
    day: int
    made: int
    owner: str = ""
    tries: int = 0


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ZoneError("not a time zone of the IANA database, such as Europe/Berlin") from error


@lru_cache(maxsize=4_096)
def moment(zone: str, day: int, minute: int) -> int:
    """When it is `minute` of a day in a zone.

    A minute that daylight saving leaves out comes as much later as the clock was put forward; of one that comes twice
    it is the first.
    """
    begins = datetime.combine(date.fromordinal(_EPOCH + day), datetime.min.time())
    return int((begins + timedelta(minutes=minute)).replace(tzinfo=_zone(zone)).astimezone(UTC).timestamp())


@lru_cache(maxsize=4_096)
def local_day(zone: str, now: int) -> int:
    """The day that it is in a zone."""
    return datetime.fromtimestamp(now, _zone(zone)).date().toordinal() - _EPOCH


def next_due(zone: str, minute: int, now: int, last: int = 0, contacted: int = -1) -> int:
    """The next time after `now`, on a day after `contacted`, and APART from the `last` contact."""
    day = max(local_day(zone, now), contacted + 1)
    apart = last + APART if 0 < last <= now else 0
    while (due := moment(zone, day, minute)) <= now or due < apart:
        day += 1
    return due


def start(db: Any, conversation: str, zone: str, minute: int, now: int) -> int:
    """Reminds a person once a day from now on, or at another time or in another zone than before; when first.

    Raises ZoneError, and ValueError for a minute that no day has.
    """
    if not 0 <= minute < 24 * 60:
        raise ValueError("a minute of the day is from 0 to 1439")
    _zone(zone)
    old = db.execute(sa.select(REMINDERS.c.last).where(REMINDERS.c.conversation == conversation)).first()
    last = old.last if old else 0
    due = next_due(zone, minute, now, last, _last_day(db, conversation, local_day(zone, now)))
    values = {"zone": zone, "minute": minute, "due": due, "since": now}
    if old:
        db.execute(REMINDERS.update().where(REMINDERS.c.conversation == conversation).values(values))
    else:
        db.execute(REMINDERS.insert().values(conversation=conversation, last=0, **values))
    return due


def _last_day(db: Any, conversation: str, today: int) -> int:
    query = sa.select(sa.func.max(CONTACTS.c.day)).where(
        CONTACTS.c.conversation == conversation, CONTACTS.c.day <= today
    )
    return int(db.execute(query).scalar() or -1)


def stop(db: Any, conversation: str) -> int:
    """Ends every reminder of a person at once, and what was made and not brought yet; how many rows."""
    count = db.execute(REMINDERS.delete().where(REMINDERS.c.conversation == conversation)).rowcount
    return int(
        count
        + db.execute(
            CONTACTS.delete().where(CONTACTS.c.conversation == conversation, CONTACTS.c.state != DONE)
        ).rowcount
    )


def fire(db: Any, now: int, most: int = AT_ONCE) -> int:
    """Makes the contacts that are due, in this transaction; how many reminders were looked at.

    Of days that were missed nothing is made up for: there is one contact, today.
    """
    back = _put_right(db, now, most)
    query = sa.select(REMINDERS).where(REMINDERS.c.due <= now).order_by(REMINDERS.c.due).limit(most)
    rows = db.execute(query).all()
    taken = _contacted(db, [row.conversation for row in rows])
    made, moved = [], []
    for row in rows:
        day = local_day(row.zone, now)
        # Back after an outage before today's time: it comes at its time.
        early = now < moment(row.zone, day, row.minute)
        again = day in taken.get(row.conversation, ()) or 0 < now - row.last < APART
        contact = not early and not again
        last = now if contact else row.last
        due = next_due(row.zone, row.minute, now, last, day if contact else -1)
        moved.append({"whose": row.conversation, "was": row.due, "due": due, "last": last})
        if contact:
            made.append({"conversation": row.conversation, "day": day, "made": now})
    if moved:
        db.execute(_MOVE, moved)
    if made:
        # What could not be brought for days is not made up for either: the newest takes its place.
        older = CONTACTS.c.conversation.in_([one["conversation"] for one in made]) & (CONTACTS.c.state == WAITING)
        db.execute(CONTACTS.update().where(older).values(state=DONE))
        db.execute(CONTACTS.insert(), made)
    return back + len(rows)


def _contacted(db: Any, conversations: Sequence[str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    if conversations:
        query = sa.select(CONTACTS.c.conversation, CONTACTS.c.day).where(CONTACTS.c.conversation.in_(conversations))
        for conversation, day in db.execute(query):
            found.setdefault(conversation, set()).add(day)
    return found


def _put_right(db: Any, now: int, most: int) -> int:
    """After a clock went back: what it had made for days to come was made today, and the next is due tomorrow."""
    rows = db.execute(sa.select(REMINDERS).where(REMINDERS.c.due > now + FAR).limit(most)).all()
    for row in rows:
        day = local_day(row.zone, now)
        later = (CONTACTS.c.conversation == row.conversation) & (CONTACTS.c.day > day)
        early = db.execute(CONTACTS.delete().where(later, CONTACTS.c.state == DONE)).rowcount
        early += db.execute(CONTACTS.update().where(later, CONTACTS.c.state != DONE).values(made=now)).rowcount
        last = now if early else min(row.last, now)
        due = next_due(row.zone, row.minute, now, last, day if early else -1)
        db.execute(_MOVE, {"whose": row.conversation, "was": row.due, "due": due, "last": last})
    return len(rows)


def next_time(db: Any) -> int | None:
    """When the next reminder is due, None without any."""
    found = db.execute(sa.select(sa.func.min(REMINDERS.c.due))).scalar()
    return None if found is None else int(found)


def waiting(db: Any, conversation: str) -> list[Contact]:
    """What was made for a person and not brought yet, for places that show it on return."""
    query = sa.select(CONTACTS).where(CONTACTS.c.conversation == conversation, CONTACTS.c.state != DONE)
    return [_contact(row) for row in db.execute(query.order_by(CONTACTS.c.number))]


def seen(db: Any, conversation: str) -> int:
    """The person has been shown what waited; how many. However many days it was, they see one."""
    where = (CONTACTS.c.conversation == conversation) & (CONTACTS.c.state != DONE)
    return int(db.execute(CONTACTS.update().where(where).values(state=DONE, owner="")).rowcount)


def claim(
    db: Any,
    server: str,
    prefix: str = "",
    stale: Iterable[Contact] = (),
    most: int = AT_ONCE,
    skip: Collection[int] = (),
) -> list[Contact]:
    """Contacts that this server alone may bring now: those that wait, and `stale` ones of servers that are gone.

    `prefix` is how conversations of its channel begin; of those that wait it is at most `most`, without `skip`.
    """
    open_ones = CONTACTS.c.state == WAITING
    free = open_ones & CONTACTS.c.number.notin_(skip) if skip else open_ones
    numbers = [row.number for row in db.execute(_of_channel(free, prefix).limit(most))]
    where = CONTACTS.c.number.in_(numbers) & open_ones
    values = {"state": CLAIMED, "owner": server, "tries": CONTACTS.c.tries + 1}
    if numbers:
        db.execute(CONTACTS.update().where(where).values(values))
    for one in stale:
        if db.execute(CONTACTS.update().where(_same(one)).values(values)).rowcount:
            numbers.append(one.number)
    mine = CONTACTS.c.number.in_(numbers) & (CONTACTS.c.owner == server) & (CONTACTS.c.state == CLAIMED)
    return [_contact(row) for row in db.execute(_of_channel(mine, prefix))] if numbers else []


def claimed(db: Any, prefix: str = "") -> list[Contact]:
    """What servers are bringing just now, or left behind."""
    return [_contact(row) for row in db.execute(_of_channel(CONTACTS.c.state == CLAIMED, prefix))]


def brought(db: Any, contacts: Iterable[Contact]) -> int:
    """Notes that they have reached their persons; how many of them still stood."""
    numbers = [one.number for one in contacts]
    where = CONTACTS.c.number.in_(numbers)
    return int(db.execute(CONTACTS.update().where(where).values(state=DONE, owner="")).rowcount) if numbers else 0


def give_back(db: Any, contact: Contact) -> bool:
    """A claim that came to nothing: anybody may try again. False where it is this server's no more."""
    return bool(db.execute(CONTACTS.update().where(_same(contact)).values(state=WAITING, owner="")).rowcount)


def wanted(db: Any, contact: Contact) -> int | None:
    """When a claimed contact should have come, None where it is not to be brought: ended, or another server's."""
    if not db.execute(sa.select(CONTACTS.c.number).where(_same(contact))).first():
        return None
    found = find(db, contact.conversation)
    return moment(found.zone, contact.day, found.minute) if found else None


def find(db: Any, conversation: str) -> Any:
    """The row of a person's reminder (zone, minute, due), None without one."""
    return db.execute(sa.select(REMINDERS).where(REMINDERS.c.conversation == conversation)).first()


def overdue(db: Any, now: int) -> int:
    """How many people should have been contacted by now and were not: nobody made it, or it was not brought."""
    late = sa.select(sa.func.count()).select_from(REMINDERS).where(REMINDERS.c.due <= now)
    held = sa.select(sa.func.count()).select_from(CONTACTS).where(CONTACTS.c.state == CLAIMED)
    return int(db.execute(late).scalar()) + int(db.execute(held).scalar())


def _same(one: Contact) -> Any:
    mine = (CONTACTS.c.number == one.number) & (CONTACTS.c.owner == one.owner) & (CONTACTS.c.tries == one.tries)
    return mine & (CONTACTS.c.state == CLAIMED)


def _of_channel(where: Any, prefix: str) -> Any:
    query = sa.select(CONTACTS).where(where).order_by(CONTACTS.c.number)
    return query.where(CONTACTS.c.conversation.startswith(prefix, autoescape=True)) if prefix else query


def _contact(row: Any) -> Contact:
    return Contact(row.number, row.conversation, row.day, row.made, row.owner, row.tries)


def expire(db: Any, before: int) -> int:
    """Ends contacts that were brought, or left, before a time; how many."""
    return int(db.execute(CONTACTS.delete().where(CONTACTS.c.made < before)).rowcount)
