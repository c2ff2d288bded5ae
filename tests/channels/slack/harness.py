"""The Slack channel on a real server, with signed requests in front and the stand-in behind."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import aiohttp
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Sanic

from tests.channels.slack.standin import StandIn
from tests.channels.terminal.samples import reply
from unknot.channels.slack.channel import SlackChannel
from unknot.channels.slack.config import SlackConfig
from unknot.channels.slack.desk import Desk
from unknot.conversations.tracker import TurnTrackerStore

Json = dict[str, Any]
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
_names = itertools.count()


class Assistant:
    """What Rasa is to the channel: hears messages, answers by the script, keeps trackers."""

    def __init__(self, database: Path) -> None:
        self.heard: list[UserMessage] = []
        self.answer: Callable[[str], list[Json]] = reply
        self.before: Callable[[UserMessage], Awaitable[None]] | None = None
        self.tracker_store = TurnTrackerStore(Domain.empty(), db=str(database))
        self.lock_store = InMemoryLockStore()
        self.processor = SimpleNamespace(handle_message=self.handle, tracker_store=self.tracker_store)

    def is_ready(self) -> bool:
        return True

    async def handle_message(self, message: UserMessage) -> None:
        """As Rasa's agent."""
        async with self.lock_store.lock(message.sender_id, wait_time_in_seconds=0.05):
            await self.handle(message)

    async def handle(self, message: UserMessage) -> None:
        self.heard.append(message)
        if self.before:
            await self.before(message)
        payloads = self.answer(message.text)
        for payload in payloads:
            await message.output_channel.send_response(message.sender_id, {"custom": dict(payload)})
        tracker = await self.tracker_store.retrieve(message.sender_id)
        tracker = tracker or DialogueStateTracker(message.sender_id, [])
        tracker.update(UserUttered(message.text, message_id=message.message_id, metadata=message.metadata))
        for payload in payloads:
            tracker.update(BotUttered("", {"custom": payload}))
        await self.tracker_store.save(tracker)

    @property
    def words(self) -> list[str]:
        return [message.text for message in self.heard]

    @property
    def senders(self) -> list[str]:
        return [message.sender_id for message in self.heard]


