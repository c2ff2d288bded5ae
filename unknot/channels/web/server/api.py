"""What the API does, one method a route. Refusals are raised; the channel turns them into answers."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from unknot.channels.health import NO_STORE, Health, Readiness
from unknot.channels.reminders import ends, run, worker
from unknot.channels.web.server import conversation
from unknot.channels.web.server.config import WebConfig
from unknot.channels.web.server.conversation import Item, sender_id
from unknot.channels.web.server.guard import RefusedError, address, json_body, refusal_body
from unknot.channels.web.server.handover import Handover
from unknot.channels.web.server.later import Later
from unknot.channels.web.server.limits import Limits
from unknot.channels.web.server.links import Links
from unknot.channels.web.server.reception import Reception
from unknot.channels.web.server.sessions import Sessions
from unknot.channels.web.server.store import Session, Store
from unknot.channels.web.server.turns import Turn, Turns
from unknot.channels.web.server.urgency import Urgency
from unknot.conversations import records, reminders
from unknot.conversations.access import Access
from unknot.conversations.events import all_of
from unknot.conversations.handling import LOCK_PAUSE, Handling
from unknot.conversations.inbox import Accepted, Inbox
from unknot.conversations.load import Load
from unknot.conversations.records import WEB, has_spoken
from unknot.knowledge.loader import load
from unknot.observability.metrics import RATE_LIMITED

logger = logging.getLogger(__name__)
MESSAGES = "/api/messages"
FIRST_STEPS = ("/api/session", MESSAGES)
_SWEEP_SECONDS = 3_600.0


class Api:
    """The API of one server."""

    def __init__(self, config: WebConfig, agent: Callable[[], Any], clock: Callable[[], float]) -> None:
        self.config = config
        self._clock = clock
        self._agent = agent
        self._database = Access(config.database_url)
        self._store = Store(self._database)
        self._inbox = Inbox(self._database, config.claim_seconds)
        self.sessions = Sessions(config, self._store, clock)
        self._load = Load()
        handling = Handling("web", self._inbox, agent, _left, lambda turn: self._load.room(_is_urgent(turn)))
        self._turns = Turns(handling.handle)
        room: Callable[[], bool] = lambda: self._load.has_room(self._turns.count)  # noqa: E731
        self.health = Health(Readiness(self._database, self._inbox.server, room), self._database)
        self._limits = Limits(config)
        self._handover = Handover(self._database, clock)
        self.later = Later(self._database, self.sessions.require, self._limits.check, clock)
        self.links = Links(
            self._database, self._handover, self.sessions.require, self._limits.check, clock, config.proxies
        )
        self._urgency: Urgency | None = None
        self._reception = Reception(
            config, self._inbox, self._turns, self._store, self._load, self._limits, lambda: self._urgency, clock
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._swept = 0.0

    async def start(self, app: Any) -> None:
        """Begins what runs beside the requests; in the server's loop."""
        loop = asyncio.get_running_loop()
        worker(app, self._database)
        self._tasks = [
            loop.create_task(job())
            for job in (self._inbox.keep_alive, self._load.watch, self._take_up, self._get_urgency)
        ]
        if reminding := run(app):
            self._tasks.append(reminding)

    async def close(self) -> None:
        """Gives back what is not done, and lets go of the database and of Redis."""
        for task in self._tasks:
            task.cancel()
        await self._inbox.release_all()
        self._database.close()
        await self._limits.close()

    async def _get_urgency(self) -> None:
        # In a thread: building it takes a second.
        self._urgency = await asyncio.to_thread(Urgency)

    async def _take_up(self) -> None:
        """Runs, for as long as the server does, what servers that are gone have acknowledged and not handled."""
        while True:
            try:
                for one in await self._inbox.unfinished(WEB):
                    if self._agent() is not None and not self._inbox.holds(one) and await self._inbox.claim(one):
                        self._turns.start(one.conversation.removeprefix(WEB), one.message, one.text)
            except Exception as error:  # it goes on with the next look
                logger.warning("What was left behind could not be looked for: %s", type(error).__name__)
            await asyncio.sleep(self.config.claim_seconds / 2)

    async def admit(self, request: Request) -> None:
        """Raises RefusedError for an address that asks too much; the first words of a session pass all the same."""
        if self._load.is_drowning and request.path != MESSAGES:
            raise RefusedError("busy", self._load.pause())
        over = await self._limits.wait("address", address(request, self.config.proxies))
        if over and request.path not in FIRST_STEPS:
            raise _too_many("address", over)
        request.ctx.over = over

    async def _has_spoken(self, session: Session) -> bool:
        found = await self._database.run(lambda db: has_spoken(db, sender_id(session.session)))
        return found

    async def open(self, request: Request) -> HTTPResponse:
        """POST /api/session: the session of this browser, or a new one, and what was said in it."""
        json_body(request, self.config.max_body)
        newcomer = address(request, self.config.proxies)
        opened = await self.sessions.open(request, lambda: self._limits.check("newcomer", newcomer))
        if request.ctx.over and not opened.is_new:
            raise _too_many("address", request.ctx.over)
        await self._store.touch(opened.session, self._clock())
        body: dict[str, Any] = {"new": opened.is_new, "expires": self._expiry(opened.session)}
        body |= await self._history(request, opened.session)
        if opened.token and opened.origin:
            body["token"] = opened.token
        response = json_response(body, headers=NO_STORE)
        if opened.token and not opened.origin:
            self.sessions.keep(request, response, opened.token)
        if opened.is_new:
            await self._sweep(request)
        return response

    async def history(self, request: Request) -> HTTPResponse:
        """GET /api/history."""
        session = await self.sessions.require(request)
        return json_response(await self._history(request, session), headers=NO_STORE)

    async def send(self, request: Request) -> None:
        """POST /api/messages: takes a message once, streams the replies as lines of JSON."""
        session = await self.sessions.require(request)
        # Many people may be behind one address, and the first words of each may be an emergency.
        if request.ctx.over and await self._has_spoken(session):
            raise _too_many("address", request.ctx.over)
        body = json_body(request, self.config.max_body)
        if ends(str(body.get("text") or "")[:100], load().messages):
            await self._database.run(lambda db: reminders.stop(db, sender_id(session.session)))
        turn = await self._reception.take(request, session, body)
        headers = {**NO_STORE, "X-Accel-Buffering": "no", **self.sessions.origins.headers(request)}
        response = await request.respond(content_type="application/x-ndjson", headers=headers)
        await response.send(_line({"event": "accepted", "id": turn.message, "text": turn.text.lstrip("\u2060")}))
        async for item in turn.listen(self.config.turn_seconds, self.config.heartbeat_seconds):
            await response.send(_line({"event": "reply", **item}) if item else b"\n")
        await response.send(_line({"event": turn.outcome or "late", **_words(turn.outcome)}))
        await response.eof()

    async def export(self, request: Request) -> HTTPResponse:
        """GET /api/export: everything kept about this conversation, as a file."""
        session = await self.sessions.require(request)
        found = await self._database.run(lambda db: records.export(db, sender_id(session.session)))
        body = {
            "exported": found["exported"],
            "session": {"created": _iso(session.created), "expires": self._expiry(session)},
            "conversation": conversation.items_of(found["events"]),
            "understood": found["understood"],
            "waiting": found["waiting"],
            "events": found["events"],
            "days": found["days"],
        }
        headers = {**NO_STORE, "Content-Disposition": 'attachment; filename="unknot-conversation.json"'}
        return json_response(body, headers=headers)

    async def handover(self, request: Request) -> HTTPResponse:
        """GET /api/handover: what was told and advised, as a page to take to a clinician."""
        session = await self.sessions.require(request)
        return await self._handover.of(request, sender_id(session.session))

    async def delete(self, request: Request) -> HTTPResponse:
        """DELETE /api/conversation: everything kept about this conversation is gone, and the session with it."""
        session = await self.sessions.require(request)
        await self._erase(request, session.session)
        response = json_response({"deleted": True}, headers=NO_STORE)
        if not self.sessions.origins.of(request):
            self.sessions.keep(request, response, "")
        return response

    async def _history(self, request: Request, session: Session) -> dict[str, Any]:
        if request.app.ctx.agent is None:
            raise RefusedError("not_ready", 1.0)
        waiting = await self._inbox.waiting(sender_id(session.session))
        events = await self._database.run(lambda db: all_of(db, sender_id(session.session)))
        items = conversation.items_of(events)
        known = {item["id"] for item in items}
        pending = []
        for one in waiting:
            if one.message in known:
                continue
            pending.append(one.message)
            under_way = self._turns.find(session.session, one.message)
            text = one.text.removeprefix(conversation.WORD_JOINER)
            said: Item = {"id": one.message, "from": "user", "text": text, "at": one.at}
            items += [said, *(under_way.items if under_way else [])]
        return {"items": items[-conversation.MOST_ITEMS :], "pending": pending}

    async def _erase(self, request: Request, session: str) -> None:
        agent, sender = request.app.ctx.agent, sender_id(session)
        if agent is None:
            raise RefusedError("not_ready", 1.0)
        await self._turns.cancel(session)
        async with agent.lock_store.lock(sender, wait_time_in_seconds=LOCK_PAUSE):
            await self._database.run(lambda db: records.erase(db, sender))
        await self._database.empty_log()

    async def _sweep(self, request: Request) -> None:
        """Deletes conversations that no token can reach any more, at most once an hour."""
        now = self._clock()
        if now - self._swept < _SWEEP_SECONDS or request.app.ctx.agent is None:
            return
        self._swept = now
        oldest = now - self.config.session_seconds
        try:
            for session in await self._store.dead(now - self.config.token_seconds, oldest):
                await self._erase(request, session)
        except Exception as error:  # a newcomer's session must not fail for it
            logger.warning("Dead conversations stay for another hour: %s", type(error).__name__)

    def _expiry(self, session: Session) -> str:
        return _iso(session.created + self.config.session_seconds)


def _left(one: Accepted) -> Turn:
    return Turn(one.conversation.removeprefix(WEB), one.message, one.text)


def _is_urgent(turn: Any) -> bool:
    return bool(getattr(turn, "urgent", False))


def _too_many(limit: str, wait: float) -> RefusedError:
    RATE_LIMITED.labels(limit).inc()
    return RefusedError("too_many", wait)


def _words(outcome: str) -> dict[str, Any]:
    return {"message": refusal_body("failed")["message"]} if outcome in ("failed", "silent") else {}


def _line(event: dict[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode() + b"\n"


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
