"""Starts processes, waits until they answer, restarts what dies or hangs, and leaves none behind.

Each part runs in a process group of its own, so that Ctrl-C reaches the supervisor alone and stopping a part
takes what it started with it. On Linux the kernel ends a part when the supervisor itself is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from unknot.launch.explain import explain

Check = Callable[[], str | None]
"""Asks a part for a sign of life: None when it is well, otherwise what is wrong in a few words."""

_LOG_LIMIT = 5_000_000  # bytes; a longer log is set aside at the next start
_PR_SET_PDEATHSIG = 1


class PartError(RuntimeError):
    """A part could not be brought up at the start; the message is for the person at the terminal."""


class Stopped(KeyboardInterrupt):
    """A signal asked the supervisor to stop."""


@dataclass(frozen=True)
class Part:
    """One process to keep running. `ready` says when it has started, `alive` is asked now and then."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str]
    ready: Check
    alive: Check
    folder: Path | None = None
    start_limit: float = 120.0


@dataclass(frozen=True)
class Patience:
    """When to restart, ever more slowly and for ever: whoever comes back finds the page. Seconds."""

    first_pause: float = 0.5
    longest_pause: float = 60.0
    within: float = 120.0  # a part that has lived so long begins anew with the shortest pause
    poll: float = 0.2
    alive_every: float = 10.0
    hung_after: int = 3  # sign-of-life checks missed in a row
    grace: float = 15.0  # between SIGTERM and SIGKILL, for each part: turns under way are finished


@dataclass
class _Running:
    part: Part
    process: subprocess.Popen[bytes]
    started: float
    log_offset: int
    answered: bool = False
    missed: int = 0
    deaths: int = 0  # in a row
    restart_at: float | None = None


def die_with_parent() -> Callable[[], None] | None:
    """A `preexec_fn`: the kernel is to end the child when this process ends (Linux; elsewhere None)."""
    if sys.platform != "linux":
        return None
    parent = os.getpid()
    libc = ctypes.CDLL(None)

    def arrange() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the supervisor ended before the line above
            os._exit(1)

    return arrange


