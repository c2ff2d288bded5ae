"""The words that `make` knows, and what continuous integration runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from unknot.settings import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
# Import-only names under TensorFlow's own, which cannot be checked beside code that imports TensorFlow.
NOT_TYPED = {"ops"}
TARGETS = re.findall(r"^([a-z-]+):.*## (.+)$", MAKEFILE, re.MULTILINE)


def make(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *words], cwd=ROOT, capture_output=True, text=True, check=False)


def test_make_alone_lists_every_word_with_a_line() -> None:
    printed = make().stdout
    for name, line in TARGETS:
        assert re.search(rf"^make {name} +{re.escape(line)}$", printed, re.MULTILINE), name


def test_every_target_is_listed_and_declared() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
    phony = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[0].split()
    assert targets == {name for name, _ in TARGETS} == set(phony)


@pytest.mark.parametrize("name", ["run", "test", "shell", "train", "lint", "serve-rest"])
def test_the_main_words_are_there(name: str) -> None:
    assert name in dict(TARGETS)


@pytest.mark.parametrize("name", [name for name, _ in TARGETS if name != "help"])
def test_every_module_that_a_word_runs_exists(name: str) -> None:
    planned = make("--dry-run", name)
    assert planned.returncode == 0
    for module in re.findall(r"python -m ([\w.]+)", planned.stdout):
        if module.split(".")[0] in ("ruff", "mypy", "pytest", "rasa", "venv", "pip"):
            continue
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


def tracked_python() -> set[str]:
    listed = ["git", "ls-files", "*.py"]
    return set(subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines())


def test_style_is_checked_in_every_python_file() -> None:
    asked = [sys.executable, "-m", "ruff", "check", "--show-files", "."]
    shown = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    seen = {str(Path(line).relative_to(ROOT)) for line in shown}
    assert tracked_python() <= seen


def test_types_are_checked_in_every_folder_but_the_stand_in() -> None:
    checked = make("--dry-run", "lint").stdout.split("--strict ")[1].splitlines()[0].split()
    assert {name.split("/")[0] for name in tracked_python()} - set(checked) == NOT_TYPED | {"tests"}


def test_a_machine_without_any_python_is_told_what_to_install() -> None:
    done = make("PYTHON3=", "setup")
    assert done.returncode != 0
    assert "No Python found" in done.stderr


def test_ci_runs_make_test_and_hands_failures_on() -> None:
    script = ROOT / ".ci" / "run"
    text = script.read_text(encoding="utf-8")
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in text
    assert "CI=true" in text
    assert re.search(r"^make test$", text, re.MULTILINE)
