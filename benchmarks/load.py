"""A load generator: clients that each hold one conversation after the other over the REST channel, loopback only."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import aiohttp

from benchmarks.conversations import conversation

_LIMIT = aiohttp.ClientTimeout(total=120)


@dataclass(frozen=True)
class Sample:
    """One turn: when it ended and how long it took, seconds, and how many replies it got."""

    ended: float
    took: float
    replies: int


@dataclass(frozen=True)
class Round:
    """What one stretch of load gave; `seconds` is how long turns were counted."""

    clients: int
    seconds: float
    samples: tuple[Sample, ...]

    @property
    def throughput(self) -> float:
        """Turns a second."""
        return len(self.samples) / self.seconds

    @property
    def times(self) -> list[float]:
        """Seconds of every turn."""
        return [sample.took for sample in self.samples]

    @property
    def answered(self) -> float:
        """Share of turns with at least one reply."""
        return sum(sample.replies > 0 for sample in self.samples) / max(len(self.samples), 1)


async def turn(session: aiohttp.ClientSession, webhook: str, sender: str, text: str) -> Sample:
    """Sends one message and waits for all replies to it."""
    started = time.perf_counter()
    async with session.post(webhook, json={"sender": sender, "message": text}) as answer:
        answer.raise_for_status()
        replies = await answer.json()
    ended = time.perf_counter()
    return Sample(ended, ended - started, len(replies))


async def _client(
    session: aiohttp.ClientSession, webhook: str, numbers: Iterator[int], mark: str, deadline: float
) -> list[Sample]:
    found: list[Sample] = []
    while True:
        number = next(numbers)
        for text in conversation(number):
            if time.perf_counter() >= deadline:
                return found
            found.append(await turn(session, webhook, f"{mark}-{number}", text))


async def _load(webhook: str, clients: int, seconds: float, first: int, mark: str) -> Round:
    numbers = itertools.count(first)
    async with aiohttp.ClientSession(timeout=_LIMIT) as session:
        started = time.perf_counter()
        deadline = started + seconds
        each = await asyncio.gather(
            *(_client(session, webhook, numbers, mark, deadline) for _ in range(clients)),
        )
    # A turn that ended after the time was up is not counted: it would be time that is not counted either.
    samples = [sample for found in each for sample in found if sample.ended <= deadline]
    return Round(clients, seconds, tuple(samples))


def load(webhook: str, *, clients: int, seconds: float, first: int, mark: str) -> Round:
    """Load for `seconds`, with conversations numbered from `first`; `mark` keeps the senders of rounds apart."""
    return asyncio.run(_load(webhook, clients, seconds, first, mark))


async def _talk(webhook: str, sender: str, texts: Sequence[str]) -> list[Sample]:
    async with aiohttp.ClientSession(timeout=_LIMIT) as session:
        return [await turn(session, webhook, sender, text) for text in texts]


def talk(webhook: str, sender: str, texts: Sequence[str]) -> list[Sample]:
    """One conversation by one client, a message after the other."""
    return asyncio.run(_talk(webhook, sender, texts))
