"""Whether a text has the form of a question."""

from __future__ import annotations

import pytest

from unknot.nlu.units import asks


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
