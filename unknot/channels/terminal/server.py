"""Starting the assistant when none is running, through the same command as `make run`."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import IO, TypeVar

from unknot.settings import ROOT

START_SECONDS = 300.0  # the first start may have to train
T = TypeVar("T")
LAUNCHER = ROOT / "unknot" / "launch" / "run.py"


class StartError(Exception):
    """The server did not come up; the message says why as far as it is known."""


class Server:
    """A server of this client's own, ended when the client ends. `log` takes what it prints."""

    def __init__(self, log: IO[bytes]) -> None:
        self._log = log
        self._process = subprocess.Popen(
            [sys.executable, "-m", "unknot.launch.run", "--stop-with-parent"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C at the prompt is the client's business
        )

    def wait_ready(self, find: Callable[[], T | None], say: Callable[[str], None]) -> T:
        """What `find` finds, as soon as it finds something; `say` gets what the launcher prints meanwhile.

        Raises `StartError`.
        """
        deadline = time.monotonic() + START_SECONDS
        told = 0
        while time.monotonic() < deadline:
            lines = self._lines()
            for line in lines[told:]:
                say(line)
            told = len(lines)
            if self._process.poll() is not None:
                raise StartError(f"the server ended with status {self._process.returncode}")
            if (found := find()) is not None:
                return found
            time.sleep(0.2)
        raise StartError(f"the server was not ready after {START_SECONDS:.0f} s")

    def close(self) -> None:
        """End the server, gently first."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _lines(self) -> list[str]:
        """The whole lines that the launcher has printed."""
        self._log.seek(0)
        text = self._log.read().decode(errors="replace")
        return [line for line in text[: text.rfind("\n") + 1].splitlines() if line.strip()]

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
