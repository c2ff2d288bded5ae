"""The client at a pseudo-terminal, as a person uses it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.channels.terminal.conftest import Assistant

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 10.0
ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[a-zA-Z]|\][^\x07]*\x07|[()][A-Z0-9]|[=>78])")


class Screen:
    """A client on a pseudo-terminal: type into it, wait for what it shows."""

    def __init__(self, *options: str, **environment: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self.raw = ""
        self._seen = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "unknot.channels.terminal", *options],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", **environment},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that Ctrl-C is a signal
        )
        os.close(slave)

    @property
    def text(self) -> str:
        return ESCAPES.sub("", self.raw).replace("\r", "")

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def wait_for(self, wanted: str, seconds: float = SECONDS) -> str:
        """Read until `wanted` appears after what was waited for last; returns what came with it."""
        deadline = time.monotonic() + seconds
        while wanted not in self.text[self._seen :]:
            if time.monotonic() > deadline:
                raise AssertionError(f"{wanted!r} did not appear in:\n{self.text[self._seen :]}")
            if select.select([self._master], [], [], 0.1)[0]:
                try:
                    self.raw += os.read(self._master, 65536).decode(errors="replace")
                except OSError:
                    if wanted not in self.text[self._seen :]:
                        raise AssertionError(f"ended without {wanted!r}:\n{self.text}") from None
        start, self._seen = self._seen, self.text.index(wanted, self._seen) + len(wanted)
        return self.text[start : self._seen]

    def status(self) -> int:
        return self._process.wait(SECONDS)

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._master)


@pytest.fixture
def screens() -> Iterator[list[Screen]]:
    opened: list[Screen] = []
    yield opened
    for screen in opened:
        screen.close()


def open_screen(screens: list[Screen], assistant: Assistant, *options: str, **environment: str) -> Screen:
    screen = Screen("--url", assistant.url, *options, **environment)
    screens.append(screen)
    screen.wait_for("you>")
    return screen


def test_a_talk_by_numbers(assistant, screens):
    screen = open_screen(screens, assistant)
    for typed, shown in [
        ("hi", "4  None of these"),
        ("4", "2  Upper back"),
        ("2", "0  1  2"),
        ("7", "How old"),
    ]:
        screen.type(typed + "\r")
        screen.wait_for(shown)
        screen.wait_for("you>")
    assert assistant.words == ["hi", "None of these", "Upper back", "7"]
    screen.type("/quit\r")
    assert screen.status() == 0


def test_colour_and_its_absence(assistant, screens):
    coloured = open_screen(screens, assistant)
    coloured.type("emergency\r")
    coloured.wait_for("Do not drive")
    assert "\x1b[1;97;41m" in coloured.raw
    for options, environment in [((), {"NO_COLOR": "1"}), (("--no-color",), {}), (("--plain",), {})]:
        bare = open_screen(screens, assistant, *options, **environment)
        bare.type("emergency\r")
        bare.wait_for("Do not drive")
        assert "EMERGENCY" in bare.text
        assert not re.search(r"\x1b\[[0-9;]*(3[1-7]|4[1-7]|9[0-7])m", bare.raw)


def test_arrow_up_brings_back_what_was_typed(assistant, screens):
    screen = open_screen(screens, assistant)
    screen.type("thanks\r")
    screen.wait_for("You are welcome")
    screen.wait_for("you>")
    screen.type("\x1b[A\r")
    screen.wait_for("You are welcome")
    assert assistant.words == ["thanks", "thanks"]


@pytest.mark.parametrize("options", [(), ("--plain",)], ids=["editing", "plain"])
def test_words_are_kept_while_the_server_is_away(assistant, screens, options):
    screen = open_screen(screens, assistant, *options)
    assistant.status = 503
    screen.type("my back is stuck\r")
    screen.wait_for("Your words are kept")
    screen.wait_for("my back is stuck")
    assistant.status = 200
    screen.type("\r")
    screen.wait_for("only know about backs")
    assert assistant.words == ["my back is stuck", "my back is stuck"]


def test_dead_server_in_the_middle_of_a_talk(assistant, screens):
    screen = open_screen(screens, assistant)
    assistant.stop()
    screen.type("thanks\r")
    screen.wait_for("nobody answers at " + assistant.url)
    screen.type("\x04")
    assert "Traceback" not in screen.text


def test_screen_reader_mode_never_moves_the_cursor(assistant, screens):
    screen = open_screen(screens, assistant, "--plain")
    screen.type("hi\n")
    screen.wait_for("4. None of these")
    screen.type("4\n")
    screen.wait_for("6. Somewhere else")
    assert not re.search(r"\x1b\[[0-9;]*[ABCDHJK]", screen.raw)


def test_commands_are_the_clients_own(assistant, screens, tmp_path):
    screen = open_screen(screens, assistant)
    screen.type("/help\r")
    screen.wait_for("/save F")
    screen.type("/inform{}\r")
    screen.wait_for("no such command")
    screen.type("thanks\r")
    screen.wait_for("welcome")
    screen.type("/again\r")
    screen.wait_for("welcome")
    target = tmp_path / "talk.txt"
    screen.type(f"/save {target}\r")
    screen.wait_for("written to")
    assert "> thanks\n\nYou are welcome." in target.read_text()
    screen.type(f"/save {target}\r")
    screen.wait_for("exists already")
    screen.type("/new\r")
    screen.wait_for("a new conversation")
    screen.type("hi\r")
    screen.wait_for("None of these")
    assert assistant.words == ["thanks", "hi"]
    assert assistant.heard[0]["sender"] != assistant.heard[1]["sender"]


def test_a_long_wait_is_said_and_can_be_stopped(assistant, screens):
    screen = open_screen(screens, assistant)
    assistant.delay.clear()
    screen.type("hi\r")
    screen.wait_for("waiting for the answer")
    screen.type("\x03")
    screen.wait_for("stopped waiting")
    screen.wait_for("hi")
    assistant.delay.set()


def test_history_on_disk_only_when_asked_and_private(assistant, screens, tmp_path):
    kept = tmp_path / "history"
    screen = open_screen(screens, assistant, "--history", str(kept))
    screen.type("thanks\r")
    screen.wait_for("welcome")
    screen.wait_for("you>")
    assert "thanks" in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0
