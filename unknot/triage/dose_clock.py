"""When a label allows the next dose, from what was taken: amounts in mg, times in hours before now. No clock here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from unknot.knowledge.schema import Label

DAY_HOURS = 24.0


@dataclass(frozen=True)
class Taken:
    """One dose: mg, and how many hours ago."""

    mg: float
    hours_ago: float


@dataclass(frozen=True)
class Clock:
    """What a label says after what was taken.

    `next_in_hours` is 0 where another tablet is within the label now; `left_mg` is what the last 24 hours leave.
    """

    taken_mg: float
    left_mg: float
    next_in_hours: float
    over: bool
    too_soon: bool  # two doses lay nearer together than the label says


def clock(taken: Sequence[Taken], label: Label) -> Clock:
    """The next dose by this label. Doses of more than 24 hours ago no longer count; their order does not matter."""
    recent = sorted((dose for dose in taken if dose.hours_ago < DAY_HOURS), key=lambda dose: dose.hours_ago)
    total = sum(dose.mg for dose in recent)
    gap = max(0.0, label.hours - recent[0].hours_ago) if recent else 0.0
    between = [older.hours_ago - newer.hours_ago for newer, older in pairwise(recent)]
    return Clock(
        taken_mg=total,
        left_mg=max(0.0, label.day_mg - total),
        next_in_hours=max(gap, _room_in(recent, label)),
        over=total > label.day_mg,
        too_soon=any(hours < label.hours for hours in between),
    )


def _room_in(recent: Sequence[Taken], label: Label) -> float:
    """Hours until one tablet fits into the 24 hours, which the oldest doses leave first."""
    total = sum(dose.mg for dose in recent)
    wait = 0.0
    for dose in reversed(recent):
        if total + label.strength_mg <= label.day_mg:
            break
        total -= dose.mg
        wait = DAY_HOURS - dose.hours_ago
    return wait
