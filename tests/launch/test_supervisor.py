"""Starting, restarting and stopping processes, with small commands in the place of real servers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from unknot.launch.supervisor import Part, PartError, Patience, Stopped, Supervisor, stop_signals
from unknot.settings import ROOT

QUICK = Patience(first_pause=0.05, longest_pause=0.1, poll=0.02, alive_every=0.05, grace=1.0)
SLEEP = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
)
WITH_CHILD = (
    "import subprocess, sys, time;"
    "child = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(60)']);"
    "print(child.pid, flush=True); time.sleep(60)"
)


@pytest.fixture(autouse=True)
def _hangup_as_in_a_terminal() -> Iterator[None]:
    """Under nohup SIGHUP is ignored, and children inherit that."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


class Said:
    """Collects what the supervisor says."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, words: str) -> None:
        self.lines.append(words)

    def __contains__(self, words: str) -> bool:
        return any(words in line for line in self.lines)


def part(
    folder: Path,
    code: str,
    *,
    name: str = "part",
    ready: Callable[[], str | None] = lambda: None,
    alive: Callable[[], str | None] = lambda: None,
    start_limit: float = 20.0,
) -> Part:
    command = [sys.executable, "-S", "-c", code]
    return Part(name, command, folder / f"{name}.log", dict(os.environ), ready, alive, start_limit=start_limit)


def exists(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def soon(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_stopping_leaves_no_process_not_even_grandchildren(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    with Supervisor([part(tmp_path, WITH_CHILD)], Said(), QUICK) as supervisor:
        supervisor.start()
        assert soon(lambda: log.read_text().strip() != "")
        child, pid = int(log.read_text()), supervisor.pid("part")
        assert exists(child)
    assert soon(lambda: not exists(pid) and not exists(child))


def test_a_process_that_will_not_stop_is_killed(tmp_path: Path) -> None:
    with Supervisor([part(tmp_path, STUBBORN)], Said(), QUICK) as supervisor:
        supervisor.start()
        assert soon(lambda: "up" in (tmp_path / "part.log").read_text())
        pid = supervisor.pid("part")
    assert not exists(pid)


def test_a_suspended_process_is_stopped_too(tmp_path: Path) -> None:
    with Supervisor([part(tmp_path, SLEEP)], Said(), QUICK) as supervisor:
        supervisor.start()
        pid = supervisor.pid("part")
        supervisor.send("part", signal.SIGSTOP)
    assert not exists(pid)


def test_a_killed_part_is_restarted_and_the_other_left_alone(tmp_path: Path) -> None:
    said = Said()
    parts = [part(tmp_path, SLEEP, name="actions"), part(tmp_path, SLEEP, name="assistant")]
    with Supervisor(parts, said, QUICK) as supervisor:
        supervisor.start()
        killed, other = supervisor.pid("actions"), supervisor.pid("assistant")
        os.kill(killed, signal.SIGKILL)

        def back() -> bool:
            supervisor.watch_once()
            return "The actions is back" in said

        assert soon(back)
        assert supervisor.pid("actions") != killed
        assert supervisor.pid("assistant") == other
    assert "The actions was ended by SIGKILL" in said
    assert "Restarting" in said


def test_a_part_that_keeps_dying_is_started_again_and_again_ever_more_slowly(tmp_path: Path) -> None:
    said = Said()
    patience = Patience(first_pause=0.02, longest_pause=0.16, poll=0.01, within=60.0, grace=1.0)
    with Supervisor([part(tmp_path, "import nosuch", ready=lambda: None)], said, patience) as supervisor:
        supervisor._running["part"] = supervisor._launch(supervisor._parts[0])
        supervisor._running["part"].answered = True

        def often() -> bool:
            supervisor.watch_once()
            return len([line for line in said.lines if "Restarting" in line]) >= 7

        soon(often)
    pauses = [float(line.split("in ")[-1].split(" s")[0]) for line in said.lines if "Restarting" in line]
    assert pauses[:7] == [0.02, 0.04, 0.08, 0.16, 0.16, 0.16, 0.16]
    assert Patience().longest_pause == 60.0
    assert any("nosuch" in line for line in said.lines)


def test_a_part_that_lived_for_long_begins_with_the_shortest_pause(tmp_path: Path) -> None:
    said = Said()
    patience = Patience(first_pause=0.02, longest_pause=0.16, poll=0.01, within=0.0, grace=1.0)
    with Supervisor([part(tmp_path, "import nosuch", ready=lambda: None)], said, patience) as supervisor:
        supervisor._running["part"] = supervisor._launch(supervisor._parts[0])

        def thrice() -> bool:
            supervisor.watch_once()
            return len([line for line in said.lines if "Restarting" in line]) >= 3

        soon(thrice)
    assert all("in 0.02 s" in line for line in said.lines if "Restarting" in line)


def test_what_was_started_last_ends_first_and_is_waited_for(tmp_path: Path) -> None:
    """The assistant finishes its turns, for which it needs the action server."""
    trace = tmp_path / "trace"
    finishing = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        f"    time.sleep(float(sys.argv[1])); open({str(trace)!r}, 'a').write(sys.argv[2] + ' '); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end); print('up', flush=True)\n"
        "while True: time.sleep(0.05)\n"
    )
    parts = []
    for name, seconds in (("actions", "0"), ("assistant", "0.5")):
        log = tmp_path / f"{name}.log"
        command = [sys.executable, "-S", "-c", finishing, seconds, name]

        def ready(log: Path = log) -> str | None:
            return None if log.exists() and b"up" in log.read_bytes() else "not up"

        parts.append(Part(name, command, log, dict(os.environ), ready, lambda: None))
    with Supervisor(parts, print, Patience(poll=0.02, grace=5.0)) as supervisor:
        supervisor.start()
    assert trace.read_text().split() == ["assistant", "actions"]


def test_a_hung_part_is_restarted(tmp_path: Path) -> None:
    said = Said()
    hung = {"now": True}

    def alive() -> str | None:
        return "it does not answer in time" if hung["now"] else None

    with Supervisor([part(tmp_path, SLEEP, alive=alive)], said, QUICK) as supervisor:
        supervisor.start()
        before = supervisor.pid("part")

        def back() -> bool:
            supervisor.watch_once()
            return "is back" in said

        assert soon(back)
        hung["now"] = False
        assert supervisor.pid("part") != before
    assert "hangs (it does not answer in time)" in said


def test_a_part_that_ends_while_starting_says_why(tmp_path: Path) -> None:
    code = "import sys; sys.exit('rasa.shared.exceptions.YamlSyntaxException: Failed to read domain.yml')"
    never = part(tmp_path, code, ready=lambda: "it does not listen yet")
    with Supervisor([never], Said(), QUICK) as supervisor, pytest.raises(PartError) as caught:
        supervisor.start()
    assert "ended with exit code 1: YamlSyntaxException: Failed to read domain.yml" in str(caught.value)


def test_a_part_that_never_answers_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    never = part(tmp_path, SLEEP, ready=lambda: "a message gets no reply", start_limit=0.3)
    with Supervisor([never], Said(), QUICK) as supervisor, pytest.raises(PartError) as caught:
        supervisor.start()
    assert "a message gets no reply" in str(caught.value)


def test_a_model_that_cannot_be_loaded_ends_the_wait_at_once(tmp_path: Path) -> None:
    code = "print('Could not load model due to Not a gzipped file.', flush=True); " + SLEEP
    never = part(tmp_path, code, ready=lambda: "a message gets no reply")
    started = time.monotonic()
    with Supervisor([never], Said(), QUICK) as supervisor, pytest.raises(PartError) as caught:
        supervisor.start()
    assert time.monotonic() - started < 10
    assert "make train" in str(caught.value)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_ask_to_stop_once(number: signal.Signals) -> None:
    with stop_signals():
        with pytest.raises(Stopped, match=number.name):
            os.kill(os.getpid(), number)
        os.kill(os.getpid(), number)  # a second one does not disturb the stopping


LAUNCHER = """
import os, sys
from pathlib import Path
from unknot.launch.supervisor import Part, Stopped, Supervisor, stop_signals
command = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]
part = Part("part", command, Path(sys.argv[1]), dict(os.environ), lambda: None, lambda: None)
try:
    with stop_signals(), Supervisor([part], print) as supervisor:
        supervisor.start()
        print(supervisor.pid("part"), flush=True)
        supervisor.watch()
except Stopped:
    print("stopped", flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the kernel cannot be asked for it")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_however_the_launcher_ends_no_process_is_left(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-c", LAUNCHER, str(tmp_path / "part.log")]
    launcher = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert launcher.stdout is not None
    pid = int(launcher.stdout.readline())
    assert exists(pid)
    launcher.send_signal(number)
    rest = launcher.communicate(timeout=20)[0]
    assert soon(lambda: not exists(pid))
    assert ("stopped" in rest) == (number != signal.SIGKILL)
