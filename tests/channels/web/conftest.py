"""Servers for the web channel's tests: the real channel, the scripted assistant."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from scripts.browser import MISSING, find
from tests.channels.web.chat import LAUNCH, Chat
from tests.channels.web.serve import FakeServer

FRIEND = "https://friend.example"


class Person:
    """Somebody with a browser's manners: a cookie jar, JSON, streamed replies."""

    def __init__(self, server: FakeServer, **headers: str) -> None:
        self.server = server
        self.http = server.client(headers=headers)
        self._count = 0

    def begin(self) -> dict[str, Any]:
        """Opens the session."""
        answer = self.http.post("/api/session", json={})
        assert answer.status_code == 200, answer.text
        opened: dict[str, Any] = answer.json()
        if "token" in opened:
            self.http.headers["Authorization"] = f"Bearer {opened['token']}"
        return opened

    def at(self, server: FakeServer) -> Person:
        """The same person, sent to another server."""
        other = Person(server)
        other.http.cookies.update(self.http.cookies)
        return other

    def post(self, body: dict[str, Any], message: str = "") -> httpx.Response:
        """Sends a message, under a new id unless one is given."""
        self._count += 1
        return self.http.post("/api/messages", json={"id": message or f"message-{self._count:04}", **body})

    def say(self, text: str, message: str = "") -> list[dict[str, Any]]:
        """The payloads that answer `text`."""
        return payloads(self.post({"text": text}, message))

    def history(self) -> list[dict[str, Any]]:
        """What was said so far."""
        answer = self.http.get("/api/history")
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


def events(answer: httpx.Response) -> list[dict[str, Any]]:
    """The events of a streamed turn."""
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines() if line]


def payloads(answer: httpx.Response) -> list[dict[str, Any]]:
    """The payloads of a streamed turn."""
    return [event["payload"] for event in events(answer) if event["event"] == "reply"]


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, which has the form that every refusal has."""
    body = answer.json()
    assert set(body) == {"status", "error", "message"}
    assert body["status"] == answer.status_code
    assert body["message"]
    assert "Traceback" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, body["error"]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeServer]:
    """One server for tests that only talk."""
    generous = {"newcomer_burst": 1e6, "address_burst": 1e6, "session_burst": 1e6}
    folder = tmp_path_factory.mktemp("web")
    with FakeServer(folder, origins=frozenset({FRIEND}), heartbeat_seconds=0.2, **generous) as server:
        yield server


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Callable[..., FakeServer]]:
    """Makes servers with settings of their own, stopped afterwards."""
    made: list[FakeServer] = []

    def make(**changes: Any) -> FakeServer:
        made.append(FakeServer(tmp_path, **changes).start())
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def person(shared: FakeServer) -> Person:
    """Somebody with a session."""
    somebody = Person(shared)
    somebody.begin()
    return somebody


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all; without one the tests are skipped, except where they must run."""
    path = find()
    if path is None:
        if os.environ.get("CI", "").lower() in ("true", "1"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(path), args=LAUNCH)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Chat]]:
    """Opens the widget of a server in a fresh profile; every page must end without a complaint."""
    contexts: list[BrowserContext] = []
    chats: list[Chat] = []

    def make(url: str, context: BrowserContext | None = None, **options: Any) -> Chat:
        if context is None:
            contexts.append(context := chromium.new_context(**{"service_workers": "block", **options}))
        chats.append(Chat(context, url))
        return chats[-1]

    yield make
    complaints = [complaint for chat in chats for complaint in chat.complaints]
    for context in contexts:
        context.close()
    assert complaints == []
