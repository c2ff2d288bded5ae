"""Sizes and costs as the operating system tells them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.machine import Company, disk, family_time, processor_time, resident, timed
from benchmarks.needed import canonical, required
from benchmarks.peer import epoch

needs_proc = pytest.mark.skipif(not Path("/proc/stat").exists(), reason="reads /proc, which Linux alone has")


def test_a_file_with_two_names_counts_once(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"x" * 1_000_000)
    alone = disk(tmp_path)
    (tmp_path / "two").hardlink_to(tmp_path / "one")
    (tmp_path / "three").symlink_to(tmp_path / "one")
    assert alone >= 1_000_000
    assert disk(tmp_path) - alone < 10_000


def test_memory_counts_the_whole_group() -> None:
    code = "import sys; x = b'x' * 80_000_000; print('up', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert 80_000_000 < resident(child.pid) < 200_000_000
        child.communicate(b"")
    assert resident(child.pid) == 0


@needs_proc
def test_processor_time_is_that_of_the_group() -> None:
    code = "import sys\nfor _ in range(10_000_000): pass\nprint('done', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert processor_time(child.pid) > 0.05
        child.communicate(b"")
    assert processor_time(child.pid) == 0


def test_a_command_is_timed_and_its_failure_is_an_error(tmp_path: Path) -> None:
    busy = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
    environment = dict(os.environ)
    cost = timed([sys.executable, "-c", busy], folder=tmp_path, log=tmp_path / "log", environment=environment)
    assert cost.cpu >= 0.3
    assert cost.wall >= 0.3
    with pytest.raises(RuntimeError, match="exit code 3"):
        timed([sys.executable, "-c", "exit(3)"], folder=tmp_path, log=tmp_path / "log", environment=environment)


def test_a_long_command_shows_that_it_goes_on(tmp_path: Path) -> None:
    seen: list[int] = []
    command = [sys.executable, "-c", "import time; time.sleep(1.6)"]
    log, environment = tmp_path / "log", dict(os.environ)
    timed(command, folder=tmp_path, log=log, environment=environment, while_waiting=lambda: seen.append(1))
    assert seen


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "starting"),
        ("x - Starting to train component 'RegexFeaturizer'.\n", "RegexFeaturizer"),
        (
            "Starting to train component 'DIETClassifier'.\nEpochs:  2%|# | 2/100 [00:01<, 1s/it]\r"
            "Epochs:  3%|# | 3/100 [00:02<, 1s/it]",
            "DIETClassifier, epoch 3/100",
        ),
        (
            "Starting to train component 'A'.\nEpochs: 100%|##| 100/100 [1, 1]\nStarting to train component 'B'.",
            "B",
        ),
    ],
)
def test_where_the_peers_training_is(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "log").write_text(text, encoding="utf-8")
    assert epoch(tmp_path / "log") == told


class Package:
    def __init__(self, *requires: str) -> None:
        self.requires = requires


def test_what_a_package_needs_is_followed_but_not_its_extras() -> None:
    installed = {
        "rasa": Package("A-b>=1", "spacy; extra == 'spacy'", "missing"),
        "a-b": Package("c[x] (<2)"),
        "c": Package(),
        "spacy": Package("d"),
        "d": Package(),
    }
    assert required(["Rasa"], installed) == {"rasa", "a-b", "c"}
    assert canonical("A__b.C") == "a-b-c"


@needs_proc
def test_what_this_process_and_its_children_compute_is_not_company() -> None:
    before = family_time(os.getpid())
    busy = "import time\nend = time.process_time() + 0.5\nwhile time.process_time() < end: pass\ninput()"
    with subprocess.Popen([sys.executable, "-c", busy], stdin=subprocess.PIPE) as child:
        child.communicate(b"\n")
    assert family_time(os.getpid()) - before >= 0.5
    assert Company().cores() >= 0
