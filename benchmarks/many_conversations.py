"""Whether start-up and a turn depend on how many conversations are stored: `make bench-many`.

Fills a database in bulk (SQLite and PostgreSQL), starts the assistant on it and has turns of people who are new, of
people who come back, and of somebody with a long conversation. Everything is also measured on an empty database, in
the same run.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.filled import MESSAGE, TALK, Recorded, Row, fill, recorded
from benchmarks.running import Assistant, assistant
from scripts.servers import MissingServerError, postgres
from unknot.launch.train import train

SHORT, LONG = 1, 200  # turns
STARTS = 3  # one alone says little: other work on the machine has doubled it


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'unknot.db'}"
    else:
        with postgres(durable=True) as server:
            yield server.url


def crowd(talk: Recorded, count: int) -> Iterator[list[Row]]:
    """Conversations of a turn each, in one session that is over."""
    short = talk.lengthened("", 1)[-SHORT * len(talk.turn) :]
    for _ in range(count):
        sender = uuid.uuid4().hex
        yield [{**row, "sender_id": sender} for row in short]


def turns(server: Assistant, people: list[str]) -> float:
    """The median milliseconds of a turn."""
    return statistics.median(server.say(person, MESSAGE).wall for person in people)


def started(model: Path, folder: Path, url: str) -> float:
    """Seconds from the start of the processes until a turn is answered."""
    begun = time.perf_counter()
    with assistant(model, folder, database_url=url):
        return time.perf_counter() - begun


def measure(kind: str, model: Path, count: int, rounds: int) -> list[tuple[str, float, float]]:
    """What was measured, on the empty database and on the full one; seconds for the start, else milliseconds."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(database(kind, folder))
        found: dict[str, list[float]] = {}
        back, long = [uuid.uuid4().hex for _ in range(rounds)], uuid.uuid4().hex
        for filled in (False, True):
            starts = [started(model, folder, url) for _ in range(STARTS)]
            found.setdefault("start, until a turn is answered (s)", []).append(statistics.median(starts))
            with assistant(model, folder, database_url=url) as server:
                if not filled:
                    teller = uuid.uuid4().hex
                    for text in (*TALK, MESSAGE, MESSAGE):
                        server.say(teller, text)
                    talk = recorded(url, teller)
                    fill(url, [talk.lengthened(person, SHORT) for person in back])
                    fill(url, [talk.lengthened(long, LONG)])
                server.say(long, MESSAGE)
                for what, people in (
                    ("a new person's turn (ms)", [uuid.uuid4().hex for _ in range(rounds)]),
                    ("the turn of somebody who comes back (ms)", back),
                    (f"a turn after {LONG} turns (ms)", [long] * rounds),
                ):
                    found.setdefault(what, []).append(turns(server, people))
            if not filled:
                start = time.perf_counter()
                events = fill(url, crowd(talk, count))
                print(f"{kind}: {count} conversations, {events} events, in {time.perf_counter() - start:.0f} s")
        return [(what, empty, full) for what, (empty, full) in found.items()]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--model", type=Path, help="a trained model; default: the current one")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    model = options.model or train()
    lines = ["| database | what | empty | full | ratio |", "|---|---|---|---|---|"]
    for kind in (options.only,) if options.only else ("sqlite", "postgresql"):
        try:
            for what, empty, full in measure(kind, model, options.conversations, options.rounds):
                lines.append(f"| {kind} | {what} | {empty:.1f} | {full:.1f} | {full / empty:.2f} |")
        except MissingServerError as error:
            print(error)
    print(*lines, sep="\n")


if __name__ == "__main__":
    main()
