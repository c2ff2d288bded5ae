"""The command line: `python -m terminal [--url URL] [--plain] [--json] …`."""

from __future__ import annotations

import argparse
import io
import shutil
import sys
import uuid
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import TextIO

from unknot.channels.terminal.later import FILE, welcome
from unknot.channels.terminal.render import Look
from unknot.channels.terminal.screen import can_edit, line_reader
from unknot.channels.terminal.server import LAUNCHER, Server, StartError
from unknot.channels.terminal.talk import AWAY_EXIT, Talk, converse, list_unsent, pipe
from unknot.channels.terminal.transport import RestTransport, Transport, TurnError
from unknot.channels.terminal.web import WebTransport
from unknot.settings import USAGE_EXIT, Settings, http_url, settings_of_command

WIDEST = 88


def parser() -> argparse.ArgumentParser:
    """The options; each has a sentence in --help."""
    options = argparse.ArgumentParser(
        prog="python -m unknot.channels.terminal",
        description="Talk with Unknot in the terminal. With a pipe, every line is one message.",
    )
    options.add_argument("--url", help="address of a running assistant (default: the one that is configured)")
    options.add_argument("--no-start", action="store_true", help="fail when no assistant is running, start none")
    options.add_argument("--conversation", metavar="ID", help="go on with this conversation")
    options.add_argument("--plain", action="store_true", help="for screen readers: no drawing, no repainting")
    options.add_argument("--no-color", action="store_true", help="no colours; the variable NO_COLOR does the same")
    options.add_argument("--json", action="store_true", help="replies as JSON payloads, one a line")
    options.add_argument("--echo", action="store_true", help="with a pipe: show each message before its replies")
    options.add_argument("--history", metavar="FILE", type=Path, help="keep what you type (only in memory otherwise)")
    return options


def main(arguments: list[str] | None = None) -> int:
    """Run the client; returns the exit status: 0, 64 wrong use, 69 no server, 70 the server failed."""
    options = parser().parse_args(arguments)
    settings = settings_of_command()
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    url = options.url or http_url(settings.host, settings.port)
    if not url.startswith(("http://", "https://")):
        sys.stderr.write("--url must begin with http:// or https://\n")
        return USAGE_EXIT

    def find() -> Transport | None:
        """The transport that the server at `url` has: the web channel, else REST; None while it has none."""
        return attach(url, options.conversation)

    with ExitStack() as stack:
        transport = find()
        if transport is None:
            if options.url or options.no_start or not LAUNCHER.is_file():
                return _away(f"No assistant answers at {url}. Start one with: make run")
            sys.stderr.write("No assistant is running; starting one.\n")
            server = stack.enter_context(Server(stack.enter_context(TemporaryFile())))
            try:
                transport = server.wait_ready(find, _tell)
            except StartError as error:
                return _away(f"The assistant could not be started: {error}")
        return _talk(options, settings, transport, sys.stdin)


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _advice() -> str:
    """What to do while the server cannot be reached, from the knowledge; read only then, since it takes a while."""
    from unknot.knowledge.loader import KnowledgeError, load

    try:
        return load().messages.get("error", "")
    except (KnowledgeError, OSError):
        return ""


def attach(url: str, conversation: str | None = None) -> Transport | None:
    """A new conversation with the server at `url`, or, over REST, the one named; None when nobody answers."""
    rest = RestTransport(url, conversation or f"terminal:{uuid.uuid4().hex}")
    kinds: tuple[Transport, ...] = (rest,) if conversation else (WebTransport(url), rest)
    return next((kind for kind in kinds if kind.ready()), None)


def _away(message: str) -> int:
    """Say why nobody can be talked to, and give back what was piped in."""
    sys.stderr.write(message + "\n")
    if not sys.stdin.isatty():
        sys.stderr.write("Not sent:\n")
        list_unsent(sys.stderr, sys.stdin)
    return AWAY_EXIT


def _talk(
    options: argparse.Namespace,
    settings: Settings,
    transport: Transport,
    stdin: TextIO,
) -> int:
    talk = Talk(transport, _look(options, settings), sys.stdout, sys.stderr, as_json=options.json)
    if not stdin.isatty():
        return pipe(talk, stdin, echo=options.echo)
    plain = options.plain or not can_edit()
    if not options.json:
        talk.say("Unknot. Say in your own words what is wrong; /help lists the commands")
    talk.kept = settings.data_dir / FILE
    try:
        if greeting := welcome(transport, talk.kept):
            talk.say(greeting)
    except TurnError:
        pass  # without it one talks all the same
    reader = line_reader(plain=plain, colour=talk.look.colour, history=options.history)

    def renew() -> Transport:
        return attach(transport.url) or transport

    return converse(talk, reader, renew, _advice)


def _look(options: argparse.Namespace, settings: Settings) -> Look:
    wanted = not (options.no_color or options.plain or options.json or settings.no_color)
    colour = wanted and can_edit()
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    width = max(min(columns or 80, WIDEST), 30)  # some terminals report 0
    return Look(colour=colour, plain=options.plain, width=width)
