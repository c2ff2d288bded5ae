"""What a person sees when parts die, hang or restart, and when the input is bad."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import pytest

from tests.support.server import REST_PATH, RestServer

pytestmark = pytest.mark.e2e

MARKER = "zanzibarmarker"  # typed into bad input, searched for in the logs afterwards
MOST_SECONDS = 5.0

BAD_INPUT = {
    "empty": "",
    "blank": "   \t\n ",
    "emoji": "😖😖🔥",
    "long": f"{MARKER} my back " * 6000,
    "control": f"\x00\x07\x1b[31m{MARKER}\x00",
    "right to left": f"\u202e{MARKER} كيف حالك",
    "html": f"<script>alert('{MARKER}')</script><img src=x onerror=alert(1)>",
    "sql": f"'; DROP TABLE events; -- {MARKER}",
    "template": f"{{{{7*7}}}} ${{jndi:ldap://{MARKER}}} {{slot}} %s %n",
    "restart": "/restart",
    "session": "/session_start",
    "back": "/back",
    "intent": f'/inform{{"location": "neck", "case": "{MARKER}"}}',
    "emergency intent": "/report_emergency",
    "broken intent": f"/inform{{{MARKER}",
    "zero width": "\u200b\u2060/restart",
    "lone surrogate": "back \ud83d pain",
}


def sender() -> str:
    return uuid.uuid4().hex


def asked(replies: list[dict]) -> list[str]:
    return [identity for reply in replies if reply["type"] == "ask" for identity in reply["asks"]]


def to_severity(server: RestServer, person: str) -> None:
    server.say(person, "lower back spasm")
    assert asked(server.say(person, "none of these")) == ["severity"]


@pytest.mark.parametrize("kind", BAD_INPUT)
def test_bad_input_gets_a_clear_reply_and_loses_nothing(rest_server: RestServer, kind: str) -> None:
    person = sender()
    to_severity(rest_server, person)
    replies = rest_server.say(person, BAD_INPUT[kind])
    assert replies, "silence"
    assert not [reply for reply in replies if reply.get("level") == "emergency"]
    assert asked(rest_server.say(person, "6")) == ["onset"], "the thread was lost"
    for log in rest_server.logs.glob("*.log"):
        assert MARKER not in log.read_text(errors="replace"), f"{log.name} holds what was typed"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"message": 7}', b'{"sender": "x"}', b"\xff\xfe"])
def test_broken_json_is_answered_and_the_server_lives(rest_server: RestServer, body: bytes) -> None:
    request = urllib.request.Request(
        rest_server.url + REST_PATH, data=body, headers={"content-type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            json.load(response)
    except urllib.error.HTTPError:
        pass  # a status is an answer; a hang or a closed connection is not
    assert rest_server.say(sender(), "hello")


@pytest.mark.parametrize("harm", ["kill_actions", "hang_actions"])
def test_an_emergency_arrives_without_the_action_server(rest_server: RestServer, harm: str) -> None:
    getattr(rest_server, harm)()
    start = time.monotonic()
    replies = rest_server.say(sender(), "I can't feel anything when I wipe and I can't pee")
    assert time.monotonic() - start < MOST_SECONDS
    assert replies[0]["level"] == "emergency"
    assert "911" in replies[0]["text"]
    assert [reply["type"] for reply in replies] == ["triage"]


@pytest.mark.parametrize("harm", ["kill_actions", "hang_actions"])
def test_a_failing_action_is_said_and_nothing_is_lost(rest_server: RestServer, harm: str) -> None:
    person = sender()
    assert asked(rest_server.say(person, "my back is in spasm")) == ["red_flags"]
    getattr(rest_server, harm)()
    start = time.monotonic()
    replies = rest_server.say(person, "none of these, it's my upper back, a 7")
    assert time.monotonic() - start < MOST_SECONDS
    assert [reply.get("notice") for reply in replies] == ["error"]
    rest_server.say(person, "hello? are you there")
    rest_server.mend()
    replies = rest_server.say(person, "it started yesterday")
    assert not {"red_flags", "location", "severity", "onset"} & set(asked(replies)[:1])
    assert asked(replies) == ["injury"]


def test_a_yes_to_the_danger_signs_counts_without_the_action_server(rest_server: RestServer) -> None:
    person = sender()
    assert asked(rest_server.say(person, "my back is in spasm")) == ["red_flags"]
    rest_server.kill_actions()
    assert rest_server.say(person, "yes")[0]["level"] == "emergency"


def test_a_restart_of_the_assistant_continues_where_it_was(rest_server: RestServer) -> None:
    person = sender()
    to_severity(rest_server, person)
    rest_server.restart_assistant()
    assert asked(rest_server.say(person, "6")) == ["onset"]


def test_two_people_are_not_mixed_up(rest_server: RestServer) -> None:
    one, two = sender(), sender()
    to_severity(rest_server, one)
    assert asked(rest_server.say(two, "my back is in spasm")) == ["red_flags"]
    assert asked(rest_server.say(one, "6")) == ["onset"]


def test_no_text_of_a_conversation_is_in_the_logs(rest_server: RestServer) -> None:
    person = sender()
    words = ("my back is in spasm {}", "no", "lower {}", "/{}", "i cant pee {}")
    for text in (word.format("quetzalmarker") for word in words):
        rest_server.say(person, text)
    files: list[Path] = list(rest_server.logs.rglob("*"))
    assert files
    assert not [f.name for f in files if f.is_file() and "quetzalmarker" in f.read_text(errors="replace")]
