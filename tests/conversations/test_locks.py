"""One turn at a time for each person: within a server, and across servers that share a Redis."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from rasa.core.lock_store import LockStore
from rasa.utils.endpoints import EndpointConfig

from scripts.servers import Server
from unknot.conversations import redis_locks
from unknot.conversations.locks import MemoryLocks
from unknot.conversations.redis_locks import RedisLocks

Make = Callable[[], LockStore]


@pytest.fixture(params=["memory", "redis"])
def make(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes a lock store as Rasa does from the endpoints file."""
    section = {"type": "unknot.conversations.locks.MemoryLocks"}
    if request.param == "redis":
        monkeypatch.setattr(redis_locks, "GRACE", 0.0)
        section = {
            "type": "unknot.conversations.redis_locks.RedisLocks",
            "url": request.getfixturevalue("redis_server").url,
        }
    return lambda: LockStore.create(EndpointConfig.from_dict(dict(section)))


@pytest.fixture
def own_redis(redis_server: Server) -> Iterator[Server]:
    """The Redis, whatever was done to it mended afterwards."""
    yield redis_server
    redis_server.resume()
    redis_server.stop(signal.SIGKILL)
    redis_server.start()


def of(server: Server) -> RedisLocks:
    return RedisLocks(EndpointConfig(url=server.url))


def test_turns_of_a_person_are_one_after_the_other_as_they_came(make: Make) -> None:
    async def run() -> list[str]:
        locks, seen = make(), []

        async def turn(number: int) -> None:
            async with locks.lock("somebody"):
                seen.append(f"begin {number}")
                await asyncio.sleep(0.01)
                seen.append(f"end {number}")

        await asyncio.gather(*(turn(number) for number in range(12)))
        return seen

    assert asyncio.run(run()) == [f"{what} {number}" for number in range(12) for what in ("begin", "end")]


def test_two_people_do_not_wait_for_each_other(make: Make) -> None:
    async def run() -> None:
        locks = make()
        async with locks.lock("one"), locks.lock("two"):
            pass

    asyncio.run(asyncio.wait_for(run(), 10))


def test_a_turn_that_fails_or_is_cancelled_lets_the_next_one_in(make: Make) -> None:
    async def run() -> None:
        locks = make()

        async def hold() -> None:
            async with locks.lock("somebody"):
                await asyncio.sleep(60)

        with pytest.raises(KeyError):
            async with locks.lock("somebody"):
                raise KeyError
        holding = asyncio.create_task(hold())
        await asyncio.sleep(0.05)
        waiting = asyncio.create_task(hold())
        await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.sleep(0.05)
        third = asyncio.create_task(locks.lock("somebody").__aenter__())
        await asyncio.sleep(0.05)
        assert not third.done(), "a cancelled waiter let the third in beside the first"
        holding.cancel()
        await third

    asyncio.run(asyncio.wait_for(run(), 10))


def test_a_turn_that_hangs_is_passed_over_after_its_lifetime() -> None:
    async def run() -> list[str]:
        locks, seen = MemoryLocks(), []

        async def hang() -> None:
            async with locks.lock("somebody", lock_lifetime=0.2):
                await asyncio.sleep(1)
                seen.append("hung")

        async def turn(name: str) -> None:
            async with locks.lock("somebody"):
                await asyncio.sleep(0.05)
                seen.append(name)

        await asyncio.gather(hang(), turn("one"), turn("two"))
        return seen

    assert asyncio.run(run()) == ["one", "two", "hung"]


def test_nothing_is_left_in_memory() -> None:
    async def run() -> MemoryLocks:
        locks = MemoryLocks()
        for _ in range(3):
            async with locks.lock("somebody"):
                assert not locks.is_someone_waiting("somebody")
        return locks

    assert asyncio.run(run())._queues == {}


# --- across servers -----------------------------------------------------------------------------------------------


def take_turns(url: str, person: str, log: Path, name: str, turns: int) -> None:
    """A server of its own, in a process of its own: writes when it holds the conversation."""

    async def run() -> None:
        locks = RedisLocks(EndpointConfig(url=url))
        for _ in range(turns):
            async with locks.lock(person):
                with log.open("a") as out:
                    out.write(f"begin {name}\n")
                await asyncio.sleep(0.01)
                with log.open("a") as out:
                    out.write(f"end {name}\n")

    asyncio.run(run())


