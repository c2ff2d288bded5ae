"""Starting, latency, throughput and long conversations of both, in turns, so that both meet the same machine."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from statistics import median
from typing import Any

from benchmarks.conversations import distinct_share, long_conversation, probe
from benchmarks.load import Round, load, talk
from benchmarks.systems import System
from unknot.launch.progress import Progress

MARKS = (1, 50, 500)
_NEAR = 4  # turns on either side of a mark at which the same kind of question is asked as well
# Every stretch of load has conversations of its own; both systems get the same ones.
_stretches = itertools.count(1)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie, interpolated."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def starts(systems: Sequence[System], rounds: int, progress: Progress) -> dict[str, Any]:
    """Seconds from starting both processes to the first answer; one start before does not count."""
    found: dict[str, list[float]] = {system.name: [] for system in systems}
    for number in range(rounds + 1):
        for system in systems:
            progress.step(f"starting {system.name} ({number} of {rounds})")
            with system:
                if number:
                    found[system.name].append(round(system.started_in, 2))
    return {name: {"seconds": seconds} for name, seconds in found.items()}


def under_load(
    systems: Sequence[System], clients: Sequence[int], rounds: int, seconds: float, progress: Progress
) -> dict[str, Any]:
    """Latency and throughput at every number of clients, in turns, and the memory of the processes afterwards."""
    found: dict[str, dict[str, Any]] = {s.name: {"rounds": [], "milliseconds": []} for s in systems}
    for system in systems:
        progress.step(f"warming up {system.name}")
        _stretch(system, 2, max(seconds / 2, 3))
    used: list[int] = []
    for number, count in itertools.product(range(rounds), clients):
        first = 1_000 * next(_stretches)
        for system in systems if number % 2 == 0 else systems[::-1]:
            progress.step(f"{count} clients at {system.name}, round {number + 1} of {rounds}")
            before = system.processor_time()
            done = load(system.webhook, clients=count, seconds=seconds, first=first, mark=f"load-{number}-{count}")
            found[system.name]["rounds"].append(_told(done, system.processor_time() - before))
            if count == 1:
                found[system.name]["milliseconds"] += [round(1000 * took, 2) for took in done.times]
        used += range(first, first + 50)
    for system in systems:
        found[system.name]["memory"] = system.memory()
        found[system.name]["distinct"] = round(distinct_share(used), 3)
    return found


def _stretch(system: System, clients: int, seconds: float) -> Round:
    first = 1_000 * next(_stretches)
    return load(system.webhook, clients=clients, seconds=seconds, first=first, mark=f"warm-{first}")


def _told(done: Round, processor: float) -> dict[str, Any]:
    return {
        "clients": done.clients,
        "turns": len(done.samples),
        "throughput": round(done.throughput, 2),
        "p50": round(1000 * quantile(done.times, 0.5), 2),
        "p95": round(1000 * quantile(done.times, 0.95), 2),
        "answered": round(done.answered, 4),
        # Turns that ended after the time was up are in the processor time: a little too much, the same for both.
        "processor": round(1000 * processor / max(len(done.samples), 1), 2),
    }


def long_conversations(
    systems: Sequence[System], count: int, marks: Sequence[int], progress: Progress
) -> dict[str, Any]:
    """What a turn costs over one conversation.

    The first turn of a conversation is taken from many short ones; the later marks from `count` long ones, where the
    same kind of question is asked at the mark and at a few turns around it.
    """
    later = [mark for mark in marks if mark > 1]
    probes = [place for mark in later for place in range(mark - _NEAR, mark + _NEAR + 1)]
    length = max(probes)
    found: dict[str, dict[str, Any]] = {
        s.name: {"marks": {str(mark): [] for mark in marks}, "conversations": []} for s in systems
    }
    chance = random.Random("first turns")
    for number in range(count * (2 * _NEAR + 1)):
        text = probe(chance)
        for system in systems:
            took = talk(system.webhook, f"first-{number}", [text])[0].took
            found[system.name]["marks"]["1"].append(round(1000 * took, 2))
    for number in range(count):
        texts = long_conversation(number, length, probes)
        for system in systems:
            progress.step(f"a conversation of {length} turns with {system.name}, {number + 1} of {count}")
            times = [round(1000 * sample.took, 2) for sample in talk(system.webhook, f"long-{number}", texts)]
            found[system.name]["conversations"].append(times)
            for mark in later:
                found[system.name]["marks"][str(mark)] += times[mark - _NEAR - 1 : mark + _NEAR]
    for told in found.values():
        told["medians"] = {mark: round(median(times), 2) for mark, times in told["marks"].items()}
    return found
