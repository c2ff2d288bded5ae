"""Training happens when inputs changed, and not otherwise."""

from __future__ import annotations

import json
import os
import tarfile
from pathlib import Path

import pytest

from unknot.launch import train as training
from unknot.launch.progress import Progress
from unknot.launch.train import KEEP, Project, TrainingError, current_model, train
from unknot.rasa_patches import inputs as locked_inputs
from unknot.rasa_patches.inputs import fingerprint

READ_AT_RUN_TIME = (
    "unknot/knowledge/remedies.yml",
    "unknot/reading/reader.py",
    "unknot/nlu/emergency_guard.py",
    "unknot/triage/engine.py",
    "README.md",
)
FILES = {
    "config.yml": "pipeline: []",
    "domain.yml": "intents: []",
    "uv.lock": "\n\n".join(f'[[package]]\nname = "{name}"\nversion = "1.1"' for name in ("numpy", "other")),
    "data/nlu/greet.yml": "nlu: []",
    "unknot/knowledge/findings.yml": "",
    "unknot/encoder/readout.py": "",
    "unknot/nlu/labels.py": "",
    **dict.fromkeys(READ_AT_RUN_TIME, ""),
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Project(tmp_path, tmp_path / "models", tmp_path / "train.log")


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every training that would have run."""
    runs: list[Path] = []

    def pretend(project: Project, model: Path, progress: Progress) -> None:
        runs.append(model)
        model.write_bytes(b"model")

    monkeypatch.setattr(training, "_rasa_train", pretend)
    return runs


def test_trains_once_and_then_not_again(project: Project, trained: list[Path]) -> None:
    first = train(project)
    assert train(project) == first
    assert len(trained) == 1
    assert train(project, force=True) == first
    assert len(trained) == 2


@pytest.mark.parametrize(
    ("name", "again"),
    [(name, name not in READ_AT_RUN_TIME) for name in FILES] + [("data/rules/new.yml", True)],
)
def test_what_calls_for_training(project: Project, trained: list[Path], name: str, again: bool) -> None:
    train(project)
    path = project.root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("# changed\n")
    train(project)
    assert len(trained) == 1 + again


@pytest.mark.parametrize(("name", "again"), [("numpy", True), ("other", False)])
def test_only_some_packages_decide_what_is_learnt(
    project: Project, trained: list[Path], name: str, again: bool
) -> None:
    train(project)
    lock = project.root / "uv.lock"
    old = f'name = "{name}"\nversion = "1.1"'
    lock.write_text(lock.read_text().replace(old, old.replace("1.1", "1.2")))
    train(project)
    assert len(trained) == 1 + again


def test_the_packages_that_decide_are_in_the_lock_file() -> None:
    found = {line.partition(" ")[0] for line in locked_inputs._locked(training.ROOT / "uv.lock")}
    assert found == set(locked_inputs._LOCKED)


@pytest.mark.parametrize("harm", ["gone", "cut", "stamp gone", "stamp broken", "stamp strange"])
def test_a_model_that_is_not_the_trained_one_is_trained_anew(
    project: Project, trained: list[Path], harm: str
) -> None:
    model = train(project)
    {
        "gone": lambda: model.unlink(),
        "cut": lambda: model.write_bytes(b"mod"),
        "stamp gone": lambda: project.stamp.unlink(),
        "stamp broken": lambda: project.stamp.write_text("{"),
        "stamp strange": lambda: project.stamp.write_text(json.dumps(["x"])),
    }[harm]()
    assert current_model(project) is None
    train(project)
    assert len(trained) == 2


def test_a_renamed_file_counts_as_a_change(project: Project) -> None:
    before = fingerprint(project.root)
    (project.root / "data/nlu/greet.yml").rename(project.root / "data/nlu/hello.yml")
    assert fingerprint(project.root) != before


def test_old_models_go_and_other_peoples_stay(project: Project, trained: list[Path]) -> None:
    project.models.mkdir()
    mine = project.models / "20260101-120000-mine.tar.gz"
    mine.write_bytes(b"by hand")
    for number in range(KEEP + 2):
        (project.root / "domain.yml").write_text(f"# {number}")
        model = train(project)
        os.utime(model, (number, number))
    assert len(list(project.models.glob("unknot-*.tar.gz"))) == KEEP
    assert mine.exists()
    assert model.exists()


def test_a_failed_training_says_why_and_leaves_no_stamp(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training.sys, "executable", "/bin/echo")
    with pytest.raises(TrainingError) as caught:
        train(project)
    assert str(project.log) in str(caught.value)
    assert current_model(project) is None


def by_hand(project: Project, name: str, trained_from: str) -> Path:
    """What a plain `rasa train` leaves: a model that says itself what it is of, and nothing else."""
    project.models.mkdir(exist_ok=True)
    said = project.models / "said"
    said.write_text(trained_from)
    model = project.models / name
    with tarfile.open(model, "w:gz") as archive:
        archive.add(said, "components/train_ActionFailurePolicy0/inputs.sha256")
    said.unlink()
    return model


def test_a_model_of_a_plain_rasa_train_is_known_for_what_it_is(project: Project, trained: list[Path]) -> None:
    model = by_hand(project, "20260101-120000-mine.tar.gz", fingerprint(project.root))
    assert train(project) == model
    assert trained == []
    (project.root / "domain.yml").write_text("# changed")
    assert current_model(project) is None
    assert train(project) != model


def test_a_model_of_other_inputs_is_stale(project: Project, trained: list[Path]) -> None:
    by_hand(project, "20260101-120000-mine.tar.gz", "of something else")
    assert current_model(project) is None
