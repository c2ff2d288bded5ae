"""Reminders that outlive every process: rows with a due time, and contacts, of which a person gets one a day at most.

`fire` moves reminders on to their next day and writes the contacts in one transaction, which `Watch.now` has begun by
locking the clock's row: one server at a time does it, and a kill before the commit leaves all as it was. A contact is
then brought to its person under its number, which the receiving side takes once.

Times are whole seconds since the epoch, days count from 1 January 1970 in the person's zone, `minute` is the minute
of that day. A row holds no words: nothing about health can be read from it but that somebody wants to be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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
    values = {"zone": zone, "minute": minute, "due": due}
    if old:
        db.execute(REMINDERS.update().where(REMINDERS.c.conversation == conversation).values(values))
    else:
        db.execute(REMINDERS.insert().values(conversation=conversation, last=0, since=now, **values))
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
    db: Any, server: str, prefix: str = "", stale: Iterable[Contact] = (), most: int = AT_ONCE
) -> list[Contact]:
    """Contacts that this server alone may bring now: those that wait, and `stale` ones of servers that are gone.

    `prefix` is how conversations of its channel begin.
    """
    open_ones = CONTACTS.c.state == WAITING
    numbers = [row.number for row in db.execute(_of_channel(open_ones, prefix).limit(AT_ONCE))]
    where = CONTACTS.c.number.in_(numbers) & open_ones
    values = {"state": CLAIMED, "owner": server, "tries": CONTACTS.c.tries + 1}
    if numbers:
        db.execute(CONTACTS.update().where(where).values(values))
    for one in stale:
        same = (CONTACTS.c.number == one.number) & (CONTACTS.c.owner == one.owner) & (CONTACTS.c.tries == one.tries)
        if db.execute(CONTACTS.update().where(same, CONTACTS.c.state == CLAIMED).values(values)).rowcount:
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


def _of_channel(where: Any, prefix: str) -> Any:
    query = sa.select(CONTACTS).where(where).order_by(CONTACTS.c.number)
    return query.where(CONTACTS.c.conversation.startswith(prefix, autoescape=True)) if prefix else query


def _contact(row: Any) -> Contact:
    return Contact(row.number, row.conversation, row.day, row.made, row.owner, row.tries)


def expire(db: Any, before: int) -> int:
    """Ends contacts that were brought, or left, before a time; how many."""
    return int(db.execute(CONTACTS.delete().where(CONTACTS.c.made < before)).rowcount)


class Watch:
    """The time that this server and the others agree on; None while there is a doubt.

    Every look notes the time in the database. A server whose clock is `jump` seconds away from the note stays silent:
    its own clock is wrong, or everything was down for a while. When nobody else has moved the note for `hold` seconds
    of its stopwatch, its clock counts. So a clock that runs ahead for a moment writes to nobody, not even in a server
    that has just started, and of two clocks that differ for long the one that was there first counts.
    """

    def __init__(
        self, wall: Callable[[], float], stopwatch: Callable[[], float], hold: float = 45.0, jump: float = 30.0
    ) -> None:
        self._wall, self._stopwatch = wall, stopwatch
        self._hold, self._jump = hold, jump
        self._doubt: float | None = None
        self._noted: tuple[int, int] | None = None

    def now(self, db: Any) -> int | None:
        """Whole seconds since the epoch. Locks the clock's row, so it comes first in its transaction."""
        wall, stopwatch = int(self._wall()), self._stopwatch()
        if not db.execute(CLOCK.update().values(beat=CLOCK.c.beat)).rowcount:
            db.execute(CLOCK.insert().values(id=1, at=wall, beat=0))
        at, beat = db.execute(sa.select(CLOCK.c.at, CLOCK.c.beat)).one()
        if abs(wall - at) > self._jump and not self._waited(stopwatch, (at, beat)):
            return None
        self._doubt = None
        db.execute(CLOCK.update().values(at=wall, beat=beat + 1))
        return wall

    def _waited(self, stopwatch: float, noted: tuple[int, int]) -> bool:
        if self._doubt is None or noted != self._noted:
            self._doubt, self._noted = stopwatch, noted
        return stopwatch - self._doubt >= self._hold


class Stale:
    """Which claims have stood still for `seconds` by this server's own stopwatch: their servers are gone."""

    def __init__(self, stopwatch: Callable[[], float], seconds: float = 15.0) -> None:
        self._stopwatch, self._seconds = stopwatch, seconds
        self._first: dict[tuple[int, str, int], float] = {}

    def among(self, contacts: Iterable[Contact], server: str) -> list[Contact]:
        """Those of other servers that were claimed in just this way `seconds` ago."""
        now = self._stopwatch()
        seen_now = {(one.number, one.owner, one.tries): one for one in contacts if one.owner != server}
        self._first = {key: self._first.get(key, now) for key in seen_now}
        return [one for key, one in seen_now.items() if now - self._first[key] >= self._seconds]
