"""`make run` in a place where it cannot keep anything: one sentence and an end, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from unknot.settings import ROOT


def run(**environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", "-m", "unknot.launch.run"]
    whole = {**os.environ, "UNKNOT_PORT": "1", "UNKNOT_ACTIONS_PORT": "1", **environment}
    return subprocess.run(command, cwd=ROOT, env=whole, capture_output=True, text=True, timeout=120, check=False)


def test_a_folder_that_is_read_only_is_said(tmp_path: Path) -> None:
    # Mode bits stop nobody who is root, as in many containers; a file in the way stops everybody.
    (tmp_path / "file").write_text("")
    told = run(UNKNOT_DATA_DIR=str(tmp_path / "file" / "var"))
    assert told.returncode == 1
    assert "cannot be written" in told.stdout + told.stderr
    assert "UNKNOT_DATA_DIR" in told.stdout + told.stderr
    assert "Traceback" not in told.stdout + told.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    told = run(UNKNOT_DATA_DIR=str(tmp_path / "var"))
    tmp_path.chmod(0o700)
    assert (told.returncode, "Traceback" in told.stderr) == (1, False)


def test_a_database_that_is_none_is_said_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "unknot.db"
    file.write_text("no database " * 1000)
    told = run(UNKNOT_DATA_DIR=str(tmp_path), UNKNOT_DATABASE_URL=f"sqlite:///{file}")
    assert told.returncode == 1
    assert "docs/operations.md" in told.stdout + told.stderr
    assert "Traceback" not in told.stdout + told.stderr
    assert file.read_text() == "no database " * 1000
