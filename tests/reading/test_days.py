"""What is read from day to day: for which day, what was tried, what was taken and when."""

from __future__ import annotations

from typing import Any

import pytest

from unknot.reading.days import read


def of(text: str, kind: str) -> list[Any]:
    return [mention for mention in read(text) if mention.kind == kind]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("yesterday it was a 6", [-1]),
        ("it was a 6 yesterday", [-1]),
        ("the day before yesterday it was a 6", [-2]),
        ("tomorrow: better, 3", [1]),
        ("better today, 3", [0]),
        ("better, i go back to work tomorrow", []),
        ("since yesterday it is worse", []),
        ("tomorrow's meeting worries me", []),
    ],
)
def test_the_day(text: str, day: list[int]) -> None:
    assert [m.value for m in of(text, "day")] == day


@pytest.mark.parametrize(
    ("text", "tried"),
    [
        ("heat helped, ibuprofen did nothing, 4", {"heat": "present", "ibuprofen": "absent"}),
        ("tried heat and ice, nothing helped", {"heat": "absent", "cold": "absent"}),
        ("walked a bit", {}),
        ("went for a walk and it helped", {"walking": "present"}),
        ("tried stretching", {"stretching": "possible"}),
        ("does heat help?", {}),
        ("will heat help", {}),
        ("heat didn't help but the ice did help", {"heat": "absent", "cold": "present"}),
    ],
)
def test_what_was_tried(text: str, tried: dict[str, str]) -> None:
    assert {m.value: m.assertion for m in of(text, "tried")} == tried


@pytest.mark.parametrize(
    ("text", "doses"),
    [
        ("took 400 ibuprofen at 8", [("ibuprofen", 400, None, 480, None, 0.5)]),
        (
            "took 400mg advil at 8am and 400 at 1pm",
            [("ibuprofen", 400, None, 480, None, 1), ("ibuprofen", 400, None, 780, None, 1)],
        ),
        ("took 2 ibuprofen an hour ago", [("ibuprofen", None, 2, None, 60, 1)]),
        ("just took 2x200mg ibuprofen", [("ibuprofen", 400, None, None, 0, 1)]),
        ("had 1g paracetamol at noon", [("acetaminophen", 1000, None, 720, None, 1)]),
        ("ibuprofen 400 at 14:30", [("ibuprofen", 400, None, 870, None, 1)]),
        ("took two tylenol at 10pm", [("acetaminophen", None, 2, 1320, None, 1)]),
        ("took some naproxen", [("naproxen", None, None, None, None, 1)]),
        ("i took 400 ibuprofen 20 minutes ago", [("ibuprofen", 400, None, None, 20, 1)]),
        ("i take ibuprofen 400 three times a day", []),
        ("i haven't taken any ibuprofen", []),
        ("can i take 400 ibuprofen at 8?", []),
        ("i will take 400 ibuprofen at 8", []),
        ("how much ibuprofen have i had", []),
        ("is it ok to take naproxen", []),
        ("took 400 ibuprofen at 25", [("ibuprofen", 400, None, None, None, 1)]),
    ],
)
def test_what_was_taken(text: str, doses: list[Any]) -> None:
    found = [(m.value, m.amount, m.tablets, m.minute, m.ago, m.confidence) for m in of(text, "dose")]
    assert found == doses


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("can i take another?", "next_dose"),
        ("when is my next dose", "next_dose"),
        ("how was it last time?", "last_time"),
        ("what helped last time", "last_time"),
        ("show me my chart", "chart"),
        ("check in", "check_in"),
        ("it's completely gone", "over"),
        ("pain free now", "over"),
        ("the numbness is gone", ""),
        ("it is gone when i lie down", ""),
        ("can i take a bath", ""),
    ],
)
def test_wishes(text: str, wish: str) -> None:
    assert [m.value for m in of(text, "wish")] == ([wish] if wish else [])
