"""Whether the server is alive and ready, cheaply: a load balancer asks every few seconds, and learns nothing else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import sqlalchemy as sa

from unknot.channels.web.server.database import Database

CACHED_SECONDS = 1.0
ANSWER_SECONDS = 2.0  # for each of the servers behind


NEEDED = ("model", "database")


def status(checks: Mapping[str, bool]) -> str:
    """`ready`, `degraded` where only the action server is away, or `not_ready`."""
    if all(checks.values()):
        return "ready"
    return "degraded" if all(checks[name] for name in NEEDED) else "not_ready"


def code(checks: Mapping[str, bool]) -> int:
    """HTTP status: a degraded assistant still takes messages, since it answers an emergency by itself."""
    return 503 if status(checks) == "not_ready" else 200


class Readiness:
    """Model loaded, database and action server reachable; looked at anew after `CACHED_SECONDS`."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._gate = asyncio.Lock()
        self._found: dict[str, bool] = {}
        self._until = float("-inf")

    async def look(self, app: Any) -> dict[str, bool]:
        """What is well: model, database, actions. Never raises."""
        async with self._gate:
            if self._clock() >= self._until:
                agent = app.ctx.agent
                database, actions = await asyncio.gather(_well(self._reach), _well(lambda: _actions(agent)))
                loaded = agent is not None and agent.is_ready()
                self._found = {"model": loaded, "database": database, "actions": actions}
                self._until = self._clock() + CACHED_SECONDS
            return self._found

    async def _reach(self) -> bool:
        await self._database.run(lambda db: db.execute(sa.text("SELECT 1")).scalar())
        return True


async def _actions(agent: Any) -> bool:
    """Whether the action server answers; one that is not configured is not missed."""
    endpoint = getattr(getattr(agent, "processor", None), "action_endpoint", None)
    if endpoint is None:
        return True
    address = f"{str(endpoint.url).removesuffix('/webhook')}/health"
    async with aiohttp.ClientSession() as http, http.get(address) as answer:
        return answer.status == 200


async def _well(check: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await asyncio.wait_for(check(), ANSWER_SECONDS)
    except Exception:  # whatever it is, it is not ready
        return False
