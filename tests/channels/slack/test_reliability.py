"""Signatures, retries, duplicates, floods: nothing forged gets in, nothing is answered twice."""

from __future__ import annotations

import asyncio
import json
import time
from urllib.parse import urlencode

import pytest

from tests.channels.slack.harness import sign
from tests.channels.terminal import samples

pytestmark = pytest.mark.anyio


def envelope(app, **more) -> bytes:
    raw = {"type": "event_callback", "team_id": "T1", "event_id": "EvX", "event": app.message("thanks"), **more}
    return json.dumps(raw).encode()


async def test_the_challenge_is_answered(app):
    body = json.dumps({"type": "url_verification", "challenge": "abc123"}).encode()
    response = await app.post(body)
    assert (response.status, await response.text()) == (200, "abc123")


FORGED = {
    "another secret": lambda body, now: (sign(body, now, "0" * 32), now),
    "another body": lambda body, now: (sign(body + b" ", now), now),
    "another time": lambda body, now: (sign(body, str(int(now) - 1)), now),
    "no version": lambda body, now: (sign(body, now)[3:], now),
    "empty": lambda body, now: ("", now),
    "not hex": lambda body, now: ("v0=" + "z" * 64, now),
    "not ASCII": lambda body, now: ("v0=é", now),
    "six minutes old": lambda body, now: (sign(body, str(int(now) - 360)), str(int(now) - 360)),
    "six minutes ahead": lambda body, now: (sign(body, str(int(now) + 360)), str(int(now) + 360)),
    "no number": lambda body, now: (sign(body, "soon"), "soon"),
    "not a number": lambda body, now: (sign(body, "nan"), "nan"),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_forged_and_stale_requests_are_refused(app, forge):
    body = envelope(app)
    signature, stamp = forge(body, str(int(time.time())))
    headers = {"X_Slack_Signature": signature, "X_Slack_Request_Timestamp": stamp}
    assert (await app.post(body, **headers)).status == 401
    await app.settle()
    assert app.assistant.heard == []


async def test_an_unsigned_form_is_refused(app):
    body = urlencode({"command": "/unknot", "team_id": "T1", "user_id": "U1"}).encode()
    response = await app.post(body, "application/x-www-form-urlencoded", X_Slack_Signature="v0=0")
    assert response.status == 401


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON;charset=UTF-8"]
)
async def test_content_types_with_a_charset_are_understood(app, kind):
    assert (await app.post(envelope(app), kind)).status == 200
    await app.settle()
    assert app.assistant.words == ["thanks"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"payload=%7B", "application/x-www-form-urlencoded", 400),
        (b"payload=%5B%5D", "application/x-www-form-urlencoded", 400),
        (b"ssl_check=1", "application/x-www-form-urlencoded", 200),
        (b"{}", "text/plain", 415),
        (b'{"type": "event_callback"}', "application/json", 200),
        (b'{"type": "event_callback", "event": [1]}', "application/json", 200),
        (b'{"type": "app_rate_limited"}', "application/json", 200),
    ],
)
async def test_odd_bodies(app, body, kind, status):
    assert (await app.post(body, kind)).status == status


async def test_bodies_are_limited(start):
    app = await start(max_body=20_000)
    assert (await app.post(b'{"x": "' + b"a" * 20_000 + b'"}')).status == 413
    assert (await app.event(app.message("thanks"))) == 200


async def test_acknowledged_before_the_work_is_done(app):
    release = asyncio.Event()

    async def wait(_):
        await release.wait()

    app.assistant.before = wait
    # The assistant is still at it: an answer that waited for it would never come.
    assert await asyncio.wait_for(app.event(app.message("thanks")), 10) == 200
    assert app.slack.posts == []
    release.set()
    await app.settle()
    assert app.slack.texts == ["You are welcome."]


