"""Socket Mode against a websocket on loopback."""

from __future__ import annotations

import asyncio
import json

import pytest

pytestmark = pytest.mark.anyio


@pytest.fixture
async def socket_app(start, slack):
    app = await start(app_token="xapp-socket", signing_secret="")
    await asyncio.wait_for(slack.socket_opened.wait(), 10)
    return app


async def send(app, kind: str, payload, envelope: str = "env-1"):
    await app.slack.socket.send_json({"type": kind, "envelope_id": envelope, "payload": payload})
    for _ in range(200):
        if any(item["envelope_id"] == envelope for item in app.slack.acknowledged):
            break
        await asyncio.sleep(0.01)
    await app.settle()
    return [item for item in app.slack.acknowledged if item["envelope_id"] == envelope]


def envelope(app, text: str, **more):
    return {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": app.message(text), **more}


async def test_a_message_over_the_websocket(socket_app):
    (acknowledged,) = await send(socket_app, "events_api", envelope(socket_app, "thanks"))
    assert acknowledged == {"envelope_id": "env-1"}
    assert socket_app.assistant.senders == ["slack:T1:U1"]
    assert socket_app.slack.texts == ["You are welcome."]


async def test_retries_over_the_websocket_are_one_turn(socket_app):
    payload = envelope(socket_app, "thanks")
    for number in range(3):
        await send(socket_app, "events_api", payload, f"env-{number}")
    assert socket_app.assistant.words == ["thanks"]
    assert len(socket_app.slack.acknowledged) == 3


async def test_the_command_over_the_websocket(socket_app):
    form = {"command": "/unknot", "team_id": "T1", "user_id": "U1", "trigger_id": "1", "channel_id": "C1", "text": ""}
    await send(socket_app, "slash_commands", form)
    assert socket_app.assistant.words == ["Hello"]


async def test_the_answer_to_a_form_goes_with_the_acknowledgement(socket_app):
    view = {"callback_id": "place_and_pain", "state": {"values": {}}}
    payload = {"type": "view_submission", "team": {"id": "T1"}, "user": {"id": "U1"}, "view": view}
    (acknowledged,) = await send(socket_app, "interactive", payload)
    assert acknowledged["payload"]["response_action"] == "errors"


async def test_what_cannot_be_taken_is_acknowledged_and_goes_no_further(socket_app):
    assert await send(socket_app, "events_api", {"type": "event_callback", "event": "?"})
    assert await send(socket_app, "interactive", {"type": "block_actions", "user": "?", "actions": 7}, "env-2")
    assert await send(socket_app, "unheard_of", {}, "env-3")
    await send(socket_app, "events_api", envelope(socket_app, "thanks"), "env-4")
    assert socket_app.assistant.words == ["thanks"]


async def test_nothing_gets_in_by_http_without_a_secret(socket_app):
    body = json.dumps(envelope(socket_app, "thanks")).encode()
    assert (await socket_app.post(body)).status == 401


async def test_health_tells_of_the_websocket(socket_app):
    async with socket_app.http.get(socket_app.url.removesuffix("webhook")) as response:
        assert await response.json() == {"status": "ok", "socket": True}


async def test_a_lost_websocket_is_opened_again(socket_app):
    slack = socket_app.slack
    slack.socket_opened.clear()
    await slack.socket.close()
    await asyncio.wait_for(slack.socket_opened.wait(), 20)
    await send(socket_app, "events_api", envelope(socket_app, "thanks"))
    assert socket_app.assistant.words == ["thanks"]