def stop_with_parent() -> None:
    """Has this process get SIGTERM when the one that started it ends (Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@contextlib.contextmanager
def stop_signals() -> Iterator[None]:
    """Inside the block SIGINT, SIGTERM and SIGHUP raise Stopped, once: stopping is undisturbed.

    A SIGHUP that is ignored (`nohup`) stays ignored.
    """
    before = {}
    stopping = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        if not stopping:
            stopping = True
            raise Stopped(signal.Signals(number).name)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if not (number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN):
            before[number] = signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Supervisor:
    """Keeps parts running; use as a context manager, so that leaving the block stops everything."""

    def __init__(self, parts: Sequence[Part], say: Callable[[str], None], patience: Patience | None = None) -> None:
        self._patience = patience or Patience()
        self._say = say
        self._parts = parts
        self._running: dict[str, _Running] = {}
        self._next_alive = 0.0

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, progress: Callable[[str], None] = lambda text: None) -> None:
        """Starts every part and returns when all are ready; PartError says why one is not."""
        for part in self._parts:
            self._running[part.name] = self._launch(part)
        while waiting := [item for item in self._running.values() if not item.answered]:
            progress("waiting for the " + " and the ".join(item.part.name for item in waiting))
            for item in waiting:
                self._look(item)
            time.sleep(self._patience.poll)
        self._next_alive = time.monotonic() + self._patience.alive_every

    def _look(self, item: _Running) -> None:
        """Marks a starting part as ready when it is; PartError when waiting on is of no use."""
        if item.process.poll() is not None:
            raise PartError(self._died(item))
        if fatal := explain(self._new_log(item), fatal_only=True):
            raise PartError(f"The {item.part.name} cannot start: {fatal} (log: {item.part.log})")
        problem = item.part.ready()
        item.answered = problem is None
        elapsed = time.monotonic() - item.started
        if problem and elapsed > item.part.start_limit:
            why = explain(self._new_log(item)) or problem
            raise PartError(f"The {item.part.name} gave no answer in {elapsed:.0f} s: {why} (log: {item.part.log})")

    def watch_once(self) -> None:
        """One look at every part: restarts what has died or hangs."""
        now = time.monotonic()
        ask = now >= self._next_alive
        if ask:
            self._next_alive = now + self._patience.alive_every
        for name, item in list(self._running.items()):
            if item.restart_at is not None:
                if now >= item.restart_at:
                    self._relaunch(name, item)
            elif item.process.poll() is not None:
                self._plan_restart(item, self._died(item))
            elif not item.answered:
                self._settle(item, now)
            elif ask:
                self._check_alive(item)

    def watch(self) -> None:
        """Watches until a signal raises Stopped."""
        while True:
            self.watch_once()
            time.sleep(self._patience.poll)

    def _settle(self, item: _Running, now: float) -> None:
        """A restarted part: say when it is back, restart it again when it does not come up."""
        if item.part.ready() is None:
            item.answered, item.missed = True, 0
            self._say(f"The {item.part.name} is back.")
        elif now - item.started > item.part.start_limit:
            self._end(item)
            self._plan_restart(item, f"The {item.part.name} does not answer after its restart.")

    def _check_alive(self, item: _Running) -> None:
        problem = item.part.alive()
        item.missed = 0 if problem is None else item.missed + 1
        if item.missed >= self._patience.hung_after:
            self._end(item)
            self._plan_restart(item, f"The {item.part.name} hangs ({problem}).")

    def _plan_restart(self, item: _Running, what: str) -> None:
        now = time.monotonic()
        item.deaths = 1 if now - item.started > self._patience.within else item.deaths + 1
        pause = min(self._patience.first_pause * 2 ** min(item.deaths - 1, 20), self._patience.longest_pause)
        item.restart_at = now + pause
        self._say(f"{what} Restarting it in {pause:g} s.")

    def _relaunch(self, name: str, old: _Running) -> None:
        fresh = self._launch(old.part)
        fresh.deaths = old.deaths
        self._running[name] = fresh

    def _launch(self, part: Part) -> _Running:
        part.log.parent.mkdir(parents=True, exist_ok=True)
        if part.log.exists() and part.log.stat().st_size > _LOG_LIMIT:
            part.log.replace(part.log.with_suffix(".old.log"))
        with part.log.open("ab") as log:
            offset = log.tell()
            process = subprocess.Popen(
                list(part.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(part.environment),
                cwd=part.folder,
                start_new_session=True,
                preexec_fn=die_with_parent(),
            )
        return _Running(part, process, time.monotonic(), offset)

    def _new_log(self, item: _Running) -> str:
        with item.part.log.open("rb") as log:
            # The log may have been emptied since (unknot/conversations/retention.py).
            log.seek(item.log_offset if item.log_offset <= item.part.log.stat().st_size else 0)
            return log.read()[-20_000:].decode("utf-8", "replace")

    def _died(self, item: _Running) -> str:
        code = item.process.returncode
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        why = explain(self._new_log(item))
        return f"The {item.part.name} {how}{': ' + why if why else '.'} (log: {item.part.log})"

    def pid(self, name: str) -> int:
        """The process id of a part."""
        return self._running[name].process.pid

    def send(self, name: str, number: signal.Signals) -> None:
        """Sends a signal to a part and all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._running[name].process.pid, number)

    def end_part(self, name: str) -> None:
        """Ends one part at once and does not restart it until `start_part`."""
        self._end(self._running[name])

    def start_part(self, name: str) -> None:
        """Starts a part anew and returns when it is ready."""
        old = self._running[name]
        self._end(old)
        item = self._running[name] = self._launch(old.part)
        while not item.answered:
            self._look(item)
            time.sleep(self._patience.poll)

    def _end(self, item: _Running, number: signal.Signals = signal.SIGKILL) -> None:
        self.send(item.part.name, number)
        item.process.wait()

    def stop(self) -> None:
        """Ends every part, the last one started first: politely, then for certain.

        One after the other: the assistant needs the action server until its last turn is over.
        """
        for item in reversed(list(self._running.values())):
            self.send(item.part.name, signal.SIGTERM)
            self.send(item.part.name, signal.SIGCONT)  # a suspended process cannot end itself
            with contextlib.suppress(subprocess.TimeoutExpired):
                item.process.wait(self._patience.grace)
            self.send(item.part.name, signal.SIGKILL)
            item.process.wait()
        self._running.clear()
