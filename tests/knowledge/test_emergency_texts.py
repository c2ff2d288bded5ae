"""What is said around an emergency: ways out of it, ways to call without a voice, crisis lines."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import Any

import pytest
import yaml

from unknot.knowledge.loader import load
from unknot.knowledge.schema import Region

EXPECTED: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "expected.yml").read_text(encoding="utf-8"))
REGIONS = list(load().regions.values())
MESSAGES = load().messages


@pytest.mark.parametrize("region", REGIONS, ids=lambda r: r.id)
def test_emergency_help_without_a_voice(region: Region) -> None:
    text = region.cannot_phone
    assert [part for part in EXPECTED["cannot_phone"][region.id] if part not in text] == []
    # A text that nobody reads must not be trusted.
    assert re.search(r"ambulance|call 112|someone near you", text)
    assert re.search(r"[Ww]here you are|near you", text)
    assert "!" not in text
    assert region.emergency_room == EXPECTED["emergency_room"][region.id]


@pytest.mark.parametrize("region", REGIONS, ids=lambda r: r.id)
def test_crisis_lines(region: Region) -> None:
    assert [part for part in EXPECTED["crisis_by_text"][region.id] if part not in region.crisis_by_text] == []
    assert region.crisis_line in region.crisis_text
    if region.id != "other":
        assert region.crisis_line == str(EXPECTED["crisis"][region.id])


@pytest.mark.parametrize("region", REGIONS, ids=lambda r: r.id)
def test_no_number_of_another_region(region: Region) -> None:
    text = f"{region.cannot_phone} {region.crisis_by_text}"
    foreign = {r.emergency_number for r in REGIONS if r.emergency_number} - {region.emergency_number}
    foreign |= {r.crisis_line for r in REGIONS if r.crisis_line} - {region.crisis_line}
    # A number within a longer one, such as Lifeline's 0477 13 11 14 for texts, is no number of its own.
    assert not any(re.search(rf"(?<!\d )\b{re.escape(number)}\b", text) for number in foreign)


@pytest.mark.parametrize("name", ["checked_too_old", "checked_go"])
def test_what_is_said_while_it_stands_repeats_the_advice(name: str) -> None:
    assert "{call}" in MESSAGES[name]


@pytest.mark.parametrize("name", ["misread", "checked_safety_net", "old_noted", "called_reply"])
def test_nothing_is_taken_back_without_a_safety_net(name: str) -> None:
    assert re.search(r"get (?:emergency )?help|tell me", MESSAGES[name])


def test_answers_that_can_be_tapped_differ() -> None:
    titles = [text for name, text in MESSAGES.items() if re.match(r"(?:exit|checked|choice|dispatcher)_\w+", name)]
    assert len(set(titles)) == len(titles)


def test_the_words_for_the_dispatcher_say_what_and_where_first() -> None:
    text = MESSAGES["dispatcher"]
    assert text.index("Ambulance") < text.index("{signs}") < text.index("address")
    assert "stay on the line" in text


@pytest.mark.parametrize(("name", "text"), MESSAGES.items(), ids=list(MESSAGES))
def test_what_is_left_to_be_filled_in_are_plain_names(name: str, text: str) -> None:
    for _, field, format_spec, conversion in string.Formatter().parse(text):
        assert field is None or (field.isidentifier() and not format_spec and not conversion), name
