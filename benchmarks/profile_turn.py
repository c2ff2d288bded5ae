"""Where a turn's time goes, and whether it grows with the conversation: `make profile-turn`.

A whole turn is free text in over HTTP and all replies out, with its custom actions, at turn 1, 50 and 500, with the
project's stores and with Rasa's own, one after the other in every round of the same run. Then the parts of a turn,
in one process. `--functions` adds what cProfile says. The page is written by this program.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import io
import logging
import pstats
import statistics
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from benchmarks.conversations import conversation
from benchmarks.filled import MESSAGE, TALK, fill, recorded
from benchmarks.running import Assistant, Cost, assistant
from unknot.launch.train import train
from unknot.reading.clauses import split
from unknot.settings import ROOT

LENGTHS = (1, 50, 500)
PAGE = ROOT / "docs" / "benchmarks_profile.md"
KINDS = ("one clause", "several clauses")
_FIRST = 700_000  # conversations that no other measurement uses
OURS, RASAS = "the project's stores", "Rasa's own stores"


def measure(servers: dict[str, Assistant], rounds: int) -> tuple[dict[tuple[str, int], list[Cost]], list[float]]:
    """Costs of turns by store and length, and the milliseconds of encoding the same message alone."""
    senders = {
        (store, length): [uuid.uuid4().hex for _ in range(rounds if length == 1 else 1)]
        for store in servers
        for length in LENGTHS
    }
    for store, server in servers.items():
        teller = uuid.uuid4().hex
        for text in (*TALK, MESSAGE, MESSAGE):
            server.say(teller, text)
        talk = recorded(server.app.settings.database_url, teller)
        long = (talk.lengthened(senders[store, length][0], length - 1) for length in LENGTHS if length > 1)
        fill(server.app.settings.database_url, long)
        for length in LENGTHS[1:]:
            server.say(senders[store, length][0], MESSAGE)
    costs: dict[tuple[str, int], list[Cost]] = defaultdict(list)
    encoding, encode = [], bare_encoder()
    for turn in range(rounds):
        for (store, length), people in senders.items():
            costs[store, length].append(servers[store].say(people[turn % len(people)], MESSAGE))
        encoding.append(encode())
    return costs, encoding


def bare_encoder() -> Callable[[], float]:
    """Encodes the message with nothing around it; gives milliseconds."""
    from unknot.encoder.minilm import MiniLM, packaged_files

    encoder = MiniLM(*packaged_files(), cache_size=0)

    def encode() -> float:
        start = time.perf_counter()
        encoder.encode([MESSAGE])
        return (time.perf_counter() - start) * 1000

    encode()
    return encode


class Parts:
    """Times the parts of a turn; what runs inside another part counts for itself alone."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._inner = 0.0  # seconds of parts within the one that is running

    def watch(self, owner: Any, method: str, part: str) -> None:
        """Has calls of `owner.method` counted under `part`."""
        original = getattr(owner, method)

        @contextmanager
        def counted() -> Iterator[None]:
            before, self._inner, start = self._inner, 0.0, time.perf_counter()
            try:
                yield
            finally:
                took = time.perf_counter() - start
                self.spent[part] += took - self._inner
                self._inner = before + took

        if asyncio.iscoroutinefunction(original):

            async def awaited(*arguments: Any, **named: Any) -> Any:
                with counted():
                    return await original(*arguments, **named)

            setattr(owner, method, awaited)
        else:

            def called(*arguments: Any, **named: Any) -> Any:
                with counted():
                    return original(*arguments, **named)

            setattr(owner, method, called)


def talks(count: int) -> dict[str, list[list[str]]]:
    """At least `count` messages of each kind, in the conversations that they are from, none said before.

    A kind is how many parts of a message are encoded: one, or the whole and each of its clauses.
    """
    found: dict[str, list[list[str]]] = {kind: [] for kind in KINDS}
    number = _FIRST
    while any(sum(map(len, kept)) < count for kept in found.values()):
        talk = conversation(number)
        for kind, several in zip(KINDS, (False, True), strict=True):
            found[kind].append([text for text in talk if (len(split(text)) > 1) is several])
        number += 1
    return found


