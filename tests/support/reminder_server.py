"""A server that brings reminders, for tests that kill it."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from unknot.conversations.access import Access
from unknot.conversations.agreed_time import Stale, Watch
from unknot.conversations.reminders import Contact
from unknot.conversations.reminding import Reminding


def serve(url: str, arrived: str, wall: Any) -> None:
    """A server in a process of its own; what it brings is a line in a file, under its number."""
    database = Access(url)
    clock = lambda: float(wall.value)  # noqa: E731
    watch = Watch(clock, time.monotonic, hold=0.3, jump=10**9)
    worker = Reminding(database, clock, time.monotonic, watch, Stale(time.monotonic, 0.6), tick=0.01)

    async def bring(contact: Contact) -> None:
        # As a channel does: what may have arrived is looked up first.
        with Path(arrived).open("a+", encoding="ascii") as file:
            file.seek(0)
            if contact.tries > 1 and any(line.split()[0] == str(contact.number) for line in file):
                return
            file.write(f"{contact.number} {contact.conversation} {contact.day}\n")
        await asyncio.sleep(0.002)

    worker.serve("slack:", bring)
    asyncio.run(worker.run())
