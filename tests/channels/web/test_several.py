"""Several servers behind one address: each message handled once, none lost with the server that took it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.lock_store import InMemoryLockStore
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import OperationalError

from scripts import servers
from tests.channels.web.conftest import Person, events, payloads, problem
from tests.channels.web.serve import FakeServer
from unknot.channels.web.server.config import from_settings
from unknot.channels.web.server.limits import Shared, SharedLimiter
from unknot.settings import load_settings


class Pair:
    """Two servers with one database and one lock store, and somebody known to both."""

    def __init__(self, folder: Path, shared: bool = True) -> None:
        locks = InMemoryLockStore() if shared else None
        times = {"turn_seconds": 5.0, "heartbeat_seconds": 0.2, "claim_seconds": 1.5}
        self.a = FakeServer(folder, locks, **times).start()
        self.b = FakeServer(folder, locks, **times).start()
        self.on_a = Person(self.a)
        self.on_a.begin()
        self.on_b = self.on_a.at(self.b)

    def said(self) -> list[str]:
        """What the tracker holds of the person, as B sees it."""
        return [item["text"] for item in self.on_b.history() if item["from"] == "user"]

    def accepted_by_a(self, message: str, text: str) -> None:
        """Sends a message to A and hears no more than that it was accepted."""
        with self.on_a.http.stream("POST", "/api/messages", json={"id": message, "text": text}) as answer:
            assert json.loads(next(answer.iter_lines()))["event"] == "accepted"


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path)
    yield made
    close(made)


@pytest.fixture
def lockless(tmp_path: Path) -> Iterator[Pair]:
    """The pair as it is while Redis is away: each with locks of its own."""
    made = Pair(tmp_path, shared=False)
    yield made
    close(made)


def close(made: Pair) -> None:
    for server in (made.a, made.b):
        if server.running:
            server.do(server.agent.hold.set)
            server.stop()


def test_a_conversation_goes_on_at_the_other_server(pair: Pair) -> None:
    pair.on_a.say("my back is in spasm", "message-one")
    assert payloads(pair.on_b.post({"choices": ["none_of_these"]}, "message-two"))[0]["asks"] == ["location"]
    assert payloads(pair.on_a.post({"choices": ["upper"], "side": "left"}, "message-thr"))[0]["asks"] == ["severity"]
    assert pair.said() == ["my back is in spasm", "None of these", "Upper back, left side"]


def send_to_both(pair: Pair) -> None:
    answers: dict[str, list[dict[str, Any]]] = {}

    def send(name: str, person: Person) -> None:
        answers[name] = events(person.post({"text": "slow"}, "message-both"))

    threads = [threading.Thread(target=send, args=pair_) for pair_ in (("a", pair.on_a), ("b", pair.on_b))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pair.a.agent.turns + pair.b.agent.turns == 1
    told = [[(event["event"], event.get("id")) for event in answers[name]] for name in "ab"]
    assert told[0] == told[1]
    assert pair.said() == ["slow"]


def test_one_id_at_both_servers_is_one_turn(pair: Pair) -> None:
    send_to_both(pair)


def test_one_id_at_both_servers_is_one_turn_without_common_locks(lockless: Pair) -> None:
    send_to_both(lockless)


def test_an_answered_message_whose_answer_was_lost_is_told_again(pair: Pair) -> None:
    first = payloads(pair.on_a.post({"text": "my back is in spasm"}, "message-lost"))
    assert payloads(pair.on_b.post({"text": "my back is in spasm"}, "message-lost")) == first
    chosen = payloads(pair.on_a.post({"choices": ["none_of_these"]}, "message-tap1"))
    assert payloads(pair.on_b.post({"choices": ["none_of_these"]}, "message-tap1")) == chosen
    assert (pair.a.agent.turns, pair.b.agent.turns) == (2, 0)


def test_a_message_under_way_elsewhere_is_pending_and_waited_for(pair: Pair) -> None:
    pair.accepted_by_a("message-hang", "hang")
    opened = pair.on_b.begin()
    assert opened["pending"] == ["message-hang"]
    assert opened["items"][0]["text"] == "hang"
    threading.Timer(0.5, pair.a.do, [pair.a.agent.hold.set]).start()
    assert [event["event"] for event in events(pair.on_b.post({"text": "hang"}, "message-hang"))] == [
        "accepted",
        "reply",
        "reply",
        "done",
    ]
    assert pair.b.agent.turns == 0


def test_an_accepted_message_outlives_its_server(pair: Pair) -> None:
    pair.accepted_by_a("message-dead", "hang")
    pair.a.stop()
    assert pair.on_b.begin()["pending"] == ["message-dead"]
    pair.b.do(pair.b.agent.hold.set)
    assert events(pair.on_b.post({"text": "hang"}, "message-dead"))[-1]["event"] == "done"
    assert pair.said() == ["hang"]
    assert pair.on_b.begin()["pending"] == []


def test_what_a_dead_server_left_is_heard_before_what_comes_next(pair: Pair) -> None:
    pair.accepted_by_a("message-dead", "hang")
    pair.a.stop()
    pair.b.do(pair.b.agent.hold.set)
    time.sleep(1.6)  # A's claim is over
    # The page is another one by now and knows nothing of the first message.
    pair.on_b.say("my back is in spasm", "message-next")
    assert pair.b.agent.texts == ["hang", "my back is in spasm"]
    assert pair.said() == ["hang", "my back is in spasm"]


def test_a_message_that_breaks_does_not_hold_up_the_next(pair: Pair) -> None:
    assert events(pair.on_a.post({"text": "boom"}, "message-boom"))[-1]["event"] == "failed"
    assert events(pair.on_b.post({"text": "my back is in spasm"}, "message-next"))[-1]["event"] == "done"
    assert pair.on_b.begin()["pending"] == ["message-boom"], "the words are kept for a retry"
    assert pair.b.agent.texts == ["my back is in spasm"]


def slow_save(server: FakeServer, seconds: float) -> None:
    store = server.agent.tracker_store
    save = store.save

    async def slowly(tracker: DialogueStateTracker) -> None:
        await asyncio.sleep(seconds)
        await save(tracker)

    store.save = slowly


def test_a_choice_may_be_tapped_before_the_turn_that_offered_it_is_saved(pair: Pair) -> None:
    slow_save(pair.a, 0.6)
    with pair.on_a.http.stream(
        "POST", "/api/messages", json={"id": "message-ask1", "text": "my back is in spasm"}
    ) as answer:
        next(line for line in answer.iter_lines() if '"choices"' in line)
        told = payloads(pair.on_b.post({"choices": ["none_of_these"]}, "message-tap1"))
    assert told[0]["asks"] == ["location"]
    assert problem(pair.on_b.post({"choices": ["red"]}, "message-tap2")) == (409, "stale_choice")


def test_deleting_reaches_what_another_server_was_about_to_handle(pair: Pair) -> None:
    pair.accepted_by_a("message-hang", "hang")
    pair.accepted_by_a("message-wait", "my back is in spasm")
    gone = threading.Thread(target=lambda: pair.on_b.http.delete("/api/conversation"))
    gone.start()
    time.sleep(0.3)
    pair.a.do(pair.a.agent.hold.set)
    gone.join()
    time.sleep(0.3)
    rows = sqlite3.connect(pair.a.database)
    for table, column in (("inbox", "text"), ("events", "data"), ("web_sessions", "session")):
        found = [row[0] for row in rows.execute(f"SELECT {column} FROM {table}")]
        assert found == [], table
    rows.close()


def test_a_store_that_is_away_for_a_moment_costs_no_words_and_doubles_no_reply(pair: Pair) -> None:
    store = pair.a.agent.tracker_store
    save, failures = store.save, [1, 2]

    async def away(tracker: DialogueStateTracker) -> None:
        if failures and failures.pop():
            raise OperationalError("INSERT", {}, Exception("server closed the connection"))
        await save(tracker)

    store.save = away
    told = events(pair.on_a.post({"text": "my back is in spasm"}, "message-away"))
    assert [event["event"] for event in told] == ["accepted", "reply", "reply", "done"]
    assert pair.a.agent.turns == 3
    assert pair.said() == ["my back is in spasm"]


def test_a_save_that_goes_nowhere_is_noticed(pair: Pair) -> None:
    store = pair.a.agent.tracker_store
    save, lost = store.save, [1]

    async def nowhere(tracker: DialogueStateTracker) -> None:
        if not (lost and lost.pop()):
            await save(tracker)

    store.save = nowhere
    assert events(pair.on_a.post({"text": "my back is in spasm"}, "message-void"))[-1]["event"] == "done"
    assert pair.said() == ["my back is in spasm"]


def test_nothing_is_acknowledged_that_is_not_kept(pair: Pair) -> None:
    pair.on_a.say("my back is in spasm", "message-one")
    other = sqlite3.connect(pair.a.database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    refused = pair.on_a.post({"text": "and it is worse"}, "message-two")
    other.execute("ROLLBACK")
    other.close()
    assert problem(refused) == (503, "away")
    assert refused.headers["retry-after"]
    assert pair.a.agent.turns == 1
    assert pair.said() == ["my back is in spasm"]


def test_servers_that_share_need_one_secret() -> None:
    shared = {"UNKNOT_REDIS_URL": "redis://127.0.0.1:6379/0"}
    with pytest.raises(ValueError, match="UNKNOT_WEB_SECRET"):
        from_settings(load_settings(shared))
    config = from_settings(load_settings({**shared, "UNKNOT_WEB_SECRET": "x" * 40}))
    assert config.redis_url == shared["UNKNOT_REDIS_URL"]


@pytest.fixture
def redis() -> Iterator[servers.Server]:
    if servers.install("redis-server"):
        pytest.skip("redis-server is not on this machine")
    with servers.redis() as server:
        yield server


def test_a_limit_is_kept_together(redis: servers.Server) -> None:
    async def go() -> list[float]:
        both = [Shared(redis.url, "s" * 32) for _ in range(2)]
        limits = [SharedLimiter(shared, "address", 20, 0.01) for shared in both]
        waits = await asyncio.gather(*(limits[turn % 2].wait("10.1.2.3") for turn in range(50)))
        other = await limits[0].wait("10.1.2.4")
        names = [name.decode() async for name in both[0]._redis.scan_iter("*")]
        for shared in both:
            await shared.close()
        assert other == 0
        assert len(names) == 2
        assert not any("10.1.2" in name for name in names)
        return waits

    waits = asyncio.run(go())
    assert sum(wait == 0 for wait in waits) == 20
    assert all(0 < wait <= 100 for wait in waits if wait)


def test_without_redis_each_server_keeps_its_own_limit(redis: servers.Server) -> None:
    async def go() -> list[float]:
        clock = [0.0]
        shared = Shared(redis.url, "s" * 32, lambda: clock[0])
        limit = SharedLimiter(shared, "address", 2, 0.01)
        assert await limit.wait("x") == 0
        redis.stop()
        away = [await limit.wait("x") for _ in range(3)]
        redis.start()
        clock[0] += 60
        back = await limit.wait("x")
        await shared.close()
        return [*away, back]

    away = asyncio.run(go())
    assert away[:2] == [0, 0]
    assert away[2] > 0
    assert away[3] == 0
