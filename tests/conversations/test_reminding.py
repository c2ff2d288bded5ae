"""The worker beside a server: once a day, whoever is killed, whatever fails, and never while an alarm stands."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.support.reminder_server import serve
from unknot.conversations import reminders
from unknot.conversations.access import Access
from unknot.conversations.agreed_time import Stale, Watch
from unknot.conversations.events import alarmed
from unknot.conversations.reminders import CONTACTS, Contact
from unknot.conversations.reminding import OLD, LaterError, NeverError, Reminding, greets
from unknot.conversations.tables import EVENTS, RASAS
from unknot.observability.metrics import REMINDERS

NOON = 12 * 60
MIDNIGHT = 1_780_272_000  # 2026-06-01, UTC
WHO = "slack:T1:U1"


class Scene:
    """One database, a clock and a stopwatch that the test moves, and what reached people."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.now = float(MIDNIGHT)
        self.got: list[Contact] = []
        self.trouble: Callable[[Contact], Exception | None] = lambda _: None
        self.open: list[Access] = []

    def worker(self) -> Reminding:
        """A server's, as it is just after its start."""
        database = Access(self.url)
        self.open.append(database)
        clock = lambda: self.now  # noqa: E731
        made = Reminding(database, clock, clock, Watch(clock, clock, hold=0.0), Stale(clock))
        made.serve("slack:", self.bring)
        return made

    async def bring(self, contact: Contact) -> None:
        if error := self.trouble(contact):
            raise error
        if contact.number not in {one.number for one in self.got}:  # the channel looks it up
            self.got.append(contact)

    def do(self, work: Callable[[Any], Any]) -> Any:
        engine = sa.create_engine(self.url, future=True)
        with engine.begin() as db:
            found = work(db)
        engine.dispose()
        return found


@pytest.fixture(params=["sqlite", "postgresql"])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    url = f"sqlite:///{tmp_path / 'unknot.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").url
    made = Scene(url)
    made.worker()
    made.do(RASAS.create_all)
    made.do(lambda db: [db.execute(table.delete()) for table in (*reminders.TABLES.sorted_tables, EVENTS)])
    made.do(lambda db: reminders.start(db, WHO, "UTC", NOON, MIDNIGHT))
    yield made
    for database in made.open:
        database.close()
    engine = sa.create_engine(url, future=True)
    with engine.begin() as db:
        for table in (*reminders.TABLES.sorted_tables, EVENTS):
            db.execute(table.delete())
    engine.dispose()


def run(*jobs: Awaitable[Any]) -> None:
    async def all_of_them() -> None:
        await asyncio.gather(*jobs)

    asyncio.run(all_of_them())


async def look(*workers: Reminding) -> None:
    await asyncio.gather(*(worker.make() for worker in workers))
    await asyncio.gather(*(worker.bring() for worker in workers))


def counted(outcome: str) -> float:
    return float(REMINDERS.labels(outcome)._value.get())


def test_two_servers_bring_one(scene: Scene) -> None:
    workers = [scene.worker(), scene.worker()]
    for day in range(3):
        for hour in range(0, 24):
            scene.now = MIDNIGHT + day * 86_400 + hour * 3_600
            run(look(*workers))
    assert [contact.day - scene.got[0].day for contact in scene.got] == [0, 1, 2]
    assert {contact.made % 86_400 for contact in scene.got} == {NOON * 60}


def test_three_days_down_are_one(scene: Scene) -> None:
    scene.now += 3 * 86_400 + 15 * 3_600
    run(look(scene.worker()))
    run(look(scene.worker()))
    assert len(scene.got) == 1


def test_a_claim_that_lay_for_days_is_not_brought_and_todays_is(scene: Scene) -> None:
    scene.now += NOON * 60
    run(scene.worker().make())
    scene.do(lambda db: reminders.claim(db, "one that is gone"))
    scene.now += 3 * 86_400 - 9 * 3_600  # in the night
    worker = scene.worker()
    run(look(worker))
    scene.now += 60
    before = counted("given_up")
    run(look(worker))
    assert (scene.got, counted("given_up") - before) == ([], 1)
    scene.now = MIDNIGHT + 3 * 86_400 + NOON * 60
    run(look(worker))
    assert len(scene.got) == 1


def test_what_fails_is_tried_again_and_holds_up_nobody(scene: Scene) -> None:
    scene.do(lambda db: reminders.start(db, "slack:T1:U2", "UTC", NOON, MIDNIGHT))
    scene.trouble = lambda one: LaterError() if one.conversation == WHO else None
    worker = scene.worker()
    scene.now += NOON * 60
    run(look(worker))
    run(look(worker))
    assert [one.conversation for one in scene.got] == ["slack:T1:U2"]
    scene.trouble = lambda _: None
    scene.now += 30
    run(look(worker))
    assert [one.conversation for one in scene.got] == ["slack:T1:U2", WHO]
    assert scene.got[-1].tries == 2  # it may have arrived the first time: the channel looks it up


def test_what_cannot_get_through_is_given_up_for_the_day(scene: Scene) -> None:
    scene.trouble = lambda _: NeverError()
    scene.now += NOON * 60
    worker = scene.worker()
    run(look(worker))
    assert scene.do(lambda db: reminders.waiting(db, WHO)) == []
    scene.trouble = lambda _: None
    scene.now += 86_400
    run(look(worker))
    assert len(scene.got) == 1


def test_a_passing_outage_of_a_day_ends_with_one(scene: Scene) -> None:
    scene.trouble = lambda _: LaterError()
    worker = scene.worker()
    while scene.now < MIDNIGHT + 86_400 + NOON * 60 + OLD - 3_600:
        scene.now += 1_800
        run(look(worker))
    scene.trouble = lambda _: None
    scene.now += 1_800
    run(look(worker))
    run(look(worker))
    assert len(scene.got) == 1


