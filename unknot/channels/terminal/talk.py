"""The talk itself: one loop for people, one for pipes, over the same turn."""

from __future__ import annotations

import http.client
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from unknot.channels.terminal.choices import Pending, pending
from unknot.channels.terminal.later import USAGE, change
from unknot.channels.terminal.payloads import Payload, is_emergency
from unknot.channels.terminal.render import Look, render, wrap
from unknot.channels.terminal.transport import ServerAwayError, Transport, TurnError

PATIENCE_SECONDS = 2.0
AWAY_EXIT = 69  # EX_UNAVAILABLE
FAULT_EXIT = 70  # EX_SOFTWARE

ReadLine = Callable[[str], str]  # takes the words to offer for editing, returns the line; EOFError at the end

HELP = """\
/help        this list
/again       show the last reply once more
/new         start a new conversation
/save F      write this conversation to the file F
/handover F  write a page to take to a clinician to the file F, as PDF
/remind T    be greeted once a day from the time T on, when you start this again; /remind off ends it
/export F    write everything the server keeps about it to the file F, as JSON
/delete      have the server delete all of that, and begin anew
/quit        leave (Ctrl-D too)
Everything else is sent to the assistant. A number picks one of the numbered choices."""


@dataclass
class Talk:
    """One conversation on one pair of streams."""

    transport: Transport
    look: Look
    out: TextIO
    err: TextIO
    as_json: bool = False
    open_question: Pending = field(default_factory=Pending)
    last: list[Payload] = field(default_factory=list)
    transcript: list[str] = field(default_factory=list)
    kept: Path | None = None  # where the session is kept of somebody who asked to be reminded

    def turn(self, typed: str) -> None:
        """Send what was typed and show what comes back, each payload as it arrives. Raises `TurnError`."""
        words = self.open_question.words_for(typed)
        shown: list[Payload] = []
        self.transcript.append(f"> {words}\n")
        with self._patience():
            for payload in self.transport.send(words):
                if not shown:
                    self.open_question, self.last = Pending(), shown
                self.show(payload, alarmed=any(map(is_emergency, shown)))
                shown.append(payload)
                if payload.get("type") == "ask" or payload.get("choices"):
                    self.open_question = pending(payload)

    def show(self, payload: Payload, *, alarmed: bool = False) -> None:
        """Write one payload: as JSON on a line of its own, or for reading, with a blank line after it."""
        self.transcript.append(render(payload, Look(width=80), alarmed=alarmed))
        if self.as_json:
            self.out.write(json.dumps(payload, ensure_ascii=False) + "\n")
        else:
            self.out.write(render(payload, self.look, alarmed=alarmed) + "\n")
        self.out.flush()

    def say(self, line: str) -> None:
        """A word of the client's own, told apart from the assistant's by its brackets."""
        self.err.write(f"[{line}]\n")
        self.err.flush()

    @contextmanager
    def _patience(self) -> Iterator[None]:
        """Say once that it takes a while, where a person is waiting."""
        if self.as_json or not self.err.isatty():
            yield
            return
        timer = threading.Timer(PATIENCE_SECONDS, self.say, ("waiting for the answer",))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def converse(talk: Talk, read_line: ReadLine, renew: Callable[[], Transport], advice: Callable[[], str]) -> int:
    """Talk with a person until they leave. `advice` says what to do without the server.

    What was typed and not sent is offered again for editing, so that Enter is enough to retry.
    """
    unsent = ""
    while True:
        try:
            line = read_line(unsent).strip()
        except (EOFError, KeyboardInterrupt):
            talk.out.write("\n")
            if unsent:
                talk.say(f"not sent: {unsent}")
            return 0
        unsent = ""
        if not line:
            continue
        if line.startswith("/"):
            if _command(talk, line, renew) is False:
                return 0
            continue
        try:
            talk.turn(line)
        except TurnError as trouble:
            unsent = line
            talk.say(f"{trouble}. Your words are kept: press Enter to send them again.")
            if isinstance(trouble, ServerAwayError):
                talk.err.write(wrap(advice(), talk.look.width) + "\n")
        except KeyboardInterrupt:
            unsent = line
            talk.say("stopped waiting; your words are kept")


