"""What holds for every message: no exception, sound offsets, known kinds and values, little time."""

from __future__ import annotations

import datetime
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unknot.knowledge import loader
from unknot.reading.types import Mention
from unknot.reading.values import read_values
from unknot.reading.values.lexicon import entries, words

TODAY = datetime.date(2025, 6, 12)
REAL = Path(__file__).parents[4] / "shared" / "data" / "real_phrases.jsonl"
PIECES = [
    "pain",
    "8",
    "/",
    "10",
    "out of",
    "my",
    "lower",
    "upper back",
    "not",
    "no",
    "since",
    "tuesday",
    "3",
    "weeks",
    "ago",
    "i am",
    "45",
    "f",
    "pregnant",
    "week",
    "fell",
    "off a ladder",
    "like",
    "sorry",
    "actually",
    "between",
    "and",
    "to",
    "-",
    ",",
    ".",
    "?",
    "!",
    "(",
    "yes",
    "nah",
    "left",
    "right",
    "middle",
    "from",
    "was",
    "now",
    "half",
    "a",
    "one",
    "twenty",
    "in",
    "my dad",
    "he",
    "her",
    "worse",
    "again",
    "every",
    "march",
    "2019",
    "5th",
    "june",
    "l4/5",
    "24/7",
    "7ish",
    "’",
    "😀",
    "½",
    "\n",
    "31",
    "29 february",
    "a²",
    "from neck to",
    "hurt",
    "trimester",
    "due in",
]
VALUES = {
    "location": {"neck", "upper", "middle", "lower", "whole", "elsewhere"},
    "side": {"left", "right", "both", "centre"},
    "course": {"first", "recurrent", "constant"},
    "onset": {"sudden", "gradual"},
    "injury": {"none", "strain", "minor", "major"},
    "sex": {"female", "male"},
    "trend": {"better", "worse", "same"},
    "act": {"yes", "no", "none", "unknown", "unsure", "refuse", "skip", "correction"},
    "denied_group": {"conditions", "medicines", "allergies", "pregnancy", "injury", "red_flags", "all"},
}
RANGES = {"severity": 10, "duration_days": 36500, "age": 115, "pregnancy_weeks": 42, "number": 9999}


def check(text: str, mentions: list[Mention]) -> None:
    for mention in mentions:
        assert 0 <= mention.start < mention.end <= len(text)
        assert mention.assertion in {"present", "absent", "possible", "hypothetical", "past"}
        assert mention.experiencer in {"self", "other"}
        assert 0 < mention.confidence <= 1
        if mention.kind in RANGES:
            assert isinstance(mention.value, int)
            assert 0 <= mention.value <= RANGES[mention.kind]
        else:
            assert mention.value in VALUES[mention.kind]
    for single in ("severity", "duration_days", "onset", "trend"):
        assert sum(m.kind == single for m in mentions) <= 1
    assert mentions == sorted(mentions, key=lambda m: (m.start, m.end, m.kind))


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    check(text, read_values(text, TODAY))


@settings(max_examples=800, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=25), st.dates(datetime.date(2020, 1, 1), datetime.date(2032, 12, 31))
)
def test_any_pieces_on_any_day(pieces: list[str], today: datetime.date) -> None:
    text = " ".join(pieces)
    check(text, read_values(text, today))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(sorted({p for e in entries() for p in e.say if not set(p) & set("()[]|")})), max_size=8)
)
def test_any_listed_phrases(phrases: list[str]) -> None:
    text = " ".join(phrases)
    check(text, read_values(text, TODAY))


@pytest.mark.parametrize(
    "piece",
    [
        "a ",
        "7 ",
        "8/10 ",
        "not my the ",
        "my back ",
        "in 3 weeks or ",
        "i am a a a a ",
        "between 6 and ",
        "since last the last ",
        ".",
        "from 1 to ",
        "pain is about like a ",
        "no ",
        "fell off of the the the ",
        "upper and lower and ",
        "if what how long ",
        "qzxwv jkqpl ",
        "not very really so ",
        "my dad he ",
        "1 or 2 to 3 and ",
        "due in a few ",
    ],
)
def test_a_thousand_characters_take_little_time(piece: str) -> None:
    text = (piece * 1000)[:1000]
    read_values(text, TODAY)
    best = min(_seconds(text) for _ in range(3))
    assert best < 0.1  # 5 to 12 ms on an idle core; the margin is for a loaded one


def _seconds(text: str) -> float:
    begun = time.process_time()
    read_values(text, TODAY)
    return time.process_time() - begun


@pytest.mark.skipif(not REAL.exists(), reason="the collection of real phrases is not here")
def test_real_phrases() -> None:
    lines = [json.loads(line)["text"] for line in REAL.read_text(encoding="utf-8").splitlines()]
    for text in lines:
        check(text, read_values(text, TODAY))


@pytest.mark.skipif(not REAL.exists(), reason="the collection of real phrases is not here")
@pytest.mark.parametrize(
    ("line", "kind", "value"),
    [
        (8, "location", "upper"),
        (8, "duration_days", 7),
        (27, "age", 85),
        (29, "duration_days", 0),
        (32, "severity", 10),
        (34, "side", "both"),
        (45, "pregnancy_weeks", 35),
        (47, "duration_days", 730),
        (48, "side", "left"),
        (53, "age", 22),
        (64, "duration_days", 2920),
        (67, "onset", "sudden"),
        (67, "duration_days", 14),
        (68, "injury", "strain"),
        (71, "duration_days", 1),
        (74, "location", "lower"),
        (97, "course", "recurrent"),
        (103, "severity", 10),
        (119, "duration_days", 6),
        (127, "injury", "strain"),
        (130, "onset", "sudden"),
        (134, "location", "middle"),
    ],
)
def test_facts_in_real_phrases(line: int, kind: str, value: str | int) -> None:
    text = json.loads(REAL.read_text(encoding="utf-8").splitlines()[line])["text"]
    assert value in [m.value for m in read_values(text, TODAY) if m.kind == kind]


@pytest.mark.skipif(not REAL.exists(), reason="the collection of real phrases is not here")
@pytest.mark.parametrize("line", [7, 9, 17, 79, 84, 92, 98, 99, 100, 101, 109, 115, 120, 133])
def test_nothing_in_real_phrases_that_hold_no_value(line: int) -> None:
    text = json.loads(REAL.read_text(encoding="utf-8").splitlines()[line])["text"]
    assert [m for m in read_values(text, TODAY) if m.assertion == "present"] == []


def test_titles_of_choices_are_understood_when_sent_as_words() -> None:
    kinds = {"location": "location", "severity": "severity", "onset": "duration_days", "injury": "injury"}
    missed = []
    for ask in loader.load().asks.values():
        for choice in ask.choices:
            kind = kinds.get(ask.asks[0])
            if kind and choice.value:
                values = [str(m.value) for m in read_values(choice.title, TODAY) if m.kind == kind]
                near = kind == "duration_days" and values and abs(int(values[0]) - int(choice.value)) <= 14
                if values != [choice.value] and not near:
                    missed.append((choice.title, values))
    assert missed == []


def test_words_without_meaning_of_their_own_are_not_corrected() -> None:
    for word in ("fine", "slower", "tried", "weekly", "later", "house", "list", "gift"):
        assert [m for m in read_values(f"it is {word}", TODAY) if m.kind not in {"act", "trend"}] == []


def test_aliases_lead_to_words_not_to_other_aliases() -> None:
    aliases = words().aliases
    assert [a for a, text in aliases.items() if any(w in aliases and aliases[w] != w for w in text.split())] == []
