"""People at a widget: they read, think, type, and their page tries again as the real one does (widget/talk.js)."""

from __future__ import annotations

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp

_LONGEST_PAUSE = 4.0  # seconds between two tries; the page's own goes up to 20
_GIVE_UP = 90.0  # seconds after which a message counts as lost
_STREAM = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=30)


@dataclass
class Message:
    """One message and what became of it; times in seconds after it was first sent, None where it did not happen."""

    session: str
    id: str
    text: str
    sent: float
    acknowledged: float | None = None
    first_reply: float | None = None
    done: float | None = None
    tries: int = 0
    outcome: str = ""
    replies: dict[str, dict[str, Any]] = field(default_factory=dict)
    doubled: int = 0  # replies with the id of an earlier one and other words

    @property
    def emergency(self) -> bool:
        """Whether the answer is the emergency's."""
        return any(reply.get("level") == "emergency" for reply in self.replies.values())


class Person:
    """Somebody with an address and a cookie jar of their own, at one of `urls` after the other."""

    def __init__(self, urls: list[str], number: int, log: list[Message]) -> None:
        self._urls = urls
        self._turn = 0
        self._log = log
        self._number = number
        self._name = f"{random.getrandbits(64):016x}"
        # An address each: limits count by address. Loopback has sixteen million.
        address = f"127.{10 + number // 60000 % 200}.{number // 240 % 250}.{number % 240 + 1}"
        jar = aiohttp.CookieJar(unsafe=True)
        connector = aiohttp.TCPConnector(local_addr=(address, 0), limit=4)
        self._http = aiohttp.ClientSession(connector=connector, cookie_jar=jar, timeout=_STREAM)
        self.offered: list[str] = []
        self.last: dict[str, dict[str, Any]] = {}

    async def __aenter__(self) -> Person:
        await self._again(self._open)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    def _url(self) -> str:
        self._turn += 1
        return self._urls[self._turn % len(self._urls)]

    async def _again(self, what: Any) -> None:
        """Tries until it works, pausing longer and longer; gives up after `_GIVE_UP`."""
        until, pause = time.monotonic() + _GIVE_UP, 0.5
        while True:
            try:
                if await what():
                    return
            except (TimeoutError, aiohttp.ClientError, OSError):
                pass
            if time.monotonic() > until:
                return
            await asyncio.sleep(pause * random.uniform(0.7, 1.3))
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _open(self) -> bool:
        async with self._http.post(f"{self._url()}/api/session", json={}) as answer:
            return answer.status == 200

    async def say(self, line: str) -> Message:
        """Says a line of a conversation and waits for the whole answer."""
        body: dict[str, Any] = {"text": line}
        if line.startswith("="):
            choice, _, words = line[1:].partition(" ")
            body = {"choices": [choice]} if choice in self.offered else {"text": words}
        self._turn += 1
        message = Message(self._name, f"{self._name}-{self._turn:06}", line, time.monotonic())
        self._log.append(message)
        await self._again(lambda: self._send(message, body))
        self.last = message.replies
        for reply in message.replies.values():
            if reply.get("choices"):
                self.offered = [choice["id"] for choice in reply["choices"]]
        return message

    async def _send(self, message: Message, body: dict[str, Any]) -> bool:
        message.tries += 1
        async with self._http.post(f"{self._url()}/api/messages", json={"id": message.id, **body}) as answer:
            if answer.status != 200:
                message.outcome = str(answer.status)
                return 400 <= answer.status < 500 and answer.status not in (408, 429)
            async for line in answer.content:
                if line.strip():
                    self._hear(message, json.loads(line))
        return message.outcome == "done"

    @staticmethod
    def _hear(message: Message, event: dict[str, Any]) -> None:
        after = time.monotonic() - message.sent
        kind = event["event"]
        if kind == "accepted":
            message.acknowledged = message.acknowledged or after
        elif kind == "reply":
            message.first_reply = message.first_reply or after
            before = message.replies.setdefault(event["id"], event["payload"])
            message.doubled += before != event["payload"]
        else:
            message.outcome = kind
            message.done = after

    async def history(self) -> list[dict[str, Any]]:
        """What the servers have of the conversation."""
        async with self._http.get(f"{self._url()}/api/history") as answer:
            answer.raise_for_status()
            items: list[dict[str, Any]] = (await answer.json())["items"]
            return items


def think(rng: random.Random, median: float) -> float:
    """Seconds somebody reads and types: most near the median, some far longer."""
    return min(max(rng.lognormvariate(0, 0.6) * median, median / 4), median * 4)


async def live(
    urls: list[str], number: int, lines: dict[str, Any], until: float, log: list[Message], pace: float
) -> list[int]:
    """A person who has one conversation after another until `until`; gives the lengths of those that were finished.

    `pace` is the median time to think, in seconds; 0 for a machine that never thinks.
    """
    rng = random.Random(number)
    finished: list[int] = []
    await asyncio.sleep(rng.uniform(0, pace))
    while time.monotonic() < until:
        talk = [*lines["conversations"][rng.randrange(len(lines["conversations"]))]]
        if rng.random() < 0.1:
            talk.insert(rng.randrange(1, len(talk)), lines["emergency"])
        async with Person(urls, number + 1000 * len(finished), log) as person:
            for line in talk:
                if time.monotonic() >= until:
                    return finished
                await person.say(line)
                await asyncio.sleep(min(think(rng, pace), max(0.0, until - time.monotonic())) if pace else 0)
        finished.append(len(talk))
    return finished
