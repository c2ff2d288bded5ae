"""The real channel on a real Sanic server, in a thread, with the scripted assistant behind it.

`python -m tests.channels.web.serve` serves it for a look by hand.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from rasa.core.lock_store import LockStore
from rasa.core.run import configure_app
from sanic import Sanic

from tests.channels.web.fake import FakeAgent
from unknot.channels.web.server import WebChannel
from unknot.channels.web.server.config import WebConfig
from unknot.launch.ports import free_port
from unknot.triage.case import Case

Sanic.test_mode = True  # several servers of one name in one process


class FakeServer:
    """Start, stop and start again: the database and the secret stay, as they would on a disk."""

    def __init__(
        self, folder: Path, lock_store: LockStore | None = None, beside: Sequence[Any] = (), **changes: Any
    ) -> None:
        self.lock_store = lock_store
        self.beside = beside  # further channels
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = folder / "unknot.db"
        self.offset = 0.0  # seconds added to the clock
        config = WebConfig(secret="s" * 64, database_url=f"sqlite:///{self.database}")
        self.config = replace(config, **changes)
        self.agent: FakeAgent
        self._thread: threading.Thread | None = None

    def clock(self) -> float:
        """The channel's time."""
        return time.time() + self.offset

    def start(self) -> FakeServer:
        """Serves until `stop`."""
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)), daemon=True)
        self._thread.start()
        assert started.wait(20)
        return self

    async def _serve(self, started: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        channel = WebChannel(self.config, clock=self.clock)
        app = configure_app(
            [channel, *self.beside], cors=None, enable_api=False, route="/webhooks/", use_uvloop=False
        )
        app.ctx.agent = self.agent = FakeAgent(self.database, self.lock_store)
        server = await app.create_server("127.0.0.1", self.port, return_asyncio_server=True, access_log=False)
        await server.startup()
        await server.before_start()
        await server.start_serving()
        await server.after_start()
        started.set()
        await self._over.wait()
        server.close()  # not awaited: from Python 3.12 on that waits until the last client has gone
        # Turns under way end with the loop, unsaved, as in a crash.

    def stop(self) -> None:
        """Stops serving at once; connections break."""
        self.do(self._over.set)
        assert self._thread is not None
        self._thread.join(20)

    @property
    def running(self) -> bool:
        """Whether it serves."""
        return self._thread is not None and self._thread.is_alive()

    def do(self, call: Callable[[], Any]) -> None:
        """Runs `call` in the server's loop."""
        self._loop.call_soon_threadsafe(call)

    def knows(self, case: Case) -> None:
        """Keeps a case among the events of the conversation that was heard last, as an action does."""
        now = time.time()
        slot = json.dumps({"event": "slot", "name": "case", "value": case.to_json(), "timestamp": now})
        with closing(sqlite3.connect(self.database)) as database, database:
            (sender,) = database.execute("SELECT sender_id FROM events ORDER BY id DESC LIMIT 1").fetchone()
            query = "INSERT INTO events (sender_id, type_name, timestamp, data) VALUES (?, 'slot', ?, ?)"
            database.execute(query, (sender, now, slot))

    def client(self, **more: Any) -> httpx.Client:
        """A client with a cookie jar of its own."""
        return httpx.Client(base_url=self.url, timeout=15, verify=False, **more)

    def __enter__(self) -> FakeServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
        server = FakeServer(Path(folder))
        if port:
            server.port, server.url = port, f"http://127.0.0.1:{port}"
        with server:
            print(server.url, flush=True)
            threading.Event().wait()
