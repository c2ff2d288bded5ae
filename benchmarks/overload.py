"""More messages than a server can answer, one in ten of them with a sign of an emergency.

`python -m benchmarks.overload` starts an assistant, measures what it can do (people who come as soon as others are
answered), then offers twice that by the clock, whatever the answers, each message of a new person whose page tries
again as the real one does. `--short` takes half a minute. `--url` asks a server that runs (with UNKNOT_PROXIES=1)
instead of starting one; `--rate` offers so many a second. Prints the figures as JSON; 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from unknot.launch.app import App
from unknot.launch.ports import free_port
from unknot.launch.supervisor import Stopped, Supervisor, stop_signals
from unknot.launch.train import train
from unknot.settings import ROOT, Settings

WORDS = ("my back went into spasm", "it is my lower back", "about a 6", "since this morning", "what helps fastest?")
SIGN = "i cant feel it when i wipe"
TIMES = 2.0  # of what the server can do
PATIENCE = 60.0  # seconds that somebody goes on trying
CLIENTS = 8  # that measure what it can do
GOAL_SECONDS = 2.0  # from the message that is accepted to its first reply, at p95
READY_SECONDS = 1.0  # for /readyz, at p95


@dataclass
class Seen:
    """Seconds from the first try, and from the one that was accepted, to the first reply; by urgency."""

    accepted: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})
    whole: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})
    refused: Counter[str] = field(default_factory=Counter)
    unsaid: int = 0  # refusals without a time after which to try again
    silent: int = 0  # accepted and not answered
    ready: list[float] = field(default_factory=list)
    not_ready: int = 0

    @property
    def answered(self) -> int:
        """People who got a reply."""
        return sum(len(times) for times in self.accepted.values())


async def _post(http: aiohttp.ClientSession, url: str, body: Any, headers: dict[str, str]) -> tuple[int, Any, str]:
    """Status, headers and, of a message that is accepted, the name of its first event after that."""
    async with http.post(url, json=body, headers=headers) as answer:
        if answer.status == 200 and "messages" in url:
            async for line in answer.content:
                if line.strip() and (event := json.loads(line)["event"]) != "accepted":
                    return 200, answer.headers, str(event)
        return answer.status, answer.headers, ""


async def person(http: aiohttp.ClientSession, url: str, number: int, seen: Seen) -> None:
    """Somebody new with one message, who tries again when told to."""
    urgent = number % 10 == 0
    headers = {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
    body = {"id": f"message-{number:08}", "text": SIGN if urgent else WORDS[number % len(WORDS)]}
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        tried = time.monotonic()
        step = "messages" if "Cookie" in headers else "session"
        status, told, event = await _post(http, f"{url}/api/{step}", body if step == "messages" else {}, headers)
        if status == 200 and step == "session":
            headers["Cookie"] = told["Set-Cookie"].partition(";")[0]
        elif status == 200:
            if event == "reply":
                seen.accepted[urgent].append(time.monotonic() - tried)
                seen.whole[urgent].append(time.monotonic() - began)
            else:
                seen.silent += 1
            return
        else:
            seen.refused[f"{status} {step}{' urgent' if urgent else ''}"] += 1
            seen.unsaid += "Retry-After" not in told
            await asyncio.sleep(float(told.get("Retry-After", 1)))
    seen.refused["gave up"] += 1


async def probe(http: aiohttp.ClientSession, url: str, seen: Seen) -> None:
    """Asks every second whether the server is ready, as a load balancer does."""
    while True:
        began = time.monotonic()
        async with http.get(f"{url}/readyz") as answer:
            seen.not_ready += answer.status != 200
        seen.ready.append(time.monotonic() - began)
        await asyncio.sleep(1.0)


def session() -> aiohttp.ClientSession:
    """A client without bounds and without a cookie jar: each person brings a cookie of their own."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar())


async def capacity(url: str, seconds: float, first: int) -> float:
    """People a second that are answered, when there are always some who wait and never too many."""
    seen, numbers = Seen(), iter(range(first, first + 1_000_000))
    began = time.monotonic()

    async def client(http: aiohttp.ClientSession) -> None:
        while time.monotonic() - began < seconds:
            await person(http, url, next(numbers), seen)

    async with session() as http:
        await asyncio.gather(*(client(http) for _ in range(CLIENTS)))
    return seen.answered / (time.monotonic() - began)


