"""Starting the assistant when none is running, through the same command as `make run`."""

from __future__ import annotations

import subprocess
import sys
import time
from types import TracebackType
from typing import IO

from settings import ROOT
from terminal.transport import Transport

START_SECONDS = 120.0
LAUNCHER = ROOT / "scripts" / "run.py"


class StartError(Exception):
    """The server did not come up; the message says why as far as it is known."""


class Server:
    """A server of this client's own, ended when the client ends. `log` takes what it prints."""

    def __init__(self, log: IO[bytes]) -> None:
        self._log = log
        self._process = subprocess.Popen(
            [sys.executable, "-m", "scripts.run"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C at the prompt is the client's business
        )

    def wait_ready(self, transport: Transport, seconds: float = START_SECONDS) -> None:
        """Return as soon as `transport` can talk to the server. Raises `StartError`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise StartError(f"the server ended with status {self._process.returncode}\n{self._tail()}")
            if transport.ready():
                return
            time.sleep(0.2)
        raise StartError(f"the server was not ready after {seconds:.0f} s\n{self._tail()}")

    def close(self) -> None:
        """End the server, gently first."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _tail(self) -> str:
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return "\n".join(lines[-5:])

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
