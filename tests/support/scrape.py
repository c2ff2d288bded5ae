"""Looks at the metrics of a process as Prometheus does."""

from __future__ import annotations

import urllib.request

from unknot.launch.ports import free_port, is_free


def fetch(port: int) -> str:
    """What is shown on a port."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return str(answer.read().decode())


def sample(text: str, name: str) -> float:
    """The sum of what begins with `name`, labels included where they are given."""
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name))


def two_free_ports() -> int:
    """The first of two neighbours that nobody holds."""
    return next(port for port in iter(free_port, 0) if is_free("127.0.0.1", port + 1))
