"""What an event broker gets: what the program did, never what a person said."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aio_pika
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from tests.conversations.privacy.rabbit import program, rabbitmq
from unknot.conversations.broker import MOST_WAITING, QUEUE, LeanBroker, lean
from unknot.conversations.keys import kept_key
from unknot.launch.endpoints import write_endpoints
from unknot.settings import ROOT, Settings

KEY = b"k" * 32
MARK = "ferret-lampshade"
USER = {
    "sender_id": f"slack:T1:{MARK}",
    "event": "user",
    "timestamp": 1.5,
    "text": MARK,
    "input_channel": "slack",
    "message_id": MARK,
    "metadata": {"team": MARK},
    "parse_data": {
        "text": MARK,
        "intent": {"name": "inform", "confidence": 0.9},
        "entities": [{"entity": "location", "value": MARK}],
    },
}
EVENTS: list[dict[str, Any]] = [
    USER,
    {"sender_id": MARK, "event": "slot", "timestamp": 2.0, "name": "case", "value": {"words": MARK}},
    {"sender_id": MARK, "event": "action", "timestamp": 3.0, "name": "action_ask", "action_text": MARK},
    {"sender_id": MARK, "event": "entities", "timestamp": 4.0, "entities": [{"value": MARK}]},
    {
        "sender_id": MARK,
        "event": "bot",
        "timestamp": 5.0,
        "text": MARK,
        "data": {"custom": {"type": "triage", "level": "emergency", "text": MARK, "findings": [MARK]}},
    },
]


def test_what_is_left_of_each_event() -> None:
    left = [lean(event, KEY) for event in EVENTS]
    assert MARK not in json.dumps(left)
    sender = left[0].pop("sender")
    assert left[0] == {"event": "user", "timestamp": 1.5, "intent": "inform", "channel": "slack"}
    assert left[1]["name"] == "case"
    assert set(left[1]) == {"event", "timestamp", "sender", "name"}
    assert left[2]["name"] == "action_ask"
    assert set(left[3]) == {"event", "timestamp", "sender"}
    assert (left[4]["kind"], left[4]["level"]) == ("triage", "emergency")
    # The same person is the same hash, and without the key it cannot be had from the sender id.
    assert sender == lean(USER, KEY)["sender"]
    assert sender != lean(USER, b"x" * 32)["sender"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.just(MARK) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*USER, "data", "value"]), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*USER, "data", "value", "name", "custom", "intent"]), _JSON))
def test_no_shape_of_an_event_lets_words_through(event: dict[str, Any]) -> None:
    assert MARK not in json.dumps(lean(event, KEY))


class StandIn:
    """Takes what would go to RabbitMQ's exchange."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def publish(self, message: Any, routing_key: str) -> None:
        self.bodies.append(message.body)


def turn_of(words: str) -> DialogueStateTracker:
    tracker = DialogueStateTracker(f"slack:T1:{MARK}", [])
    parse = {"text": words, "intent": {"name": "inform"}, "entities": [{"entity": "x", "value": words}]}
    for event in (
        UserUttered(words, parse_data=parse),
        SlotSet("case", words),
        ActionExecuted("action_ask"),
        BotUttered(words, {"custom": {"type": "ask", "text": words}}),
    ):
        tracker.update(event)
    return tracker


def test_through_rasa_s_tracker_store(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    async def run() -> tuple[LeanBroker, StandIn]:
        broker, exchange = LeanBroker("amqp://guest:geheim@127.0.0.1:1/", KEY), StandIn()
        store = InMemoryTrackerStore(Domain.empty(), event_broker=broker)
        await store.save(turn_of(MARK))  # RabbitMQ is away
        assert broker._unpublished_events
        broker._exchange = exchange  # and is back
        broker._publish_unpublished_messages()
        await store.save(turn_of(MARK))
        while broker._background_tasks:
            await asyncio.gather(*broker._background_tasks)
        return broker, exchange

    _, exchange = asyncio.run(run())
    kinds = [json.loads(body)["event"] for body in exchange.bodies]
    assert {"user", "slot", "action", "bot"} <= set(kinds)
    assert MARK.encode() not in b"".join(exchange.bodies)
    assert MARK not in caplog.text
    assert "geheim" not in caplog.text


async def read_queue(url: str, count: int) -> list[bytes]:
    """What a subscriber of the queue gets."""
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(QUEUE, durable=True)
        bodies = []
        while len(bodies) < count:
            message = await queue.get(timeout=10, fail=False)
            if message is None:
                await asyncio.sleep(0.1)
                continue
            await message.ack()
            bodies.append(message.body)
        assert await queue.get(timeout=5, fail=False) is None
    return bodies


def test_through_a_real_rabbitmq(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if program() is None:
        pytest.skip("no RabbitMQ on this machine: apt install rabbitmq-server")

    async def run(url: str) -> list[bytes]:
        monkeypatch.setenv("UNKNOT_BROKER_URL", url)
        monkeypatch.setenv("UNKNOT_DATA_DIR", str(tmp_path))
        broker = await LeanBroker.from_endpoint_config(SimpleNamespace(url=None, kwargs={}))
        assert broker is not None
        store = InMemoryTrackerStore(Domain.empty(), event_broker=broker)
        await store.save(turn_of(MARK))  # most likely before the connection is there
        bodies = await asyncio.wait_for(read_queue(url, 4), 30)
        await broker.close()
        return bodies

    with rabbitmq() as url:
        bodies = asyncio.run(run(url))
    assert [json.loads(body)["event"] for body in bodies] == ["user", "slot", "action", "bot"]
    assert MARK.encode() not in b"".join(bodies)


def test_a_broker_that_is_away_holds_up_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNKNOT_BROKER_URL", "amqp://guest:guest@127.0.0.1:1/")
    monkeypatch.setenv("UNKNOT_DATA_DIR", str(tmp_path))

    async def run() -> int:
        began = time.monotonic()
        broker = await LeanBroker.from_endpoint_config(SimpleNamespace(url=None, kwargs={}))
        assert time.monotonic() - began < 1
        assert broker is not None
        for number in range(MOST_WAITING + 10):
            broker.publish({**USER, "timestamp": number})
        await asyncio.sleep(0.2)
        waiting = len(broker._unpublished_events)
        await broker.close()
        return waiting

    assert asyncio.run(run()) == MOST_WAITING


def test_no_file_holds_its_password(tmp_path: Path) -> None:
    settings = Settings(broker_url="amqp://guest:geheim@127.0.0.1/", data_dir=tmp_path)
    text = write_endpoints(ROOT / "endpoints.yml", settings, ROOT).read_text()
    assert yaml.safe_load(text)["event_broker"] == {"type": "unknot.conversations.broker.LeanBroker"}
    assert "geheim" not in text
    plain = write_endpoints(ROOT / "endpoints.yml", Settings(data_dir=tmp_path), ROOT).read_text()
    assert "event_broker" not in yaml.safe_load(plain)


def test_its_key_is_made_once_and_closed(tmp_path: Path) -> None:
    key = kept_key(tmp_path / "var", "broker_key")
    assert key == kept_key(tmp_path / "var", "broker_key")
    assert (tmp_path / "var" / "broker_key").stat().st_mode & 0o077 == 0
    (tmp_path / "var" / "broker_key").write_text("abcd")
    with pytest.raises(ValueError, match="delete it"):
        kept_key(tmp_path / "var", "broker_key")