@pytest.mark.parametrize(
    "reason", ["http_timeout", "http_error", "too_many_redirects", "connection_failed", "unknown"]
)
async def test_retries_of_every_reason_are_one_turn(app, reason):
    event = app.message("thanks")
    for number in range(4):
        headers = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason} if number else {}
        assert await app.event(event, event_id="Ev77", headers=headers) == 200
    await app.settle()
    assert app.assistant.words == ["thanks"]
    assert app.slack.texts == ["You are welcome."]


async def test_a_retry_that_comes_while_the_first_is_at_work(app):
    event = app.message("thanks")
    await asyncio.gather(*(app.event(event, event_id="Ev78") for _ in range(10)))
    await app.settle()
    assert app.assistant.words == ["thanks"]


async def test_the_same_message_under_another_event_id_is_one_turn(app):
    event = app.message("thanks")
    await app.event(event)
    await app.event({**event, "type": "app_mention"})
    await app.settle()
    assert app.assistant.words == ["thanks"]


async def test_a_retry_after_a_restart_is_known(app, start):
    event = app.message("thanks")
    await app.event(event, event_id="Ev79")
    await app.settle()
    again = await start()
    await again.event(event, event_id="Ev79", headers={"X-Slack-Retry-Num": "1"})
    await again.settle()
    assert again.assistant.heard == []


async def test_the_same_words_twice_are_two_messages(app):
    await app.say("thanks")
    await app.say("thanks")
    assert app.assistant.words == ["thanks", "thanks"]


async def test_a_second_click_changes_nothing(app, start):
    await app.say("hi")
    post = app.slack.posts[1]
    await app.press(post, "None of these", ts="7.7")
    await app.press(post, "None of these", ts="7.7")
    again = await start()
    await again.press(post, "None of these", ts="7.7")
    assert app.assistant.words == ["hi", "None of these"]
    assert again.assistant.heard == []
    assert len(app.slack.of("chat.update")) == 1


async def test_the_same_trigger_twice_is_one_command(app):
    form = {"command": "/unknot", "team_id": "T1", "user_id": "U1", "trigger_id": "1.same", "channel_id": "C1"}
    for _ in range(2):
        await app.post(urlencode(form).encode(), "application/x-www-form-urlencoded")
    await app.settle()
    assert app.assistant.words == ["Hello"]


async def test_messages_of_one_person_are_answered_in_order(app):
    async def slow_first(message):
        await asyncio.sleep(0.1 if message.text == "greeting" else 0)

    app.assistant.before = slow_first
    for text in ("greeting", "thanks", "age"):
        await app.event(app.message(text))
    await app.settle()
    assert app.assistant.words == ["greeting", "thanks", "age"]
    assert app.slack.texts == [samples.GREETING["text"], samples.THANKS["text"], samples.AGE["text"]]


async def test_one_person_does_not_wait_for_another(app):
    stuck = asyncio.Event()

    async def wait(message):
        if message.sender_id.endswith("U1"):
            await stuck.wait()

    app.assistant.before = wait
    await app.event(app.message("thanks", "U1"))
    await app.event(app.message("thanks", "U2"))
    for _ in range(100):
        if app.slack.posts:
            break
        await asyncio.sleep(0.02)
    assert [post["channel"] for post in app.slack.posts] == ["DT1U2"]
    stuck.set()
    await app.settle()


async def test_two_hundred_events_at_once(app):
    events = [app.message("thanks", f"U{number}") for number in range(200)]
    assert await asyncio.gather(*(app.event(event) for event in events)) == [200] * 200
    await app.settle()
    assert sorted(app.assistant.senders) == sorted(f"slack:T1:U{number}" for number in range(200))
    assert sorted(post["channel"] for post in app.slack.posts) == sorted(f"DT1U{n}" for n in range(200))


async def test_a_flood_from_one_person_is_bounded_and_said(start):
    app = await start(max_waiting=3)
    release = asyncio.Event()

    async def wait(_):
        await release.wait()

    app.assistant.before = wait
    for _ in range(6):
        await app.event(app.message("thanks"))
    release.set()
    await app.settle()
    assert len(app.assistant.heard) == 3
    assert sum("a lot at once" in text for text in app.slack.texts) == 3
