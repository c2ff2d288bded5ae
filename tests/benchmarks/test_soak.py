"""A leak is found, a jump is no leak, and a run that did not go well is not called good."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from benchmarks.soak import Pacer, look
from benchmarks.soak_report import Sample, Soak, Turn, complaints, draw, page, slope


def samples(minutes: float, mb_an_hour: float = 0.0, files_an_hour: float = 0.0, jump: float = 0.0) -> list[Sample]:
    rng = random.Random(1)
    count = 200
    made = []
    for number in range(count):
        at = number * minutes * 60 / count
        warming = 60 * min(1.0, at / (0.1 * minutes * 60))
        after = jump if number > 0.7 * count else 0.0
        memory = 300 + warming + after + mb_an_hour * at / 3600 + rng.gauss(0, 0.4)
        made.append(Sample(at, memory, 30 + int(files_an_hour * at / 3600)))
    return made


def soak(minutes: float = 30.0, failed: int = 0, **changes: float) -> Soak:
    turns = [Turn(at * minutes * 0.6, 0.05, at >= failed) for at in range(100)]
    return Soak(minutes, 10.0, 7.0, turns, {"assistant": samples(minutes, **changes)}, "a machine")


@pytest.mark.parametrize("rate", [-5.0, 0.0, 40.0])
def test_the_slope_is_that_after_warming_up(rate: float) -> None:
    found = slope(samples(30, rate), "memory")
    assert found.an_hour == pytest.approx(rate, abs=1.5)
    assert found.low < found.an_hour < found.high


def test_a_leak_is_found_and_a_jump_is_none() -> None:
    assert complaints(soak()) == []
    assert complaints(soak(jump=10.0)) == []
    assert "memory" in complaints(soak(mb_an_hour=60.0))[0]
    assert "files" in complaints(soak(files_an_hour=200.0))[0]
    assert complaints(soak(mb_an_hour=10.0)) == []


def test_a_short_run_is_not_judged_for_growth_but_for_answers() -> None:
    assert complaints(soak(minutes=4, mb_an_hour=500.0)) == []
    assert "3 of 100" in complaints(soak(minutes=4, failed=3))[0]
    assert complaints(Soak(4, 1, 1, [], {"assistant": samples(4)}, "x"))


def test_too_few_samples_give_no_slope() -> None:
    with pytest.raises(ValueError, match="few"):
        slope(samples(30)[:2], "memory")


def test_the_page_and_its_picture(tmp_path: Path) -> None:
    text = page(soak(mb_an_hour=60.0, failed=2), "img/soak.png")
    assert "| assistant | 30" in text
    assert "2 not answered" in text
    assert "short run" not in text
    assert "short run" in page(soak(minutes=4), "img/soak.png")
    draw(soak(), tmp_path / "img" / "soak.png")
    assert (tmp_path / "img" / "soak.png").read_bytes().startswith(b"\x89PNG")


def test_a_process_is_looked_at(tmp_path: Path) -> None:
    before = look(os.getpid(), 0.0)
    assert before.memory > 10
    with (tmp_path / "a").open("w"), (tmp_path / "b").open("w"):
        assert look(os.getpid(), 1.0).files == before.files + 2
    with pytest.raises(OSError, match=r".*"):
        look(2**22 + 1, 0.0)


def test_the_pacer_keeps_its_rate_and_makes_up_for_a_second_at_most() -> None:
    pacer = Pacer(10.0, now=100.0)
    assert [pacer.take(100.0) for _ in range(4)] == pytest.approx([0.0, 0.1, 0.2, 0.3])
    storm = 0
    while pacer.take(160.0) == 0:
        storm += 1
    assert 10 <= storm <= 11