async def inside(
    server: Assistant, model: Path, turns: int, functions: bool
) -> tuple[dict[str, dict[str, float]], str]:
    """Milliseconds of a turn by kind of message and part, in this process; and cProfile's table."""
    from rasa.core.actions.action import RemoteAction
    from rasa.core.agent import load_agent
    from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
    from rasa.core.processor import MessageProcessor
    from rasa.core.utils import AvailableEndpoints
    from rasa.shared.core.trackers import DialogueStateTracker
    from rasa.utils.log_utils import configure_structlog

    from unknot.encoder.one_pass import OnePass
    from unknot.nlu.clinical_reader import ClinicalReader

    configure_structlog(logging.WARNING)  # as the launcher starts it
    run = server.app.settings.data_dir / "run"
    endpoints = AvailableEndpoints.read_endpoints(str(run / f"endpoints-{server.app.settings.port}.yml"))
    agent = await load_agent(str(model), endpoints=endpoints)

    async def say(sender: str, text: str) -> None:
        await agent.handle_message(UserMessage(text, CollectingOutputChannel(), sender, input_channel="rest"))

    for text in (*TALK, MESSAGE):
        await say("warming up", text)
    parts = Parts()
    parts.watch(OnePass, "read", "one pass of the model over the message")
    parts.watch(ClinicalReader, "process", "the rules over the message")
    parts.watch(MessageProcessor, "_parse_message_with_graph", "the rest of reading the message")
    parts.watch(MessageProcessor, "_predict_next_with_tracker", "choosing the actions (policies)")
    parts.watch(RemoteAction, "run", "running the actions (two calls by HTTP)")
    parts.watch(type(agent.tracker_store._tracker_store), "retrieve", "loading the conversation")
    parts.watch(type(agent.tracker_store._tracker_store), "save", "saving the conversation")
    parts.watch(DialogueStateTracker, "copy", "copying the tracker")
    found: dict[str, dict[str, float]] = {}
    for kind, conversations in talks(turns).items():
        parts.spent.clear()
        begun, count = time.perf_counter(), sum(map(len, conversations))
        for texts in conversations:
            sender = uuid.uuid4().hex
            for text in texts:
                await say(sender, text)
        whole = (time.perf_counter() - begun) * 1000 / count
        spent = {part: seconds * 1000 / count for part, seconds in parts.spent.items()}
        found[kind] = {**spent, "the rest of Rasa's processor": whole - sum(spent.values())}
    if not functions:
        return found, ""
    profile, table = cProfile.Profile(), io.StringIO()
    with profile:
        for _ in range(turns):
            await say("profiled", MESSAGE)
    pstats.Stats(profile, stream=table).sort_stats("tottime").print_stats(30)
    return found, table.getvalue()


def page(costs: dict[tuple[str, int], list[Cost]], encoding: list[float], spent: dict[str, dict[str, float]]) -> str:
    """The page, in Markdown."""
    bare = statistics.median(encoding)
    rounds = len(encoding)
    lines = [
        "# What a turn costs",
        "",
        "Written by `make profile-turn`. A turn is free text in over HTTP (Rasa's REST channel) and all replies out,",
        f"with two custom actions. {rounds} rounds; in each, every row below once. Milliseconds depend on the",
        "machine and on what else it does; ratios of one run depend on them less.",
        "",
        "| stores | turn | replies | median | p95 | computing | to turn 1 | computing to turn 1 | to bare encoding |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for (store, length), found in costs.items():
        first = costs[store, LENGTHS[0]]
        wall, cpu = _median(found, "wall"), _median(found, "cpu")
        lines.append(
            f"| {store} | {length} | {_median(found, 'replies'):.0f} | {wall:.1f} ms "
            f"| {_p95(found):.1f} ms | {cpu:.1f} ms "
            f"| {wall / _median(first, 'wall'):.2f} | {cpu / _median(first, 'cpu'):.2f} | {wall / bare:.1f} |"
        )
    lines += [
        "",
        f'Bare encoding of the message (MiniLM, nothing around it): {bare:.1f} ms in the same rounds. "Computing" is',
        "processor time of the assistant and the action server together.",
        "",
        "## Where the time of a turn goes",
        "",
        "Messages of the load generator (`benchmarks/conversations.yml`), each said once, without HTTP before it",
        "(the project's stores, one process and its actions). One of several clauses is encoded as a whole and by",
        "clause, so that an emergency in one clause is not averaged away.",
        "",
        f"| part, ms | {' | '.join(spent)} |",
        f"|---{'|---' * len(spent)}|",
    ]
    wholes = {kind: sum(parts.values()) for kind, parts in spent.items()}
    for part in sorted({part for parts in spent.values() for part in parts}, key=lambda p: -spent[KINDS[0]][p]):
        shares = (f"{parts[part]:.1f} ({parts[part] / wholes[kind]:.0%})" for kind, parts in spent.items())
        lines.append(f"| {part} | {' | '.join(shares)} |")
    lines += [f"| **all** | {' | '.join(f'{whole:.1f}' for whole in wholes.values())} |", ""]
    return "\n".join(lines)


def _median(costs: list[Cost], field: str) -> float:
    return float(statistics.median(getattr(cost, field) for cost in costs))


def _p95(costs: list[Cost]) -> float:
    return sorted(cost.wall for cost in costs)[int(0.95 * (len(costs) - 1))]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--functions", action="store_true", help="print what cProfile says of single functions")
    parser.add_argument("--model", type=Path, help="a trained model; default: the current one")
    parser.add_argument("--write", type=Path, help=f"write the page there (the one in docs is {PAGE.name})")
    options = parser.parse_args()
    model = options.model or train()
    with (
        tempfile.TemporaryDirectory() as first,
        tempfile.TemporaryDirectory() as second,
        assistant(model, Path(first)) as ours,
        assistant(model, Path(second), rasas_stores=True) as rasas,
    ):
        costs, encoding = measure({OURS: ours, RASAS: rasas}, options.rounds)
        with threadpool_limits(1, "blas"):  # as the launcher has it (unknot/launch/app.py)
            spent, functions = asyncio.run(inside(ours, model, options.rounds, options.functions))
    text = page(costs, encoding, spent)
    print(text, functions, sep="\n")
    if options.write:
        options.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
