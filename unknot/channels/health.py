"""Whether the server is alive and ready, at the same addresses whatever channels it serves.

A load balancer asks every few seconds, also when the server has as much to do as it can: what is looked at is looked
at beside the requests, and the answer is what the last look found.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from unknot.conversations.access import Access
from unknot.conversations.records import erase
from unknot.observability import turns as watched

logger = logging.getLogger(__name__)
CACHED_SECONDS = 1.0
ANSWER_SECONDS = 2.0  # for each of the servers behind
PATIENCE_SECONDS = 0.5  # that an answer waits for a look under way
STALE_SECONDS = 15.0  # after which the last look says nothing any more
TURN_SECONDS, TURN_CACHED = 10.0, 30.0  # for a real turn, and how long one says that all is well
NEEDED = ("model", "database")
NO_STORE = {"Cache-Control": "no-store"}
PATHS = ("/health", "/healthz", "/readyz", "/ready")


def status(checks: Mapping[str, bool]) -> str:
    """`ready`, `degraded` where the action server is away or there is no room, or `not_ready`."""
    if all(checks.values()):
        return "ready"
    return "degraded" if all(checks[name] for name in NEEDED) else "not_ready"


def code(checks: Mapping[str, bool]) -> int:
    """HTTP status: a degraded assistant still takes messages, since it answers an emergency by itself.

    So does a full one, which lets emergencies in; were it taken out of service, the others would be full next.
    """
    return 503 if status(checks) == "not_ready" else 200


class Readiness:
    """Model loaded, database writable, action server reachable, room for turns; looked at once a second at most.

    `server` names this server in the database. `room` says whether a further message would be accepted.
    """

    def __init__(
        self,
        database: Access,
        server: str,
        room: Callable[[], bool] = lambda: True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._server = server
        self._room = room
        self._clock = clock
        self._found: dict[str, bool] = {}
        self._at = float("-inf")
        self._look: asyncio.Task[None] | None = None

    async def look(self, app: Any) -> dict[str, bool]:
        """What is well: model, database, actions, room. Never raises."""
        if self._clock() - self._at >= CACHED_SECONDS:
            if self._look is None or self._look.done():
                self._look = asyncio.get_running_loop().create_task(self._refresh(app))
            fresh = self._clock() - self._at < STALE_SECONDS
            await asyncio.wait({self._look}, timeout=PATIENCE_SECONDS if fresh else ANSWER_SECONDS + 1)
        agent = app.ctx.agent
        found = {"model": agent is not None and agent.is_ready(), "database": False, "actions": False}
        if self._clock() - self._at < STALE_SECONDS:
            found |= self._found
        return {**found, "room": self._room()}

    async def _refresh(self, app: Any) -> None:
        database, actions = await asyncio.gather(_well(self._write), _well(lambda: _actions(app.ctx.agent)))
        self._found = {"database": database, "actions": actions}
        self._at = self._clock()

    async def _write(self) -> bool:
        return await self._database.writable(self._server)


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


class Health:
    """The four addresses, answered before any route: GET and HEAD, the same on every channel."""

    def __init__(self, readiness: Readiness, database: Access) -> None:
        self._readiness = readiness
        self._database = database
        self._gate = asyncio.Lock()
        self._turned = float("-inf")
        self._sender = f"web:ready-probe-{uuid.uuid4().hex}"  # several servers may look after themselves at once

    async def answer(self, request: Request) -> HTTPResponse | None:
        """Request middleware: None for any other address."""
        if request.method not in ("GET", "HEAD"):
            return None
        if request.path in ("/health", "/healthz"):
            return json_response({"status": "ok"}, headers=NO_STORE)
        if request.path == "/readyz":
            checks = {**await self._readiness.look(request.app), **_further(request.app)}
            return json_response({"status": status(checks), "checks": checks}, status=code(checks), headers=NO_STORE)
        return await self._ready(request) if request.path == "/ready" else None

    async def _ready(self, request: Request) -> HTTPResponse:
        async with self._gate:
            if time.monotonic() - self._turned > TURN_CACHED:
                if not await self._turn(request.app):
                    body = {"status": 503, "error": "not_ready", "message": _STARTING}
                    return json_response(body, status=503, headers={**NO_STORE, "Retry-After": "2"})
                self._turned = time.monotonic()
        return json_response({"status": "ready"}, headers=NO_STORE)

    async def _turn(self, app: Any) -> bool:
        """Whether a real turn gets a reply; leaves nothing behind."""
        agent = app.ctx.agent
        if agent is None or not agent.is_ready():
            return False
        output = CollectingOutputChannel()
        message = UserMessage("hello", output, self._sender, input_channel="web")
        try:
            with watched.turn("probe"):
                await asyncio.wait_for(agent.handle_message(message), TURN_SECONDS)
            said = [one.get("custom") or one for one in output.messages]
            return bool(said) and all(one.get("notice") != "error" for one in said)
        except Exception as error:
            logger.warning("Not ready: %s", type(error).__name__)
            return False
        finally:
            with contextlib.suppress(Exception):  # it is told above that the database is away
                await self._database.run(lambda db: erase(db, self._sender))


_STARTING = "Still starting. Please try again in a moment."


def _further(app: Any) -> dict[str, bool]:
    return {name: well for check in getattr(app.ctx, "unknot_checks", ()) for name, well in check().items()}


def add_checks(app: Any, check: Callable[[], Mapping[str, bool]]) -> None:
    """Has `/readyz` show what a channel needs besides; it is degraded without."""
    app.ctx.unknot_checks = [*getattr(app.ctx, "unknot_checks", ()), check]


def serve_health(app: Any, health: Health) -> None:
    """Has the addresses answered; where several channels ask for it, the first one does it."""
    if not hasattr(app.ctx, "unknot_health"):
        app.ctx.unknot_health = health
        app.request_middleware.appendleft(health.answer)
