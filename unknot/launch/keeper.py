"""Has what is too old deleted, at the start and every day, in a process of its own that ends when it is done."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from unknot.launch.supervisor import die_with_parent
from unknot.settings import ROOT, Settings, as_environment

EVERY_SECONDS = 86_400.0


class Keeper:
    """Runs `python -m unknot.conversations purge` while the assistant serves; turns go on meanwhile."""

    def __init__(self, settings: Settings, every: float = EVERY_SECONDS) -> None:
        self._settings = settings
        self._every = every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)

    @property
    def log(self) -> Path:
        """What the last run said."""
        return self._settings.data_dir / "log" / "retention.log"

    def start(self) -> Keeper:
        """Begins; returns at once."""
        if self._settings.retention_days:
            self._thread.start()
        return self

    def stop(self) -> None:
        """No further run; one under way ends with this process at the latest."""
        self._over.set()

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self._once()
            except OSError as error:  # a full disk today must not end the deleting for good
                print(f"What is too old could not be deleted; it is tried again: {error}", file=sys.stderr)
            self._over.wait(self._every)

    def _once(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            subprocess.run(
                [sys.executable, "-m", "unknot.conversations", "purge"],
                cwd=ROOT,
                env={**os.environ, **as_environment(self._settings)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
                preexec_fn=die_with_parent(),
            )
