"""When a message came in, and in which time zone: the entity by which everything behind the guard knows the day.

The one place of the conversation that has a clock, so that the guard and the action mean the same day.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from unknot.triage.case import Case
from unknot.triage.turn import MOMENT

EAST, WEST = 14 * 60, -12 * 60
"""The farthest time zones, in minutes east of UTC."""


def moment_of(metadata: Any, case: Case, now: float) -> dict[str, Any]:
    """The entity. `metadata` of the message may hold `at`, when a channel took it in (seconds since 1970), and
    `offset`, the person's zone in minutes east of UTC; else it is now, in the zone of the last message, or of the
    server where there was none.
    """
    about: Mapping[str, Any] = metadata if isinstance(metadata, Mapping) else {}
    at = _number(about.get("at"), now)
    zone = case.offset if case.at else time.localtime(at).tm_gmtoff // 60
    offset = _number(about.get("offset"), zone)
    return {
        "entity": MOMENT,
        "value": int(at // 60),
        "offset": int(offset) if WEST <= offset <= EAST else zone,
        "start": 0,
        "end": 0,
    }


def _number(value: Any, otherwise: float) -> float:
    """A finite number, whatever came."""
    fits = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e11
    return float(value) if fits else otherwise
