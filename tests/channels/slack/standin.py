"""A stand-in for Slack on loopback: its Web API, response addresses and the websocket of Socket Mode."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from typing import Any

from aiohttp import WSMsgType, web

from tests.channels.slack.block_kit import message_faults, view_faults

Json = dict[str, Any]
TOKENS = {"xoxb-one": "T1", "xoxb-two": "T2", "xapp-socket": ""}


class StandIn:
    """Records every call; answers as Slack does, or as a test has planned."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Json]] = []
        self.answers: list[Json] = []  # posted to response addresses
        self.planned: dict[str, deque[tuple[int, Json, Json]]] = defaultdict(deque)
        self.acknowledged: list[Json] = []
        self.socket: web.WebSocketResponse | None = None
        self.socket_opened = asyncio.Event()
        self.response_status = 200
        self.url = ""
        self._count = 0
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=4_000_000)
        app.router.add_post("/api/{method}", self._api)
        app.router.add_post("/respond/{id}", self._respond)
        app.router.add_get("/link", self._link)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"

    async def stop(self) -> None:
        if self.socket is not None:
            await self.socket.close()
        if self._runner:
            await self._runner.cleanup()

    def plan(self, method: str, status: int = 200, error: str = "", **headers: str) -> None:
        """The next call of `method` that is not planned yet gets this."""
        body = {"ok": False, "error": error} if error else {"ok": True}
        self.planned[method].append((status, body, headers))

    def of(self, *methods: str) -> list[Json]:
        """The arguments of all calls of these methods that Slack took, in order."""
        return [arguments for method, arguments in self.calls if method in methods]

    @property
    def posts(self) -> list[Json]:
        return self.of("chat.postMessage")

    @property
    def texts(self) -> list[str]:
        return [post["text"] for post in self.posts]

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.planned[method]:
            status, body, headers = self.planned[method].popleft()
            if not body["ok"] or status != 200:
                names = {name.replace("_", "-"): value for name, value in headers.items()}
                return web.json_response(body, status=status, headers=names)
        if token not in TOKENS:
            return web.json_response({"ok": False, "error": "invalid_auth"})
        raw = await request.read()
        arguments: Json = json.loads(raw) if raw and request.content_type == "application/json" else {}
        error = self._refusal(method, arguments)
        if error:
            return web.json_response({"ok": False, "error": error})
        self._count += 1
        self.calls.append((method, {**arguments, "_team": TOKENS[token]}))
        return web.json_response({"ok": True, **self._answer(method, arguments, TOKENS[token])})

    def _refusal(self, method: str, arguments: Json) -> str:
        if method in ("chat.postMessage", "chat.update", "chat.postEphemeral"):
            if not arguments.get("channel"):
                return "channel_not_found"
            return "invalid_blocks" if message_faults(arguments) else ""
        if method in ("views.open", "views.publish"):
            faults = view_faults(arguments.get("view", {}))
            assert not faults, faults
            missing = "trigger_id" if method == "views.open" else "user_id"
            return "" if arguments.get(missing) else "invalid_arguments"
        return ""

    def _answer(self, method: str, arguments: Json, team: str) -> Json:
        if method == "conversations.open":
            return {"channel": {"id": f"D{team}{arguments['users']}"}}
        if method == "conversations.history":
            sent = [post for post in self.posts if post.get("channel") == arguments["channel"]]
            return {"messages": [{"text": post["text"], "metadata": post.get("metadata")} for post in reversed(sent)]}
        if method == "auth.test":
            return {"team_id": team, "team": f"Workspace {team}", "user": "unknot", "user_id": "UBOT"}
        if method == "apps.connections.open":
            return {"url": f"{self.url.replace('http', 'ws')}/link"}
        return {"ts": f"1700000000.{self._count:06d}", "channel": arguments.get("channel", "")}

    async def _respond(self, request: web.Request) -> web.Response:
        self.answers.append(await request.json())
        return web.Response(status=self.response_status, text="ok")

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.socket = socket
        await socket.send_json({"type": "hello", "num_connections": 1})
        self.socket_opened.set()
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                self.acknowledged.append(json.loads(message.data))
        return socket
