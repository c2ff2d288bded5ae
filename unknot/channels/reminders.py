"""Reminders as every channel offers them: what a person said about them, and the one worker of a server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from unknot.channels.health import add_checks
from unknot.conversations.access import Access
from unknot.conversations.reminding import Reminding

_WHEN = re.compile(
    r"(?:please )?remind me(?: (?:every day|daily|once a day))?"
    r"(?: at (?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))? ?(?P<half>am|pm|a\.m\.|p\.m\.)?)?(?: (?:every day|daily))?",
    re.IGNORECASE,
)
USUAL = 9 * 60
"""The minute of the day at which somebody is reminded who named none."""


def worker(app: Any, database: Access) -> Reminding:
    """The worker of this server; where several channels ask for it, the first one's database is used."""
    if not hasattr(app.ctx, "unknot_reminding"):
        app.ctx.unknot_reminding = made = Reminding(database)
        add_checks(app, lambda: {"reminders": made.well})
    found: Reminding = app.ctx.unknot_reminding
    return found


def run(app: Any) -> asyncio.Task[None] | None:
    """Starts the worker in the server's loop, unless another channel has."""
    if getattr(app.ctx, "unknot_reminding_task", None) is not None:
        return None
    app.ctx.unknot_reminding_task = task = asyncio.get_running_loop().create_task(app.ctx.unknot_reminding.run())
    return task


def ends(text: str, messages: Mapping[str, str]) -> bool:
    """Whether these words, and nothing else, end reminders."""
    return _plain(text) in {_plain(one) for one in messages.get("reminder_words", "").split(";") if one.strip()}


def asked(text: str) -> int | None:
    """The minute of the day at which somebody asks to be reminded, None where the words ask for something else."""
    found = _WHEN.fullmatch(_plain(text))
    if not found:
        return None
    if found["hour"] is None:
        return USUAL
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"].lower().startswith("p") else 0)
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def minute_of(text: Any) -> int | None:
    """The minute of "09:30", None for anything else."""
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", text) if isinstance(text, str) else None
    return int(found[1]) * 60 + int(found[2]) if found else None


def clock(minute: int) -> str:
    """A minute of the day as "09:30"."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _plain(text: str) -> str:
    return " ".join(text.split()).strip(" .!").lower()
