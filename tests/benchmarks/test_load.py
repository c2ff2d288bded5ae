"""The load generator, against a server that is known to need a certain time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from benchmarks.load import load, talk
from unknot.launch.ports import free_port

PAUSE = 0.02


@dataclass
class Server:
    url: str
    said: list[tuple[str, str]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.said.append((body["sender"], body["message"]))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(PAUSE)
        self.at_once -= 1
        return web.json_response([] if body["sender"] == "silent" else [{"text": "a"}, {"text": "b"}])


@pytest.fixture
def server() -> Iterator[Server]:
    port = free_port()
    served = Server(f"http://127.0.0.1:{port}/hook")
    loop = asyncio.new_event_loop()

    async def begin() -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/hook", served.answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        return runner

    runner = loop.run_until_complete(begin())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield served
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_no_turn_is_counted_as_quicker_than_it_was(server: Server) -> None:
    done = load(server.url, clients=1, seconds=0.5, first=0, mark="a")
    assert done.samples
    assert min(done.times) >= PAUSE
    assert done.throughput <= 1 / PAUSE
    assert done.answered == 1


def test_clients_work_at_the_same_time_and_each_waits_for_its_answer(server: Server) -> None:
    load(server.url, clients=4, seconds=0.5, first=0, mark="a")
    assert server.most_at_once == 4


def test_no_two_clients_share_a_conversation(server: Server) -> None:
    load(server.url, clients=3, seconds=0.4, first=0, mark="a")
    spoken: dict[str, list[str]] = {}
    for sender, text in server.said:
        spoken.setdefault(sender, []).append(text)
    assert len(spoken) >= 3
    assert all(len(texts) == len(set(texts)) or len(texts) < 12 for texts in spoken.values())


def test_silence_is_noticed(server: Server) -> None:
    assert [sample.replies for sample in talk(server.url, "silent", ["hello"])] == [0]
    assert [sample.replies for sample in talk(server.url, "somebody", ["hello", "again"])] == [2, 2]
