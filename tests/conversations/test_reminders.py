"""Reminders: one a day at most, exactly once, whatever dies, jumps or moves."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from benchmarks.reminders import simulate
from unknot.conversations import reminders
from unknot.conversations.agreed_time import Stale, Watch
from unknot.conversations.reminders import DAY, ZoneError

NOON = 12 * 60


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


MONDAY = at("2026-06-01T00:00")


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    url = f"sqlite:///{tmp_path / 'unknot.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").url
    made = sa.create_engine(url, future=True)
    reminders.TABLES.create_all(made)
    yield made
    reminders.TABLES.drop_all(made)
    made.dispose()


@pytest.fixture
def db() -> Iterator[Any]:
    made = sa.create_engine("sqlite://", future=True)
    reminders.TABLES.create_all(made)
    with made.begin() as connection:
        yield connection


def fired(db: Any, now: int) -> int:
    before = len(reminders.waiting(db, "web:a")) + _done(db)
    reminders.fire(db, now)
    return len(reminders.waiting(db, "web:a")) + _done(db) - before


def _done(db: Any) -> int:
    where = reminders.CONTACTS.c.state == reminders.DONE
    return int(db.execute(sa.select(sa.func.count()).select_from(reminders.CONTACTS).where(where)).scalar())


def test_a_simulation_loses_and_doubles_nothing() -> None:
    result = simulate(people=40, days=4, seed=7)
    assert result.days > 120
    assert result.kills > 20
    assert (result.lost, result.doubled, result.early) == (0, 0, 0)
    assert result.percentile(0.99) <= 60


def test_two_servers_at_the_same_moment_make_one_contact(engine: Any) -> None:
    with engine.begin() as one:
        for number in range(20):
            reminders.start(one, f"web:{number}", "UTC", NOON, MONDAY)

    def look(_: int) -> None:
        with engine.begin() as one:
            now = Watch(lambda: MONDAY + DAY / 2, lambda: 0.0).now(one)
            assert now is not None
            reminders.fire(one, now)

    with engine.begin() as one:
        one.execute(reminders.CLOCK.insert().values(id=1, at=MONDAY + DAY // 2 - 5, beat=0))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(look, range(8)))
    with engine.begin() as one:
        mine = reminders.claim(one, "server-a")
        assert len(mine) == 20
        assert len({contact.conversation for contact in mine}) == 20
        assert reminders.claim(one, "server-b") == []
        assert reminders.brought(one, mine) == 20


def test_three_days_down_are_one_message_at_the_right_time_of_day(db: Any) -> None:
    reminders.start(db, "web:a", "UTC", NOON, MONDAY)
    assert fired(db, at("2026-06-04T03:00")) == 0  # not in the middle of the night
    assert fired(db, at("2026-06-04T12:00")) == 1
    assert fired(db, at("2026-06-04T23:00")) == 0
    assert fired(db, at("2026-06-05T12:00")) == 1


def test_who_does_not_come_back_for_days_finds_one(db: Any) -> None:
    reminders.start(db, "web:a", "UTC", NOON, MONDAY)
    for day in range(1, 5):
        reminders.fire(db, MONDAY + day * DAY - DAY // 2)
    assert len(reminders.waiting(db, "web:a")) == 1
    assert reminders.seen(db, "web:a") == 1
    assert reminders.waiting(db, "web:a") == []


@pytest.mark.parametrize("state", ["before", "made", "claimed"])
def test_stop_ends_all_at_once(db: Any, state: str) -> None:
    reminders.start(db, "web:a", "UTC", NOON, MONDAY)
    if state != "before":
        reminders.fire(db, MONDAY + DAY // 2)
    if state == "claimed":
        assert reminders.claim(db, "server")
    assert reminders.stop(db, "web:a") >= 1
    assert fired(db, MONDAY + 9 * DAY) == 0
    assert reminders.claim(db, "other") == []
    assert reminders.next_time(db) is None


def test_a_clock_that_was_days_ahead_neither_silences_nor_doubles(db: Any) -> None:
    reminders.start(db, "web:a", "UTC", NOON, MONDAY)
    assert fired(db, MONDAY + 3 * DAY + DAY // 2) == 1  # the wrong clock
    reminders.fire(db, MONDAY + DAY // 2)  # put right: today has had its contact
    assert len(reminders.waiting(db, "web:a")) == 1
    reminders.seen(db, "web:a")
    assert fired(db, MONDAY + DAY + DAY // 2) == 1


def test_a_clock_that_goes_back_doubles_nothing(db: Any) -> None:
    reminders.start(db, "web:a", "UTC", NOON, MONDAY)
    assert fired(db, MONDAY + DAY // 2) == 1
    for hour in range(9, 24):
        assert fired(db, MONDAY + hour * 3600) == 0


@pytest.mark.parametrize(
    ("zone", "minute", "days"),
    [
        ("Europe/Berlin", 150, ["2026-03-28T01:30", "2026-03-29T01:30", "2026-03-30T00:30"]),
        ("Europe/Berlin", 150, ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"]),
        ("America/New_York", NOON, ["2026-03-07T17:00", "2026-03-08T16:00", "2026-03-09T16:00"]),
        ("Australia/Lord_Howe", NOON, ["2026-04-04T01:00", "2026-04-05T01:30", "2026-04-06T01:30"]),
    ],
)
def test_daylight_saving_keeps_the_time_of_day_and_the_count(zone: str, minute: int, days: list[str]) -> None:
    now = at(days[0]) - 3600
    found = []
    for _ in days:
        now = reminders.next_due(zone, minute, now)
        found.append(now)
    assert found == [at(day) for day in days]


def test_a_move_round_the_world_makes_no_two_contacts_within_hours(db: Any) -> None:
    reminders.start(db, "web:a", "America/Los_Angeles", 9 * 60, MONDAY)
    first = reminders.next_time(db)
    assert first is not None
    assert fired(db, first) == 1
    due = reminders.start(db, "web:a", "Asia/Tokyo", 9 * 60, first + 60)
    assert due - first >= reminders.APART
    assert due - first < 2 * DAY


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../../etc/passwd", "/etc/passwd"])
def test_what_is_no_zone_is_refused(db: Any, zone: str) -> None:
    with pytest.raises(ZoneError):
        reminders.start(db, "web:a", zone, NOON, MONDAY)
    with pytest.raises(ValueError, match="minute"):
        reminders.start(db, "web:a", "UTC", 1440, MONDAY)


def test_a_server_that_dies_with_contacts_is_followed_by_another(db: Any) -> None:
    reminders.start(db, "web:a", "UTC", NOON, MONDAY)
    reminders.fire(db, MONDAY + DAY // 2)
    (left,) = reminders.claim(db, "dead")
    time = [0.0]
    stale = Stale(lambda: time[0], seconds=15)
    assert stale.among(reminders.claimed(db), "alive") == []
    time[0] = 16
    (taken,) = reminders.claim(db, "alive", stale=stale.among(reminders.claimed(db), "alive"))
    assert (taken.number, taken.owner) == (left.number, "alive")
    assert reminders.claim(db, "third", stale=[left]) == []  # somebody was quicker


def test_a_wrong_clock_is_silent_until_it_has_stood_alone(db: Any) -> None:
    wall, stopwatch = [float(MONDAY)], [0.0]
    watch = Watch(lambda: wall[0], lambda: stopwatch[0], hold=45, jump=30)
    assert watch.now(db) == MONDAY
    wall[0] += 3600
    assert watch.now(db) is None
    stopwatch[0] += 44
    assert watch.now(db) is None
    stopwatch[0] += 2
    assert watch.now(db) == MONDAY + 3600  # it was no jump: the machine slept


def test_of_two_clocks_the_one_that_was_there_counts(db: Any) -> None:
    time = [0.0]
    right = Watch(lambda: MONDAY + time[0], lambda: time[0])
    wrong = Watch(lambda: MONDAY + 7200 + time[0], lambda: time[0])
    for second in range(0, 300, 5):
        time[0] = float(second)
        assert right.now(db) == MONDAY + second
        assert wrong.now(db) is None


def test_nothing_is_kept_for_longer_than_it_should(db: Any) -> None:
    reminders.start(db, "web:a", "UTC", NOON, MONDAY)
    reminders.fire(db, MONDAY + DAY // 2)
    assert reminders.expire(db, MONDAY) == 0
    assert reminders.expire(db, MONDAY + DAY) == 1
