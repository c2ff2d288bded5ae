"""What was acknowledged, its order and its claims, with clocks that are wrong."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from unknot.conversations.access import Access, AwayError, DamagedError
from unknot.conversations.inbox import Accepted, Inbox
from unknot.conversations.tables import ANSWERED, DONE, FAILED, WAITING, handled

HOUR = 3_600.0
NOW = 1_800_000_000.0


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def run(tmp_path: Path, story: Callable[[Access], Awaitable[None]]) -> None:
    async def go() -> None:
        access = Access(f"sqlite:///{tmp_path / 'inbox.db'}")
        try:
            await story(access)
        finally:
            access.close()

    asyncio.run(go())


def said(message: str, at: float = NOW, tells: bool = False) -> Accepted:
    return Accepted("slack:T1:U1", message, f"words of {message}", at, tells=tells)


def test_order_is_by_number_when_the_clock_goes_back(tmp_path: Path) -> None:
    async def story(access: Access) -> None:
        inbox = Inbox(access, 6.0)
        for number, back in enumerate((0.0, HOUR, 2 * HOUR)):
            await inbox.accept(said(f"message-{number}", NOW - back))
        waiting = await inbox.waiting("slack:T1:U1")
        assert [one.message for one in waiting] == ["message-0", "message-1", "message-2"]
        assert [one.message for one in await inbox.unfinished("slack:")] == ["message-0", "message-1", "message-2"]

    run(tmp_path, story)


def test_a_message_is_kept_once_and_known_afterwards(tmp_path: Path) -> None:
    async def story(access: Access) -> None:
        inbox = Inbox(access, 6.0)
        first, new = await inbox.accept(said("message-one", tells=True))
        again, new_again = await inbox.accept(said("message-one", NOW + 9, tells=True))
        assert (new, new_again) == (True, False)
        assert again.number == first.number
        await access.run(lambda db: handled(db, first.conversation, first.message, 12))
        found = await inbox.find(first.conversation, first.message)
        assert found is not None
        assert (found.state, found.text, found.last) == (ANSWERED, "", 12)
        await inbox.done(found)
        assert (await inbox.find(first.conversation, first.message)).state == DONE  # type: ignore[union-attr]
        assert await inbox.unfinished("slack:") == []
        assert (await inbox.accept(said("message-one")))[1] is False

    run(tmp_path, story)


def test_a_server_that_shows_no_life_loses_its_claim_and_one_that_does_keeps_it(tmp_path: Path) -> None:
    """By the stopwatch of who watches: what time it is for either of them does not matter."""

    async def story(access: Access) -> None:
        clock = Clock()
        dead, alive = Inbox(access, 6.0), Inbox(access, 6.0)
        watcher = Inbox(access, 6.0, clock)
        await dead.accept(said("of the dead", NOW + HOUR))
        await alive.accept(said("of the living", NOW - HOUR))

        async def take() -> list[str]:
            return [one.message for one in await watcher.unfinished("slack:") if await watcher.claim(one)]

        assert await take() == []
        for _ in range(4):
            clock.now += 2.0
            await alive.beat()
            taken = await take()
        assert taken == ["of the dead"]
        clock.now += 100.0
        await alive.beat()
        assert await take() == ["of the dead"], "its own by now"

    run(tmp_path, story)


def test_of_two_who_watch_one_gets_it(tmp_path: Path) -> None:
    async def story(access: Access) -> None:
        clock = Clock()
        await Inbox(access, 6.0).accept(said("left"))
        watchers = [Inbox(access, 6.0, clock) for _ in range(5)]
        (one,) = await watchers[0].waiting("slack:T1:U1")
        assert [await watcher.claim(one) for watcher in watchers] == [False] * 5
        clock.now += 7.0
        assert sum(await asyncio.gather(*(watcher.claim(one) for watcher in watchers))) == 1

    run(tmp_path, story)


def test_what_is_given_back_is_free_at_once(tmp_path: Path) -> None:
    async def story(access: Access) -> None:
        stopping, other = Inbox(access, 6.0), Inbox(access, 6.0)
        for message in ("one", "two"):
            await stopping.accept(said(message))
        await stopping.release_all()
        assert [await other.claim(one) for one in await other.unfinished("slack:")] == [True, True]
        (one, _) = await other.waiting("slack:T1:U1")
        await other.fail(one)
        assert [one.state for one in await other.waiting("slack:T1:U1")] == [FAILED, WAITING]
        assert [one.message for one in await other.unfinished("slack:")] == ["two"]

    run(tmp_path, story)


def test_what_an_earlier_version_had_acknowledged_is_taken_over(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "inbox.db") as old:
        old.execute(
            "CREATE TABLE web_inbox (session TEXT, message TEXT, text TEXT, restart BOOLEAN, failed BOOLEAN,"
            " at FLOAT, owner TEXT, until FLOAT)"
        )
        rows = [("s1", "message-2", "later", 0, 0, NOW + 1), ("s1", "message-1", "earlier", 1, 1, NOW)]
        old.executemany("INSERT INTO web_inbox VALUES (?, ?, ?, ?, ?, ?, 'gone', 0)", rows)

    async def story(access: Access) -> None:
        found = await Inbox(access, 6.0).waiting("web:s1")
        assert [(one.message, one.text, one.restart, one.state) for one in found] == [
            ("message-1", "earlier", True, FAILED),
            ("message-2", "later", False, WAITING),
        ]
        assert await access.run(lambda db: db.exec_driver_sql("SELECT count(*) FROM web_inbox").scalar()) == 0

    run(tmp_path, story)


def test_a_full_disk_and_a_damaged_file_are_told_apart(tmp_path: Path) -> None:
    async def story(access: Access) -> None:
        assert await access.writable("here")

        def full(db: object) -> None:
            raise sqlite3_error("database or disk is full", sqlite3.OperationalError)

        def damaged(db: object) -> None:
            raise sqlite3_error("database disk image is malformed", sqlite3.DatabaseError)

        with pytest.raises(AwayError) as told:
            await access.run(full)
        assert not isinstance(told.value, DamagedError)
        assert await access.writable("here")
        with pytest.raises(DamagedError):
            await access.run(damaged)
        assert not await access.writable("here"), "it does not pass by itself"

    run(tmp_path, story)


def sqlite3_error(text: str, kind: type[sqlite3.Error]) -> Exception:
    from sqlalchemy.exc import DatabaseError, OperationalError

    wrapper = OperationalError if kind is sqlite3.OperationalError else DatabaseError
    return wrapper("INSERT", {}, kind(text))
