"""The real thing: started, used, harmed, mended and stopped as a person would."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from unknot.launch.ports import free_port
from unknot.launch.probes import http_json
from unknot.settings import ROOT

pytestmark = pytest.mark.e2e

START = 120.0  # seconds, on a busy machine


class Launched:
    """`make run` or one of its sisters, less make, with everything it prints."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self.port, self.actions_port = free_port(), free_port()
        self.folder = folder
        mine = {
            "UNKNOT_PORT": str(self.port),
            "UNKNOT_ACTIONS_PORT": str(self.actions_port),
            "UNKNOT_DATA_DIR": str(folder),
            "UNKNOT_DATABASE_URL": f"sqlite:///{folder / 'unknot.db'}",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "unknot.launch.run", *arguments],
            cwd=ROOT,
            env={**os.environ, **mine, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.printed = ""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.printed += line

    def wait_for(self, words: str, seconds: float = START) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.printed:
            if self.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{words!r} was not printed:\n{self.printed}")
            time.sleep(0.1)

    def descendants(self) -> list[int]:
        listed = subprocess.run(["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
        ports = (f"--port {self.port} ", f"--port {self.actions_port} ")
        return [int(line.split()[0]) for line in listed.splitlines() if any(port in line + " " for port in ports)]

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


@pytest.fixture
def launch(trained_model: Path, tmp_path: Path) -> Iterator[Callable[..., Launched]]:
    started: list[Launched] = []

    def start(*arguments: str, **environment: str) -> Launched:
        started.append(Launched(tmp_path, *arguments, **environment))
        return started[-1]

    yield start
    for launched in started:
        if launched.process.poll() is None:
            launched.process.terminate()
            launched.process.wait(30)


def test_run_mends_what_dies_and_stops_without_a_trace(launch: Callable[..., Launched]) -> None:
    app = launch()
    app.wait_for("Unknot is ready")
    assert "training" not in app.printed  # the model was there
    link = re.search(r"http://\S+", app.printed)
    assert link is not None
    with urllib.request.urlopen(link[0], timeout=10) as page:
        assert page.status == 200
        assert "text/html" in page.headers["Content-Type"]
    assert (app.folder / "unknot.db").exists()

    actions = next(
        pid for pid in app.descendants() if "unknot.launch.action_server" in Path(f"/proc/{pid}/cmdline").read_text()
    )
    os.kill(actions, signal.SIGKILL)
    app.wait_for("The action server was ended by SIGKILL")
    app.wait_for("The action server is back.")

    # a second start on the same ports says who is there
    other = launch(UNKNOT_PORT=str(app.port))
    assert other.process.wait(30) == 1
    assert f"Port {app.port} is in use by process" in other.printed

    assert len(app.descendants()) == 2
    assert app.stop(signal.SIGINT) == 0
    assert app.descendants() == []


def test_serve_rest_answers_and_the_probe_left_nothing(launch: Callable[..., Launched]) -> None:
    app = launch("--credentials", "credentials_rest.yml")
    app.wait_for("Unknot is ready")
    with sqlite3.connect(app.folder / "unknot.db") as database:
        assert database.execute("SELECT count(*) FROM events").fetchone() == (0,)
    url = f"http://127.0.0.1:{app.port}/webhooks/rest/webhook"
    assert url in app.printed
    replies = http_json(url, {"sender": "somebody", "message": "hello"})
    assert any("custom" in reply for reply in replies)
    os.kill(app.process.pid, signal.SIGKILL)  # not even then is anything left
    app.process.wait(10)
    deadline = time.monotonic() + 10
    while app.descendants() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert app.descendants() == []
