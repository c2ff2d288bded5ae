"""Fixtures: the stand-in, and a running server with the channel."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from sanic.touchup import TouchUp

from tests.channels.slack.harness import Running
from tests.channels.slack.standin import StandIn

Start = Callable[..., Awaitable[Running]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _several_servers_in_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sanic rewrites its own methods at the first start, and fails at the second."""
    rewrite = TouchUp.run

    def once(app: Any) -> None:
        with contextlib.suppress(KeyError):
            rewrite(app)

    monkeypatch.setattr(TouchUp, "run", once)


@pytest.fixture(autouse=True)
def _our_log_at_its_level(caplog: pytest.LogCaptureFixture) -> None:
    """Rasa quietens the root logger for the whole process when an earlier test has used its command line."""
    caplog.set_level(logging.INFO, "unknot")


@pytest.fixture
async def slack(anyio_backend: str) -> AsyncIterator[StandIn]:
    standin = StandIn()
    await standin.start()
    yield standin
    await standin.stop()


@pytest.fixture
async def start(slack: StandIn, tmp_path: Any) -> AsyncIterator[Start]:
    """Starts servers with settings of the test's own."""
    servers: list[Running] = []

    async def begin(**settings: Any) -> Running:
        running = Running(tmp_path, slack, **settings)
        await running.start()
        servers.append(running)
        return running

    yield begin
    for running in servers:
        await running.stop()


@pytest.fixture
async def app(start: Start) -> Running:
    return await start()
