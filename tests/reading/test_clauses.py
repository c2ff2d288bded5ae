"""Where statements begin."""

from __future__ import annotations

import pytest

from unknot.reading.clauses import split

CASES = [
    ("I haven't had a fever but my legs feel weak", ["I haven't had a fever", "but my legs feel weak"]),
    ("fever? no. numb? yes", ["fever?", "no", "numb?", "yes"]),
    ("no numbness or weakness, bladder fine", ["no numbness or weakness", "bladder fine"]),
    ("no fever, legs numb", ["no fever", "legs numb"]),
    ("no symptoms except numb groin", ["no symptoms", "except numb groin"]),
    ("my bum and my legs feel numb", ["my bum and my legs feel numb"]),
    (
        "I do not have chest pain, fever, or weakness in my legs",
        ["I do not have chest pain, fever, or weakness in my legs"],
    ),
    (
        "my back went again this morning i cant feel my bum and i wet myself what do i do",
        ["my back went again this morning", "i cant feel my bum", "and i wet myself", "what do i do"],
    ),
    ("worried because i cant feel my legs", ["worried", "because i cant feel my legs"]),
    ("nothing but pain", ["nothing but pain"]),
    ("no fever or anything but it hurts", ["no fever or anything", "but it hurts"]),
    ("L4-L5 hurts e.g. bad. Dr. Smith said I'm ok", ["L4-L5 hurts e.g. bad", "Dr. Smith said I'm ok"]),
    ("it feels as though a horse kicked me", ["it feels as though a horse kicked me"]),
    ("", []),
    ("🙂", []),
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_split(text: str, wanted: list[str]) -> None:
    clauses = split(text)
    assert [c.text for c in clauses] == wanted
    assert all(text[c.start : c.end] == c.text for c in clauses)