def pipe(talk: Talk, lines: Iterable[str], *, echo: bool = False) -> int:
    """Send every line that is not empty, as it comes; returns an exit status.

    Stops at the first failure and lists on the error stream what was not sent, ready to be piped in again.
    """
    waiting = (line.strip() for line in lines if line.strip())
    for line in waiting:
        if line.startswith("/"):
            talk.say(f"not sent, words do not begin with a slash: {line}")
            continue
        if echo and not talk.as_json:
            talk.out.write(f"> {line}\n\n")
        try:
            talk.turn(line)
        except TurnError as trouble:
            talk.say(f"{trouble}. Not sent, or not answered:")
            list_unsent(talk.err, [line, *waiting])
            return AWAY_EXIT if isinstance(trouble, ServerAwayError) else FAULT_EXIT
    return 0


def list_unsent(err: TextIO, lines: Iterable[str]) -> None:
    """Give back the lines of a pipe that did not go through."""
    err.writelines(f"{line.strip()}\n" for line in lines if line.strip())


def _command(talk: Talk, line: str, renew: Callable[[], Transport]) -> bool:
    """Carry out a command of the client's own; False means leave. A slash is never sent."""
    name, _, rest = line.partition(" ")
    if name in ("/quit", "/exit", "/q"):
        return False
    if name == "/again":
        for payload in talk.last:
            talk.out.write(render(payload, talk.look) + "\n")
    elif name == "/new":
        talk.transport = renew()
        talk.open_question, talk.last = Pending(), []
        talk.say("a new conversation; what you said before is not used")
    elif name == "/save" and rest.strip():
        _save(talk, rest.strip(), "\n".join(talk.transcript).encode())
    elif name in _FETCHED and rest.strip():
        _fetch(talk, rest.strip(), _FETCHED[name])
    elif name == "/remind":
        _remind(talk, rest.strip())
    elif name == "/delete":
        _delete(talk)
    elif name == "/help":
        talk.out.write(HELP + "\n")
    else:
        talk.say("no such command; /help lists them. Leave out the slash to send it as words.")
    return True


def _export(transport: Transport) -> bytes:
    return (json.dumps(transport.export(), ensure_ascii=False, indent=2) + "\n").encode()


def _handover(transport: Transport) -> bytes:
    return transport.handover()


_FETCHED: dict[str, Callable[[Transport], bytes]] = {"/export": _export, "/handover": _handover}


def _fetch(talk: Talk, name: str, fetch: Callable[[Transport], bytes]) -> None:
    try:
        content = fetch(talk.transport)
    except TurnError as trouble:
        talk.say(f"{str(trouble).rstrip('.')}. Nothing was written.")
        return
    _save(talk, name, content)


def _remind(talk: Talk, words: str) -> None:
    try:
        talk.say(change(talk.transport, words, talk.kept))
    except TurnError as trouble:
        talk.say(USAGE if trouble.status == http.client.BAD_REQUEST else f"{str(trouble).rstrip('.')}.")


def _delete(talk: Talk) -> None:
    try:
        talk.transport.erase()
    except TurnError as trouble:
        talk.say(f"{trouble}. Nothing was deleted.")
        return
    talk.open_question, talk.last, talk.transcript = Pending(), [], []
    if talk.kept:
        talk.kept.unlink(missing_ok=True)
    talk.say("the server keeps nothing of this conversation any more")


def _save(talk: Talk, name: str, content: bytes) -> None:
    """Writes a new file that nobody else on the machine can read."""
    try:
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except FileExistsError:
        talk.say(f"{name} exists already; nothing was written")
    except OSError as error:
        talk.say(f"{name} cannot be written: {error.strerror}")
    else:
        talk.say(f"written to {name}")
