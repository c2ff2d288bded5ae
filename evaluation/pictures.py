"""The pictures of docs/understanding.md, as PNG files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from evaluation.measure import Bin, Rate

_INK, _GOOD, _BAD = "#1f2933", "#2a7f9e", "#c2410c"


def confusion(path: Path, wanted: Sequence[str], got: Sequence[str]) -> None:
    """Rows are the right intents, columns what was said; a row adds up to 1."""
    labels = sorted({*wanted, *got})
    place = {label: row for row, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)))
    for w, g in zip(wanted, got, strict=True):
        counts[place[w], place[g]] += 1
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure, axes = plt.subplots(figsize=(15, 14))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(labels)), labels, rotation=90, fontsize=7)
    axes.set_yticks(range(len(labels)), labels, fontsize=7)
    for row, column in zip(*np.nonzero(counts), strict=True):
        if row != column:
            axes.text(
                column,
                row,
                f"{counts[row, column]:.0f}",
                ha="center",
                va="center",
                fontsize=7,
                color=_BAD,
                fontweight="bold",
            )
    axes.set_xlabel("understood as")
    axes.set_ylabel("is")
    axes.set_title("Intents: share of each row (blue) and number of confusions (orange)")
    _save(figure, path)


def confidence(path: Path, confidences: Sequence[float], right: Sequence[bool], bins: Sequence[Bin]) -> None:
    """Histogram of confidence by right and wrong, and the calibration curve beside it."""
    figure, (left, curve) = plt.subplots(1, 2, figsize=(11, 4.2))
    edges = np.linspace(0, 1, 21)
    split = [[c for c, ok in zip(confidences, right, strict=True) if ok is want] for want in (True, False)]
    left.hist(split, bins=edges, stacked=True, color=[_GOOD, _BAD], label=["right", "wrong"])
    left.set_xlabel("confidence of the best intent")
    left.set_ylabel("messages")
    left.set_title("Confidence")
    left.legend(frameon=False)
    curve.plot([0, 1], [0, 1], color="#9aa5b1", linewidth=1, linestyle="--", label="perfect")
    curve.plot([b.confidence for b in bins], [b.accuracy for b in bins], marker="o", color=_GOOD, label="measured")
    for b in bins:
        curve.annotate(
            str(b.count), (b.confidence, b.accuracy), textcoords="offset points", xytext=(5, -11), fontsize=7
        )
    curve.set_xlim(0, 1)
    curve.set_ylim(0, 1.02)
    curve.set_xlabel("mean confidence")
    curve.set_ylabel("share right")
    curve.set_title("Calibration (number of messages at each point)")
    curve.legend(frameon=False)
    _save(figure, path)


def rates(path: Path, title: str, rows: Sequence[tuple[str, Rate]], goal: float) -> None:
    """Horizontal points with their 95 % Wilson intervals; the dashed line is the goal (0 to 1)."""
    figure, axes = plt.subplots(figsize=(8.5, 0.32 * len(rows) + 1.4))
    for place, (_, rate) in enumerate(reversed(rows)):
        low, high = rate.interval
        axes.plot([low, high], [place, place], color=_INK, linewidth=1)
        axes.plot([rate.value], [place], "o", color=_GOOD if rate.value >= goal else _BAD)
    axes.set_yticks(range(len(rows)), [f"{name} (n={rate.total})" for name, rate in reversed(rows)])
    axes.axvline(goal, color="#9aa5b1", linestyle="--", linewidth=1)
    axes.set_xlim(min(0.5, *(rate.interval[0] for _, rate in rows)), 1.01)
    axes.set_title(title)
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(path, dpi=100, metadata={"Software": None})  # the same bytes wherever it is drawn
    plt.close(figure)