def spawn(*arguments: Any) -> Any:
    process = multiprocessing.get_context("fork").Process(target=take_turns, args=arguments)
    process.start()
    return process


def overlaps(log: Path) -> list[str]:
    lines = log.read_text().splitlines()
    return [
        f"{first} / {second}"
        for first, second in zip(lines[::2], lines[1::2], strict=True)
        if first.replace("begin", "end") != second
    ]


def test_three_processes_never_hold_one_conversation_at_once(own_redis: Server, tmp_path: Path) -> None:
    log, person = tmp_path / "log", uuid.uuid4().hex
    servers = [spawn(own_redis.url, person, log, name, 20) for name in "abc"]
    for server in servers:
        server.join(120)
        assert server.exitcode == 0
    assert len(log.read_text().splitlines()) == 2 * 3 * 20
    assert overlaps(log) == []


def test_a_redis_that_forgets_everything_ends_no_turn_and_mixes_none(own_redis: Server) -> None:
    async def run() -> list[str]:
        one, two, seen = of(own_redis), of(own_redis), []

        async def long_turn() -> None:
            async with one.lock("somebody"):
                seen.append("begin one")
                own_redis.stop(signal.SIGKILL)
                own_redis.start()
                await asyncio.sleep(redis_locks.GRACE + 2)
                seen.append("end one")

        async def other_server() -> None:
            await asyncio.sleep(0.3)
            async with two.lock("somebody"):
                seen.append("two")

        async with two.lock("warm"):
            pass
        await asyncio.gather(long_turn(), other_server())
        return seen

    assert asyncio.run(run()) == ["begin one", "end one", "two"]


@pytest.mark.parametrize("harm", ["stop", "pause"])
def test_without_redis_turns_go_on_and_in_order(own_redis: Server, harm: str) -> None:
    async def run() -> tuple[list[int], float]:
        locks, seen = of(own_redis), []
        async with locks.lock("warm"):
            getattr(own_redis, harm)()
        start = time.monotonic()

        async def turn(number: int) -> None:
            async with locks.lock("somebody"):
                seen.append(number)

        await asyncio.gather(*(turn(number) for number in range(10)))
        return seen, time.monotonic() - start

    seen, seconds = asyncio.run(run())
    assert seen == list(range(10))
    assert seconds < 20, "every turn waited for a Redis that is away"


def test_a_server_that_dies_loses_its_place(own_redis: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_locks, "TTL", 1.0)
    monkeypatch.setattr(redis_locks, "GRACE", 0.0)

    async def run() -> float:
        dead, alive = of(own_redis), of(own_redis)
        context = dead.lock("somebody")
        await context.__aenter__()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()  # nobody renews it any more
        start = time.monotonic()
        async with alive.lock("somebody"):
            return time.monotonic() - start

    assert asyncio.run(run()) >= 0.5


def test_a_turn_ends_when_its_renewal_is_in_trouble(own_redis: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_locks, "GRACE", 0.0)
    monkeypatch.setattr(redis_locks, "RENEW", 0.05)

    async def run() -> None:
        locks = of(own_redis)
        asked = []

        async def deaf(**_: Any) -> int:
            """As a client in the middle of a reconnection: to be cancelled means nothing to it."""
            asked.append(1)
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0.1)
            return 1

        async with locks.lock("somebody", 2.0):
            locks._take = deaf
            await asyncio.sleep(0.1)
        assert len(asked) == 1, "the turn was over, and its place was renewed on"

    asyncio.run(run())


def test_a_conversations_id_is_not_in_redis(own_redis: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_locks, "GRACE", 0.0)

    async def run() -> list[bytes]:
        locks = of(own_redis)
        async with locks.lock("web:a-secret-session"):
            names: list[bytes] = await locks._redis.keys("*")
            return names

    names = asyncio.run(run())
    assert any(name.startswith(b"unknot:lock:") for name in names)
    assert not any(b"a-secret-session" in name for name in names)
