"""The report of a small made-up study: what it says, and what it must not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evaluation import understanding
from evaluation.cases import Case
from evaluation.labelled import Message, Outcome, Read
from evaluation.nlu import Parsed
from evaluation.report import write
from evaluation.scoring import Result, found_parts, value_outcomes
from evaluation.study import Study

TODAY = date(2026, 3, 4)


def parsed(text: str, intent: str, *entities: dict[str, Any], confidence: float = 0.9) -> Parsed:
    return Parsed(text, intent, intent, confidence, ((intent, confidence),), entities, 0.01, 0.01)


def finding(value: str, certainty: str = "stated") -> dict[str, Any]:
    said = {"certainty": certainty, "course": "unknown", "owner": "patient"}
    return {"entity": "finding", "value": value, **said, "extractor": "Reader"}


@pytest.mark.parametrize(
    ("entities", "alarm", "asks"),
    [
        ([finding("chest_pain")], True, False),
        ([finding("chest_pain", "possible")], False, True),
        ([finding("chest_pain", "denied")], False, False),
        ([finding("fever")], False, False),
    ],
)
def test_alarm(entities: list[dict[str, Any]], alarm: bool, asks: bool) -> None:
    found = parsed("x", "inform", *entities)
    assert (found.alarm, found.asks) == (alarm, asks)


VALUES = {
    "right": ({"severity": (7,)}, [{"entity": "severity", "value": 7}], [("severity", True)]),
    "the last one counts": (
        {"severity": (7,)},
        [{"entity": "severity", "value": 4, "start": 0}, {"entity": "severity", "value": 7, "start": 9}],
        [("severity", True)],
    ),
    "missing": ({"severity": (7,)}, [], [("severity", False)]),
    "unsaid is fine": ({"duration_days": (0, "unsaid")}, [], [("duration_days", True)]),
    "untold": ({}, [{"entity": "age", "value": 7}], [("untold", False)]),
    "assertion": (
        {"condition.asthma": ("absent",)},
        [{"entity": "condition", "value": "asthma", "assertion": "present"}],
        [("condition.asthma", False)],
    ),
    "all stands for each group": (
        {"denied_group": ("conditions+medicines", "all")},
        [{"entity": "denied_group", "value": "all"}],
        [("denied_group", True)],
    ),
    "one group is not two": (
        {"denied_group": ("conditions+medicines",)},
        [{"entity": "denied_group", "value": "medicines"}],
        [("denied_group", False)],
    ),
}


@pytest.mark.parametrize("name", VALUES)
def test_values(name: str) -> None:
    expect, entities, outcomes = VALUES[name]
    case = Case("facts", "facts", "x", expect=expect)
    found = value_outcomes(Result(case, parsed("x", "inform", *entities)), TODAY)
    assert [(kind, ok) for kind, ok, _ in found] == outcomes


@pytest.mark.parametrize(("further", "found"), [(["massage"], True), (["heat_or_ice"], False)])
def test_parts(further: list[str], found: bool) -> None:
    case = Case("multi", "multi", "x", parts=(("hot_bath",), ("massage", "bed_rest")), alarm=False)
    entities = [{"entity": "question", "value": value} for value in further]
    assert found_parts(Result(case, parsed("x", "hot_bath", *entities))) is found


def test_the_report_names_errors_but_never_a_real_phrase_or_an_unseen_one(tmp_path: Path) -> None:
    secret = "words of a real person"
    results = (
        Result(Case("questions", "massage", "rub it?", ("massage",)), parsed("rub it?", "hot_bath")),
        Result(
            Case("emergencies", "plain", "chest", findings=("chest_pain",), alarm=True), parsed("chest", "inform")
        ),
        Result(
            Case("lookalikes", "denied", "no chest pain", alarm=False), parsed("x", "inform", finding("chest_pain"))
        ),
        Result(
            Case("real_phrases", "real_phrases", secret, ("inform",), alarm=True, line=11), parsed(secret, "thank")
        ),
    )
    blind = "nobody is to see this one"
    unseen = Outcome((Read(Message(blind, "emergency", "emergency"), parsed(blind, "inform")),))
    write(Study(results, TODAY, 100.0), unseen, tmp_path / "understanding.md", tmp_path / "img", "4 messages.")
    text = (tmp_path / "understanding.md").read_text()
    for wanted in ("rub it?", "massage as hot_bath", '"chest"', '"no chest pain"', "line 11: missed emergency"):
        assert wanted in text
    assert secret not in text
    assert "1 messages: `evaluation/sets/unseen.yml`" in text
    assert blind not in text, "the document would spoil the unseen set"
    assert {path.suffix for path in (tmp_path / "img").iterdir()} == {".png"}


def test_without_a_model_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(understanding, "newest_model", lambda: (_ for _ in ()).throw(FileNotFoundError("no model")))
        assert understanding.main(["--out", str(tmp_path / "x.md")]) == 2
    assert "no model" in capsys.readouterr().err