class Running:
    """One running server with the channel."""

    def __init__(self, folder: Path, slack: StandIn, **settings: Any) -> None:
        values = {
            "tokens": {"T1": "xoxb-one", "T2": "xoxb-two"},
            "signing_secret": SECRET,
            "api_url": f"{slack.url}/api/",
            "database_url": f"sqlite:///{folder / 'unknot.db'}",
            "claim_seconds": 1.0,
            "first_pause": 0.01,
            "drain_seconds": 5.0,
        }
        self.slack = slack
        self.assistant = Assistant(folder / "unknot.db")
        self.channel = SlackChannel(SlackConfig(**{**values, **settings}))
        self.http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        self._numbers = itertools.count(1)
        self._server: Any = None
        self.url = ""

    async def start(self, port: int = 0) -> None:
        app = Sanic(f"slack_test_{next(_names)}", configure_logging=False)
        app.ctx.agent = self.assistant
        app.blueprint(self.channel.blueprint(self.assistant.handle_message), url_prefix="/webhooks/slack")
        listener = socket.create_server(("127.0.0.1", port), backlog=400)
        self._server = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
        await self._server.startup()
        await self._server.before_start()
        await self._server.start_serving()
        await self._server.after_start()
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/webhooks/slack/webhook"

    async def stop(self) -> None:
        await self._server.before_stop()
        await self.http.close()
        await self._server.close()

    @property
    def desk(self) -> Desk:
        assert self.channel._desk
        return self.channel._desk

    async def settle(self) -> None:
        """Returns when nothing is under way any more."""
        for _ in range(3):
            await self.desk._turns.drain(10)
            if self.desk._tasks:
                await asyncio.wait(self.desk._tasks, timeout=10)
            await self.desk.delivery.drain(10)

    # What Slack sends

    async def post(self, body: bytes, kind: str = "application/json", **headers: str) -> aiohttp.ClientResponse:
        """A request as it is; signed unless `headers` say otherwise."""
        stamp = str(int(time.time()))
        signed = {"Content-Type": kind, "X-Slack-Request-Timestamp": stamp}
        signed |= {name.replace("_", "-"): value for name, value in headers.items()}
        signed.setdefault("X-Slack-Signature", sign(body, signed["X-Slack-Request-Timestamp"]))
        async with self.http.post(self.url, data=body, headers=signed) as response:
            await response.read()
            return response

    async def event(self, event: Json, team: str = "T1", **more: Any) -> int:
        """An event_callback; `more` goes into the envelope. Returns the status."""
        headers = more.pop("headers", {})
        raw = {
            "type": "event_callback",
            "team_id": team,
            "api_app_id": "A1",
            "event_id": f"Ev{next(self._numbers)}",
            "authorizations": [{"team_id": team, "user_id": "UBOT", "is_bot": True}],
            "event": event,
            **more,
        }
        return (await self.post(json.dumps(raw).encode(), **headers)).status

    def message(self, text: str, user: str = "U1", **more: Any) -> Json:
        """A direct message as an event."""
        ts = f"1699999999.{next(self._numbers):06d}"
        event = {"type": "message", "channel_type": "im", "channel": f"DT1{user}", "user": user, "text": text}
        return {**event, "ts": ts, "client_msg_id": ts, **more}

    async def say(self, text: str, user: str = "U1", **more: Any) -> None:
        """A direct message, and all that comes of it."""
        assert await self.event(self.message(text, user, **more)) == 200
        await self.settle()

    async def interact(self, payload: Json, user: str = "U1", team: str = "T1") -> tuple[int, str]:
        """An interactive payload; the status and body of the acknowledgement."""
        raw = {
            "user": {"id": user, "team_id": team},
            "team": {"id": team, "domain": "work"},
            "trigger_id": f"{next(self._numbers)}.trigger",
            "response_url": f"{self.slack.url}/respond/{next(self._numbers)}",
            **payload,
        }
        body = urlencode({"payload": json.dumps(raw)}).encode()
        response = await self.post(body, "application/x-www-form-urlencoded")
        await self.settle()
        return response.status, await response.text()

    async def press(self, post: Json, action: str, ts: str = "9.1", state: Json | None = None, **more: Any) -> None:
        """Presses an element of a message that was posted; `action` is an action id or an option's text."""
        element, value = find(post, action)
        assert (await self.interact(pressed(post, element, value, ts, state), **more))[0] == 200

    async def command(self, text: str = "", channel: str = "C9", user: str = "U1", team: str = "T1") -> str:
        """The slash command; the body of the acknowledgement."""
        form = {
            "command": "/unknot",
            "text": text,
            "team_id": team,
            "user_id": user,
            "channel_id": channel,
            "trigger_id": f"{next(self._numbers)}.command",
            "response_url": f"{self.slack.url}/respond/{next(self._numbers)}",
        }
        response = await self.post(urlencode(form).encode(), "application/x-www-form-urlencoded")
        assert response.status == 200
        body = await response.text()
        await self.settle()
        return body


def sign(body: bytes, stamp: str, secret: str = SECRET) -> str:
    """Slack's signature."""
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
    return f"v0={digest.hexdigest()}"


def elements(post: Json) -> list[Json]:
    """Everything that can be pressed in a message."""
    return [item for block in post.get("blocks", ()) if block["type"] == "actions" for item in block["elements"]]


def find(post: Json, action: str) -> tuple[Json, Json | None]:
    """The element with this action id or label, or the one with this option, and the option."""
    for element in elements(post):
        if action in (element["action_id"], element.get("text", {}).get("text")):
            return element, None
        for option in element.get("options", ()):
            if option["text"]["text"] == action:
                return element, option
    raise AssertionError(f"{action!r} cannot be pressed in {json.dumps(post)[:2000]}")


def pressed(post: Json, element: Json, option: Json | None, ts: str, state: Json | None) -> Json:
    """A block_actions payload."""
    action: Json = {"type": element["type"], "action_id": element["action_id"], "block_id": "choices"}
    if option is not None and element["type"] == "checkboxes":
        action["selected_options"] = [option]
    elif option is not None:
        action["selected_option"] = option
    else:
        action["value"] = element.get("value", "")
    message = {"type": "message", "ts": ts, "text": post["text"], "blocks": post["blocks"], "bot_id": "B1"}
    return {
        "type": "block_actions",
        "actions": [action],
        "container": {"type": "message", "message_ts": ts, "channel_id": post["channel"]},
        "channel": {"id": post["channel"]},
        "message": message,
        "state": {"values": state or {}},
    }


def ticked(post: Json, *titles: str) -> Json:
    """The state of a message's checkboxes with these ticked."""
    values: Json = {}
    for block in post["blocks"]:
        for element in block.get("elements", ()) if block["type"] == "actions" else ():
            if element["type"] == "checkboxes":
                chosen = [option for option in element["options"] if option["text"]["text"] in titles]
                values[block["block_id"]] = {"tick": {"type": "checkboxes", "selected_options": chosen}}
    return values
