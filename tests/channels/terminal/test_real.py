"""The terminal with the real assistant: one that runs, and one that it starts itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid

import pytest

from tests.channels.terminal.test_pipe import run
from unknot.channels.terminal.choices import pending
from unknot.channels.terminal.transport import RestTransport
from unknot.launch.ports import free_port
from unknot.settings import ROOT

pytestmark = pytest.mark.e2e


def test_to_an_emergency_by_pipe(rest_server):
    done = run(rest_server.url, ["hi", "I cannot pee since my back went"], "--json")
    assert done.returncode == 0, done.stderr
    payloads = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(payload["text"] for payload in payloads)
    assert any(payload.get("level") == "emergency" for payload in payloads)


def test_numbers_answer_what_the_real_assistant_asks(rest_server):
    """Each question is answered by a number of its own choices, and none is asked twice."""
    talk = RestTransport(rest_server.url, f"terminal:{uuid.uuid4().hex}")
    asked: list[str] = []
    words = "lower back, 8 out of 10"
    for _ in range(4):
        payloads = list(talk.send(words))
        open_question = next(payload for payload in payloads if payload["type"] == "ask")
        asked.append(open_question.get("ask", open_question["asks"][0]))
        question = pending(open_question)
        titles = [choice.title for choice in question.choices]
        number = titles.index("None of these") + 1 if "None of these" in titles else 1
        words = question.words_for(str(number)) if question.choices else "40"
        assert not question.numbered or words == titles[number - 1]
    assert len(set(asked)) == len(asked)
    assert "severity" not in asked


def test_starts_a_server_when_none_is_running_and_ends_it(trained_model, tmp_path):
    port = free_port()
    variables = {
        "UNKNOT_PORT": str(port),
        "UNKNOT_ACTIONS_PORT": str(free_port()),
        "UNKNOT_DATA_DIR": str(tmp_path),
        "UNKNOT_DATABASE_URL": f"sqlite:///{tmp_path / 'unknot.db'}",
    }
    done = subprocess.run(
        [sys.executable, "-m", "unknot.channels.terminal", "--plain"],
        input="hello\n",
        capture_output=True,
        text=True,
        timeout=300,
        cwd=ROOT,
        env={**os.environ, **variables},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    again = run(f"http://127.0.0.1:{port}", ["hello"])
    assert again.returncode == 69
