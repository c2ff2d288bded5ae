"""The client as a program: lines in by pipe, replies out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.channels.terminal import samples
from tests.channels.terminal.conftest import Assistant

ROOT = Path(__file__).resolve().parents[3]
CONVERSATION = ["hi", "4", "2", "7", "40", "summary"]


def run(
    assistant: Assistant | str, lines: list[str], *options: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    url = assistant if isinstance(assistant, str) else assistant.url
    return subprocess.run(
        [sys.executable, "-m", "unknot.channels.terminal", "--url", url, *options],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=30,
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
    )


def test_conversation_to_a_plan(assistant):
    done = run(assistant, CONVERSATION)
    assert done.returncode == 0, done.stderr
    assert assistant.words == ["hi", "None of these", "Upper back", "7", "40", "summary"]
    assert "Short walks" in done.stdout
    assert "To take with you" in done.stdout
    assert done.stderr == ""


def test_json_gives_every_payload_one_a_line(assistant):
    done = run(assistant, CONVERSATION, "--json")
    payloads = [json.loads(line) for line in done.stdout.splitlines()]
    assert payloads == [
        samples.GREETING,
        samples.RED_FLAGS,
        samples.LOCATION,
        samples.SEVERITY,
        samples.AGE,
        samples.SELF_CARE,
        samples.PLAN,
        samples.SUMMARY,
    ]


def test_emergency_is_shown_before_the_rest_of_its_turn(assistant):
    shown = run(assistant, ["late"]).stdout
    assert shown.index("EMERGENCY") < shown.index("You are welcome")


def test_one_conversation_id_that_nobody_guesses(assistant):
    run(assistant, ["hi", "4"])
    run(assistant, ["hi"])
    run(assistant, ["hi"], "--conversation", "terminal:mine")
    senders = [body["sender"] for body in assistant.heard]
    assert senders[0] == senders[1] != senders[2]
    assert senders[0].startswith("terminal:")
    assert len(senders[0]) >= len("terminal:") + 32
    assert senders[3] == "terminal:mine"


@pytest.mark.parametrize("options", [(), ("--plain",), ("--no-color",), ("--json",)])
def test_no_escape_sequences_in_a_pipe(assistant, options):
    assert "\x1b" not in run(assistant, CONVERSATION, *options).stdout


def test_echo_shows_the_messages(assistant):
    shown = run(assistant, ["hi"], "--echo").stdout
    assert shown.startswith("> hi\n")


def test_unicode_both_ways(assistant):
    assistant.answer = lambda text: [{**samples.THANKS, "text": text + " – 腰"}]
    done = run(assistant, ["café 背中"], LC_ALL="C", PYTHONUTF8="0")
    assert assistant.words == ["café 背中"]
    assert "café 背中 – 腰" in done.stdout


def test_server_away_names_the_address_and_gives_the_lines_back():
    done = run("http://127.0.0.1:9", ["one", "two"])
    assert done.returncode == 69
    assert "http://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-2:] == ["one", "two"]
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("status", "raw", "told"),
    [
        (500, b"oops", "status 500"),
        (429, b'{"message": "Too many messages. Wait a minute."}', "Too many messages"),
        (200, b"<html>", "not JSON"),
        (200, b"{}", "not a list"),
        (200, b"[]", "empty answer"),
    ],
)
def test_server_faults_are_told_and_nothing_is_lost(assistant, status, raw, told):
    def fail(text: str) -> list[dict[str, object]]:
        if text == "two":
            assistant.status, assistant.raw = status, raw
        return [samples.THANKS]

    assistant.answer = fail
    done = run(assistant, ["one", "two", "three"])
    assert done.returncode == 70
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-2:] == ["two", "three"]
    assert "You are welcome" in done.stdout


def test_wrong_address_is_refused():
    assert run("file:///etc/passwd", ["x"]).returncode == 64


def test_a_slash_in_a_pipe_is_not_sent_as_an_intent(assistant):
    done = run(assistant, ["/restart", "hi"])
    assert assistant.words == ["hi"]
    assert "/restart" in done.stderr
