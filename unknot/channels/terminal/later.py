"""Reminders in the terminal: the conversation in which one was asked for is gone on with at the next start.

What is kept for that is the session's cookie, in a file of the data folder that only this user can read.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from unknot.channels.terminal.transport import Transport

FILE = "terminal_session.json"
USAGE = "say when: /remind 9:00, or /remind 9:00 Europe/Berlin"
_LOCAL = Path("/etc/localtime")


def zone_of_machine() -> str:
    """The machine's time zone by its name in the IANA database, UTC where it has none."""
    parts = _LOCAL.resolve().as_posix().partition("zoneinfo/")
    return parts[2].removeprefix("posix/") or "UTC"


def change(transport: Transport, words: str, kept: Path | None) -> str:
    """Carries out `/remind WORDS`; what to say about it. Raises `TurnError`."""
    when, _, zone = words.partition(" ")
    if when.lower() in ("off", "stop", "no"):
        state = transport.reminders("DELETE")
    elif when:
        time = when if len(when) == len("09:00") else f"0{when}"
        state = transport.reminders("POST", {"time": time, "zone": zone.strip() or zone_of_machine()})
    else:
        state = transport.reminders("GET")
    if kept is not None:
        _keep(kept, transport if state["on"] else None)
    return str(state["text"])


def welcome(transport: Transport, kept: Path) -> str:
    """Goes on where a reminder was asked for, if one was; the greeting that waits there, "" without one."""
    try:
        found = json.loads(kept.read_text(encoding="utf-8"))
        url, cookie = str(found["url"]), str(found["cookie"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    if url != transport.url:
        return ""
    if not transport.resume(cookie):
        _keep(kept, None)
        return ""
    state = transport.reminders("GET")
    _keep(kept, transport if state["on"] else None)  # the cookie may be a new one
    if greeting := str(state.get("greeting") or ""):
        transport.reminders("POST", {"seen": True})
    return greeting


def _keep(kept: Path, transport: Transport | None) -> None:
    kept.unlink(missing_ok=True)
    if transport is None:
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"url": transport.url, "cookie": transport.cookie}, file)
