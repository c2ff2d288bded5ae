"""What the API does, one method a route. Refusals are raised; the channel turns them into answers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from rasa.core.channels.channel import UserMessage
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from unknot.channels.web.server import conversation
from unknot.channels.web.server.config import WebConfig
from unknot.channels.web.server.conversation import Item, sender_id
from unknot.channels.web.server.database import Database
from unknot.channels.web.server.guard import RefusedError, address, json_body, refusal_body
from unknot.channels.web.server.handling import LOCK_PAUSE, Handling
from unknot.channels.web.server.health import Readiness
from unknot.channels.web.server.inbox import Accepted, Inbox
from unknot.channels.web.server.limits import Limiter, Shared, SharedLimiter
from unknot.channels.web.server.sessions import Sessions
from unknot.channels.web.server.store import Session, Store
from unknot.channels.web.server.turns import Turn, TurnOutput, Turns
from unknot.conversations import days
from unknot.observability import turns as watched
from unknot.observability.metrics import RATE_LIMITED

logger = logging.getLogger(__name__)
NO_STORE = {"Cache-Control": "no-store"}
SIDES = {"left": "left side", "right": "right side", "both": "both sides", "centre": "centre"}
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_MOST_CHOICES = 40
_SWEEP_SECONDS = 3_600.0
_PROBE = uuid.uuid4().hex  # of this server: several may look after themselves at once


class Api:
    """The API of one server."""

    def __init__(self, config: WebConfig, agent: Callable[[], Any], clock: Callable[[], float]) -> None:
        self.config = config
        self._clock = clock
        self._database = Database(config.database_url)
        self.readiness = Readiness(self._database)
        self._store = Store(self._database)
        self._inbox = Inbox(self._database, config.claim_seconds)
        self.sessions = Sessions(config, self._store, clock)
        self._turns = Turns(Handling(self._inbox, agent).handle)
        self._shared = Shared(config.redis_url, config.secret) if config.redis_url else None
        self._by_session = self._limiter("session", config.session_burst, config.session_rate)
        self._by_address = self._limiter("address", config.address_burst, config.address_rate)
        self._newcomers = self._limiter("newcomer", config.newcomer_burst, config.newcomer_rate)
        self._swept = 0.0

    def _limiter(self, name: str, burst: float, rate: float) -> Limiter | SharedLimiter:
        return SharedLimiter(self._shared, name, burst, rate) if self._shared else Limiter(burst, rate)

    async def close(self) -> None:
        """Lets go of the database and of Redis."""
        self._database.close()
        if self._shared:
            await self._shared.close()

    async def admit(self, request: Request) -> None:
        """Raises RefusedError for an address that asks too much."""
        await _pass("address", self._by_address, address(request, self.config.proxies))

    async def open(self, request: Request) -> HTTPResponse:
        """POST /api/session: the session of this browser, or a new one, and what was said in it."""
        json_body(request, self.config.max_body)
        newcomer = address(request, self.config.proxies)
        opened = await self.sessions.open(request, lambda: _pass("newcomer", self._newcomers, newcomer))
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
        body = json_body(request, self.config.max_body)
        message = body.get("id")
        if not isinstance(message, str) or not _MESSAGE_ID.fullmatch(message):
            raise RefusedError("bad_request")
        turn = self._turns.find(session.session, message)
        if turn is None:
            turn = await self._begin(request, session, message, body)
        headers = {**NO_STORE, "X-Accel-Buffering": "no", **self.sessions.origins.headers(request)}
        response = await request.respond(content_type="application/x-ndjson", headers=headers)
        await response.send(_line({"event": "accepted", "id": message, "text": turn.text.lstrip("\u2060")}))
        async for item in turn.listen(self.config.turn_seconds, self.config.heartbeat_seconds):
            await response.send(_line({"event": "reply", **item}) if item else b"\n")
        await response.send(_line({"event": turn.outcome or "late", **_words(turn.outcome)}))
        await response.eof()

    async def export(self, request: Request) -> HTTPResponse:
        """GET /api/export: everything kept about this conversation, as a file."""
        session = await self.sessions.require(request)
        waiting = await self._inbox.waiting(session.session)
        events = await self._events(request, session)
        body = {
            "exported": _iso(self._clock()),
            "session": {"created": _iso(session.created), "expires": self._expiry(session)},
            "conversation": conversation.items_of(events),
            "waiting": [{"id": one.message, "text": one.text, "at": one.at} for one in waiting],
            "events": events,
            "days": await self._database.run(lambda db: days.export(db, sender_id(session.session))),
        }
        headers = {**NO_STORE, "Content-Disposition": 'attachment; filename="unknot-conversation.json"'}
        return json_response(body, headers=headers)

    async def delete(self, request: Request) -> HTTPResponse:
        """DELETE /api/conversation: everything kept about this conversation is gone, and the session with it."""
        session = await self.sessions.require(request)
        await self._erase(request, session.session)
        response = json_response({"deleted": True}, headers=NO_STORE)
        if not self.sessions.origins.of(request):
            self.sessions.keep(request, response, "")
        return response

    async def _begin(self, request: Request, session: Session, message: str, body: dict[str, Any]) -> Turn:
        """The turn of a message that is not under way here, once the message is kept.

        It may be new, under way on another server, left behind by one that is gone, or over: `Handling` finds out
        and either runs it or tells what was said.
        """
        await _pass("session", self._by_session, session.session)
        if len(self._turns.of(session.session)) >= self.config.max_turns:
            RATE_LIMITED.labels("turns").inc()
            raise RefusedError("too_many", 1.0)
        if not request.app.ctx.agent or not request.app.ctx.agent.is_ready():
            raise RefusedError("not_ready", 1.0)
        kept = await self._kept(request, session, message) if "choices" in body else None
        text = kept if kept is not None else await self._text(request, session, body)
        new = Accepted(message, text, body.get("restart") is True, self._clock())
        accepted = await self._inbox.accept(session.session, new)
        await self._store.touch(session, self._clock())
        # The same message may have come in a second time meanwhile.
        if under_way := self._turns.find(session.session, message):
            return under_way
        return self._turns.start(session.session, message, accepted.text)

    async def _kept(self, request: Request, session: Session, message: str) -> str | None:
        """The words of a message that came in before: what it chose may be answered by now."""
        if accepted := await self._inbox.find(session.session, message):
            return accepted.text
        items = conversation.items_of(await self._events(request, session))
        return next((item["text"] for item in items if item["id"] == message), None)

    async def _text(self, request: Request, session: Session, body: dict[str, Any]) -> str:
        """The person's words: typed, or the titles of the choices they tapped."""
        if "choices" in body:
            return await self._chosen(request, session, body)
        text = body.get("text")
        if not isinstance(text, str):
            raise RefusedError("bad_request")
        text = conversation.typed(text)
        if not text:
            raise RefusedError("empty_text")
        if len(text) > self.config.max_text:
            raise RefusedError("text_too_long")
        return text

    async def _chosen(self, request: Request, session: Session, body: dict[str, Any]) -> str:
        ids, side = body["choices"], body.get("side")
        fits = isinstance(ids, list) and 0 < len(ids) <= _MOST_CHOICES and all(isinstance(i, str) for i in ids)
        if not fits or (side is not None and side not in SIDES):
            raise RefusedError("bad_request")
        choices = await self._choices(request, session, ids)
        titles = [choices[key].rstrip(" .") for key in dict.fromkeys(ids)]
        words = ". ".join(titles) if len(titles) > 1 else titles[0]
        return conversation.typed(f"{words}, {SIDES[side]}" if side else words)

    async def _choices(self, request: Request, session: Session, ids: list[str]) -> dict[str, str]:
        """What may be chosen. Raises RefusedError when it is not what these ids are of."""
        until = time.monotonic() + self.config.turn_seconds
        while True:
            waiting = await self._inbox.waiting(session.session)
            found = await self._offered(request, session)
            if all(key in found for key in ids):
                return found
            # On another server a turn may have offered it and be about to be saved.
            elsewhere = [one for one in waiting if not self._turns.find(session.session, one.message)]
            if all(one.failed for one in elsewhere):
                raise RefusedError("stale_choice")
            if time.monotonic() > until:
                raise RefusedError("away", 1.0)
            await asyncio.sleep(LOCK_PAUSE)

    async def _offered(self, request: Request, session: Session) -> dict[str, str]:
        for turn in reversed(self._turns.of(session.session)):
            if found := conversation.offered(turn.items):
                return found
        return conversation.offered(conversation.items_of(await self._events(request, session)))

    async def _history(self, request: Request, session: Session) -> dict[str, Any]:
        waiting = await self._inbox.waiting(session.session)
        items = conversation.items_of(await self._events(request, session))
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

    async def _events(self, request: Request, session: Session) -> list[dict[str, Any]]:
        agent = request.app.ctx.agent
        if agent is None:
            raise RefusedError("not_ready", 1.0)
        return await conversation.events_of(agent.tracker_store, sender_id(session.session))

    async def _erase(self, request: Request, session: str) -> None:
        agent, sender = request.app.ctx.agent, sender_id(session)
        if agent is None:
            raise RefusedError("not_ready", 1.0)
        await self._turns.cancel(session)
        try:
            async with agent.lock_store.lock(sender, wait_time_in_seconds=LOCK_PAUSE):
                # The inbox first: what waits for the lock elsewhere finds nothing to do.
                await self._inbox.forget(session)
                await self._database.run(lambda db: days.erase(db, sender))
                await conversation.erase(agent.tracker_store, sender)
                await self._store.remove(session)
        except conversation.EraseError as error:
            logger.error("Conversations cannot be deleted from %s", error)
            raise RefusedError("cannot_erase") from None

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


