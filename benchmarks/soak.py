"""The assistant under load for a long time: does memory grow, do files stay open, does it get slower? `make soak`.

It first finds in a short ramp how many turns a second there can be, then keeps 70 % of that up for `--minutes`, with
one conversation after another. It writes docs/soak.md and its picture; 1 when the run was not a good one.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import yaml

from benchmarks.scale.people import Message, Person, live
from benchmarks.soak_report import Sample, Soak, Turn, complaints, draw, page
from unknot.launch.app import ACTIONS, ASSISTANT, App
from unknot.launch.ports import free_port
from unknot.launch.supervisor import Stopped, Supervisor, stop_signals
from unknot.launch.train import train
from unknot.settings import ROOT, Settings

LINES: dict[str, Any] = yaml.safe_load((ROOT / "benchmarks/scale/conversations.yml").read_text(encoding="utf-8"))
SHARE = 0.7
RAMP = (2, 4, 8)
"""People at once in the steps of the ramp; they never think."""
STEP_SECONDS = 12.0
PEOPLE = 24
_SAMPLES = 240  # of a run, at most one a second


class Pacer:
    """Hands out moments to speak, `rate` a second, to whoever asks next. A long stall is not made up for."""

    def __init__(self, rate: float, now: float) -> None:
        self._gap, self._next = 1 / rate, now

    def take(self, now: float) -> float:
        """Seconds to wait for the next moment."""
        self._next = max(self._next, now - 1.0)  # a stall of more than a second is not followed by a storm
        moment, self._next = self._next, self._next + self._gap
        return max(0.0, moment - now)


def look(pid: int, at: float) -> Sample:
    """Resident memory and open files of a process now. Raises OSError when it is gone."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return Sample(at, int(line.split()[1]) / 1000, len(list(Path(f"/proc/{pid}/fd").iterdir())))
    raise ProcessLookupError(pid)


async def limit(url: str) -> float:
    """Turns a second in the best step of the ramp."""
    best = 0.0
    for people in RAMP:
        log: list[Message] = []
        began = time.monotonic()
        crowd = (live([url], 7000 + 100 * people + n, LINES, began + STEP_SECONDS, log, 0) for n in range(people))
        await asyncio.gather(*crowd)
        rate = sum(message.outcome == "done" for message in log) / (time.monotonic() - began)
        print(f"ramp: {people} people, {rate:.1f} turns a second", flush=True)
        best = max(best, rate)
    return best


async def person(url: str, number: int, pacer: Pacer, began: float, until: float, turns: list[Turn]) -> None:
    """One conversation after the other, each line at a moment of the pacer's."""
    rng, conversations = random.Random(number), 0
    while time.monotonic() < until:
        talk = rng.choice(LINES["conversations"])
        conversations += 1
        async with Person([url], number + PEOPLE * conversations, []) as somebody:
            for line in talk:
                await asyncio.sleep(pacer.take(time.monotonic()))
                if time.monotonic() >= until:
                    return
                start = time.monotonic()
                message = await somebody.say(line)
                turns.append(Turn(start - began, time.monotonic() - start, message.outcome == "done"))


@asynccontextmanager
async def watched(pids: dict[str, int], began: float, every: float) -> AsyncIterator[dict[str, list[Sample]]]:
    """Samples of the processes, taken while the block runs."""
    samples: dict[str, list[Sample]] = {name: [] for name in pids}

    async def keep_looking() -> None:
        while True:
            for name, pid in pids.items():
                samples[name].append(look(pid, time.monotonic() - began))
            await asyncio.sleep(every)

    task = asyncio.create_task(keep_looking())
    try:
        yield samples
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def soak(url: str, pids: dict[str, int], minutes: float) -> Soak:
    """The ramp and the run."""
    most = await limit(url)
    target = SHARE * most
    print(f"{minutes:g} minutes at {target:.1f} turns a second", flush=True)
    turns: list[Turn] = []
    began = time.monotonic()
    until, pacer = began + minutes * 60, Pacer(target, began)
    async with watched(pids, began, max(1.0, minutes * 60 / _SAMPLES)) as samples:
        people = [asyncio.create_task(person(url, n, pacer, began, until, turns)) for n in range(PEOPLE)]
        while time.monotonic() < until:
            await asyncio.sleep(min(30.0, max(0.1, until - time.monotonic())))
            now = {name: found[-1] for name, found in samples.items() if found}
            told = ", ".join(f"{name} {one.memory:.0f} MB, {one.files} files" for name, one in now.items())
            print(f"[{time.monotonic() - began:5.0f} s] {len(turns)} turns; {told}", flush=True)
        await asyncio.gather(*people)
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    return Soak(minutes, most, target, turns, {name: tuple(found) for name, found in samples.items()}, machine)


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--model", type=Path, help="a trained model; default: the current one")
    parser.add_argument("--write", type=Path, default=ROOT / "docs" / "soak.md", help="the page")
    options = parser.parse_args(arguments)
    model = options.model or train()
    with tempfile.TemporaryDirectory(prefix="unknot-soak-") as name:
        folder = Path(name)
        settings = Settings(
            port=free_port(), actions_port=free_port(), data_dir=folder, database_url=f"sqlite:///{folder}/unknot.db"
        )
        app = App(settings, model, ROOT / "credentials.yml")
        with stop_signals(), Supervisor(app.parts(), print) as supervisor:
            supervisor.start()
            pids = {part: supervisor.pid(part) for part in (ASSISTANT, ACTIONS)}
            found = asyncio.run(soak(app.url, pids, options.minutes))
    picture = options.write.parent / "img" / "soak.png"
    draw(found, picture)
    options.write.write_text(page(found, f"img/{picture.name}"), encoding="utf-8")
    for problem in (problems := complaints(found)):
        print(problem)
    print(f"written: {options.write}")
    return 1 if problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Stopped:
        sys.exit(130)
