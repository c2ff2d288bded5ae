"""Serves the metrics of this process where that is configured, on a port of their own.

A port of their own and no path of the assistant's: a proxy in front passes on what people need and never this, no
token has to be handed around, and a server that hangs can still be looked at.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from unknot.observability import metrics
from unknot.settings import Settings

ASSISTANT, ACTIONS = "assistant", "actions"
RETENTION_FILE = "retention.json"
LAG_EVERY = 0.5  # seconds


def port_of(settings: Settings, process: str) -> int:
    """The port of a process' metrics; 0: none are served."""
    if not settings.metrics_port:
        return 0
    return settings.metrics_port + (process == ACTIONS)


def serve_metrics(settings: Settings, process: str) -> None:
    """Serves them from a thread, if a port is configured. Raises OSError where it is taken."""
    port = port_of(settings, process)
    if not port:
        return
    if process == ASSISTANT:
        metrics.REGISTRY.register(Retention(settings.data_dir / "run" / RETENTION_FILE))
    start_http_server(port, settings.metrics_host, metrics.REGISTRY)


class Retention(Collector):
    """The last run of `python -m unknot.conversations purge`, a process of its own, from the note that it leaves."""

    def __init__(self, note: Path) -> None:
        self._note = note

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Both metrics; without values until the first run."""
        ended = GaugeMetricFamily(
            "unknot_retention_last_run_timestamp_seconds", "When too old data was last deleted."
        )
        deleted = GaugeMetricFamily("unknot_retention_deleted", "What the last run deleted.", labels=["kind"])
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            ended.add_metric([], float(note["ended"]))
            for kind, count in note["deleted"].items():
                deleted.add_metric([str(kind)], float(count))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            pass
        yield ended
        yield deleted


async def measure_lag() -> None:
    """Notes for ever how late this loop is; runs as a task of the server."""
    clock = asyncio.get_running_loop().time
    while True:
        due = clock() + LAG_EVERY
        await asyncio.sleep(LAG_EVERY)
        metrics.LOOP_LAG_SECONDS.observe(max(0.0, clock() - due))
