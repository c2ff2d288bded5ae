"""A person gets everything that is kept about them, and all of it can be deleted, on every channel."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.conversations.privacy.conftest import NOW, Kept
from unknot.conversations.person import CHANNELS, erase, export, sender_of
from unknot.settings import ROOT

WORDS, OTHERS = "ferret-lampshade since tuesday", "trombone-gravel, somebody else"
IDS = {"web": "abc", "slack": "T1:U1", "terminal": "7f3e", "rest": "somebody"}


def two_people(kept: Kept, channel: str) -> str:
    sender = sender_of(channel, IDS[channel])
    kept.talk(sender, WORDS, NOW, slot="numb_saddle")
    kept.talk(sender_of(channel, IDS[channel] + "x"), OTHERS, NOW)
    if channel == "web":
        kept.web_session(IDS["web"], NOW, waiting=WORDS)
        kept.web_session("other", NOW, waiting=OTHERS)
    return sender


@pytest.mark.parametrize("channel", CHANNELS)
def test_export_has_all_and_only_ones_own(sqlite: Kept, channel: str) -> None:
    sender = two_people(sqlite, channel)
    found = export(sqlite.database, channel, IDS[channel])
    assert found == export(sqlite.database, channel, sender) | {"exported": found["exported"]}
    assert [(one["from"], one["text"]) for one in found["messages"]] == [("user", WORDS), ("bot", "Noted.")]
    assert found["messages"][1]["reply"]["type"] == "notice"
    assert found["understood"] == {"finding": "numb_saddle"}
    assert len(found["events"]) == 3
    assert (found.get("session") is not None) == (channel == "web")
    assert [one["text"] for one in found["waiting"]] == ([WORDS] if channel == "web" else [])
    assert "trombone" not in json.dumps(found)


@pytest.mark.parametrize("channel", CHANNELS)
def test_erase_leaves_nothing_but_others(sqlite: Kept, channel: str) -> None:
    sender = two_people(sqlite, channel)
    assert erase(sqlite.database, channel, IDS[channel]) >= 3
    assert sqlite.senders() == [sender + "x"]
    left = sqlite.bytes()
    assert b"ferret" not in left
    assert b"trombone" in left
    assert sqlite.web_sessions() == (["other"] if channel == "web" else [])
    assert erase(sqlite.database, channel, IDS[channel]) == 0


def test_erase_on_both_databases(kept: Kept) -> None:
    two_people(kept, "slack")
    assert erase(kept.database, "slack", IDS["slack"]) == 3
    assert kept.senders() == ["slack:T1:U1x"]


def run_of(sqlite: Kept, steps: dict[int, Callable[[], Any]]) -> tuple[Callable[[], float], Callable[[float], None]]:
    """A clock and a sleep of ten steps; `steps` happen at their numbers."""
    state = {"step": 0}

    def sleep(_: float) -> None:
        state["step"] += 1
        steps.get(state["step"], lambda: None)()

    return lambda: NOW + state["step"], sleep


def test_a_turn_under_way_does_not_bring_it_back(sqlite: Kept) -> None:
    two_people(sqlite, "rest")
    # As Rasa does it: the turn had read the conversation before, and saves all of it when it ends.
    clock, sleep = run_of(sqlite, {4: lambda: sqlite.talk("somebody", WORDS, NOW - 1)})
    erase(sqlite.database, "rest", "somebody", watch_seconds=10, clock=clock, sleep=sleep)
    assert b"ferret" not in sqlite.bytes()


def test_what_is_begun_afterwards_is_left_alone(sqlite: Kept) -> None:
    two_people(sqlite, "rest")
    clock, sleep = run_of(sqlite, {4: lambda: sqlite.talk("somebody", "a new beginning", NOW + 4)})
    erase(sqlite.database, "rest", "somebody", watch_seconds=10, clock=clock, sleep=sleep)
    assert sqlite.database.events("somebody")[0]["text"] == "a new beginning"


def operator(sqlite: Kept, *words: str) -> subprocess.CompletedProcess[str]:
    mine = {"UNKNOT_DATABASE_URL": sqlite.url, "UNKNOT_DATA_DIR": str(sqlite.folder), "UNKNOT_PORT": "1"}
    return subprocess.run(
        [sys.executable, "-m", "unknot.conversations", *words],
        cwd=ROOT,
        env={**os.environ, **mine},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_operator_s_commands(sqlite: Kept) -> None:
    two_people(sqlite, "slack")
    listed = operator(sqlite, "list")
    assert [line.split("\t")[0] for line in listed.stdout.splitlines()] == ["slack:T1:U1", "slack:T1:U1x"]
    assert "ferret" not in listed.stdout
    file = sqlite.folder / "export.json"
    assert operator(sqlite, "export", "slack", "T1:U1", "--out", str(file)).returncode == 0
    again = operator(sqlite, "export", "slack", "T1:U1", "--out", str(file))
    assert again.returncode == 64
    assert again.stderr.strip() == f"{file} cannot be written: File exists"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text())["messages"][0]["text"] == WORDS
    file.unlink()
    erased = operator(sqlite, "erase", "slack", "T1:U1")
    assert (erased.returncode, erased.stdout) == (0, "Deleted: 3 rows.\n")
    assert b"ferret" not in sqlite.bytes()
    assert operator(sqlite, "erase", "slack", "T1:U1").returncode == 1
    assert operator(sqlite, "export", "fax", "T1:U1").returncode == 2
