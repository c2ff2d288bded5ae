"""Reminders over the API: asking for them, seeing what waits, ending them, and the same as a calendar file."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sanic.request import Request
from sanic.response import HTTPResponse, raw
from sanic.response import json as json_response

from unknot.channels.health import NO_STORE
from unknot.channels.reminders import clock, minute_of
from unknot.channels.web.server.conversation import sender_id
from unknot.channels.web.server.guard import RefusedError, json_body
from unknot.channels.web.server.store import Session
from unknot.conversations import reminders, reminding
from unknot.conversations.access import Access
from unknot.handover.calendar import ics
from unknot.knowledge.loader import Knowledge, load

DAYS = 14  # of a calendar file
FILE = "unknot.ics"  # says nothing of what it is for
_MOST = 1_024  # bytes of a request

Require = Callable[[Request], Awaitable[Session]]
Check = Callable[[str, str], Awaitable[None]]


class Later:
    """Reminders of sessions. `require` gives the session of a request, `check` takes one from a limit."""

    def __init__(self, database: Access, require: Require, check: Check, now: Callable[[], float]) -> None:
        self._database = database
        self._require = require
        self._check = check
        self._now = now

    async def reminders(self, request: Request) -> HTTPResponse:
        """GET, POST and DELETE /api/reminders. What is on, and what waits to be seen. Raises RefusedError."""
        session = await self._require(request)
        who = sender_id(session.session)
        if request.method == "POST":
            await self._check("session", session.session)
            await self._change(who, json_body(request, _MOST))
        elif request.method == "DELETE":
            await self._database.run(lambda db: reminders.stop(db, who))
        state = await self._database.run(lambda db: _state(db, who, load()))
        return json_response(state, headers=NO_STORE)

    async def _change(self, who: str, body: dict[str, Any]) -> None:
        """Sets time and zone (`{"time": "09:00", "zone": "Europe/Berlin"}`), or notes `{"seen": true}`."""
        if body.get("seen") is True:
            await self._database.run(lambda db: reminding.seen(db, who))
            return
        minute, zone = minute_of(body.get("time")), body.get("zone")
        if minute is None or not isinstance(zone, str):
            raise RefusedError("bad_request")
        try:
            await self._database.run(lambda db: reminders.start(db, who, zone, minute, int(self._now())))
        except ValueError:
            raise RefusedError("bad_request") from None

    async def calendar(self, request: Request) -> HTTPResponse:
        """GET /api/reminders.ics: a daily check-in to keep; the time that is set, else `?time=09:00`."""
        session = await self._require(request)
        found = await self._database.run(lambda db: reminders.find(db, sender_id(session.session)))
        if found:
            first = datetime.fromtimestamp(found.due, ZoneInfo(found.zone)).replace(tzinfo=None)
        else:
            minute = minute_of(str(request.args.get("time", "")))
            if minute is None:
                raise RefusedError("bad_request")
            # Without a zone: from tomorrow on, wherever the person is.
            day = reminders.local_day("UTC", int(self._now())) + 1
            first = datetime.fromtimestamp(day * reminders.DAY + minute * 60, UTC).replace(tzinfo=None)
        headers = {**NO_STORE, "Content-Disposition": f'attachment; filename="{FILE}"'}
        text = ics(load(), first, DAYS, uuid.uuid4().hex, self._now())
        return raw(text, content_type="text/calendar; charset=utf-8", headers=headers)


def _state(db: Any, who: str, knowledge: Knowledge) -> dict[str, Any]:
    """What is on and what waits. `text` is for the person; `greeting` is there once the day's time has come."""
    found = reminders.find(db, who)
    state: dict[str, Any] = {"on": found is not None, "text": knowledge.messages["reminder_off"]}
    if found:
        told = {"time": clock(found.minute), "zone": found.zone}
        due = datetime.fromtimestamp(found.due, UTC).isoformat(timespec="seconds")
        state |= {**told, "next": due, "text": knowledge.messages["reminder_here"].format(**told)}
        if reminding.greets(db, who):
            state["greeting"] = knowledge.messages["reminder_greeting"]
    return state
