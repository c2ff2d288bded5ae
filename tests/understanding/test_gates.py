"""What the trained model must not fall below, on messages it was not trained on.

The floors lie a little under what was measured (docs/understanding.md); raise them when it gets better.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from evaluation.measure import Rate
from evaluation.study import Study

AT_LEAST: dict[str, tuple[Callable[[Study], Rate], float]] = {
    "the eight questions of the source": (lambda s: s.source_questions, 0.965),
    "all questions": (lambda s: s.all_questions, 0.96),
    "what people say to the assistant": (lambda s: s.dialogue, 0.96),
    "other topics known as such": (lambda s: s.out_of_scope, 0.80),
    "emergencies raise an alarm": (lambda s: s.sensitivity, 0.93),
    "emergencies raise an alarm or a direct question": (lambda s: s.acted_on, 0.95),
    "urgent findings": (lambda s: s.urgent, 0.86),
    "crises": (lambda s: s.crisis, 0.95),
    "several things in one message": (lambda s: s.multi, 0.72),
    "values": (lambda s: s.value_accuracy, 0.88),
}
AT_MOST: dict[str, tuple[Callable[[Study], Rate], float]] = {
    "false alarms at look-alikes": (lambda s: s.false_alarms, 0.07),
    "false alarms elsewhere": (lambda s: s.other_false_alarms, 0.01),
    "false crises": (lambda s: s.false_crisis, 0.16),
}
REAL: dict[str, float] = {
    "intent": 0.90,
    "emergencies that raise an alarm": 0.85,
    "values": 0.94,
}
MOST_CALIBRATION_ERROR = 0.08
MOST_MEGABYTES = 250


@pytest.mark.parametrize("name", AT_LEAST)
def test_understood_often_enough(study: Study, name: str) -> None:
    rate, floor = AT_LEAST[name][0](study), AT_LEAST[name][1]
    assert rate.value >= floor, f"{name}: {rate}"


@pytest.mark.parametrize("name", AT_MOST)
def test_mistaken_seldom_enough(study: Study, name: str) -> None:
    rate, most = AT_MOST[name][0](study), AT_MOST[name][1]
    assert rate.value <= most, f"{name}: {rate}"


def test_no_finding_is_hardly_ever_found(study: Study) -> None:
    weak = {finding: str(rate) for finding, rate in study.by_finding("emergencies") if rate.value < 0.75}
    assert weak == {}


def test_confidence_means_what_it_says(study: Study) -> None:
    assert study.ece <= MOST_CALIBRATION_ERROR


def test_memory(study: Study) -> None:
    # Under pytest other libraries are loaded already, so this can only be too small.
    assert study.memory_mb <= MOST_MEGABYTES


@pytest.mark.parametrize("name", REAL)
def test_real_phrases(study: Study, name: str) -> None:
    if not study.real:
        pytest.skip("the real phrases are not kept beside this clone")
    assert study.real[name].value >= REAL[name], f"{name}: {study.real[name]}"


def test_real_phrases_raise_few_false_alarms(study: Study) -> None:
    if not study.real:
        pytest.skip("the real phrases are not kept beside this clone")
    assert study.real["false alarms"].value <= 0.02, str(study.real["false alarms"])
