"""Figures and their uncertainty. Pure functions over plain lists."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_Z = 1.959964  # of the normal distribution, for 95 %


@dataclass(frozen=True)
class Rate:
    """`hits` of `total`, with the 95 % Wilson score interval (Wilson 1927)."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        """Between 0 and 1; 0 of nothing counts as 0."""
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound, between 0 and 1."""
        if not self.total:
            return 0.0, 1.0
        p, n, z2 = self.value, self.total, _Z * _Z
        centre = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = _Z / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
        return max(0.0, centre - half), min(1.0, centre + half)

    @classmethod
    def of(cls, outcomes: Iterable[bool]) -> Rate:
        """Count the true ones."""
        listed = list(outcomes)
        return cls(sum(listed), len(listed))

    def __str__(self) -> str:
        low, high = self.interval
        return f"{100 * self.value:.1f} % ({self.hits}/{self.total}; 95 % {100 * low:.1f} to {100 * high:.1f})"


@dataclass(frozen=True)
class Score:
    """Precision, recall and F1 of one label; `support` is how many cases have it."""

    precision: float
    recall: float
    f1: float
    support: int


def scores(wanted: Sequence[str], got: Sequence[str]) -> dict[str, Score]:
    """By label, of all labels that are wanted anywhere."""
    right = Counter(w for w, g in zip(wanted, got, strict=True) if w == g)
    support, said = Counter(wanted), Counter(got)
    found = {}
    for label in sorted(support):
        precision = right[label] / said[label] if said[label] else 0.0
        recall = right[label] / support[label]
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        found[label] = Score(precision, recall, f1, support[label])
    return found


@dataclass(frozen=True)
class Bin:
    """Cases whose confidence lies in one stretch: how many, their mean confidence, and how many were right."""

    count: int
    confidence: float
    accuracy: float


def calibration(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> list[Bin]:
    """Reliability diagram over equally wide stretches of confidence; empty ones are left out."""
    buckets: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for confidence, ok in zip(confidences, right, strict=True):
        buckets[min(bins - 1, int(confidence * bins))].append((confidence, ok))
    return [Bin(len(b), sum(c for c, _ in b) / len(b), sum(ok for _, ok in b) / len(b)) for b in buckets if b]


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """Mean distance of confidence and accuracy, weighted by how many cases lie there (Naeini et al. 2015)."""
    total = sum(b.count for b in bins)
    return sum(b.count * abs(b.confidence - b.accuracy) for b in bins) / total if total else 0.0


def quantile(values: Sequence[float], q: float) -> float:
    """The value that a share `q` (0 to 1) of all lie at or below."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(q * len(ordered)) - 1))] if ordered else 0.0
