"""A server that is killed outright: nothing it acknowledged is lost, nothing is answered twice."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.channels.slack.harness import sign
from tests.channels.slack.standin import StandIn
from unknot.conversations.access import AwayError
from unknot.launch.ports import free_port
from unknot.settings import ROOT

pytestmark = pytest.mark.anyio
PEOPLE, ROUNDS, ACKNOWLEDGED = 20, 3, 8
PATIENCE = 40.0  # seconds for everybody's answer, on a machine that does other things too


async def begin(folder: Path, standin: str, port: int) -> asyncio.subprocess.Process:
    command = [sys.executable, "-W", "ignore", "-m", "tests.channels.slack.killed", str(folder), standin, str(port)]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"ready\n"
    return process


def event(number: int, person: int) -> bytes:
    message = {"type": "message", "channel_type": "im", "channel": f"DT1U{person}", "user": f"U{person}"}
    inner = {**message, "text": "thanks", "ts": f"17000{number:05}.{person:06}"}
    return json.dumps(
        {"type": "event_callback", "team_id": "T1", "event_id": f"Ev{number}x{person}", "event": inner}
    ).encode()


async def send(http: aiohttp.ClientSession, port: int, body: bytes, **headers: str) -> bool:
    """Whether it was acknowledged."""
    stamp = str(int(time.time()))
    signed = {"Content-Type": "application/json", "X-Slack-Request-Timestamp": stamp}
    signed |= {"X-Slack-Signature": sign(body, stamp), **headers}
    try:
        async with http.post(f"http://127.0.0.1:{port}/webhooks/slack/webhook", data=body, headers=signed) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def send_and_kill(
    http: aiohttp.ClientSession, port: int, process: asyncio.subprocess.Process, number: int
) -> int:
    """Everybody writes at once; the server is killed in between. How many messages it acknowledged."""
    acknowledged = 0
    for sent in asyncio.as_completed([send(http, port, event(number, person)) for person in range(PEOPLE)]):
        acknowledged += await sent
        if acknowledged == ACKNOWLEDGED and process.returncode is None:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
    return acknowledged


async def test_what_was_acknowledged_before_a_sigkill_is_answered_once(slack: StandIn, tmp_path: Path) -> None:
    port = free_port()
    process = await begin(tmp_path, slack.url, port)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True)) as http:
        for number in range(ROUNDS):
            assert await send_and_kill(http, port, process, number) >= ACKNOWLEDGED
            await process.wait()
            process = await begin(tmp_path, slack.url, port)
            again = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
            assert all(
                await asyncio.gather(*(send(http, port, event(number, person), **again) for person in range(PEOPLE)))
            )
            expected = {f"DT1U{person}": number + 1 for person in range(PEOPLE)}
            assert await answers(slack, expected) == expected
    await asyncio.sleep(1.5)  # what would be told twice is told now
    assert await answers(slack, expected) == expected
    process.send_signal(signal.SIGKILL)
    await process.wait()
    assert turns(tmp_path) == {f"slack:T1:U{person}": ROUNDS for person in range(PEOPLE)}


async def answers(slack: StandIn, expected: dict[str, int]) -> dict[str, int]:
    until = time.monotonic() + PATIENCE
    while True:
        found = Counter(str(post["channel"]) for post in slack.posts)
        if time.monotonic() > until or all(found[channel] >= count for channel, count in expected.items()):
            return dict(found)
        await asyncio.sleep(0.05)


def turns(folder: Path) -> dict[str, int]:
    """How often each person was heard, as the tracker has it."""
    with sqlite3.connect(folder / "unknot.db") as database:
        query = "SELECT sender_id, count(*) FROM events WHERE type_name = 'user' GROUP BY sender_id"
        return dict(database.execute(query).fetchall())


async def test_slack_is_away_and_the_server_is_killed_then(slack: StandIn, start: Any, tmp_path: Path) -> None:
    """The turn is over and its reply could not leave: the next server tells it."""
    app = await start(attempts=1)
    slack.plan("chat.postMessage", status=503, error="service_unavailable")
    await app.event(app.message("thanks"))
    await app.settle()
    assert slack.posts == []
    # As a kill does it: nothing is given back, nothing is sent any more.
    for task in app.desk._beside:
        task.cancel()
    app.desk.delivery._lines.clear()
    again = await start()
    until = time.monotonic() + 10
    while not slack.posts and time.monotonic() < until:
        await asyncio.sleep(0.05)
    assert slack.texts == ["You are welcome."]
    assert again.assistant.heard == [], "the turn is not run again, its reply is told"


async def test_a_revoked_token_keeps_the_reply_until_there_is_another(slack: StandIn, start: Any) -> None:
    app = await start(attempts=1, tokens={"T1": "xoxb-gone"})
    await app.event(app.message("thanks"))
    await app.settle()
    assert slack.posts == []
    await app.desk.close()
    await start()
    until = time.monotonic() + 10
    while not slack.posts and time.monotonic() < until:
        await asyncio.sleep(0.05)
    assert slack.texts == ["You are welcome."]


async def test_what_cannot_be_kept_is_not_acknowledged(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    event_ = app.message("thanks")
    run = app.desk._inbox.database.run

    async def away(_: Any) -> Any:
        raise AwayError

    app.desk._inbox.database.run = away
    assert await app.event(event_, event_id="Ev1") == 503
    app.desk._inbox.database.run = run
    retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_error"}
    assert await app.event(event_, event_id="Ev1", headers=retry) == 200
    await app.settle()
    assert app.slack.texts == ["You are welcome."]


async def test_messages_of_one_person_that_were_left_behind_come_in_their_order(start: Any) -> None:
    app = await start()
    stuck = asyncio.Event()

    async def wait(_: Any) -> None:
        await stuck.wait()

    app.assistant.before = wait
    for text in ("greeting", "thanks"):
        await app.event(app.message(text))
    for task in app.desk._beside:
        task.cancel()
    for queue in app.desk._turns._queues.values():
        queue.worker.cancel()
    again = await start()
    await again.event(again.message("age", ts="1699999999.999999"))
    until = time.monotonic() + 15
    while len(again.assistant.heard) < 3 and time.monotonic() < until:
        await asyncio.sleep(0.05)
    await again.settle()
    assert again.assistant.words == ["greeting", "thanks", "age"]
