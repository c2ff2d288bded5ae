"""More messages than a running server can answer, one in ten of them with a sign of an emergency.

`python -m tests.channels.web.overload http://127.0.0.1:5005 40 20` offers 40 messages a second for 20 seconds, each
of a new person whose page tries again as the real one does. The server must run with UNKNOT_PROXIES=1.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import aiohttp

WORDS = ("my back went into spasm", "it is my lower back", "about a 6", "since this morning", "what helps fastest?")
SIGN = "i cant feel it when i wipe"
PATIENCE = 60.0


@dataclass
class Seen:
    """Seconds from the first try, and from the one that was accepted, to the first reply; by urgency."""

    accepted: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})
    whole: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})
    refused: Counter[str] = field(default_factory=Counter)
    ready: list[float] = field(default_factory=list)
    not_ready: int = 0


async def person(http: aiohttp.ClientSession, url: str, number: int, seen: Seen) -> None:
    urgent = number % 10 == 0
    headers = {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
    jar = aiohttp.DummyCookieJar()
    began = time.monotonic()
    async with aiohttp.ClientSession(connector=http.connector, connector_owner=False, cookie_jar=jar) as own:
        async with own.post(f"{url}/api/session", json={}, headers=headers) as answer:
            if answer.status != 200:
                seen.refused[f"session {answer.status}"] += 1
                return
            headers["Cookie"] = answer.headers["Set-Cookie"].partition(";")[0]
        body = {"id": f"message-{number:08}", "text": SIGN if urgent else WORDS[number % len(WORDS)]}
        while time.monotonic() - began < PATIENCE:
            tried = time.monotonic()
            async with own.post(f"{url}/api/messages", json=body, headers=headers) as answer:
                if answer.status == 200:
                    async for line in answer.content:
                        if line.strip() and json.loads(line)["event"] == "reply":
                            seen.accepted[urgent].append(time.monotonic() - tried)
                            seen.whole[urgent].append(time.monotonic() - began)
                            return
                    seen.refused["no reply"] += 1
                    return
                seen.refused[f"{answer.status}{' urgent' if urgent else ''}"] += 1
                pause = float(answer.headers.get("Retry-After", 1))
            await asyncio.sleep(pause)
        seen.refused["gave up"] += 1


async def probe(http: aiohttp.ClientSession, url: str, seen: Seen) -> None:
    while True:
        began = time.monotonic()
        async with http.get(f"{url}/readyz") as answer:
            seen.not_ready += answer.status != 200
        seen.ready.append(time.monotonic() - began)
        await asyncio.sleep(1.0)


async def main(url: str, rate: float, seconds: float) -> dict[str, Any]:
    seen, jobs = Seen(), []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        watching = asyncio.create_task(probe(http, url, seen))
        begin = time.monotonic()
        for number in itertools.count(int(time.time()) % 100_000 * 100):
            due = begin + len(jobs) / rate
            if due > begin + seconds:
                break
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            jobs.append(asyncio.create_task(person(http, url, number, seen)))
        await asyncio.gather(*jobs)
        took = time.monotonic() - begin
        watching.cancel()
    answered = sum(len(times) for times in seen.accepted.values())
    return {
        "offered/s": rate,
        "people": len(jobs),
        "answered": answered,
        "answered/s": round(answered / took, 1),
        "accepted, first reply p50/p95/max": _three([*seen.accepted[True], *seen.accepted[False]]),
        "emergencies, from the first try": _three(seen.whole[True]),
        "others, from the first try": _three(seen.whole[False]),
        "readyz": _three(seen.ready),
        "not ready": seen.not_ready,
        "refused": dict(seen.refused),
    }


def _three(times: list[float]) -> list[float]:
    found = sorted(times) or [0.0]
    return [round(found[min(len(found) - 1, int(len(found) * share))], 2) for share in (0.5, 0.95, 1.0)]


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))), indent=1))
