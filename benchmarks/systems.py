"""The two that are measured, each an assistant and an action server of their own on loopback.

Both are started, awaited and stopped in the same way, talk over Rasa's REST channel, run the same actions and keep
conversations in an SQLite file.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from benchmarks import machine
from benchmarks.peer import QUIET, Peer
from unknot.launch.app import ACTIONS, ASSISTANT, App
from unknot.launch.ports import free_port
from unknot.launch.probes import answers_http, rest_probe
from unknot.launch.supervisor import Part, Patience, Supervisor
from unknot.settings import ROOT, Settings

UNKNOT, PEER = "Unknot", "Rasa's default"
NAMES = (UNKNOT, PEER)
# Quick to notice an answer, so that a start is measured and not the pause between two looks.
_EAGER = Patience(poll=0.05)


@dataclass
class System:
    """One of the two, which can be started and stopped again and again; every start has an empty database."""

    name: str
    folder: Path
    make: Callable[[Path], tuple[list[Part], str]]
    fresh: bool = True
    url: str = ""
    started_in: float = 0.0  # seconds from the start of the processes to the first answer to a message
    _supervisor: Supervisor | None = field(default=None, repr=False)

    def start(self) -> System:
        """Starts both processes and returns when a message has been answered."""
        if self.fresh:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        parts, self.url = self.make(self.folder)
        self._supervisor = Supervisor(parts, print, _EAGER)
        started = time.monotonic()
        try:
            self._supervisor.start()
        except BaseException:
            self.stop()
            raise
        self.started_in = time.monotonic() - started
        return self

    def stop(self) -> None:
        """Stops both processes."""
        if self._supervisor:
            self._supervisor.stop()
            self._supervisor = None

    def __enter__(self) -> System:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def webhook(self) -> str:
        """Address of the REST channel."""
        return f"{self.url}/webhooks/rest/webhook"

    def memory(self) -> dict[str, int]:
        """Resident bytes of both, with what they started; each part is the head of a process group."""
        return {part: machine.resident(group) for part, group in self._groups().items()}

    def processor_time(self) -> float:
        """Seconds of processor time that both have used so far."""
        return sum(machine.processor_time(group) for group in self._groups().values())

    def _groups(self) -> dict[str, int]:
        if self._supervisor is None:
            raise RuntimeError(f"{self.name} is not running")
        return {part: self._supervisor.pid(part) for part in (ASSISTANT, ACTIONS)}


def unknot(model: Path, folder: Path, *, database_url: str | None = None, fresh: bool = True) -> System:
    """The product as `make serve-rest` starts it, on free ports; `database_url` instead of a file in `folder`."""

    def make(folder: Path) -> tuple[list[Part], str]:
        settings = Settings(
            port=free_port(),
            actions_port=free_port(),
            data_dir=folder,
            database_url=database_url or f"sqlite:///{folder / 'unknot.db'}",
        )
        app = App(settings, model, ROOT / "credentials_rest.yml")
        return app.parts(), app.url

    return System(UNKNOT, folder, make, fresh)


def peer(trained: Peer, folder: Path) -> System:
    """Rasa's default pipeline with stock everything but the actions."""

    def make(folder: Path) -> tuple[list[Part], str]:
        port, actions_port = free_port(), free_port()
        return _peer_parts(trained, folder, port, actions_port), f"http://127.0.0.1:{port}"

    return System(PEER, folder, make)


def _peer_parts(trained: Peer, folder: Path, port: int, actions_port: int) -> list[Part]:
    environment = {**os.environ, **QUIET, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    endpoints = folder / "endpoints.yml"
    endpoints.write_text(
        yaml.safe_dump(
            {
                # The same economy as ours: without it every call of an action carries the whole domain.
                "action_endpoint": {
                    "url": f"http://127.0.0.1:{actions_port}/webhook",
                    "enable_selective_domain": True,
                },
                "tracker_store": {"type": "SQL", "dialect": "sqlite", "db": str(folder / "peer.db")},
            }
        ),
        encoding="utf-8",
    )
    python = str(trained.python)
    run = [python, "-m", "rasa", "run", "--model", str(trained.model), "--endpoints", str(endpoints)]
    run += ["--credentials", str(ROOT / "credentials_rest.yml"), "--interface", "127.0.0.1"]
    url, health = f"http://127.0.0.1:{port}", answers_http(f"http://127.0.0.1:{actions_port}/health")
    return [
        Part(
            ACTIONS,
            [python, "-m", "rasa_sdk", "--actions", "actions", "--port", str(actions_port), "--quiet"],
            folder / "log" / "actions.log",
            {**environment, "SANIC_HOST": "127.0.0.1"},
            health,
            health,
            ROOT,
        ),
        Part(
            ASSISTANT,
            [*run, "--port", str(port), "--quiet"],
            folder / "log" / "assistant.log",
            environment,
            rest_probe(url),
            answers_http(f"{url}/"),
            trained.folder,
            300.0,
        ),
    ]
