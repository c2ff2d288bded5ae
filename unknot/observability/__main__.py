"""What watching costs a turn: `python -m observability`."""

from __future__ import annotations

import sys
import timeit
from typing import Any

from unknot.observability.turns import count_events, phase, turn

_REPLY: dict[str, Any] = {"event": "bot", "data": {"custom": {"type": "triage", "level": "urgent"}}}
_EVENTS: list[dict[str, Any]] = [
    {"event": "user", "parse_data": {"intent": {"name": "inform"}}},
    *({"event": "slot"} for _ in range(8)),
    _REPLY,
    _REPLY,
    *({"event": "action", "name": "action_ask_location"} for _ in range(4)),
]
_TURNS = 20_000


def _one() -> None:
    with turn("web"):
        for name in ("lock", "load", "read", "actions", "actions", "save"):
            with phase(name):
                pass
        count_events(_EVENTS)


if __name__ == "__main__":
    best = min(timeit.repeat(_one, number=_TURNS, repeat=5)) / _TURNS
    sys.stdout.write(f"{best * 1e6:.0f} microseconds a turn\n")
