"""An assistant with its action server, started for a measurement, and what a turn with it costs."""

from __future__ import annotations

import http.client
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from unknot.launch.app import ACTIONS, ASSISTANT, App
from unknot.launch.ports import free_port
from unknot.launch.supervisor import Supervisor
from unknot.settings import ROOT, Settings

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """What a turn took, in milliseconds: by the clock, and of both processes' computing."""

    wall: float
    cpu: float
    replies: int


class Assistant:
    """A running assistant over Rasa's REST channel."""

    def __init__(self, app: App, supervisor: Supervisor) -> None:
        self.app, self._supervisor = app, supervisor
        self._connection = http.client.HTTPConnection("127.0.0.1", app.settings.port, timeout=60)

    def say(self, sender: str, text: str) -> Cost:
        """One whole turn: text in, all replies out."""
        body = json.dumps({"sender": sender, "message": text})
        before, start = self._computed(), time.perf_counter()
        self._connection.request("POST", "/webhooks/rest/webhook", body, {"Content-Type": "application/json"})
        replies = json.loads(self._connection.getresponse().read())
        wall = time.perf_counter() - start
        return Cost(wall * 1000, (self._computed() - before) * 1000, len(replies))

    def _computed(self) -> float:
        return sum(_cpu(self._supervisor.pid(name)) for name in (ASSISTANT, ACTIONS))


@contextmanager
def assistant(model: Path, folder: Path, *, rasas_stores: bool = False, **changes: Any) -> Iterator[Assistant]:
    """Starts one; `rasas_stores`: with Rasa's own tracker and lock store. `changes` are fields of Settings."""
    shown = Settings(
        port=free_port(), actions_port=free_port(), data_dir=folder, database_url=f"sqlite:///{folder / 'unknot.db'}"
    )
    app = App(replace(shown, **changes), model, ROOT / "credentials_rest.yml")
    parts = app.parts()
    if rasas_stores:
        use_rasas_stores(folder / "run" / f"endpoints-{app.settings.port}.yml")
    with Supervisor(parts, lambda text: None) as supervisor:
        supervisor.start()
        yield Assistant(app, supervisor)


def use_rasas_stores(endpoints: Path) -> None:
    """Puts Rasa's own stores into an endpoints file."""
    content = yaml.safe_load(endpoints.read_text(encoding="utf-8"))
    content["tracker_store"]["type"] = "SQL"
    content.pop("lock_store", None)
    endpoints.write_text(yaml.safe_dump(content), encoding="utf-8")


def _cpu(pid: int) -> float:
    """Seconds of computing by a process, to the clock tick."""
    try:
        fields = Path(f"/proc/{pid}/schedstat").read_text().split()
        threads = Path(f"/proc/{pid}/task").iterdir()
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9 if fields else 0.0
    except FileNotFoundError:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICK
