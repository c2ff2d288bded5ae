"""A disk that is full and a file that is damaged, under a server in a process of its own: real writes that fail."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.channels.web.conftest import Person, payloads, problem
from tests.channels.web.serve import FakeServer
from unknot.launch.ports import free_port
from unknot.settings import ROOT

TOO_SMALL = 1_024  # bytes that a file may have: less than a page, so no write of the database succeeds


def soon(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


class Elsewhere(FakeServer):
    """A server in another process; `full` makes every file of that process too large to be written."""

    def start(self) -> FakeServer:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-W", "ignore", "-m", "tests.channels.web.serve", str(self.port)]
        environment = {**os.environ, "TMPDIR": str(self.database.parent)}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == self.url.encode()
        return self

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(20)

    @contextmanager
    def full(self) -> Iterator[None]:
        soft, hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (TOO_SMALL, hard))
        yield
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (soft, hard))


def readiness(http: httpx.Client) -> tuple[int, bool]:
    answer = http.get("/readyz")
    return answer.status_code, answer.json()["checks"]["database"]


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="the size of another process's files cannot be bounded")
def test_nothing_is_acknowledged_on_a_full_disk_and_all_goes_on_afterwards(tmp_path: Path) -> None:
    with Elsewhere(tmp_path) as server:
        assert isinstance(server, Elsewhere)
        person = Person(server)
        person.begin()
        person.say("my back is in spasm", "message-one")
        assert readiness(person.http) == (200, True)
        with server.full():
            assert problem(person.post({"choices": ["none_of_these"]}, "message-two")) == (503, "away")
            assert soon(lambda: readiness(person.http) == (503, False))
            assert person.http.get("/healthz").status_code == 200, "a restart would mend nothing"
            assert [item["text"] for item in person.history() if item["from"] == "user"] == ["my back is in spasm"]
        assert soon(lambda: readiness(person.http) == (200, True))
        assert payloads(person.post({"choices": ["none_of_these"]}, "message-two"))[0]["asks"] == ["location"]
        said = [item["text"] for item in person.history() if item["from"] == "user"]
        assert said == ["my back is in spasm", "None of these"]


def test_a_damaged_file_is_not_ready_and_loses_nothing_that_was_acknowledged(
    own_server: Callable[..., FakeServer],
) -> None:
    server = own_server()
    person = Person(server)
    person.begin()
    for number in range(4):
        person.say("relief", f"message-{number}")
    server.stop()
    with closing(sqlite3.connect(server.database)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = database.execute("PRAGMA page_size").fetchone()[0]
    content = bytearray(server.database.read_bytes())
    for page in range(size, len(content), size):
        content[page : page + 100] = b"\xff" * 100
    server.database.write_bytes(content)
    # A start by `make run` refuses such a file; this is one that breaks under a server that runs.
    server.start()
    assert problem(person.post({"text": "chest pain"}, "message-sos")) == (503, "away")
    assert soon(lambda: readiness(person.http) == (503, False))
    assert server.client().get("/healthz").status_code == 200
