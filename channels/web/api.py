"""What the API does, one method a route. Refusals are raised; the channel turns them into answers."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from channels.web import conversation
from channels.web.config import WebConfig
from channels.web.conversation import Item, sender_id
from channels.web.guard import RefusedError, address, json_body, refusal_body
from channels.web.limits import Limiter
from channels.web.sessions import Sessions
from channels.web.store import Session, Store
from channels.web.turns import Handler, Turn, Turns

logger = logging.getLogger(__name__)
NO_STORE = {"Cache-Control": "no-store"}
SIDES = {"left": "left side", "right": "right side", "both": "both sides", "centre": "centre"}
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_MOST_CHOICES = 40
_MOST_KNOWN = 2_000  # sessions whose message ids are kept in memory
_SWEEP_SECONDS = 3_600.0
_UNLOCK_SECONDS = 0.05


class Api:
    """The API of one server."""

    def __init__(self, config: WebConfig, store: Store, handler: Handler, clock: Callable[[], float]) -> None:
        self.config = config
        self.sessions = Sessions(config, store, clock)
        self._store = store
        self._clock = clock
        self._turns = Turns(handler)
        self._known: OrderedDict[str, set[str]] = OrderedDict()
        self._by_session = Limiter(config.session_burst, config.session_rate)
        self._by_address = Limiter(config.address_burst, config.address_rate)
        self._newcomers = Limiter(config.newcomer_burst, config.newcomer_rate)
        self._swept = 0.0

    def admit(self, request: Request) -> None:
        """Raises RefusedError for an address that asks too much."""
        _pass(self._by_address, address(request, self.config.proxies))

    async def open(self, request: Request) -> HTTPResponse:
        """POST /api/session: the session of this browser, or a new one, and what was said in it."""
        json_body(request, self.config.max_body)
        newcomer = address(request, self.config.proxies)
        opened = self.sessions.open(request, lambda: _pass(self._newcomers, newcomer))
        self._store.touch(opened.session, self._clock())
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
        session = self.sessions.require(request)
        return json_response(await self._history(request, session), headers=NO_STORE)

    async def send(self, request: Request) -> None:
        """POST /api/messages: takes a message once, streams the replies as lines of JSON."""
        session = self.sessions.require(request)
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
        session = self.sessions.require(request)
        events = await self._events(request, session)
        body = {
            "exported": _iso(self._clock()),
            "session": {"created": _iso(session.created), "expires": self._expiry(session)},
            "conversation": conversation.items_of(events),
            "events": events,
        }
        headers = {**NO_STORE, "Content-Disposition": 'attachment; filename="unknot-conversation.json"'}
        return json_response(body, headers=headers)

    async def delete(self, request: Request) -> HTTPResponse:
        """DELETE /api/conversation: everything kept about this conversation is gone, and the session with it."""
        session = self.sessions.require(request)
        await self._erase(request, session.session)
        response = json_response({"deleted": True}, headers=NO_STORE)
        if not self.sessions.origins.of(request):
            self.sessions.keep(request, response, "")
        return response

    async def _begin(self, request: Request, session: Session, message: str, body: dict[str, Any]) -> Turn:
        """The turn of a message that is not under way: a new one, or one that is over and is told again."""
        if message in await self._said(request, session):
            return await self._told(request, session, message)
        _pass(self._by_session, session.session)
        if len(self._turns.of(session.session)) >= self.config.max_turns:
            raise RefusedError("too_many", 1.0)
        if not request.app.ctx.agent or not request.app.ctx.agent.is_ready():
            raise RefusedError("not_ready", 1.0)
        text = await self._text(request, session, body)
        self._store.touch(session, self._clock())
        # The same message may have come in a second time while this one was looked at.
        if under_way := self._turns.find(session.session, message):
            return under_way
        metadata = {"restart": True} if body.get("restart") is True else {}
        return self._turns.start(session.session, message, text, metadata, lambda: self._note(session, message))

    async def _said(self, request: Request, session: Session) -> set[str]:
        """Ids of the session's messages that were answered; from the tracker when not in memory."""
        if session.session not in self._known:
            items = conversation.items_of(await self._events(request, session))
            self._known[session.session] = {item["id"] for item in items if item["from"] == "user"}
        self._known.move_to_end(session.session)
        while len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return self._known[session.session]

    def _note(self, session: Session, message: str) -> None:
        if session.session in self._known:
            self._known[session.session].add(message)

    async def _told(self, request: Request, session: Session, message: str) -> Turn:
        """A turn that was saved, from the tracker."""
        items = conversation.items_of(await self._events(request, session))
        said = [item for item in items if item["id"] == message]
        turn = Turn(session.session, message, said[0]["text"] if said else "")
        turn.items = [item for item in items if item["id"].rpartition(".")[0] == message]
        turn.end("done" if turn.items else "silent")
        return turn

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
        choices = await self._choices(request, session)
        if not all(key in choices for key in ids):
            raise RefusedError("stale_choice")
        titles = [choices[key].rstrip(" .") for key in dict.fromkeys(ids)]
        words = ". ".join(titles) if len(titles) > 1 else titles[0]
        return conversation.typed(f"{words}, {SIDES[side]}" if side else words)

    async def _choices(self, request: Request, session: Session) -> dict[str, str]:
        for turn in reversed(self._turns.of(session.session)):
            if found := conversation.offered(turn.items):
                return found
        return conversation.offered(conversation.items_of(await self._events(request, session)))

    async def _history(self, request: Request, session: Session) -> dict[str, Any]:
        items = conversation.items_of(await self._events(request, session))
        known = {item["id"] for item in items}
        pending = []
        for turn in self._turns.of(session.session):
            if turn.message in known:
                continue
            pending.append(turn.message)
            said: Item = {"id": turn.message, "from": "user", "text": turn.text, "at": turn.started}
            items += [said, *turn.items]
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
            async with agent.lock_store.lock(sender, wait_time_in_seconds=_UNLOCK_SECONDS):
                await conversation.erase(agent.tracker_store, sender)
                self._store.remove(session)
                self._known.pop(session, None)
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
        for session in self._store.dead(now - self.config.token_seconds, oldest):
            await self._erase(request, session)

    def _expiry(self, session: Session) -> str:
        return _iso(session.created + self.config.session_seconds)


async def probe(app: Any, timeout: float) -> bool:
    """Whether a real turn gets a reply; leaves nothing behind."""
    agent = app.ctx.agent
    if agent is None or not agent.is_ready():
        return False
    turns = Turns(agent.handle_message)
    turn = turns.start("ready-probe", f"probe-{time.time_ns()}", "hello", {}, lambda: None)
    try:
        await asyncio.wait_for(asyncio.shield(turn.task or asyncio.sleep(0)), timeout)
        broken = any(item["payload"].get("notice") == "error" for item in turn.items)
        return turn.outcome == "done" and not broken
    except asyncio.TimeoutError:
        return False
    finally:
        await turns.cancel("ready-probe")
        await conversation.erase(agent.tracker_store, sender_id("ready-probe"))


def _pass(limiter: Limiter, key: str) -> None:
    wait = limiter.wait(key)
    if wait:
        raise RefusedError("too_many", wait)


def _words(outcome: str) -> dict[str, Any]:
    return {"message": refusal_body("failed")["message"]} if outcome in ("failed", "silent") else {}


def _line(event: dict[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode() + b"\n"


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds")
