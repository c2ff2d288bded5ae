"""Where a denial, a child or a sentence ends."""

from __future__ import annotations

import pytest

from unknot.reading.reader import Reader


@pytest.mark.parametrize(
    ("text", "value", "assertion"),
    [
        ("nothing else wrong with me, i take warfarin though", "anticoagulant", "present"),
        ("no other illness, i'm on apixaban", "anticoagulant", "present"),
        ("no asthma, no ulcers, no blood thinners", "anticoagulant", "absent"),
        ("i don't take warfarin", "anticoagulant", "absent"),
    ],
)
def test_a_denial_ends_where_somebody_begins_to_tell(reader: Reader, text: str, value: str, assertion: str) -> None:
    assert {m.assertion for m in reader.read(text).mentions if m.value == value} == {assertion}


@pytest.mark.parametrize(
    ("text", "child"),
    [
        ("i was lifting my toddler and my back went", False),
        ("picked up my baby and something popped", False),
        ("my toddler has a back spasm", True),
        ("my child is 9 and his back hurts", True),
    ],
)
def test_a_child_that_was_lifted_is_not_the_patient(reader: Reader, text: str, child: bool) -> None:
    assert ("under_18" in {m.value for m in reader.read(text).asserted("finding")}) is child


@pytest.mark.parametrize(
    "text", ["yesterday. gardening", "Gardening. Yesterday.", "yesterday gardening", "yesterday"]
)
def test_a_day_in_a_sentence_of_its_own_is_when_it_began(reader: Reader, text: str) -> None:
    assert [m.value for m in reader.read(text).of("duration_days")] == [1]
