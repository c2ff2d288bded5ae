"""The web channel as a transport: sessions, streams, retries."""

from __future__ import annotations

import pytest

from tests.channels.terminal import samples
from tests.channels.terminal.test_pipe import CONVERSATION, run
from unknot.channels.terminal.cli import attach
from unknot.channels.terminal.transport import RestTransport, ServerFaultError
from unknot.channels.terminal.web import WebTransport


@pytest.fixture
def web(assistant):
    assistant.web = True
    return assistant


def test_conversation_to_a_plan_over_the_web_channel(web):
    done = run(web, CONVERSATION)
    assert done.returncode == 0, done.stderr
    assert web.words == ["hi", "None of these", "Upper back", "7", "40", "summary"]
    assert {body["cookie"] for body in web.heard} == {"unknot=session-1"}
    assert len({body["id"] for body in web.heard}) == len(web.heard)
    assert "To take with you" in done.stdout


def test_the_channel_that_is_there_is_used(assistant):
    assert isinstance(attach(assistant.url), RestTransport)
    assistant.web = True
    assert isinstance(attach(assistant.url), WebTransport)
    assert attach("http://127.0.0.1:9") is None


def test_payloads_arrive_one_by_one(web):
    arriving = WebTransport(web.url).send("late")
    assert next(arriving) == samples.THANKS
    assert next(arriving) == samples.EMERGENCY


def test_a_retry_is_the_same_turn(web):
    transport = WebTransport(web.url)
    web.status = 503
    with pytest.raises(ServerFaultError):
        list(transport.send("thanks"))
    web.status = 200
    assert list(transport.send("thanks")) == [samples.THANKS]
    assert list(transport.send("thanks")) == [samples.THANKS]
    first, again, new = (body["id"] for body in web.heard)
    assert first == again != new


def test_a_session_that_is_over_is_replaced_on_the_next_attempt(web):
    transport = WebTransport(web.url)
    list(transport.send("thanks"))
    web.status, web.raw = 401, b'{"message": "This chat session is over. A new one can be started."}'
    with pytest.raises(ServerFaultError, match="session is over"):
        list(transport.send("hi"))
    web.status, web.raw = 200, None
    assert list(transport.send("hi")) == [samples.GREETING, samples.RED_FLAGS]
    assert web.sessions == 2


@pytest.mark.parametrize(
    ("outcome", "told"), [("failed", "could not answer"), ("silent", "empty"), ("late", "late"), ("", "broke off")]
)
def test_a_turn_without_a_proper_end_is_told(web, outcome, told):
    web.outcome = outcome
    with pytest.raises(ServerFaultError, match=told):
        list(WebTransport(web.url).send("thanks"))
