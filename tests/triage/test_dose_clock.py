"""When a label allows the next dose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unknot.knowledge.loader import load
from unknot.triage.dose_clock import Taken, clock

KNOWLEDGE = load()
IBUPROFEN = KNOWLEDGE.remedies["ibuprofen"].label_for("us")
NAPROXEN = KNOWLEDGE.remedies["naproxen"].label_for("us")


@pytest.mark.parametrize(
    ("taken", "next_in", "left", "over", "too_soon"),
    [
        ([], 0, 1200, False, False),
        ([(400, 1)], 3, 800, False, False),
        ([(400, 5)], 0, 800, False, False),
        ([(400, 1), (400, 3)], 3, 400, False, True),
        ([(400, 2), (400, 8), (400, 20)], 4, 0, False, False),
        ([(600, 1), (800, 6)], 18, 0, True, False),
        ([(400, 30)], 0, 1200, False, False),
    ],
)
def test_ibuprofen(taken: list[tuple[float, float]], next_in: float, left: float, over: bool, too_soon: bool) -> None:
    found = clock([Taken(*dose) for dose in taken], IBUPROFEN)
    assert (found.next_in_hours, found.left_mg, found.over, found.too_soon) == (next_in, left, over, too_soon)


def test_naproxen_waits_longer_for_the_day_than_for_the_gap() -> None:
    found = clock([Taken(220, 8), Taken(220, 9), Taken(220, 10)], NAPROXEN)
    assert found.next_in_hours == 14


@given(st.lists(st.tuples(st.sampled_from([200.0, 400.0, 600.0]), st.floats(0, 40)), max_size=8))
def test_after_the_wait_one_tablet_is_within_the_label(doses: list[tuple[float, float]]) -> None:
    found = clock([Taken(*dose) for dose in doses], IBUPROFEN)
    later = [Taken(mg, ago + found.next_in_hours) for mg, ago in doses]
    within = sum(dose.mg for dose in later if dose.hours_ago < 24 - 1e-6)
    assert within + IBUPROFEN.strength_mg <= IBUPROFEN.day_mg
    assert all(dose.hours_ago >= IBUPROFEN.hours - 1e-6 for dose in later)
