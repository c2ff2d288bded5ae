"""The sealed sets: whole, sealed, and out of what their report says. No assertion here may show a message."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml

from evaluation import cases, ids, seal
from evaluation.cases import Case
from evaluation.nlu import Parsed
from evaluation.scoring import Result
from evaluation.sealed import main, report
from evaluation.study import Study

# Findings that are younger than the sets; new messages for them are to be written under the same seal.
YOUNGER = {"stroke_signs", "gastrointestinal_bleeding", "ectopic_pregnancy_signs"}
FILES = sorted(seal.FOLDER.glob("*.yml"))
LEAST = {
    "emergencies": 300,
    "urgent": 120,
    "lookalikes": 300,
    "crisis": 80,
    "questions": 200,
    "multi": 60,
    "oos": 60,
    "facts": 100,
}
CLEAR = "# A note.\nurgent:\n  fever:\n  - !clear 'hot as, “an oven” 😀'\n  - !clear 'no: 39'\n"


def test_every_set_is_there_and_large_enough() -> None:
    found = Counter(case.set for case in seal.own())
    assert {name for name, least in LEAST.items() if found[name] < least} == set()


def test_every_finding_of_the_contract_is_stated_several_times() -> None:
    found = Counter(case.findings[0] for case in seal.own() if case.set in ("emergencies", "urgent"))
    assert {finding for finding in ids.EMERGENCIES - YOUNGER if found[finding] < 10} == set()
    assert {finding for finding in ids.URGENT if found[finding] < 5} == set()


def test_every_voice_is_heard() -> None:
    found = Counter(seal.voices().values())
    assert {voice for voice in seal.VOICES if found[voice] < 8} == set()


def test_no_sealed_message_stands_in_another_set() -> None:
    known = {case.text.casefold() for case in (*cases.own(), *cases.open_set())}
    assert sum(case.text.casefold() in known for case in seal.own()) == 0


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_text_is_left_in_the_clear(path: Path) -> None:
    assert len(FILES) == len(LEAST)
    written = path.read_text(encoding="utf-8")
    assert "!clear" not in written
    # Ids have no blanks, messages nearly always do.
    values = [node for node in _scalars(yaml.compose(written)) if node.tag != "!sealed"]
    assert sum(" " in node.value for node in values) == 0


def test_revealed_and_concealed_again_it_is_the_same() -> None:
    sealed = seal.concealed(CLEAR)
    assert "oven" not in sealed
    assert yaml.safe_load(seal.revealed(sealed).replace("!clear ", "")) == yaml.safe_load(
        CLEAR.replace("!clear ", "")
    )


def test_the_command_reveals_for_auditors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "urgent.yml"
    file.write_text(seal.concealed(CLEAR), encoding="utf-8")
    assert main(["--reveal", str(file)]) == 0
    assert "an oven" in capsys.readouterr().out


def test_a_broken_set_is_named_without_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    same = {"urgent": {"fever": [seal.Text("secret words"), seal.Text("Secret words")]}}
    monkeypatch.setattr(seal, "document", lambda name, _: same if name == "urgent" else seal._load(name))
    with pytest.raises(cases.SetError) as caught:
        seal.own()
    assert "secret" not in str(caught.value).lower()


def test_the_report_holds_totals_and_no_message() -> None:
    wrong = [
        Case("emergencies", "plain", "zebra one", findings=("fainting",), alarm=True),
        Case("emergencies", "plain", "zebra two", findings=("fainting",), alarm=True),
        Case("lookalikes", "denied", "zebra three", alarm=False),
        Case("facts", "facts", "zebra four", expect={"severity": (7,)}),
        Case("questions", "heat_or_ice", "zebra five", ("heat_or_ice",)),
    ]
    results = [Result(case, Parsed(case.text, "greet", "greet", 0.9, (), (), 0.0, 0.0)) for case in wrong]
    results[1] = Result(wrong[1], Parsed("zebra two", "report_emergency", "greet", 0.9, (), (), 0.0, 0.0))
    voices = {"zebra one": "old", "zebra two": "carer"}
    text = report(Study(tuple(results), date(2026, 3, 4), 0.0), voices)
    assert "zebra" not in text
    assert "| asserted emergencies that raise an alarm | 50.0 % (1/2;" in text
    assert "| old | 0.0 % (0/1;" in text
    assert "| carer | 100.0 % (1/1;" in text
    assert "| denied | 0.0 % (0/1;" in text


def _scalars(node: yaml.Node) -> list[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        return [node]
    if isinstance(node, yaml.MappingNode):
        return [leaf for pair in node.value for part in pair for leaf in _scalars(part)]
    return [leaf for part in node.value for leaf in _scalars(part)]
