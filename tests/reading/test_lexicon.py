"""The lexicon refuses what does not fit, and its notation means what it says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from unknot.knowledge.loader import load
from unknot.reading.grammar import LEXICON_DIR, LexiconError
from unknot.reading.lexicon import ENTRY_FILES, lexicon, load_from
from unknot.reading.pattern import parse
from unknot.reading.spelling import Speller

FILES = ["vocabulary.yml", "cues.yml", *ENTRY_FILES]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(LEXICON_DIR / name, tmp_path / name)
    return tmp_path


def test_every_finding_and_condition_can_be_said() -> None:
    assert set(lexicon().entries) == {*load().findings, *load().conditions}


@pytest.mark.parametrize(
    ("addition", "message"),
    [
        ("fever2: {phrases: x}", "no such id"),
        ("fever: {phrase: x}", "given twice|unknown keys"),
        ("vomiting2: {phrases: '(a|b'}", "missing|no such id"),
    ],
)
def test_what_does_not_fit_is_refused(folder: Path, addition: str, message: str) -> None:
    path = folder / "conditions.yml"
    path.write_text(path.read_text(encoding="utf-8") + "\n" + addition + "\n", encoding="utf-8")
    with pytest.raises(LexiconError, match=message):
        load_from(folder, {*load().findings, *load().conditions})


@pytest.mark.parametrize("source", ["(a|b", "a)", "[a]", "{nothing}", "a <b"])
def test_patterns_that_cannot_be_read_are_refused(source: str) -> None:
    with pytest.raises(LexiconError):
        parse(source, {}, "here")


@pytest.mark.parametrize(
    ("source", "words", "end"),
    [
        ("(numb|dead) [my] bum", "numb bum", 2),
        ("(numb|dead) [my] bum", "dead my bum", 3),
        ("(numb|dead) [my] bum", "dead his bum", 0),
        ("cant pee ^(at|since)", "cant pee", 2),
        ("cant pee ^(at|since)", "cant pee much", 0),
        ("no !(end)", "no", 1),
        ("no !(end)", "no pain", 0),
        ("wet _ bed", "wet the bed", 3),
    ],
)
def test_notation(source: str, words: str, end: int) -> None:
    pattern = parse(source, {}, "here")
    atoms = [frozenset({word, "_"}) for word in words.split()]
    assert pattern.longest(atoms, [2] * len(atoms), 0) == end


SPELLER = Speller(lexicon())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sertralinne", "sertraline"),
        ("siatica", "sciatica"),
        ("bladdr", "bladder"),
        ("unbearble", "unbearable"),
        ("nummmb", "numb"),
        ("warfrin", "warfarin"),
        ("pregnent", "pregnant"),
        ("temperture", "temperature"),
        ("cnat", "cant"),
        ("bak", "back"),
        ("amr", "arm"),
        ("cofing", "coughing"),
        ("slured", "slurred"),
        ("bleding", "bleeding"),
        ("toylet", "toilet"),
        ("privits", "privates"),
    ],
)
def test_misspellings_are_mended(typed: str, meant: str) -> None:
    assert SPELLER.correct(typed) == meant


@pytest.mark.parametrize(
    "word",
    [
        "spasm",
        "lumbago",
        "metformin",
        "omeprazole",
        "celebrex",
        "prilosec",
        "prozac",
        "clonidine",
        "hydralazine",
        "bumped",
        "stooped",
        "overdone",
        "weekend",
    ],
)
def test_words_are_left_alone(word: str) -> None:
    assert SPELLER.correct(word) == word


def test_no_medicine_is_turned_into_another() -> None:
    changed = {w: SPELLER.correct(w) for w in lexicon().medicines if SPELLER.correct(w) != w}
    assert {w: c for w, c in changed.items() if c[:2] != w[:2]} == {}
    assert len(changed) < 5  # second spellings of the same medicine