async def probe(app: Any, timeout: float) -> bool:
    """Whether a real turn gets a reply; leaves nothing behind."""
    agent = app.ctx.agent
    if agent is None or not agent.is_ready():
        return False
    session = f"ready-probe-{_PROBE}"
    turn = Turn(session, f"probe-{time.time_ns()}", "hello")
    message = UserMessage(turn.text, TurnOutput(turn), sender_id(session), input_channel="web")
    try:
        with watched.turn("probe"):
            await asyncio.wait_for(agent.handle_message(message), timeout)
        return bool(turn.items) and all(item["payload"].get("notice") != "error" for item in turn.items)
    except Exception as error:
        logger.warning("Not ready: %s", type(error).__name__)
        return False
    finally:
        with contextlib.suppress(Exception):  # it is told above that the store is away
            await conversation.erase(agent.tracker_store, sender_id(session))


async def _pass(limit: str, limiter: Limiter | SharedLimiter, key: str) -> None:
    wait = await limiter.wait(key)
    if wait:
        RATE_LIMITED.labels(limit).inc()
        raise RefusedError("too_many", wait)


def _words(outcome: str) -> dict[str, Any]:
    return {"message": refusal_body("failed")["message"]} if outcome in ("failed", "silent") else {}


def _line(event: dict[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode() + b"\n"


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
