"""Figures against values worked out by hand or published."""

from __future__ import annotations

import pytest

from evaluation.measure import Rate, calibration, expected_calibration_error, quantile, scores


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (0, 0, 0.0, 1.0)],
)
def test_wilson_interval(hits: int, total: int, low: float, high: float) -> None:
    # 81 of 263 is the example of Newcombe (1998), table I.
    assert Rate(hits, total).interval == pytest.approx((low, high), abs=5e-4)


def test_scores_by_label() -> None:
    found = scores(["a", "a", "b", "c"], ["a", "b", "b", "b"])
    assert (found["a"].precision, found["a"].recall) == (1.0, 0.5)
    assert (found["b"].precision, found["b"].recall) == (pytest.approx(1 / 3), 1.0)
    assert (found["c"].f1, found["c"].support) == (0.0, 1)


def test_calibration_error() -> None:
    bins = calibration([0.95, 0.95, 0.55, 0.55], [True, True, True, False])
    assert [b.count for b in bins] == [2, 2]
    assert expected_calibration_error(bins) == pytest.approx(0.05)


def test_confidence_of_one_falls_into_the_last_bin() -> None:
    assert [b.count for b in calibration([1.0], [True])] == [1]


@pytest.mark.parametrize(("q", "value"), [(0.5, 2.0), (0.95, 4.0), (0.0, 1.0), (1.0, 4.0)])
def test_quantile(q: float, value: float) -> None:
    assert quantile([4.0, 2.0, 1.0, 3.0], q) == value
