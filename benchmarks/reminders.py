"""A million reminder-days in simulated time, with servers that are killed, clocks that jump and daylight saving.

    python -m benchmarks.reminders [--people 20000] [--days 50] [--seed 1]

Two servers share one database. Whenever there is something to do, one of them is killed every 30 simulated seconds on
average, at a random step: inside a transaction, between two, or while contacts are brought. What should have happened
is worked out apart, with another library's time zones. Printed: reminder-days, lost, doubled, lateness in seconds.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from dateutil import tz

from unknot.conversations import reminders
from unknot.conversations.agreed_time import Stale, Watch
from unknot.conversations.reminders import Contact

BEGIN = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp())  # both halves of the world change their clocks after it
ZONES = ("America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/Santiago", "UTC")
TICK = 5  # seconds between two looks of a server
KILL_EVERY = 30
RESTART = 8
STEPS = 5  # of one look, at each of which a server may be killed


class KilledError(Exception):
    """The server is gone in the middle of what it did."""


@dataclass
class Receiver:
    """What reached people: the true time of every contact, each number once."""

    got: dict[int, tuple[str, float]] = field(default_factory=dict)
    repeated: int = 0

    def take(self, contact: Contact, now: float) -> None:
        """A contact arrives, perhaps again."""
        self.repeated += contact.number in self.got
        self.got.setdefault(contact.number, (contact.conversation, now))


class ServerOf:
    """One server: its own clock and stopwatch, nothing in memory that outlives it."""

    def __init__(self, name: str, world: World) -> None:
        self.name, self.world = name, world
        self.restart()

    def restart(self) -> None:
        """A new process."""
        self.watch = Watch(lambda: self.world.now + self.world.skew[self.name], lambda: self.world.now)
        self.stale = Stale(lambda: self.world.now)
        self.back_at = 0.0

    def look(self, die_at: int) -> None:
        """One look; `die_at` is the step at which it is killed, STEPS or more for none."""
        world = self.world
        step = iter(range(STEPS + 1))

        def alive() -> None:
            if next(step) == die_at:
                raise KilledError

        with world.engine.begin() as db:
            now = self.watch.now(db)
            if now is None:
                return
            reminders.fire(db, now)
            alive()  # before the commit: all of it is undone
        alive()
        with world.engine.begin() as db:
            left = self.stale.among(reminders.claimed(db), self.name)
            mine = reminders.claim(db, f"{self.name}-{world.starts[self.name]}", stale=left)
        alive()
        for number, contact in enumerate(mine):
            if number == len(mine) // 2:
                alive()  # half of them have arrived
            world.receiver.take(contact, world.now)
        if mine:
            alive()
            with world.engine.begin() as db:
                reminders.brought(db, mine)


@dataclass
class World:
    """Two servers, one database, and the true time."""

    people: int
    days: int
    seed: int
    url: str = "sqlite://"

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        pool: dict[str, Any] = {"poolclass": sa.pool.StaticPool} if self.url == "sqlite://" else {}
        self.engine = sa.create_engine(self.url, future=True, **pool)
        reminders.TABLES.create_all(self.engine)
        self.now = float(BEGIN)
        self.end = BEGIN + self.days * reminders.DAY
        self.receiver = Receiver()
        self.kills = self.jumps = 0
        self.skew = {"a": 0.0, "b": 0.0}
        self.starts = Counter[str]()
        self.servers = [ServerOf(name, self) for name in self.skew]
        self.wanted: dict[str, tuple[str, int]] = {}
        # Minutes that daylight saving leaves out or doubles are among them.
        minutes = [90, 150, *(self.chance.randrange(0, 1440) for _ in range(14))]
        with self.engine.begin() as db:
            for number in range(self.people):
                name, zone = f"web:{number}", self.chance.choice(ZONES)
                minute = self.chance.choice(minutes)
                self.wanted[name] = (zone, minute)
                reminders.start(db, name, zone, minute, BEGIN)

    def run(self) -> None:
        """Until the end: from one due time to the next, and at each of them for as long as there is work."""
        until_jump = 0.0
        while self.now < self.end:
            with self.engine.begin() as db:
                due = reminders.next_time(db) or self.end
            if due > self.now:
                self.now = float(due)
                # Meanwhile both have looked every few seconds, and nothing was due.
                with self.engine.begin() as db:
                    db.execute(reminders.CLOCK.update().values(at=int(self.now) - TICK))
            if self.now >= self.end:
                return
            if self.now > until_jump:
                until_jump = self.now + self.chance.uniform(3_600, 86_400)
                self._jump()
            self._work()

    def _jump(self) -> None:
        """One clock is wrong for a while: an hour back for long, or ahead for moments."""
        self.jumps += 1
        name = self.chance.choice(list(self.skew))
        self.skew = dict.fromkeys(self.skew, 0.0)
        self.skew[name] = self.chance.choice([-3_600.0, -90.0, 3_600.0, 30.0])
        self.wrong_until = self.now + (600 if self.skew[name] < 0 else 40)

    def _work(self) -> None:
        quiet = 0
        while quiet < 2:
            if self.now > getattr(self, "wrong_until", 0.0):
                self.skew = dict.fromkeys(self.skew, 0.0)
            for server in self.servers:
                self._look(server)
            with self.engine.begin() as db:
                undone = sa.select(reminders.CONTACTS.c.number).where(reminders.CONTACTS.c.state != reminders.DONE)
                busy = bool(db.execute(undone.limit(1)).first())
                busy = busy or (reminders.next_time(db) or self.end) <= self.now
            quiet = 0 if busy else quiet + 1
            self.now += TICK

    def _look(self, server: ServerOf) -> None:
        if self.now < server.back_at:
            return
        dies = self.chance.random() < TICK / KILL_EVERY / 2  # of two servers one
        try:
            server.look(self.chance.randrange(STEPS) if dies else STEPS + 1)
            if dies:
                raise KilledError
        except KilledError:
            self.kills += 1
            server.restart()
            self.starts[server.name] += 1
            server.back_at = self.now + RESTART


@dataclass(frozen=True)
class Result:
    """What came of it. `late` holds the seconds from the time that was wanted to the time of arrival, sorted."""

    days: int
    lost: int
    doubled: int
    early: int
    late: list[float]
    kills: int
    jumps: int
    repeated: int

    def percentile(self, share: float) -> float:
        """A percentile of the lateness."""
        return self.late[min(len(self.late) - 1, int(share * len(self.late)))]


def wanted_times(zone: str, minute: int, begin: int, end: int) -> Iterator[float]:
    """When a person should hear, by dateutil's time zones: once on each of their days."""
    here = tz.gettz(zone)
    day = datetime.fromtimestamp(begin, here).replace(hour=0, minute=0, second=0, tzinfo=None) - timedelta(days=1)
    while True:
        local = (day + timedelta(minutes=minute)).replace(tzinfo=here)
        at = tz.resolve_imaginary(local).timestamp()
        if at >= end:
            return
        if at > begin:
            yield at
        day += timedelta(days=1)


