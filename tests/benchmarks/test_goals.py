"""From figures to verdicts."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from benchmarks.goals import goals, spread
from benchmarks.report import write
from benchmarks.speed import quantile
from benchmarks.systems import PEER, UNKNOT


def rounds(throughput: float, p50: float, p95: float) -> list[dict[str, Any]]:
    row = {
        "clients": 1,
        "turns": 10,
        "throughput": throughput,
        "p50": p50,
        "p95": p95,
        "answered": 1.0,
        "processor": 9.0,
    }
    return [row, {**row, "throughput": throughput * 1.1}, {**row, "throughput": throughput * 0.9}]


def results() -> dict[str, Any]:
    def memory(assistant: int, actions: int) -> dict[str, int]:
        return {"assistant": assistant, "action server": actions}

    def loaded(figures: list[dict[str, Any]], used: dict[str, int]) -> dict[str, Any]:
        return {"rounds": figures, "milliseconds": [1.0, 2.0, 3.0], "memory": used, "distinct": 0.9}

    def trained(wall: float) -> dict[str, Any]:
        size = {"cores": 2, "memory_gb": 24}
        return {"wall": wall, "cpu": wall * 2, "machine": size, "load": 0.1, "examples": 90, "sample": 0}

    def grown(*medians: float) -> dict[str, Any]:
        marks = ("1", "50", "500")
        return {"medians": dict(zip(marks, medians, strict=True)), "conversations": [[1.0] * 60]}

    return {
        "machine": {"cores": 2, "memory_gb": 24},
        "date": "2020-01-02",
        "quick": False,
        "load": {
            UNKNOT: loaded(rounds(100, 10, 20), memory(200_000_000, 100_000_000)),
            PEER: loaded(rounds(20, 50, 80), memory(1_000_000_000, 100_000_000)),
        },
        "starts": {UNKNOT: {"seconds": [10.0, 11.0, 12.0]}, PEER: {"seconds": [40.0, 50.0, 60.0]}},
        "training": {UNKNOT: trained(60), PEER: trained(500), "same_inputs": True},
        "size": {UNKNOT: {"bytes": 800, "largest": [["sklearn", 10]]}, PEER: {"bytes": 2400}},
        "encoding": {"turn_p50": 12.0, "bare_p50": 4.0, "ratio_p50": 3.1},
        "long": {UNKNOT: grown(10, 11, 14), PEER: grown(50, 60, 90)},
    }


def verdicts(measured: dict[str, Any]) -> dict[str, bool]:
    return {goal.key: goal.reached for goal in goals(measured)}


def test_goals_are_held_against_ratios_of_medians() -> None:
    assert verdicts(results()) == {
        "throughput": True,
        "p50": True,
        "p95": False,  # 20 against 80 is a quarter
        "memory": True,
        "memory_both": True,
        "start": True,  # 11 against 50
        "training": False,  # 60 against 500
        "training_cpu": False,
        "size": True,
        "encoding": False,
        "long": False,  # 14 against 10
    }


@pytest.mark.parametrize(
    ("part", "change", "key"),
    [
        ("starts", lambda part: part[UNKNOT].update(seconds=[13.0]), "start"),
        ("size", lambda part: part[UNKNOT].update(bytes=801), "size"),
        ("load", lambda part: part[UNKNOT]["memory"].update(assistant=251_000_000), "memory"),
        ("load", lambda part: part[UNKNOT]["memory"].update({"action server": 300_000_000}), "memory_both"),
        ("load", lambda part: part[UNKNOT].update(rounds=rounds(99, 10, 20)), "throughput"),
        ("load", lambda part: part[UNKNOT].update(rounds=rounds(100, 10.1, 20)), "p50"),
    ],
)
def test_a_worse_figure_fails_its_goal(part: str, change: Any, key: str) -> None:
    worse = copy.deepcopy(results())
    change(worse[part])
    assert verdicts(worse)[key] is False


def test_the_document_says_what_is_not_reached(tmp_path: Path) -> None:
    document = tmp_path / "benchmarks.md"
    write(results(), document, tmp_path / "img")
    text = document.read_text(encoding="utf-8")
    table = [line for line in text.splitlines() if line.endswith("reached |") or line.endswith("reached** |")]
    assert len(table) == len(goals(results()))
    assert sum("**not reached**" in line for line in table) == 5
    for picture in ("latency", "throughput", "memory", "start", "conversation"):
        assert (tmp_path / "img" / f"benchmark-{picture}.png").stat().st_size > 5_000
        assert f"(img/benchmark-{picture}.png)" in text


def test_what_was_not_measured_is_named(tmp_path: Path) -> None:
    few = {key: value for key, value in results().items() if key not in ("load", "training")}
    found = write(few, tmp_path / "a.md", tmp_path)
    text = (tmp_path / "a.md").read_text(encoding="utf-8")
    assert "**Not measured yet:** throughput, latency and memory; training time; many stored conversations." in text
    assert {goal.key for goal in found} == {"start", "size", "encoding", "long"}


def test_stored_conversations_are_shown(tmp_path: Path) -> None:
    told = {**results(), "many": {"count": 7, "rows": [["sqlite", "start (s)", 10.0, 11.0]], "missing": ["x: none"]}}
    write(told, tmp_path / "a.md", tmp_path)
    text = (tmp_path / "a.md").read_text(encoding="utf-8")
    assert "| sqlite | start (s) | 10.0 | 11.0 | 1.10 |" in text
    assert "Not measured: x: none" in text
    assert "Not measured yet" not in text


def test_a_short_run_and_an_older_peer_are_told(tmp_path: Path) -> None:
    told = results()
    told["quick"] = True
    told["training"]["same_inputs"] = False
    write(told, tmp_path / "a.md", tmp_path)
    text = (tmp_path / "a.md").read_text(encoding="utf-8")
    assert "A short run" in text
    assert "earlier state of the training data" in text


def test_a_sample_and_other_work_on_the_machine_are_told(tmp_path: Path) -> None:
    told = results()
    told["training"][PEER]["sample"] = 100
    told["training"]["all"] = {**told["training"][UNKNOT], "examples": 900}
    told["load"]["others"] = 0.5
    write(told, tmp_path / "a.md", tmp_path)
    text = (tmp_path / "a.md").read_text(encoding="utf-8")
    assert "a stratified sample of 90 of the examples" in text
    assert "A sample was compared, not all of the data" in text
    assert "| Unknot | 900 | 60 | 120 | 0.1 |" in text
    assert "throughput, latency and memory 0.50" in text


def test_quantiles_and_spread() -> None:
    assert quantile([4, 1, 3, 2, 5], 0.5) == 3
    assert quantile([0, 10], 0.95) == pytest.approx(9.5)
    assert spread([3, 1, 2], " s", 0) == "2 s (1 to 3)"
