"""One line a step, with the time it has taken; a terminal sees it move, a log file sees each step once."""

from __future__ import annotations

import sys
import time
from typing import TextIO


class Progress:
    """Says what is going on. `step` may be called often with the same words."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._moving = self._stream.isatty()
        self._started = time.monotonic()
        self._current = ""
        self._reminded = 0.0

    def step(self, words: str) -> None:
        """Something is being done; a log file is reminded every 30 s while it goes on."""
        elapsed = time.monotonic() - self._started
        if self._moving:
            self._stream.write(f"\r\x1b[K[{elapsed:4.0f} s] {words}")
        elif words != self._current or elapsed - self._reminded >= 30:
            self._stream.write(f"[{elapsed:4.0f} s] {words}\n")
            self._reminded = elapsed
        self._current = words
        self._stream.flush()

    def say(self, words: str) -> None:
        """A message of its own, after which steps go on."""
        self._stream.write(("\r\x1b[K" if self._moving else "") + words + "\n")
        self._stream.flush()
