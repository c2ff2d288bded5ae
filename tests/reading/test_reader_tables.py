"""Every example of the tables is read as written there, and nothing that only looks like an alarm raises one."""

from __future__ import annotations

import pytest

from tests.reading.tables import SIGNS, TABLES, Expected, rows
from unknot.reading.reader import Reader
from unknot.reading.types import Mention

CASES = [
    pytest.param(text, wanted, id=f"{table}-{n}") for table in TABLES for n, (text, wanted) in enumerate(rows(table))
]


def clinical(reader: Reader, text: str) -> list[Mention]:
    return [m for m in reader.read(text).mentions if m.kind in {"finding", "condition"}]


def fits(mention: Mention, wanted: Expected) -> bool:
    same_person = wanted.experiencer in {"", mention.experiencer}
    return mention.value == wanted.value and mention.assertion == wanted.assertion and same_person


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_reads(reader: Reader, emergencies: frozenset[str], text: str, wanted: tuple[Expected, ...]) -> None:
    mentions = clinical(reader, text)
    for item in wanted:
        assert any(fits(m, item) for m in mentions), (item, mentions)
    if not any(w.value in emergencies and w.assertion in {"present", "possible"} for w in wanted):
        alarms = [m for m in mentions if m.value in emergencies and m.assertion in {"present", "possible"}]
        assert alarms == []


MOST_OF_A_SIGN = 8  # of each table, so that the product of tests stays small
BEFORE = [
    "I've had a bad back for years on and off and usually heat sorts it",
    "hi so last year I had the same thing and it went away after a week",
    "no fever and I didn't fall or anything",
    "the doctor gave me naproxen and told me to rest if it got worse",
    "I tried ice and heat and stretches and nothing helps",
    "not sure what to do",
    "I read that walking helps",
    "when I was younger I did gymnastics",
]


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("joint", [". ", "\n", " but "])
def test_what_was_said_before_does_not_hide_a_sign(
    reader: Reader, emergencies: frozenset[str], before: str, joint: str
) -> None:
    plain = [
        text
        for table in SIGNS
        for text, wanted in rows(table)[:MOST_OF_A_SIGN]
        if wanted and wanted[0].value in emergencies and len(wanted) == 1
    ]
    plain = [t for t in plain if not t.endswith("?") and not t.lower().startswith(("is ", "why ", "should ", "not "))]
    missed = [t for t in plain if not alarm(reader, emergencies, f"{before}{joint}{t}. How long will it last?")]
    assert len(plain) > 80
    assert missed == []


def alarm(reader: Reader, emergencies: frozenset[str], text: str) -> bool:
    return any(m.value in emergencies and m.assertion == "present" for m in clinical(reader, text))
