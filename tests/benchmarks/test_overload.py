"""Twice what a server can do: what it accepts is answered soon, the rest is told when to come again."""

from __future__ import annotations

from benchmarks.overload import Seen, complaints, report


def good() -> Seen:
    seen = Seen()
    seen.accepted = {True: [0.2] * 5, False: [1.1] * 45}
    seen.whole = {True: [0.3] * 5, False: [9.0] * 45}
    seen.ready = [0.1] * 10
    seen.refused = type(seen.refused)({"503 messages": 80})
    return seen


def test_a_good_run_is_not_complained_of_and_each_fault_is() -> None:
    assert complaints(good()) == []
    late, waits, slow, away, silent, blunt = (good() for _ in range(6))
    late.accepted[False] = [2.5] * 45
    waits.whole[True] = [20.0] * 5
    slow.ready = [5.4] * 10
    away.not_ready = 1
    silent.silent = 1
    blunt.refused["429 messages"] = 1
    for bad in (late, waits, slow, away, silent, blunt):
        assert len(complaints(bad)) == 1
    assert complaints(late, patience=2.0) == []


def test_the_figures_are_those_of_everybody() -> None:
    figures = report(good(), 60.0, 30.04)
    assert (figures["offered a second"], figures["answered a second"]) == (60.0, 30.0)
    assert figures["accepted to first reply"]["0.95"] == 1.1
    assert figures["emergencies, from the first try"] == {"0.5": 0.3, "0.95": 0.3, "1.0": 0.3}
