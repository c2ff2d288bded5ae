"""Ready means that a real turn was answered: one message, sent as a person's would be, got a reply."""

from __future__ import annotations

import json
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import yaml

from unknot.conversations.address import database_file

PROBE_SENDER = "unknot-readiness-probe"
"""The sender of probe turns on channels where the client names it; its conversation is deleted afterwards."""
PROBE_TEXT = "hello"

_TIMEOUT = 10.0  # seconds for one request


def http_json(url: str, body: object | None = None, headers: dict[str, str] | None = None) -> Any:
    """GET, or POST of `body`, to a server of ours; the answer's JSON. Raises OSError or ValueError."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})})
    # Not through a proxy: these are addresses of this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=_TIMEOUT) as answer:
        text = answer.read().decode("utf-8")
    return json.loads(text) if text else None


def answers_http(url: str) -> Callable[[], str | None]:
    """A check that a server answers any request at all with success."""

    def check() -> str | None:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(url, timeout=5):
                return None
        except (OSError, ValueError) as error:
            return _reason(error)

    return check


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"it answers {error.code}"
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "it does not answer in time"
    return "it does not listen yet" if isinstance(error, OSError) else "it answers something that is not JSON"


def complaint(replies: Any) -> str | None:
    """What is wrong with the replies to a probe turn: None, or silence, or an error notice."""
    if not isinstance(replies, list) or not replies:
        return "it answers, but a message gets no reply"
    for reply in replies:
        payload = reply.get("custom") if isinstance(reply, dict) else None
        if isinstance(payload, dict) and payload.get("notice") == "error":
            return "a message gets an error notice as its reply"
    return None


def rest_probe(base_url: str) -> Callable[[], str | None]:
    """A turn over Rasa's stock REST channel."""

    def check() -> str | None:
        try:
            return complaint(
                http_json(f"{base_url}/webhooks/rest/webhook", {"sender": PROBE_SENDER, "message": PROBE_TEXT})
            )
        except (OSError, ValueError) as error:
            return _reason(error)

    return check


def channels(credentials: Path) -> list[str]:
    """The names of the channels that a credentials file enables."""
    return list(yaml.safe_load(credentials.read_text(encoding="utf-8")) or {})


def probe_for(credentials: Path, base_url: str) -> Callable[[], str | None]:
    """The probe for the channels in a credentials file; with none of ours, an answer to any request."""
    enabled = channels(credentials)
    if any(name.startswith("unknot.channels.web.server.") for name in enabled):
        return answers_http(f"{base_url}/ready")  # the web channel runs a turn of its own and says how it went
    if "rest" in enabled:
        return rest_probe(base_url)
    return answers_http(base_url + "/")


def alive_for(credentials: Path, base_url: str) -> Callable[[], str | None]:
    """The sign of life for the channels in a credentials file."""
    web = any(name.startswith("unknot.channels.web.server.") for name in channels(credentials))
    return answers_http(f"{base_url}/{'healthz' if web else ''}")


def forget_probe(database_url: str, folder: Path) -> None:
    """Deletes the probe's conversation from an SQLite database; elsewhere it stays, under its own sender."""
    path = database_file(database_url, folder)
    if path is None or not path.is_file():
        return
    with closing(sqlite3.connect(path, timeout=5)) as database, database:
        database.execute("DELETE FROM events WHERE sender_id = ?", (PROBE_SENDER,))
