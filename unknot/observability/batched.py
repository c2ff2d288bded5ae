"""A counter that shows what it counted in batches, so that no single count can be matched with a single person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from threading import Lock

from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

BATCH = 20
"""Counts that are kept back until there are so many of them."""


class BatchedCounter(Collector):
    """Counts `values` of one label; what is none of them counts as "other".

    Who sees a proxy's log (addresses, times) and a plain counter of triage levels could tell whose emergency it was
    that moved the counter. Here the numbers move by `batch` counts at once. At most `batch` - 1 are lost at the end.
    """

    def __init__(self, name: str, documentation: str, label: str, values: Sequence[str], batch: int = BATCH) -> None:
        self._name, self._documentation, self._label = name, documentation, label
        self._shown = Counter(dict.fromkeys((*values, "other"), 0))
        self._kept_back: Counter[str] = Counter()
        self._batch = batch
        self._lock = Lock()

    def add(self, value: str) -> None:
        """Counts one."""
        with self._lock:
            self._kept_back[value if value in self._shown else "other"] += 1
            if self._kept_back.total() >= self._batch:
                self._shown.update(self._kept_back)
                self._kept_back.clear()

    def collect(self) -> Iterable[CounterMetricFamily]:
        """What is shown, every value from the first scrape on."""
        family = CounterMetricFamily(self._name, self._documentation, labels=[self._label])
        with self._lock:
            for value, count in self._shown.items():
                family.add_metric([value], count)
        yield family
