"""What is to be reached, as ratios of medians, and whether it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.systems import PEER, UNKNOT

Results = Mapping[str, Any]


@dataclass(frozen=True)
class Goal:
    """One line of the table; `ratio` is what the goal is about, `limit` what it must reach or stay under."""

    key: str  # for the remark that says why it is not reached
    what: str
    ours: str
    peer: str
    ratio: float
    limit: float
    at_least: bool = False

    @property
    def reached(self) -> bool:
        """Whether the ratio is on the right side of its limit."""
        return self.ratio >= self.limit if self.at_least else self.ratio <= self.limit

    @property
    def wanted(self) -> str:
        """The goal in words."""
        return f"at least {self.limit:g}×" if self.at_least else f"at most {self.limit:.2f}"


def spread(values: Sequence[float], unit: str, digits: int = 1) -> str:
    """Median with the smallest and the largest of several rounds."""
    low, high = min(values), max(values)
    middle = f"{median(values):.{digits}f}{unit}"
    return middle if len(values) == 1 else f"{middle} ({low:.{digits}f} to {high:.{digits}f})"


def by_clients(results: Results, name: str, clients: int, what: str) -> list[float]:
    """A figure of every round with this many clients."""
    return [r[what] for r in results["load"][name]["rounds"] if r["clients"] == clients]


def goals(results: Results) -> list[Goal]:
    """All goals for which something was measured, in the order of the document."""
    parts = {
        "load": (_throughput, _latency, _memory),
        "starts": (_start,),
        "training": (_training,),
        "size": (_size,),
        "encoding": (_encoding,),
        "long": (_long,),
    }
    return [goal for key, makers in parts.items() if key in results for make in makers for goal in make(results)]


def _throughput(results: Results) -> list[Goal]:
    found = []
    for clients in sorted({r["clients"] for r in results["load"][UNKNOT]["rounds"]}):
        ours, peer = (by_clients(results, name, clients, "throughput") for name in (UNKNOT, PEER))
        what = f"turns a second, {clients} client{'s' if clients > 1 else ''}"
        ratio = median(ours) / median(peer)
        found.append(Goal("throughput", what, spread(ours, ""), spread(peer, ""), ratio, 5, at_least=True))
    return found


def _latency(results: Results) -> list[Goal]:
    found = []
    for what, name in (("p50", "median"), ("p95", "95th percentile")):
        ours, peer = (by_clients(results, system, 1, what) for system in (UNKNOT, PEER))
        ratio = median(ours) / median(peer)
        title = f"a turn, {name}, one client"
        found.append(Goal(what, title, spread(ours, " ms"), spread(peer, " ms"), ratio, 1 / 5))
    return found


def _memory(results: Results) -> list[Goal]:
    ours, peer = (results["load"][name]["memory"] for name in (UNKNOT, PEER))
    rows = [
        ("memory", "resident memory of the assistant", ours["assistant"], peer["assistant"], 1 / 4),
        ("memory_both", "assistant and action server", sum(ours.values()), sum(peer.values()), 2 / 5),
    ]
    return [Goal(key, what, _mb(a), _mb(b), a / b, limit) for key, what, a, b, limit in rows]


def _mb(size: float) -> str:
    return f"{size / 1e6:.0f} MB"


def _start(results: Results) -> list[Goal]:
    ours, peer = (results["starts"][name]["seconds"] for name in (UNKNOT, PEER))
    ratio = median(ours) / median(peer)
    return [Goal("start", "start to first answer", spread(ours, " s"), spread(peer, " s"), ratio, 1 / 4)]


def _training(results: Results) -> list[Goal]:
    ours, peer = (results["training"][name] for name in (UNKNOT, PEER))
    rows = [("training", "training, wall time", "wall"), ("training_cpu", "training, CPU time", "cpu")]
    return [
        Goal(key, what, f"{ours[kind]:.0f} s", f"{peer[kind]:.0f} s", ours[kind] / peer[kind], 1 / 10)
        for key, what, kind in rows
    ]


def _size(results: Results) -> list[Goal]:
    ours, peer = (results["size"][name]["bytes"] for name in (UNKNOT, PEER))
    return [Goal("size", "installed size", _mb(ours), _mb(peer), ours / peer, 1 / 3)]


def _encoding(results: Results) -> list[Goal]:
    told = results["encoding"]
    ours, bare = f"{told['turn_p50']:.1f} ms", f"{told['bare_p50']:.1f} ms bare encoding"
    return [Goal("encoding", "a whole turn against encoding its message alone", ours, bare, told["ratio_p50"], 3)]


def _long(results: Results) -> list[Goal]:
    medians = {
        name: {int(mark): value for mark, value in results["long"][name]["medians"].items()}
        for name in (UNKNOT, PEER)
    }
    first, *later = sorted(medians[UNKNOT])
    ratio = {name: max(found[mark] for mark in later) / found[first] for name, found in medians.items()}
    shown = {
        name: ", ".join(f"{found[mark]:.1f}" for mark in sorted(found)) + f" ms ({ratio[name]:.2f})"
        for name, found in medians.items()
    }
    what = f"turns {first}, {', '.join(map(str, later))} of one conversation: the dearest against the first"
    return [Goal("long", what, shown[UNKNOT], shown[PEER], ratio[UNKNOT], 1.3)]
