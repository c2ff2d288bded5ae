"""Reading a line from a person: prompt_toolkit where the terminal can do it, else plain `input`."""

from __future__ import annotations

import contextlib
import importlib
import sys
from pathlib import Path

from unknot.channels.terminal.talk import ReadLine

PROMPT = "you> "


def line_reader(*, plain: bool, colour: bool, history: Path | None) -> ReadLine:
    """A reader of lines with history on the arrow keys.

    `plain` never repaints the line, as screen readers and dumb terminals need. History stays in memory, since
    it is health talk, unless a file is named, which is made readable by its owner alone.
    """
    if plain:
        return _plain_reader
    # Imported here: a pipe and a screen reader do not need its 0.2 s.
    from prompt_toolkit import PromptSession
    from prompt_toolkit.formatted_text import ANSI
    from prompt_toolkit.history import FileHistory, History, InMemoryHistory
    from prompt_toolkit.output.color_depth import ColorDepth

    kept: History = InMemoryHistory()
    if history is not None:
        history.touch(mode=0o600)
        history.chmod(0o600)
        kept = FileHistory(str(history))
    session: PromptSession[str] = PromptSession(
        history=kept, color_depth=None if colour else ColorDepth.DEPTH_1_BIT, enable_suspend=True
    )
    prompt = ANSI(f"\x1b[1m{PROMPT}\x1b[0m") if colour else PROMPT

    def read(offered: str) -> str:
        return session.prompt(prompt, default=offered)

    return read


def _plain_reader(offered: str) -> str:
    """Without line editing the words cannot be put back into the line: an empty line stands for them."""
    with contextlib.suppress(ImportError):  # its import alone gives `input` the arrow keys
        importlib.import_module("readline")
    line = input(f"{PROMPT}(Enter sends again: {offered}) " if offered else PROMPT)
    return line or offered


def can_edit() -> bool:
    """Whether both ends are a terminal that can do more than print lines."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    from prompt_toolkit.utils import is_dumb_terminal

    return not is_dumb_terminal()
