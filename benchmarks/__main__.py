"""`make bench`: measures both, part by part, and writes docs/benchmarks.md and its pictures.

What was measured is kept in results/, so that `--only` measures one part again and leaves the others.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks import cost, environments, machine, peer, report, speed, systems
from unknot.launch.progress import Progress
from unknot.launch.supervisor import PartError, Stopped, stop_signals
from unknot.launch.train import TrainingError, train
from unknot.settings import ROOT

RESULTS = ROOT / "results"
DOCUMENT = ROOT / "docs" / "benchmarks.md"
PARTS = ("size", "training", "starts", "load", "encoding", "long", "many")
RUNNING = {"load", "encoding", "long"}  # both systems stay up for these


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    starts: int = 5
    clients: tuple[int, ...] = (1, 2, 4, 8, 16)
    rounds: int = 3
    seconds: float = 10.0
    marks: tuple[int, ...] = speed.MARKS
    long: int = 3
    messages: int = 150
    many: int = 100_000


QUICK = Extent(1, (1, 4), 1, 4.0, (1, 20, 60), 1, 40, 1_000)


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few short rounds; writes results/benchmarks-quick.md")
    parser.add_argument("--only", default=",".join(PARTS), help="parts to measure, separated by commas")
    parser.add_argument(
        "--examples", type=int, default=0, help="train the peer on a stratified sample of about so many; default: all"
    )
    parser.add_argument("--conversations", type=int, help="how many are stored for the part 'many'")
    parser.add_argument("--long", type=int, help="how many long conversations are held; the peer's take long")
    parser.add_argument("--rounds", type=int, help="how many rounds of load at each number of clients")
    parser.add_argument("--starts", type=int, help="how many starts count; the peer's take long")
    parser.add_argument("--earlier-peer", action="store_true", help="a peer trained on earlier data will do")
    options = parser.parse_args(arguments)
    options.only = options.only.split(",")
    if unknown := set(options.only) - set(PARTS):
        parser.error(f"unknown part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    if options.examples < 0:
        parser.error("--examples cannot be negative")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when all was measured, whether goals are reached or not."""
    options, progress = parse(arguments), Progress()
    kind = "quick" if options.quick else "full"
    kept = RESULTS / f"benchmarks-{kind}.json"
    about = {"machine": machine.size(), "date": date.today().isoformat(), "quick": options.quick}
    about["python"] = platform.python_version()
    extent = QUICK if options.quick else Extent()
    if options.conversations:
        extent = replace(extent, many=options.conversations)
    if options.long:
        extent = replace(extent, long=options.long)
    if options.rounds:
        extent = replace(extent, rounds=options.rounds)
    if options.starts:
        extent = replace(extent, starts=options.starts)
    company = machine.Company()
    try:
        with stop_signals():
            for part, told in measured(options, extent, progress):
                results = {**_read(kept), **about, part: {**told, "others": company.cores()}}
                company = machine.Company()
                kept.parent.mkdir(exist_ok=True)
                kept.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    except Stopped:
        progress.say("Stopped.")
        return 1
    except (PartError, TrainingError, peer.PeerError, environments.EnvironmentMissingError) as error:
        progress.say(str(error))
        return 1
    document = RESULTS / "benchmarks-quick.md" if options.quick else DOCUMENT
    found = report.write(
        _read(kept) | about, document, document.parent / ("img" if document == DOCUMENT else "benchmarks-quick")
    )
    for goal in found:
        mark = "reached    " if goal.reached else "NOT REACHED"
        progress.say(f"{mark} {goal.what}: {goal.ours} | {goal.peer} | {goal.ratio:.2f} ({goal.wanted})")
    progress.say(f"Written: {document.relative_to(ROOT)}")
    return 0


def measured(options: argparse.Namespace, extent: Extent, progress: Progress) -> Iterator[tuple[str, Any]]:
    """The parts that are wanted, one after the other, as they are done."""
    if "size" in options.only:
        own, other = (environments.ready(folder, progress) for folder in (environments.RUN, environments.PEER))
        progress.step("measuring sizes")
        yield "size", cost.sizes(own, other)
    if not set(options.only) - {"size"}:
        return
    if "many" in options.only:
        yield "many", cost.many(train(progress=progress), extent.many, progress)
    if not set(options.only) - {"size", "many"}:
        return
    python = environments.python_of(environments.ready(environments.PEER, progress))
    trained = peer.trained(python, progress, examples=options.examples, accept_earlier=options.earlier_peer)
    if "training" in options.only:
        yield "training", cost.training(trained, RESULTS / "cold", progress)
    if not {"starts", *RUNNING} & set(options.only):
        return
    model = train(progress=progress)
    pair = [systems.unknot(model, RESULTS / "run" / "unknot"), systems.peer(trained, RESULTS / "run" / "peer")]
    if "starts" in options.only:
        yield "starts", speed.starts(pair, extent.starts, progress)
    if not RUNNING & set(options.only):
        return
    with contextlib.ExitStack() as stack:
        for system in pair:
            progress.step(f"starting {system.name}")
            stack.enter_context(system)
        if "load" in options.only:
            yield "load", speed.under_load(pair, extent.clients, extent.rounds, extent.seconds, progress)
        if "encoding" in options.only:
            yield "encoding", cost.encoding(pair[0], extent.messages, progress)
        if "long" in options.only:
            yield "long", speed.long_conversations(pair, extent.long, extent.marks, progress)


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


if __name__ == "__main__":
    sys.exit(main())
