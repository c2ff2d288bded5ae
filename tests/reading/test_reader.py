"""What the reader promises besides its tables: titles of choices, robustness, speed, places in the text."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unknot.knowledge.loader import load
from unknot.reading.lexicon import lexicon
from unknot.reading.reader import Reader

REAL = Path(__file__).parents[3] / "shared" / "data" / "real_phrases.jsonl"
WORDS = sorted(w for w in lexicon().words if w.isalpha())


def present(reader: Reader, text: str) -> set[str | int]:
    return {m.value for m in reader.read(text).mentions if m.assertion == "present"}


STATEMENTS = [(r.id, r.statement) for r in (*load().findings.values(), *load().conditions.values())]
TITLES = [(i, c.title) for a in load().asks.values() for c in a.choices for i in c.present]


@pytest.mark.parametrize(("id_", "title"), sorted({*STATEMENTS, *TITLES}))
def test_titles_of_choices_are_understood_as_words(reader: Reader, id_: str, title: str) -> None:
    assert id_ in present(reader, title)


@pytest.mark.parametrize("title", [c.title for a in load().asks.values() for c in a.choices if not c.present])
def test_other_titles_assert_no_finding(reader: Reader, emergencies: frozenset[str], title: str) -> None:
    assert not present(reader, title) & emergencies


@given(st.text(max_size=300))
@settings(deadline=None, max_examples=150)
def test_any_text_is_read(text: str) -> None:
    reading = shared_reader().read(text)
    assert all(0 <= m.start < m.end <= len(text) for m in reading.mentions)
    assert all(c.text == text[c.start : c.end] for c in reading.clauses)


@given(
    st.lists(
        st.sampled_from([*WORDS, ".", ",", "?", "but", "no", "and", "\n", "-", "I", "my", "2", "38.5"]), max_size=60
    )
)
@settings(deadline=None, max_examples=150)
def test_any_row_of_lexicon_words_is_read(words: list[str]) -> None:
    text = " ".join(words)
    assert all(0 <= m.start < m.end <= len(text) for m in shared_reader().read(text).mentions)


_READERS: list[Reader] = []


def shared_reader() -> Reader:
    if not _READERS:
        _READERS.append(Reader(load()))
    return _READERS[0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "???",
        "\n\n",
        "İstanbul ŉ ﬁ ǅ",
        "🙂 numb bum 🙂",
        "a" * 1000,
        "no " * 300,
        "\u200b",
        "can't" * 150,
        "<8..9>",
        "{my}",
    ],
)
def test_odd_texts_are_read(reader: Reader, text: str) -> None:
    reader.read(text)


def test_places_are_of_the_text_as_typed(reader: Reader) -> None:
    text = "🙂 Sorry… I CAN’T   pee 😢"
    found = [text[m.start : m.end] for m in reader.read(text).mentions if m.value == "urinary_retention"]
    assert found == ["CAN’T   pee"]


def test_threads_share_a_reader(reader: Reader) -> None:
    texts = ["numb bum", "i cant pee", "no fever, legs weak"] * 30
    wanted = [reader.read(t).mentions for t in texts]
    results: dict[int, list[object]] = {}

    def work(n: int) -> None:
        results[n] = [reader.read(t).mentions for t in texts]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(r == wanted for r in results.values())


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ("sorry, left not right", "side", [("left", "present", "self")]),
        ("it was on the left but now its more the right", "side", [("right", "present", "self")]),
        ("two weeks not two days", "duration_days", [(14, "present", "self")]),
        ("came off warfarin two years ago", "duration_days", []),
        ("my back pain started two years ago", "duration_days", [(730, "present", "self")]),
        ("yesterday 4, today 7", "severity", [(7, "present", "self")]),
        ("dad has asthma, I don't", "condition", [("asthma", "absent", "self")]),
        ("dad has asthma", "condition", [("asthma", "present", "other")]),
        ("my uncle was paralysed in a crash", "injury", [("major", "past", "other")]),
        ("i was in a crash", "injury", [("major", "present", "self")]),
    ],
)
def test_corrections_and_whose_time_it_is(
    reader: Reader, text: str, kind: str, wanted: list[tuple[object, str, str]]
) -> None:
    assert [(m.value, m.assertion, m.experiencer) for m in reader.read(text).of(kind)] == wanted


@pytest.mark.skipif(not REAL.exists(), reason="the real phrases are not part of the repository")
def test_real_phrases_without_a_sign_raise_no_alarm(reader: Reader, emergencies: frozenset[str]) -> None:
    lines = REAL.read_text(encoding="utf-8").splitlines()
    # line numbers (from 0) of phrases that do state a sign, or ask whether they have one
    signs = {10, 32, 36, 37, 39, 40, 60, 63, 76, 115, 128, 131, 132, 133}
    alarms = [n for n, line in enumerate(lines) if present(reader, json.loads(line)["text"]) & emergencies]
    assert [n for n in alarms if n not in signs] == []
    assert {10, 32, 39, 60, 76, 128, 131, 132} <= set(alarms)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("my back hurts", "present"),
        ("something odd happened down there ten years ago", "past"),
        ("what if something odd happens down there", "hypothetical"),
    ],
)
def test_how_a_statement_is_meant_whatever_it_says(reader: Reader, text: str, meant: str) -> None:
    assert [sense.assertion for sense in reader.read(text).senses] == [meant]
