"""A scripted assistant on loopback that speaks Rasa's REST webhook, or the web channel's API."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.channels.terminal.samples import reply
from tests.channels.web.serve import FakeServer
from unknot.channels.terminal.render import Look
from unknot.channels.terminal.talk import Talk, converse
from unknot.channels.terminal.transport import RestTransport
from unknot.channels.terminal.web import WebTransport


class Assistant:
    """The server, what it was told, and how it is to answer."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.answer: Callable[[str], list[dict[str, Any]]] = reply
        self.status = 200
        self.raw: bytes | None = None
        self.web = False  # speak the web channel's API instead
        self.outcome = "done"
        self.sessions = 0
        self.delay = threading.Event()
        self.delay.set()
        assistant = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                there = self.path == ("/health" if assistant.web else "/webhooks/rest/")
                self._send(b'{"status": "ok"}', 200 if there else 404)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path == "/api/session" and assistant.web:
                    assistant.sessions += 1
                    cookie = f"unknot=session-{assistant.sessions}; Path=/; HttpOnly; SameSite=Strict"
                    self._send(b"{}", 200, {"Set-Cookie": cookie})
                    return
                path = "/api/messages" if assistant.web else "/webhooks/rest/webhook"
                if self.path != path:
                    self._send(b"{}", 404)
                    return
                assistant.heard.append({**body, "cookie": self.headers.get("Cookie", "")})
                assistant.delay.wait(10)
                payloads = assistant.answer(assistant.words[-1])
                if assistant.raw is not None or assistant.status != 200:
                    self._send(assistant.raw or b"", assistant.status)
                elif assistant.web:
                    self._stream(body["id"], payloads)
                else:
                    messages = [{"recipient_id": body["sender"], "custom": payload} for payload in payloads]
                    self._send(json.dumps(messages).encode())

            def _stream(self, message: str, payloads: list[dict[str, Any]]) -> None:
                events: list[Any] = [{"event": "accepted", "id": message}]
                for number, payload in enumerate(payloads):
                    events += [None, {"event": "reply", "id": f"{message}.{number}", "payload": payload}]
                events += [{"event": assistant.outcome}] if assistant.outcome else []
                self.send_response(200)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for event in events:
                    line = (json.dumps(event).encode() if event else b"") + b"\n"
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
                self.wfile.write(b"0\r\n\r\n")

            def _send(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def words(self) -> list[str]:
        return [body["text"] if "text" in body else body["message"] for body in self.heard]

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def assistant() -> Iterator[Assistant]:
    running = Assistant()
    yield running
    running.delay.set()
    running.stop()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeServer]:
    with FakeServer(tmp_path) as server:
        yield server


def talk_with(transport: WebTransport | RestTransport, *typed: str) -> str:
    """What the client says while these lines are typed."""
    out, err = io.StringIO(), io.StringIO()
    lines = iter(typed)

    def read_line(_: str) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    assert converse(Talk(transport, Look(), out, err), read_line, lambda: transport, lambda: "") == 0
    return err.getvalue()
