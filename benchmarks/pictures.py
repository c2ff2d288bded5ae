"""The pictures of docs/benchmarks.md, as PNG files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from benchmarks.goals import by_clients
from benchmarks.systems import NAMES, PEER, UNKNOT

Results = Mapping[str, Any]
_COLOUR = {UNKNOT: "#2a7f9e", PEER: "#c2410c"}
_WINDOW = 25  # turns whose median is one point of the line over a conversation


def draw(results: Results, folder: Path) -> dict[str, Path]:
    """Draws what was measured; titles with the file of each."""
    folder.mkdir(parents=True, exist_ok=True)
    makers = {
        "load": [
            ("Latency of a turn, one client", "latency", _latency),
            ("Throughput", "throughput", _throughput),
            ("Resident memory", "memory", _memory),
        ],
        "starts": [("Start to first answer", "start", _start)],
        "long": [("What a turn costs over one conversation", "conversation", _long)],
    }
    found = {}
    for key, pictures in makers.items():
        for title, name, make in pictures if key in results else ():
            figure, axes = plt.subplots(figsize=(7.5, 3.6))
            make(results, axes)
            axes.set_title(title)
            axes.spines[["top", "right"]].set_visible(False)
            if axes.get_legend_handles_labels()[1]:
                axes.legend(frameon=False)
            path = folder / f"benchmark-{name}.png"
            figure.tight_layout()
            figure.savefig(path, dpi=110, metadata={"Software": None})
            plt.close(figure)
            found[title] = path
    return found


def _latency(results: Results, axes: Any) -> None:
    for name in NAMES:
        times = sorted(results["load"][name]["milliseconds"])
        shares = [(place + 1) / len(times) for place in range(len(times))]
        axes.step(times, shares, where="post", color=_COLOUR[name], label=name)
    axes.set_xscale("log")
    axes.set_xlabel("milliseconds (logarithmic)")
    axes.set_ylabel("share of turns done by then")
    axes.set_ylim(0, 1.02)
    axes.grid(alpha=0.3, which="both")


def _throughput(results: Results, axes: Any) -> None:
    clients = sorted({r["clients"] for r in results["load"][UNKNOT]["rounds"]})
    for name in NAMES:
        rounds = [by_clients(results, name, count, "throughput") for count in clients]
        middle = [median(found) for found in rounds]
        axes.plot(clients, middle, marker="o", color=_COLOUR[name], label=name)
        axes.fill_between(clients, list(map(min, rounds)), list(map(max, rounds)), color=_COLOUR[name], alpha=0.2)
    axes.set_xscale("log", base=2)
    axes.set_xticks(clients, [str(count) for count in clients])
    axes.set_xlabel("clients at once (band: all rounds)")
    axes.set_ylabel("turns a second")
    axes.set_ylim(bottom=0)


def _memory(results: Results, axes: Any) -> None:
    used = {name: results["load"][name]["memory"] for name in NAMES}
    at = dict.fromkeys(NAMES, 0.0)
    for part, shade in (("assistant", 1.0), ("action server", 0.45)):
        for name in NAMES:
            size = used[name][part] / 1e6
            axes.barh(name, size, left=at[name], color=_COLOUR[name], alpha=shade)
            axes.text(at[name] + size / 2, name, f"{part}\n{size:.0f}", ha="center", va="center", fontsize=8)
            at[name] += size
    axes.invert_yaxis()
    axes.set_xlabel("MB after load")


def _start(results: Results, axes: Any) -> None:
    for name in NAMES:
        seconds: Sequence[float] = results["starts"][name]["seconds"]
        axes.barh(name, median(seconds), color=_COLOUR[name])
        axes.plot(seconds, [name] * len(seconds), "|", color="#1f2933", markersize=14)
    axes.invert_yaxis()
    axes.set_xlabel("seconds (bar: median, marks: every start)")


def _long(results: Results, axes: Any) -> None:
    for name in NAMES:
        conversations = results["long"][name]["conversations"]
        length = min(map(len, conversations))
        starts = range(0, length - _WINDOW + 1, _WINDOW)
        middles = [median(t for times in conversations for t in times[s : s + _WINDOW]) for s in starts]
        axes.plot([s + _WINDOW / 2 for s in starts], middles, color=_COLOUR[name], label=name)
    axes.set_yscale("log")
    axes.set_xlabel(f"turn (median of {_WINDOW})")
    axes.set_ylabel("milliseconds (logarithmic)")
    axes.grid(alpha=0.3, which="both")
