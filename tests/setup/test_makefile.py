"""The words that `make` knows, and what continuous integration runs."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from settings import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
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
    for module in re.findall(r"-m ([\w.]+)", planned.stdout):
        if module.split(".")[0] in ("ruff", "mypy", "pytest", "rasa"):
            continue
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


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
