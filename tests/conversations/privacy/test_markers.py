"""Words that people type are in the tracker's table and nowhere else, and after erasing nowhere at all.

A real assistant with the web channel, Slack and Rasa's REST channel hears marker words, also in requests that are
refused and in turns that fail; then every file, table and log is searched for them.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.channels.slack.harness import SECRET, sign
from tests.channels.slack.standin import StandIn
from tests.support.scrape import fetch, two_free_ports
from tests.support.server import RestServer
from unknot.channels.slack import home
from unknot.launch.endpoints import write_endpoints
from unknot.launch.ports import free_port
from unknot.settings import ROOT, Settings

pytestmark = [pytest.mark.anyio, pytest.mark.e2e]
CREDENTIALS = "unknot.channels.web.server.WebChannel:\nrest:\nunknot.channels.slack.SlackChannel: {}\n"
MARK = "zqferret"
_numbers = itertools.count(1)


def marked(words: str = "my lower back hurts") -> str:
    """Words with a marker of their own in the middle."""
    return f"{words} {MARK}{next(_numbers):03} since tuesday"


def has_mark(content: bytes) -> bool:
    return MARK.encode() in content.lower()


class Everything:
    """One assistant, its folder, and who talks to it."""

    def __init__(self, model: Path, folder: Path, slack: StandIn, log_format: str) -> None:
        (folder / "credentials.yml").write_text(CREDENTIALS)
        self.folder, self.slack = folder, slack
        self.server = RestServer(
            model,
            folder / "credentials.yml",
            folder,
            log_level="INFO",  # the noisiest level that is not documented to hold words
            log_format=log_format,
            metrics_port=two_free_ports(),
            slack_api=f"{slack.url}/api/",
            slack_bot_token="T1=xoxb-one",
            slack_signing_secret=SECRET,
            action_timeout=1.0,
        )
        self.http = httpx.AsyncClient(base_url=self.server.url, timeout=30, trust_env=False)

    async def web(self, body: dict[str, Any]) -> httpx.Response:
        """A message of the widget."""
        if not self.http.cookies:
            assert (await self.http.post("/api/session", json={})).status_code == 200
        return await self.http.post("/api/messages", json={"id": f"message-{next(_numbers):05}", **body})

    async def slack_posts(self, body: bytes, kind: str = "application/json", **headers: str) -> httpx.Response:
        """A signed request of Slack's."""
        stamp = str(int(time.time()))
        signed = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": sign(body, stamp), **headers}
        url = "/webhooks/slack/webhook"
        return await self.http.post(url, content=body, headers={"Content-Type": kind, **signed})

    async def slack_says(self, text: str) -> None:
        """A direct message, answered or at least taken note of."""
        before, number = len(self.slack.of("chat.postMessage")), next(_numbers)
        event = {"type": "message", "channel_type": "im", "channel": "D1", "user": "U1", "text": text}
        raw = {"type": "event_callback", "team_id": "T1", "event_id": f"Ev{number}", "event": event}
        event["ts"] = f"{number}.0001"
        assert (await self.slack_posts(json.dumps(raw).encode())).status_code == 200
        await until(lambda: len(self.slack.of("chat.postMessage")) > before)

    async def slack_deletes(self) -> None:
        """The button on the home tab."""
        before = len(self.slack.of("chat.postMessage"))
        action = {"action_id": home.DELETE, "value": home.DELETE, "type": "button"}
        raw = {"type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1"}, "trigger_id": "press.1"}
        body = urlencode({"payload": json.dumps({**raw, "actions": [action]})}).encode()
        assert (await self.slack_posts(body, "application/x-www-form-urlencoded")).status_code == 200
        await until(lambda: len(self.slack.of("chat.postMessage")) > before)

    def metrics(self) -> list[bytes]:
        """What each of the two processes shows to operators."""
        first = self.server.app.settings.metrics_port
        return [fetch(port).encode() for port in (first, first + 1)]

    def files_with_marks(self) -> set[str]:
        """Every file of the data folder that holds a marker, by name."""
        found = {path for path in self.folder.rglob("*") if path.is_file() and has_mark(path.read_bytes())}
        return {str(path.relative_to(self.folder)) for path in found}

    def tables_with_marks(self) -> set[str]:
        """Every table of the database with a marker in any column."""
        with sqlite3.connect(self.server.database) as db:
            tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {
                table
                for table in tables
                if any(has_mark(repr(row).encode()) for row in db.execute(f'SELECT * FROM "{table}"'))
            }


async def until(happened: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["text", "json"])
async def everything(
    trained_model: Path, tmp_path: Path, anyio_backend: str, request: pytest.FixtureRequest
) -> AsyncIterator[Everything]:
    slack = StandIn()
    await slack.start()
    everything = Everything(trained_model, tmp_path, slack, request.param)
    with everything.server:
        yield everything
    await everything.http.aclose()
    await slack.stop()


async def talk(everything: Everything) -> None:
    """Something of everything on each channel: plain words, intents, emergencies, nonsense."""
    for words in (
        marked(),
        marked("i cannot pee and my legs are numb"),
        f'/inform{{"x": "{marked()}"}}',
        marked("😀"),
    ):
        assert (await everything.web({"text": words})).status_code == 200
        await everything.slack_says(words)
        sent = {"sender": "somebody", "message": words}
        assert (await everything.http.post("/webhooks/rest/webhook", json=sent)).status_code == 200