async def offer(url: str, rate: float, seconds: float, first: int) -> tuple[Seen, float]:
    """`rate` people a second for so long, by the clock; what they saw, and how many a second were answered."""
    seen = Seen()
    jobs: list[asyncio.Task[None]] = []
    async with session() as http:
        async with http.get(f"{url}/readyz"):  # a balancer asks all the time; the first look takes longest
            pass
        watching = asyncio.create_task(probe(http, url, seen))
        begin = time.monotonic()
        while (due := begin + len(jobs) / rate) <= begin + seconds:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            jobs.append(asyncio.create_task(person(http, url, first + len(jobs), seen)))
        done = seen.answered / (time.monotonic() - begin)
        await asyncio.gather(*jobs)
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
    return seen, done


def quantile(times: list[float], share: float) -> float:
    """0 of none."""
    found = sorted(times) or [0.0]
    return round(found[min(len(found) - 1, int(len(found) * share))], 2)


def report(seen: Seen, rate: float, done: float) -> dict[str, Any]:
    """The figures, in seconds and people."""
    kinds = {
        "accepted to first reply": seen.accepted[True] + seen.accepted[False],
        "emergencies, accepted to first reply": seen.accepted[True],
        "emergencies, from the first try": seen.whole[True],
        "others, from the first try": seen.whole[False],
        "readyz": seen.ready,
    }
    figures = {name: {str(q): quantile(times, q) for q in (0.5, 0.95, 1.0)} for name, times in kinds.items()}
    counts = {"not ready": seen.not_ready, "silent": seen.silent, "refused": dict(seen.refused)}
    return {"offered a second": round(rate, 1), "answered a second": round(done, 1), **figures, **counts}


def complaints(seen: Seen, patience: float = 1.0) -> list[str]:
    """What is not as it should be; `patience` stretches the goals on a machine that has other work."""
    found = []
    for kind, times in (("what is accepted", seen.accepted[False]), ("an emergency", seen.accepted[True])):
        if (late := quantile(times, 0.95)) > GOAL_SECONDS * patience:
            found.append(f"{kind} is answered within {late} s at p95, not {GOAL_SECONDS * patience:g} s")
    if seen.accepted[True] and quantile(seen.whole[True], 0.95) > max(
        GOAL_SECONDS, quantile(seen.whole[False], 0.95)
    ):
        found.append("an emergency waits longer than the others")
    if (slow := quantile(seen.ready, 0.95)) > READY_SECONDS * patience:
        found.append(f"/readyz takes {slow} s at p95")
    if seen.not_ready:
        found.append(f"/readyz said no {seen.not_ready} times")
    if seen.silent:
        found.append(f"{seen.silent} messages were accepted and not answered")
    if seen.unsaid or any(not one.startswith("503") for one in seen.refused):
        found.append(f"refused otherwise than by 503 with Retry-After: {dict(seen.refused)}, {seen.unsaid} without")
    return found


@contextmanager
def served(model: Path) -> Iterator[str]:
    """An assistant with its page, behind one proxy that is believed; its address."""
    with tempfile.TemporaryDirectory(prefix="unknot-overload-") as name:
        settings = Settings(
            port=free_port(),
            actions_port=free_port(),
            proxies=1,
            data_dir=Path(name),
            database_url=f"sqlite:///{name}/unknot.db",
        )
        app = App(settings, model, ROOT / "credentials.yml")
        with Supervisor(app.parts(), lambda text: None) as supervisor:
            supervisor.start()
            yield app.url


async def measure(url: str, seconds: float, rate: float = 0.0) -> tuple[Seen, dict[str, Any]]:
    """The whole measurement; without a `rate`, at twice what the server can do."""
    first = int(time.time()) % 10_000 * 1_000
    can = 0.0 if rate else await capacity(url, seconds / 2, first)
    seen, done = await offer(url, rate or TIMES * can, seconds, first + 500_000)
    return seen, {"can do a second": round(can, 1), **report(seen, rate or TIMES * can, done)}


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overload", description=__doc__)
    parser.add_argument("--short", action="store_true", help="10 seconds of load instead of 40")
    parser.add_argument("--url", help="a server that runs")
    parser.add_argument("--rate", type=float, default=0.0, help="people a second; default: twice what it can do")
    parser.add_argument("--model", type=Path, help="a trained model; default: the current one")
    options = parser.parse_args(arguments)
    seconds = 10.0 if options.short else 40.0
    with stop_signals(), contextlib.ExitStack() as stack:
        url = options.url or stack.enter_context(served(options.model or train()))
        others = os.getloadavg()[0]
        seen, figures = asyncio.run(measure(url, seconds, options.rate))
    missed = complaints(seen)
    about = {"cores": os.cpu_count(), "load before, of one minute": round(others, 1)}
    print(json.dumps({**about, **figures, "missed": missed}, indent=1))
    return 1 if missed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Stopped:
        sys.exit(130)
