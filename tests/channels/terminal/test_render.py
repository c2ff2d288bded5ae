"""What payloads look like as text."""

from __future__ import annotations

import re

import pytest

from tests.channels.terminal import samples
from unknot.channels.terminal.choices import pending
from unknot.channels.terminal.payloads import clean, emergencies_first, from_message
from unknot.channels.terminal.render import Look, render, without_listed_choices, wrap

LOOKS = {
    "bare": Look(),
    "colour": Look(colour=True),
    "narrow": Look(width=30),
    "plain": Look(plain=True),
}


def words(text: str) -> list[str]:
    return re.findall(r"[\w']+", re.sub(r"\x1b\[[0-9;]*m", "", text))


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize("payload", samples.EVERY.values(), ids=samples.EVERY)
def test_no_word_of_a_payload_is_lost(payload, look):
    shown = words(render(payload, look))
    wanted = words(payload["text"]) + [
        word for choice in payload.get("choices", ()) for word in words(choice["title"])
    ]
    assert set(wanted) <= set(shown)


@pytest.mark.parametrize("payload", samples.EVERY.values(), ids=samples.EVERY)
def test_escape_sequences_only_where_colour_is_wanted(payload):
    assert "\x1b" not in render(payload, LOOKS["bare"])
    assert "\x1b" not in render(payload, LOOKS["plain"])


@pytest.mark.parametrize("width", [30, 40, 80])
@pytest.mark.parametrize("payload", [p for p in samples.EVERY.values() if p["type"] != "ask"])
def test_lines_fit(payload, width):
    assert max(map(len, render(payload, Look(width=width)).split("\n"))) <= width


def test_emergency_is_unmistakable_without_colour():
    lines = render(samples.EMERGENCY, Look(width=60)).rstrip("\n").split("\n")
    assert set(lines[0]) == set(lines[-1]) == {"!"}
    assert "EMERGENCY" in lines[1]
    assert all(line.startswith("!!") and line.endswith("!!") for line in lines)
    assert len({len(line) for line in lines}) == 1


def test_the_reason_in_the_same_turn_has_no_second_frame():
    shown = render(samples.EMERGENCY, Look(), alarmed=True)
    assert "!!" not in shown
    assert words(shown) == words(samples.EMERGENCY["text"])


def test_emergency_for_a_screen_reader_has_no_drawing():
    shown = render(samples.EMERGENCY, Look(plain=True))
    assert shown.startswith("EMERGENCY. Call 911")
    assert "!!" not in shown


def test_emergency_comes_before_everything_else():
    turn = emergencies_first([samples.THANKS, samples.AGE, samples.EMERGENCY])
    assert [payload["type"] for payload in turn] == ["triage", "notice", "ask"]


def test_choices_listed_in_the_text_are_not_said_twice():
    assert render(samples.RED_FLAGS, Look()).count("I cannot pee") == 1
    assert without_listed_choices("Pick:\n1. Neck\n2. Upper back", ["Neck", "Upper back"]) == "Pick:"
    assert without_listed_choices("Neck", ["Neck"]) == "Neck"


def test_the_question_stands_on_a_line_of_its_own():
    lines = render(samples.LED, Look()).split("\n")
    assert lines[:3] == ["While we talk: keep warm.", "", "When did it start? (about 4 more)"]


def test_scale_shows_all_eleven_steps_and_what_they_mean():
    shown = render(samples.SEVERITY, Look())
    assert re.search(r"\b" + r"\s+".join(map(str, range(11))) + r"\b", shown)
    assert "Mild, about 2" in shown


@pytest.mark.parametrize(
    ("payload", "typed", "sent"),
    [
        (samples.LOCATION, "2", "Upper back"),
        (samples.LOCATION, " 2. ", "Upper back"),
        (samples.LOCATION, "7", "7"),
        (samples.LOCATION, "0", "0"),
        (samples.LOCATION, "1 2", "1 2"),
        (samples.LOCATION, "upper 7", "upper 7"),
        (samples.LOCATION, "left, under the ribs", "left, under the ribs"),
        (samples.RED_FLAGS, "1 3", "I feel numb between my legs. I have chest pain"),
        (samples.RED_FLAGS, "1,2", "I feel numb between my legs. I cannot pee"),
        (samples.RED_FLAGS, "1 and 1", "I feel numb between my legs"),
        (samples.RED_FLAGS, "4", "None of these"),
        (samples.RED_FLAGS, "1 9", "1 9"),
        (samples.SEVERITY, "2", "2"),
        (samples.AGE, "40", "40"),
        (samples.THANKS, "1", "1"),
    ],
)
def test_numbers_become_the_words_of_choices(payload, typed, sent):
    assert pending(payload).words_for(typed) == sent


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("a\x1b[2Jb", "a[2Jb"),
        ("a\u202eb", "ab"),
        ("a\x07\x9bb", "ab"),
        ("a\r\nb\tc", "a\nb\tc"),
        ("café – naïve 腰", "café – naïve 腰"),
    ],
)
def test_control_characters_never_reach_the_screen(raw, safe):
    assert clean(raw) == safe


@pytest.mark.parametrize(
    ("message", "payload"),
    [
        ({"custom": samples.THANKS}, samples.THANKS),
        ({"text": "hello"}, {"type": "text", "text": "hello"}),
        ({"text": "  "}, None),
        ({"custom": {"type": "ask"}}, None),
        ({"custom": ["x"], "text": "y"}, {"type": "text", "text": "y"}),
        ({"image": "x"}, None),
    ],
)
def test_reading_rest_messages(message, payload):
    assert from_message(message) == payload


def test_list_items_hang():
    assert wrap("- one two three four", 12) == "- one two\n  three four"