async def misbehave(everything: Everything) -> None:
    """Requests that are refused, with words in every part of them."""
    http, json_kind = everything.http, {"Content-Type": "application/json"}
    broken = f'{{"text": "{marked()}", "id": '.encode()
    for path in ("/api/messages", "/api/session", "/webhooks/rest/webhook", "/webhooks/slack/webhook"):
        await http.post(path, content=broken, headers=json_kind)
        await http.post(path, content=marked().encode(), headers={"Content-Type": "text/plain"})
        await http.post(path, json=[marked()])
        await http.post(f"{path}?text={marked()}", json={"sender": {"a": marked()}, "message": [marked()]})
    await http.post("/webhooks/rest/webhook", json={"sender": "somebody", "message": {"text": marked()}})
    await http.post("/webhooks/rest/webhook", json={"message": marked(), "metadata": marked()})
    await everything.web({"text": marked() * 200})
    await everything.web({"text": [marked()]})
    await everything.web({"choices": [marked()], "side": marked()})
    await http.get(f"/api/{MARK}")
    await http.get(f"/widget/{MARK}.js")
    await http.put("/api/messages", content=broken)
    await everything.slack_posts(broken)
    await everything.slack_posts(b"payload=" + broken, "application/x-www-form-urlencoded")
    await everything.slack_posts(json.dumps({"type": "event_callback", "event": marked()}).encode())
    await everything.slack_posts(broken, **{"X-Slack-Signature": marked()})


def operator(everything: Everything, *words: str) -> None:
    """A command of whoever runs it."""
    mine = {
        "UNKNOT_DATABASE_URL": everything.server.app.settings.database_url,
        "UNKNOT_DATA_DIR": str(everything.folder),
        "UNKNOT_PORT": "1",
    }
    command = [sys.executable, "-m", "unknot.conversations", *words]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **mine}, check=True, capture_output=True)


async def test_words_are_where_they_belong_and_nowhere_after_erasing(everything: Everything) -> None:
    await talk(everything)
    await misbehave(everything)
    everything.server.kill_actions()
    await talk(everything)
    everything.server.restart_actions()
    await talk(everything)

    held = {"unknot.db", "unknot.db-wal"}
    assert "events" in everything.tables_with_marks()
    assert everything.tables_with_marks() <= {"events", "inbox"}
    assert everything.files_with_marks()
    assert everything.files_with_marks() <= held
    logs = b"".join(path.read_bytes() for path in everything.server.logs.glob("*.log"))
    assert logs, "at this level there is something in the logs to search"
    assert not any(has_mark(shown) for shown in everything.metrics())

    exported = (await everything.http.get("/api/export")).text
    assert exported.lower().count(MARK) > 10
    assert (await everything.http.delete("/api/conversation")).status_code == 200
    await everything.slack_deletes()
    operator(everything, "erase", "rest", "somebody")
    # What Rasa's REST channel heard from nobody in particular.
    for sender in ("default", "None"):
        with sqlite3.connect(everything.server.database) as db:
            left = db.execute("SELECT count(*) FROM events WHERE sender_id = ?", (sender,)).fetchone()[0]
        if left:
            operator(everything, "erase", "rest", sender)
    assert everything.tables_with_marks() == set()
    assert everything.files_with_marks() == set()


async def test_a_hand_typed_rasa_run_keeps_words_out_of_its_log(trained_model: Path, tmp_path: Path) -> None:
    """Without the launcher: stock `rasa run --verbose`, on which a message fails and others do not."""
    settings = Settings(
        port=free_port(),
        actions_port=free_port(),  # where nobody listens: actions fail
        data_dir=tmp_path,
        database_url=f"sqlite:///{tmp_path / 'unknot.db'}",
    )
    endpoints = write_endpoints(ROOT / "endpoints.yml", settings, ROOT)
    command = [sys.executable, "-m", "rasa", "run", "--verbose", "--model", str(trained_model), "--port"]
    command += [str(settings.port), "--interface", "127.0.0.1", "--endpoints", str(endpoints)]
    command += ["--credentials", str(ROOT / "credentials_rest.yml")]
    url = f"http://127.0.0.1:{settings.port}/webhooks/rest/webhook"
    log = tmp_path / "by_hand.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
    try:
        async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
            deadline = time.monotonic() + 90
            while True:
                try:
                    sent = {"sender": "somebody", "message": marked()}
                    if (await http.post(url, json=sent)).status_code == 200:
                        break
                except httpx.TransportError:
                    assert process.poll() is None, log.read_text()[-2000:]
                    assert time.monotonic() < deadline
                await asyncio.sleep(0.3)
            await http.post(url, json={"sender": "somebody", "message": [marked()]})
            await http.post(url, json={"message": marked(), "metadata": marked()})
            await http.post(url, json={"sender": "somebody", "message": marked("i cannot pee")})
    finally:
        process.terminate()
        process.wait(20)
    printed = log.read_bytes()
    assert b"rest.message.received.failure" in printed, "a failure was logged"
    assert not has_mark(printed)
    with sqlite3.connect(tmp_path / "unknot.db") as db:
        assert has_mark(repr(db.execute("SELECT data FROM events").fetchall()).encode())
