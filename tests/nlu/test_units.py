"""What of a message is classified by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unknot.nlu.units import asks, mended, units


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("heat or ice?", []),
        ("can i take tylenol and ibuprofen", []),
        ("what causes it and how do i prevent it", ["what causes it", "how do i prevent it"]),
        ("do i need a scan and who should i see?", ["do i need a scan", "who should i see?"]),
        ("lower back since monday can i use ice", ["lower back since monday", "can i use ice"]),
        ("lifted a pram on friday how long does it last", ["lifted a pram on friday", "how long does it last"]),
        ("dad is on warfarin is it safe to use a gel", ["dad is on warfarin", "is it safe to use a gel"]),
        ("which tablets can i take for this", []),
        ("how long should i rest for", []),
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
        assert unit.text == mended(text[unit.start : unit.end])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("i cnat pee", "i cant pee"),
        ("Nubmness, since teh spasm!", "numbness, since the spasm!"),
        ("I don't feel it, isn't that odd?", "I don't feel it, isn't that odd?"),
        ("ibuprofen or naproxen?", "ibuprofen or naproxen?"),
    ],
)
def test_misspelt_words_are_mended(typed: str, meant: str) -> None:
    assert mended(typed) == meant


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("which tablet is best im 28 weeks gone", True),
        ("im on warfarin what can i take", True),
        ("heat or ice?", True),
        ("my mid back is spasming, 5", False),
        ("lower back spasm", False),
    ],
)
def test_the_form_of_a_question(text: str, form: bool) -> None:
    assert asks(text) is form
