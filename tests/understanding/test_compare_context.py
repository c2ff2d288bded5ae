"""The comparison with medspaCy's ConText."""

from __future__ import annotations

import sys

import pytest

from evaluation import compare_context
from evaluation.compare_context import Named, Outcome, context, ours, table
from evaluation.measure import Rate
from unknot.knowledge.loader import load
from unknot.reading.reader import Reader


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(load())


def test_signs_are_named_whatever_is_said_of_them(reader: Reader) -> None:
    assert Named(reader)("no chest pain, peeing fine") == [("chest_pain", 3, 13)]


def test_both_judge_the_same_spans(reader: Reader) -> None:
    pytest.importorskip("medspacy")
    named = Named(reader)
    for judge in (ours(reader), context(named), context(named, prune=True)):
        assert judge("no chest pain") == set()
        assert judge("i have chest pain") == {"chest_pain"}
        assert judge("hello") == set()


def test_a_cue_within_a_sign_can_be_pruned(reader: Reader) -> None:
    pytest.importorskip("medspacy")
    assert context(Named(reader), prune=True)("i cannot pass urine") == {"urinary_retention"}


def test_table_says_rates_with_intervals() -> None:
    shown = table([Outcome("ours", Rate(1, 2), Rate(0, 3))])
    assert "| ours | 50.0 % (1/2; 95 % 9.5 to 90.5) | 0.0 % (0/3;" in shown


def test_says_when_medspacy_is_missing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "medspacy", None)
    assert compare_context.main() == 2
    assert "medspaCy is not installed" in capsys.readouterr().err