def judge(world: World) -> Result:
    """Holds what arrived against what was wanted. The last two minutes are not judged."""
    arrived: dict[str, list[float]] = {}
    for conversation, at in world.receiver.got.values():
        arrived.setdefault(conversation, []).append(at)
    days = lost = doubled = early = 0
    late: list[float] = []
    known: dict[tuple[str, int], list[float]] = {}
    for conversation, (zone, minute) in world.wanted.items():
        if (zone, minute) not in known:
            known[zone, minute] = list(wanted_times(zone, minute, BEGIN, world.end))
        times = known[zone, minute]
        came = sorted(arrived.get(conversation, []))
        for number, at in enumerate(times):
            if at > world.end - 120:
                continue
            days += 1
            until = times[number + 1] if number + 1 < len(times) else float("inf")
            here = [one for one in came if at <= one < until]
            lost, doubled = lost + (not here), doubled + max(0, len(here) - 1)
            late += [one - at for one in here[:1]]
        early += sum(one < times[0] for one in came) if times else len(came)
    return Result(days, lost, doubled, early, sorted(late), world.kills, world.jumps, world.receiver.repeated)


def simulate(people: int, days: int, seed: int = 1, url: str = "sqlite://") -> Result:
    """Runs a world of its own to its end."""
    world = World(people, days, seed, url)
    world.run()
    result = judge(world)
    world.engine.dispose()
    return result


def main(write: Callable[[str], object] = sys.stdout.write) -> None:
    """The command."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.reminders", description=__doc__)
    options.add_argument("--people", type=int, default=20_000)
    options.add_argument("--days", type=int, default=51)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    result = simulate(given.people, given.days, given.seed)
    write(
        f"{result.days} reminder-days, {result.kills} kills, {result.jumps} clock jumps: "
        f"{result.lost} lost, {result.doubled} doubled, {result.early} early; "
        f"{result.repeated} were sent again under the same number after a kill. "
        f"Late by {result.percentile(0.5):.0f} s (median), {result.percentile(0.99):.0f} s (p99), "
        f"{result.late[-1]:.0f} s (most).\n"
    )


if __name__ == "__main__":
    main()
