"""Two assistants, two action servers, PostgreSQL, Redis and nginx under load, and parts of them dying in the middle.

`make test-scale` runs all of it (about eight minutes) and writes the figures into docs/scaling.md; `--short` runs the
same checks within two minutes, with fewer people, and writes nothing. 1 when a check fails.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from benchmarks.scale import report
from benchmarks.scale.cluster import Cluster, cluster
from benchmarks.scale.people import Message, Person, live
from benchmarks.scale.usage import handled, left_in_inbox, memories, replies_stored, usage
from scripts import servers
from unknot.launch.progress import Progress
from unknot.launch.supervisor import Stopped, stop_signals
from unknot.launch.train import train

LINES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("conversations.yml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Plan:
    """Sizes of a run; seconds, and people at once."""

    people: int
    load: float
    pace: float
    gap: float  # between disturbances
    throughput: float
    crowd: int = 24  # of the throughput measurement


FULL = Plan(people=200, load=180, pace=15, gap=30, throughput=20)
SHORT = Plan(people=25, load=0, pace=4, gap=7, throughput=0)
EMERGENCY_LIMIT = 20.0  # seconds, for somebody who comes in the moment a part dies
SETTLE = 90.0
COSTS = 20.0  # seconds

_BEGAN = time.monotonic()


def say(words: str) -> None:
    """A line with the time it has taken."""
    print(f"[{time.monotonic() - _BEGAN:4.0f} s] {words}", flush=True)


async def hop(here: Cluster) -> list[str]:
    """The same conversations at one server and from server to server must end with the same facts."""

    async def at(urls: list[str], number: int, talk: list[str]) -> Any:
        async with Person(urls, number, []) as person:
            for line in talk:
                await person.say(line)
            return [reply.get("facts") for reply in person.last.values() if reply.get("type") == "summary"]

    failures = []
    talks = LINES["conversations"]
    staying = await asyncio.gather(*(at([here.direct[0]], 100 + n, talk) for n, talk in enumerate(talks)))
    hopping = await asyncio.gather(*(at(here.direct, 200 + n, talk) for n, talk in enumerate(talks)))
    for stayed, hopped in zip(staying, hopping, strict=True):
        known = sum(len(one or []) for one in hopped)
        say(f"hopping between servers: {known} facts at the end")
        if stayed != hopped or known < 3:
            failures.append(f"a conversation that hops ends with {hopped}, without hopping with {stayed}")
    return failures


async def throughput(here: Cluster, seconds: float, crowd: int) -> float:
    """Turns a second with people who never think."""
    log: list[Message] = []
    until = time.monotonic() + seconds
    await asyncio.gather(*(live([here.url], 5000 + n, LINES, until, log, 0) for n in range(crowd)))
    return sum(message.outcome == "done" for message in log) / seconds


async def disturb(here: Cluster, plan: Plan, log: list[Message]) -> list[dict[str, Any]]:
    """Kills and restarts one part after the other; at each, emergencies come in at once."""
    steps: list[tuple[str, Callable[[], None], Callable[[], None] | None]] = [
        (f"SIGKILL to {here.assistants[0]}", *_kill_and_start(here, here.assistants[0])),
        (f"SIGKILL to {here.actions[0]}", *_kill_and_start(here, here.actions[0])),
        ("Redis restarted, its memory lost", lambda: here.restart(here.redis), None),
        ("PostgreSQL restarted", lambda: here.restart(here.postgres), None),
    ]
    results, mending = [], []
    for number, (name, harm, mend) in enumerate(steps):
        say(name)
        harmed = asyncio.create_task(asyncio.to_thread(harm))
        urgent = await asyncio.gather(*(_emergency(here, 9000 + 10 * number + n, log) for n in range(3)))
        await harmed
        slowest = max(message.first_reply or 999.0 for message in urgent)
        answered = all(message.emergency for message in urgent)
        say(f"  emergencies answered: {answered}, the slowest after {slowest:.1f} s")
        results.append({"what": name, "answered": answered, "slowest": slowest})
        if mend is not None:
            mending.append(asyncio.create_task(asyncio.to_thread(mend)))
        await asyncio.sleep(plan.gap)
    await asyncio.gather(*mending)
    return results


def _kill_and_start(here: Cluster, name: str) -> tuple[Callable[[], None], Callable[[], None]]:
    return (lambda: here.kill(name)), (lambda: here.start(name))


async def _emergency(here: Cluster, number: int, log: list[Message]) -> Message:
    async with Person([here.url], number, log) as person:
        return await person.say(LINES["emergency"])


async def _watch(log: list[Message], people: int) -> None:
    while True:
        await asyncio.sleep(10)
        done = sum(message.outcome == "done" for message in log)
        say(f"{people} people: {len(log)} messages, {done} answered, {len(log) - done} under way")


async def load(here: Cluster, plan: Plan) -> dict[str, Any]:
    """The people, first undisturbed (measured), then with parts dying."""
    log: list[Message] = []
    found: dict[str, Any] = {}
    total = plan.load + 5 * plan.gap + 12
    until = time.monotonic() + total
    people = [asyncio.create_task(live([here.url], n, LINES, until, log, plan.pace)) for n in range(plan.people)]
    watch = asyncio.create_task(_watch(log, plan.people))
    await asyncio.sleep(plan.gap)  # everybody has come
    before, first, began = usage(here), len(log), time.monotonic()
    await asyncio.sleep(max(plan.load, plan.gap))
    calm, seconds = log[first:], time.monotonic() - began
    found["used"], found["seconds"] = usage(here).since(before), seconds
    found["memory"] = memories(here)
    found["calm"] = [message for message in calm if message.done is not None]
    found["disturbed"] = await disturb(here, plan, log)
    lengths = await asyncio.wait_for(asyncio.gather(*people), SETTLE + total)
    found["lengths"] = [length for person in lengths for length in person]
    found["people"], found["load"] = plan.people, total
    watch.cancel()
    found["log"] = log
    return found


async def costs(here: Cluster) -> dict[str, Any]:
    """What a turn costs, with few people and nothing dying."""
    log: list[Message] = []
    lengths = [len(talk) for talk in LINES["conversations"]]
    await asyncio.gather(*(live([here.url], n, LINES, time.monotonic() + 3, log, 0.2) for n in range(3)))  # warm
    before, first, began = usage(here), len(log), time.monotonic()
    await asyncio.gather(*(live([here.url], 50 + n, LINES, began + COSTS, log, 0.5) for n in range(6)))
    return {
        "used": usage(here).since(before),
        "seconds": time.monotonic() - began,
        "memory": memories(here),
        "calm": [message for message in log[first:] if message.done is not None],
        "lengths": lengths,
        "people": 6,
        "load": COSTS,
        "disturbed": [],
        "counts": {},
        "rates": {},
    }


def judge(here: Cluster, found: dict[str, Any]) -> list[str]:
    """What is wrong after all that."""
    log: list[Message] = found["log"]
    stored, told = handled(here), replies_stored(here)
    acknowledged = [message for message in log if message.acknowledged is not None]
    wrong = {
        "acknowledged and lost": [m for m in acknowledged if stored[m.id] == 0],
        "handled twice": [m for m in log if stored[m.id] > 1],
        "never answered": [m for m in log if m.outcome != "done" or not m.replies],
        "answered with other replies than are kept": [
            m for m in log if m.outcome == "done" and told[m.id] != len(m.replies)
        ],
    }
    found["counts"] = {
        "messages": len(log),
        "acknowledged": len(acknowledged),
        "sent again": sum(m.tries > 1 for m in log),
        "told again in other words": sum(m.doubled > 0 for m in log),
        **{name: len(messages) for name, messages in wrong.items()},
    }
    for name, count in found["counts"].items():
        say(f"{name}: {count}")
    for messages in wrong.values():
        for m in messages[:3]:
            say(f"  {m.id}: {m.outcome or 'no answer'}, {m.tries} tries, {len(m.replies)} replies, {told[m.id]} kept")
    failures = [f"{len(messages)} messages {name}" for name, messages in wrong.items() if messages]
    if (left := left_in_inbox(here)) > 0:
        failures.append(f"{left} acknowledged messages wait in the inbox")
    for one in found["disturbed"]:
        if not one["answered"] or one["slowest"] > EMERGENCY_LIMIT:
            failures.append(f"{one['what']}: an emergency waited {one['slowest']:.0f} s")
    return failures


async def run(here: Cluster, plan: Plan) -> tuple[list[str], dict[str, Any]]:
    """All phases."""
    failures = await hop(here)
    rates = {}
    if plan.throughput:
        say("throughput with both assistants")
        rates["both"] = await throughput(here, plan.throughput, plan.crowd)
        second = here.assistants[1]
        here.kill(second)
        await asyncio.sleep(3)
        say("throughput with one assistant")
        rates["one"] = await throughput(here, plan.throughput, plan.crowd)
        say(f"turns a second: {rates}")
        await asyncio.to_thread(here.start, second)
    found = await load(here, plan)
    found["rates"] = rates
    return [*failures, *judge(here, found)], found


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make test-scale", description=__doc__)
    parser.add_argument("--short", action="store_true", help="two minutes, fewer people, writes no figures")
    parser.add_argument("--costs", action="store_true", help="only what a turn costs, in a minute, one server each")
    parser.add_argument("--people", type=int, default=FULL.people, help="how many at once")
    parser.add_argument("--load", type=float, default=FULL.load, help="seconds before anything dies")
    parser.add_argument("--gap", type=float, default=FULL.gap, help="seconds between disturbances")
    parser.add_argument("--keep", type=Path, help="also write the figures as JSON to this file")
    parser.add_argument("--model", type=Path, help="a model other than that of the inputs as they are")
    options = parser.parse_args()
    if lacking := servers.install("postgres", "redis-server", "nginx"):
        packages = " ".join(servers.PACKAGES[program] for program in lacking)
        say(f"Not run: {', '.join(lacking)} cannot be found or installed here. On Debian: apt install {packages}")
        return 1 if os.environ.get("CI", "").lower() in ("true", "1") else 0
    progress = Progress()
    plan = SHORT if options.short else replace(FULL, people=options.people, load=options.load, gap=options.gap)
    model = options.model or train(progress=progress)
    failures: list[str] = []
    try:
        with stop_signals(), cluster(model, progress.step, 1 if options.costs else 2) as here:
            if options.costs:
                found = asyncio.run(costs(here))
            else:
                failures, found = asyncio.run(run(here, plan))
    except Stopped:
        say("stopped")
        return 1
    figures = {**report.figures(found), "command": _command(options, plan)}
    if options.keep:
        options.keep.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    if options.costs:
        report.write(figures, report.COSTS)
    elif not options.short and not failures:
        report.write(figures, report.LOAD, report.COSTS)
    for failure in failures:
        say(f"FAILED: {failure}")
    say(
        "figures written"
        if options.costs
        else "all checks passed"
        if not failures
        else f"{len(failures)} checks failed"
    )
    return 1 if failures else 0


def _command(options: argparse.Namespace, plan: Plan) -> str:
    """What gives the same figures again."""
    program = ".venv/bin/python -m benchmarks.scale"
    if options.costs:
        return f"{program} --costs"
    sizes = f"{program} --people {plan.people} --load {plan.load:g} --gap {plan.gap:g}"
    return "make test-scale" if plan == FULL else sizes


if __name__ == "__main__":
    sys.exit(main())
