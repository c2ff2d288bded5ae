"""Rasa's Slack channel, built out: HTTP or Socket Mode in front, the desk behind."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.channels.slack import SlackInput
from rasa.shared.exceptions import InvalidConfigException
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty
from sanic.response import json as json_response
from sanic.response import text as text_response

from unknot.channels.health import Health, Readiness, add_checks, serve_health
from unknot.channels.reminders import run, worker
from unknot.channels.slack.config import SlackConfig, SlackConfigError, from_settings
from unknot.channels.slack.delivery import SlackOutput
from unknot.channels.slack.desk import Desk
from unknot.channels.slack.records import Records
from unknot.channels.slack.socket_mode import Socket
from unknot.channels.slack.turns import PREFIX
from unknot.channels.slack.words import Words
from unknot.channels.strict_http import be_strict
from unknot.conversations.access import Access, AwayError
from unknot.conversations.inbox import Inbox
from unknot.conversations.reminding import Reminding
from unknot.knowledge.loader import load
from unknot.settings import load_settings

logger = logging.getLogger(__name__)
_STAMP = re.compile(r"[0-9]{1,12}")


class SlackChannel(SlackInput):
    """Serves Slack. Signatures are checked by Rasa's own code; everything after that is ours."""

    def __init__(self, config: SlackConfig, words: Words | None = None) -> None:
        # Without a secret nothing that comes by HTTP may pass, so nobody is told the one used instead.
        super().__init__("", slack_signing_secret=config.signing_secret or secrets.token_hex(32))
        self._config = config
        self._words = words
        self._desk: Desk | None = None
        self._database: Access | None = None
        self._inbox: Inbox | None = None
        self._socket: Socket | None = None
        self._worker: Reminding | None = None
        self._connecting: list[asyncio.Task[None]] = []

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> SlackChannel:
        """The channel of this installation. Tokens come from the environment, limits from `credentials`.

        Raises InvalidConfigException with what to do.
        """
        try:
            return cls(from_settings(load_settings(), credentials))
        except SlackConfigError as error:
            raise InvalidConfigException(str(error)) from None

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes, and what runs beside them."""
        blueprint = Blueprint("unknot_slack")

        async def start(app: Sanic, loop: Any) -> None:
            words = self._words or Words(load())
            if self._database is None or self._inbox is None:
                raise RuntimeError("the server was not prepared")
            records = Records(app, self._database)
            self._desk = Desk(self._config, self._inbox, lambda: app.ctx.agent, records, words)
            self._worker = worker(app, self._database)
            self._worker.serve(PREFIX, self._desk.reminders.bring)
            if reminding := run(app):
                self._connecting.append(reminding)
            if self._config.app_token:
                self._socket = Socket(self._config, self._desk)
                self._connecting += [loop.create_task(job()) for job in (self._socket.run, self._socket.watch)]

        async def stop(_: Sanic, __: Any) -> None:
            for task in self._connecting:
                task.cancel()
            if self._socket is not None:
                await self._socket.close()
            if self._desk is not None:
                await self._desk.close()
            if self._database is not None:
                self._database.close()

        async def prepare(app: Sanic, _: Any) -> None:
            await be_strict(app)
            self._database = Access(self._config.database_url)
            self._inbox = Inbox(self._database, self._config.claim_seconds)
            readiness = Readiness(self._database, self._inbox.server)
            serve_health(app, Health(readiness, self._database))
            add_checks(app, self._checks)

        async def health(_: Request) -> HTTPResponse:
            socket = {"socket": await self._socket.connected()} if self._socket else {}
            return json_response({"status": "ok", **socket})

        async def webhook(request: Request) -> HTTPResponse:
            return await self._webhook(request)

        blueprint.before_server_start(prepare)
        blueprint.after_server_start(start)
        blueprint.before_server_stop(stop)
        blueprint.add_route(health, "/", methods=["GET"], name="health")
        blueprint.add_route(webhook, "/webhook", methods=["POST"], name="webhook", stream=True)
        return blueprint

    def _checks(self) -> dict[str, bool]:
        """Whether the websocket to Slack stands, where there is to be one."""
        return {"slack": self._socket.stands} if self._socket else {}

    def get_output_channel(self, channel: str | None = None, thread_id: str | None = None) -> OutputChannel:
        """For messages that Rasa sends by itself: to the person whom the conversation id names."""
        if self._desk is None:
            raise InvalidConfigException("The Slack channel is not running yet.")
        return SlackOutput(self._desk.delivery, None, self._words or Words(load()))

    async def _webhook(self, request: Request) -> HTTPResponse:
        body = await self._body(request)
        if body is None:
            return text_response("too large", status=413)
        request.body = body
        # Rasa's check would write whatever stands there into the log.
        stamp = request.headers.get("x-slack-request-timestamp", "")
        if not _STAMP.fullmatch(stamp) or not self.is_request_from_slack_authentic(request):
            return text_response("not signed by Slack", status=401)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        try:
            if kind == "application/json":
                return await self._json(json.loads(body))
            if kind == "application/x-www-form-urlencoded":
                return await self._form(request)
        except AwayError:
            return text_response("not kept", status=503)  # Slack sends an event again, and tells who pressed a button
        except (ValueError, TypeError, AttributeError, RecursionError):  # of no shape that Slack sends
            return text_response("not understood", status=400)
        return text_response("not understood", status=415)

    async def _body(self, request: Request) -> bytes | None:
        """The body, None as soon as it turns out too large."""
        body = bytearray()
        while (chunk := await request.stream.read()) is not None:
            body += chunk
            if len(body) > self._config.max_body:
                return None
        return bytes(body)

    async def _json(self, raw: Any) -> HTTPResponse:
        if not isinstance(raw, dict):
            raise ValueError("not an object")
        if raw.get("type") == "url_verification":
            return text_response(str(raw.get("challenge", "")))
        if raw.get("type") == "event_callback":
            await self._at_desk().event(raw)
        return empty(200)

    async def _form(self, request: Request) -> HTTPResponse:
        form = {name: values[0] for name, values in request.form.items() if values}
        if "payload" in form:
            raw = json.loads(form["payload"])
            if not isinstance(raw, dict):
                raise ValueError("not an object")
            answer = await self._at_desk().interaction(raw)
        else:
            answer = await self._at_desk().command(form) if "command" in form else None
        return json_response(answer) if answer else empty(200)

    def _at_desk(self) -> Desk:
        if self._desk is None:
            raise RuntimeError("the server has not started")
        return self._desk
