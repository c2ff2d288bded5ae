"""Rasa's RabbitMQ event broker, with events that say what the program did and nothing that a person said."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections import deque
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from rasa.core.brokers.pika import PikaEventBroker
from rasa.utils.endpoints import EndpointConfig

from unknot.conversations.keys import kept_key
from unknot.settings import load_settings

logger = logging.getLogger(__name__)
KEY_FILE = "broker_key"
QUEUE = "unknot_events"
MOST_WAITING = 10_000  # events kept while RabbitMQ is away; then the oldest go
_NAMED = frozenset({"action", "action_execution_rejected", "slot", "active_loop", "followup"})
_RETRY_SECONDS = 5.0


def lean(event: Mapping[str, Any], key: bytes) -> dict[str, Any]:
    """What of an event leaves the machine: type, time, names of the program's own, and a keyed hash of the sender.

    `name` is an action's or a slot's, `intent` an intent's, `level` and `kind` a reply's. No text, no value of a
    slot, no entity, no metadata, no id of a message. Whatever is not named here is not sent.
    """
    kind = _word(event.get("event"))
    found: dict[str, Any] = {"event": kind, "timestamp": _number(event.get("timestamp"))}
    sender = str(event.get("sender_id") or "")
    found["sender"] = hmac.new(key, sender.encode(), hashlib.sha256).hexdigest()[:32]
    if kind in _NAMED:
        found["name"] = _word(event.get("name"))
    intent = _mapping(_mapping(event.get("parse_data")).get("intent"))
    if kind == "user" and "name" in intent:
        found["intent"] = _word(intent["name"])
        found["channel"] = _word(event.get("input_channel"))
    reply = _mapping(_mapping(event.get("data")).get("custom"))
    if kind == "bot" and reply:
        found["kind"] = _word(reply.get("type"))
        found["level"] = _word(reply.get("level"))
    return {name: value for name, value in found.items() if value is not None}


def _word(value: Any) -> str | None:
    """A name of the program's own: short, of letters, digits and underscores."""
    return value if isinstance(value, str) and len(value) <= 64 and value.replace("_", "").isalnum() else None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


class LeanBroker(PikaEventBroker):
    """Named in endpoints.yml by the launcher when UNKNOT_BROKER_URL is set.

    It connects in the background: an assistant whose broker is away answers people all the same.
    """

    def __init__(self, url: str, key: bytes, queue: str = QUEUE) -> None:
        parts = urlsplit(url)
        port = parts.port or (5671 if parts.scheme == "amqps" else 5672)
        # Rasa logs the host when it has connected: it is given the name alone, not the address with its password.
        super().__init__(parts.hostname or "", "", "", port=port, queues=[queue], connection_attempts=1)
        self._url = url
        self._key = key
        self._unpublished_events: deque[dict[str, Any]] = deque(maxlen=MOST_WAITING)
        self._connecting: asyncio.Task[None] | None = None

    @classmethod
    async def from_endpoint_config(
        cls, broker_config: EndpointConfig | None, event_loop: asyncio.AbstractEventLoop | None = None
    ) -> LeanBroker | None:
        """As Rasa makes brokers. The address comes from the settings, so that no file holds its password."""
        settings = load_settings()
        if broker_config is None or not settings.broker_url:
            return None
        broker = cls(settings.broker_url, kept_key(settings.data_dir, KEY_FILE))
        broker._connecting = asyncio.get_running_loop().create_task(broker._connect_some_time())
        return broker

    def _configure_url(self) -> str:
        """The whole address, with user, password and virtual host; aio-pika reads it."""
        return self._url

    async def _connect_some_time(self) -> None:
        """Tries until it works."""
        told = False
        while True:
            try:
                await self.connect()
                self._publish_unpublished_messages()
                return
            except Exception as error:
                if not told:
                    logger.warning("The event broker cannot be reached (%s); trying on.", type(error).__name__)
                told = True
                await asyncio.sleep(_RETRY_SECONDS)

    def publish(self, event: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        """Sends what `lean` leaves of an event. Never raises: a turn does not fail because of a broker."""
        try:
            # What waited for the connection is lean already.
            ready = event if "sender" in event and "sender_id" not in event else lean(event, self._key)
            if self._exchange is None:
                self._unpublished_events.append(ready)
            else:
                super().publish(ready)
        except Exception as error:
            logger.warning("An event could not be published: %s", type(error).__name__)

    async def close(self) -> None:
        """Ends the attempts and the connection."""
        if self._connecting is not None:
            self._connecting.cancel()
        await super().close()
