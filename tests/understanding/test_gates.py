"""What the trained model must not fall below, on messages it was not trained on.

Floors and limits stand in `evaluation/floors.yml` at the measured value less its 95 % interval, and only get stricter
(`make ratchet`).
"""

from __future__ import annotations

import pytest

from evaluation.labelled import Outcome
from evaluation.measure import Rate
from evaluation.ratchet import floors, raised, rates
from evaluation.study import Study

FLOORS = floors()
MOST_CALIBRATION_ERROR = 0.08
MOST_MEGABYTES = 250


@pytest.mark.parametrize("name", FLOORS["at_least"])
def test_understood_often_enough(study: Study, outcome: Outcome, name: str) -> None:
    high, _ = rates(study, outcome)
    if name not in high:
        pytest.skip("the real messages are not kept beside this clone")
    assert high[name].value >= FLOORS["at_least"][name], f"{name}: {high[name]}"


@pytest.mark.parametrize("name", FLOORS["at_most"])
def test_mistaken_seldom_enough(study: Study, outcome: Outcome, name: str) -> None:
    _, low = rates(study, outcome)
    if name not in low:
        pytest.skip("the real messages are not kept beside this clone")
    assert low[name].value <= FLOORS["at_most"][name], f"{name}: {low[name]}"


def test_every_figure_has_a_floor(study: Study, outcome: Outcome) -> None:
    high, low = rates(study, outcome)
    assert set(high) <= set(FLOORS["at_least"])
    assert set(low) <= set(FLOORS["at_most"])


def test_a_floor_only_gets_stricter() -> None:
    now = {"at_least": {"a": 0.9}, "at_most": {"b": 0.1}}
    worse = raised(now, {"a": Rate(50, 100)}, {"b": Rate(50, 100)})
    assert worse == now
    better = raised(now, {"a": Rate(1000, 1000)}, {"b": Rate(0, 1000)})
    assert better["at_least"]["a"] > 0.9
    assert better["at_most"]["b"] < 0.1


def test_confidence_means_what_it_says(study: Study) -> None:
    assert study.ece <= MOST_CALIBRATION_ERROR


def test_memory(study: Study) -> None:
    # Under pytest other libraries are loaded already, so this can only be too small.
    assert study.memory_mb <= MOST_MEGABYTES
