"""Alive is cheap and always true; ready is what is really there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.channels.web.serve import FakeServer
from unknot.channels.health import Readiness, code, status
from unknot.conversations.access import AwayError
from unknot.launch.probes import alive_for
from unknot.settings import ROOT


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeServer]:
    server = FakeServer(tmp_path).start()
    yield server
    server.stop()


def test_alive_and_ready_over_http(server: FakeServer) -> None:
    http = server.client()
    assert http.get("/healthz").json() == {"status": "ok"}
    answer = http.get("/readyz")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.json() == {
        "status": "ready",
        "checks": {"model": True, "database": True, "actions": True, "room": True, "reminders": True},
    }
    assert alive_for(ROOT / "credentials.yml", server.url)() is None
    server.agent.ready = False
    deadline = time.monotonic() + 10
    while (answer := http.get("/readyz")).status_code == 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert answer.json() == {
        "status": "not_ready",
        "checks": {"model": False, "database": True, "actions": True, "room": True, "reminders": True},
    }
    assert http.get("/healthz").status_code == 200


class FakeDatabase:
    def __init__(self) -> None:
        self.asked, self.away = 0, False

    async def writable(self, server: str) -> bool:
        self.asked += 1
        if self.away:
            raise AwayError
        return True


def app(actions: str = "") -> Any:
    endpoint = SimpleNamespace(url=actions) if actions else None
    processor = SimpleNamespace(action_endpoint=endpoint)
    return SimpleNamespace(ctx=SimpleNamespace(agent=SimpleNamespace(processor=processor, is_ready=lambda: True)))


def test_what_is_away_is_named_and_looked_at_once_a_second() -> None:
    now = 100.0
    database = FakeDatabase()

    async def story() -> None:
        nonlocal now
        readiness = Readiness(database, "here", clock=lambda: now)
        assert all((await readiness.look(app())).values())
        database.away = True
        now += 0.9
        await asyncio.gather(*(readiness.look(app()) for _ in range(20)))
        assert database.asked == 1
        now += 0.2
        assert await readiness.look(app()) == {"model": True, "database": False, "actions": True, "room": True}
        assert database.asked == 2
        now += 2
        database.away = False
        # Nothing listens there.
        assert await readiness.look(app("http://127.0.0.1:9/webhook")) == {
            "model": True,
            "database": True,
            "actions": False,
            "room": True,
        }

    asyncio.run(story())


def test_a_real_action_server_s_health_is_asked() -> None:
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).splitlines()[0])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()

    async def story() -> dict[str, bool]:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            return await Readiness(FakeDatabase(), "here").look(app(f"http://127.0.0.1:{port}/webhook"))

    assert asyncio.run(story())["actions"] is True
    assert asked == [b"GET /health HTTP/1.1"]


def test_an_assistant_that_is_still_loading_is_not_ready() -> None:
    loading = SimpleNamespace(ctx=SimpleNamespace(agent=None))
    found = asyncio.run(Readiness(FakeDatabase(), "here").look(loading))
    assert found == {"model": False, "database": True, "actions": True, "room": True}


@pytest.mark.parametrize(
    ("away", "word", "number"),
    [
        ((), "ready", 200),
        (("actions",), "degraded", 200),
        (("room",), "degraded", 200),
        (("database",), "not_ready", 503),
        (("model",), "not_ready", 503),
    ],
)
def test_an_assistant_without_action_server_still_takes_messages(
    away: tuple[str, ...], word: str, number: int
) -> None:
    checks = {name: name not in away for name in ("model", "database", "actions", "room")}
    assert (status(checks), code(checks)) == (word, number)