def test_a_stop_after_the_claim_is_still_in_time(scene: Scene) -> None:
    scene.now += NOON * 60
    worker = scene.worker()
    run(worker.make())
    mine = scene.do(lambda db: reminders.claim(db, worker._server, "slack:"))
    scene.do(lambda db: reminders.stop(db, WHO))
    run(worker._one(mine[0], scene.bring))
    assert scene.got == []


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ([{"type": "triage", "level": "emergency"}], True),
        ([{"type": "triage", "level": "emergency"}, {"type": "answer", "lifts": "emergency"}], False),
        ([{"type": "triage", "level": "emergency"}, {"type": "triage", "level": "self_care"}], False),
        ([{"type": "notice", "notice": "crisis"}, {"type": "ask"}], True),
        ([{"type": "notice", "notice": "crisis"}, {"type": "notice", "lifts": "crisis"}], False),
        ([{"type": "triage", "level": "urgent"}], False),
    ],
)
def test_nobody_is_reminded_while_an_alarm_stands(tmp_path: Path, said: list[dict[str, str]], stands: bool) -> None:
    scene = Scene(f"sqlite:///{tmp_path / 'unknot.db'}")
    worker = scene.worker()
    scene.do(RASAS.create_all)
    events = [{"event": "bot", "data": {"custom": one}} for one in said]
    assert alarmed(events) is stands
    assert not alarmed([*events, {"event": "restart"}])
    for who in (WHO, "web:a"):
        scene.do(partial(_start, who))
        for event in events:
            row = {"sender_id": who, "type_name": "bot", "timestamp": 1.0, "data": json.dumps(event)}
            scene.do(partial(_insert, row))
    scene.now += NOON * 60
    run(look(worker))
    assert len(scene.got) == (0 if stands else 1)
    assert scene.do(lambda db: greets(db, "web:a")) is not stands
    scene.open[0].close()


def test_an_error_does_not_end_it(tmp_path: Path) -> None:
    scene = Scene(f"sqlite:///{tmp_path / 'unknot.db'}")
    database = Access(scene.url)
    worker = Reminding(database, watch=Watch(time.time, time.monotonic, hold=0.0), tick=0.01)
    failures = iter([RuntimeError(), RuntimeError(), None])

    async def bring(contact: Contact) -> None:
        scene.got.append(contact)

    worker.serve("slack:", bring)
    make = worker._make

    def sometimes(db: Any) -> int:
        if error := next(failures, None):
            raise error
        return make(db)

    worker._make = sometimes  # type: ignore[method-assign]
    now = int(time.time())
    scene.do(lambda db: reminders.start(db, WHO, "UTC", (now // 60 + 1) % 1440, now - 86_400))

    async def some_looks() -> None:
        task = asyncio.create_task(worker.run())
        for _ in range(200):
            await asyncio.sleep(0.02)
            if worker._agreed:
                break
        task.cancel()

    asyncio.run(some_looks())
    assert worker.well
    assert worker._agreed
    database.close()


# --- processes that are killed --------------------------------------------------------------------------------------


def test_processes_that_are_killed_lose_and_double_nothing(scene: Scene, tmp_path: Path) -> None:
    people, days = 25, 3
    scene.do(lambda db: reminders.stop(db, WHO))

    def begin(db: Any) -> None:
        for number in range(people):
            zone, hour = (("UTC", 12), ("Europe/Berlin", 14), ("America/New_York", 8))[number % 3]  # one moment
            reminders.start(db, f"slack:T1:U{number}", zone, hour * 60, MIDNIGHT)

    scene.do(begin)
    chance, arrived = random.Random(4), tmp_path / "arrived"
    arrived.touch()
    # From a process that has no threads: a copy of this one may hold locks of theirs.
    spawn = multiprocessing.get_context("forkserver")
    spawn.set_forkserver_preload(["tests.support.reminder_server"])
    wall = spawn.Value("d", float(MIDNIGHT))

    def fresh() -> Any:
        process = spawn.Process(target=serve, args=(scene.url, str(arrived), wall), daemon=True)
        process.start()
        return process

    running = [fresh(), fresh()]
    kills = 0
    for day in range(days):
        wall.value = MIDNIGHT + day * 86_400 + NOON * 60 + 5
        kills_before, deadline = kills, time.monotonic() + 60
        while kills - kills_before < 6 or (
            scene.do(lambda db: _undone(db, wall.value)) and time.monotonic() < deadline
        ):
            time.sleep(chance.choice([0.03, 0.1, 0.3, 1.5]))
            victim = chance.randrange(2)
            os.kill(running[victim].pid, signal.SIGKILL)
            running[victim].join()
            running[victim] = fresh()
            kills += 1
    for process in running:
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    lines = [line.split() for line in arrived.read_text().splitlines()]
    got = Counter((who, day) for _, who, day in lines)
    assert kills >= 6 * days
    assert len(got) == people * days
    assert set(got.values()) == {1}


def _start(who: str, db: Any) -> None:
    reminders.start(db, who, "UTC", NOON, MIDNIGHT)


def _insert(row: dict[str, Any], db: Any) -> None:
    db.execute(EVENTS.insert().values(row))


def _undone(db: Any, now: float) -> int:
    query = sa.select(sa.func.count()).select_from(CONTACTS).where(CONTACTS.c.state != reminders.DONE)
    return int(db.execute(query).scalar()) + int((reminders.next_time(db) or now + 1) <= now)
