"""A scripted assistant on loopback that speaks Rasa's REST webhook."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.terminal.samples import reply


class Assistant:
    """The server, what it was told, and how it is to answer."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.answer: Callable[[str], list[dict[str, Any]]] = reply
        self.status = 200
        self.raw: bytes | None = None
        self.delay = threading.Event()
        self.delay.set()
        assistant = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(b'{"status": "ok"}')

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                assistant.heard.append(body)
                assistant.delay.wait(10)
                messages = [
                    {"recipient_id": body["sender"], "custom": payload}
                    for payload in assistant.answer(body["message"])
                ]
                self._send(json.dumps(messages).encode() if assistant.raw is None else assistant.raw)

            def _send(self, body: bytes) -> None:
                self.send_response(assistant.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()

    @property
    def words(self) -> list[str]:
        return [body["message"] for body in self.heard]

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def assistant() -> Iterator[Assistant]:
    running = Assistant()
    yield running
    running.delay.set()
    running.stop()
