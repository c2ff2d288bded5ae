"""The load test itself: that it notices what it is there to notice, and that its sums are right."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks.scale import __main__ as load_test
from benchmarks.scale import report
from benchmarks.scale.people import Message, Person, think

USED = ("cpu_assistants", "cpu_actions", "cpu_postgres", "cpu_redis", "cpu_nginx")
COUNTED = ("transactions", "rows_written", "wal_bytes", "database_bytes", "redis_commands")


def message(identity: str, **changes: Any) -> Message:
    """One that was answered as it should be."""
    one = Message("somebody", identity, "words", 0.0, 0.1, 0.2, 0.3, 1, "done", {f"{identity}.0": {"text": "x"}})
    for name, value in changes.items():
        setattr(one, name, value)
    return one


def found(*log: Message) -> dict[str, Any]:
    return {
        "log": list(log),
        "calm": list(log),
        "used": {**dict.fromkeys(USED, 0.05 * len(log)), **dict.fromkeys(COUNTED, 10 * len(log))},
        "seconds": 10.0,
        "memory": dict.fromkeys(("assistants", "actions", "postgres", "redis", "nginx"), 400.0),
        "disturbed": [{"what": "SIGKILL to assistant 1", "answered": True, "slowest": 1.0}],
        "lengths": [6, 8],
        "people": 5,
        "load": 30.0,
        "rates": {"both": 20.0, "one": 12.0},
    }


def verdict(
    monkeypatch: pytest.MonkeyPatch, result: dict[str, Any], stored: dict[str, int], told: dict[str, int], left: int
) -> list[str]:
    monkeypatch.setattr(load_test, "handled", lambda _: Counter(stored))
    monkeypatch.setattr(load_test, "replies_stored", lambda _: Counter(told))
    monkeypatch.setattr(load_test, "left_in_inbox", lambda _: left)
    nobody: Any = None
    return load_test.judge(nobody, result)


def test_all_well_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdict(monkeypatch, found(message("a")), {"a": 1}, {"a": 1}, 0) == []


@pytest.mark.parametrize(
    ("one", "stored", "told", "left", "words"),
    [
        (message("a"), 0, 1, 0, "acknowledged and lost"),
        (message("a"), 2, 1, 0, "handled twice"),
        (message("a", outcome="late"), 1, 1, 0, "never answered"),
        (message("a", replies={}), 1, 0, 0, "never answered"),
        (message("a"), 1, 2, 0, "answered with other replies"),
        (message("a"), 1, 1, 1, "wait in the inbox"),
    ],
)
def test_every_fault_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, one: Message, stored: int, told: int, left: int, words: str
) -> None:
    failures = verdict(monkeypatch, found(one), {"a": stored}, {"a": told}, left)
    assert any(words in failure for failure in failures), failures


@pytest.mark.parametrize("harm", [{"answered": False}, {"slowest": 60.0}])
def test_an_emergency_that_waits_is_a_failure(monkeypatch: pytest.MonkeyPatch, harm: dict[str, Any]) -> None:
    result = found(message("a"))
    result["disturbed"][0].update(harm)
    assert "an emergency waited" in verdict(monkeypatch, result, {"a": 1}, {"a": 1}, 0)[0]


def test_what_was_not_acknowledged_may_be_missing_but_not_unanswered(monkeypatch: pytest.MonkeyPatch) -> None:
    one = message("a", acknowledged=None, outcome="503", replies={})
    assert verdict(monkeypatch, found(one), {}, {}, 0) == ["1 messages never answered"]


def test_a_reply_heard_again_in_other_words_is_counted() -> None:
    one = message("a", replies={})
    for text in ("x", "x", "y"):
        Person._hear(one, {"event": "reply", "id": "a.0", "payload": {"text": text}})
    assert one.doubled == 1
    assert len(one.replies) == 1


def test_the_page_gets_figures_and_sums(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "scaling.md"
    places = "\n".join(f"{begin}\nold\n{end}" for begin, end in map(report.marks, (report.LOAD, report.COSTS)))
    page.write_text(f"before\n{places}\nafter\n", encoding="utf-8")
    monkeypatch.setattr(report, "PAGE", page)
    result = found(*(message(f"m{number}") for number in range(40)))
    verdict(monkeypatch, result, {f"m{n}": 1 for n in range(40)}, {f"m{n}": 1 for n in range(40)}, 0)
    report.write({**report.figures(result), "command": "make test-scale"}, report.LOAD, report.COSTS)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    # 7 turns each: 81 a second, 243 at the peak; at 50 ms and 60 % of a core 20.3 cores, so 21 and a spare one.
    assert "| turns a second, peak | 81 × 3 | 243 |" in text
    assert "× 50.0 ms ÷ 0.6, and one spare | 22 |" in text
    assert "20.0 turns a second with two assistants, 12.0 with one (1.67 times" in text


def test_people_think_for_different_times_within_bounds() -> None:
    times = [think(random.Random(number), 8.0) for number in range(300)]
    assert 2.0 <= min(times) < 4.0
    assert 16.0 < max(times) <= 32.0
    assert 6.0 < sorted(times)[150] < 10.0
