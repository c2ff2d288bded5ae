"""What of a message is classified by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.units import units


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("heat or ice?", []),
        ("can i take tylenol and ibuprofen", []),
        ("what causes it and how do i prevent it", ["what causes it", "how do i prevent it"]),
        ("do i need a scan and who should i see?", ["do i need a scan", "who should i see?"]),
        ("", []),
    ],
)
def test_units(text: str, parts: list[str]) -> None:
    found = units(text)
    assert found[0].text == text
    assert [part.text for part in found[1:]] == parts


@given(st.text(max_size=80))
def test_units_are_stretches_of_the_text(text: str) -> None:
    for unit in units(text):
        assert unit.text == text[unit.start : unit.end]
