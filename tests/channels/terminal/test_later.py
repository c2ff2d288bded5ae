"""Reminders in the terminal: asked for by a command, shown once at the next start, ended by a command."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.channels.terminal.conftest import talk_with
from tests.channels.web.serve import FakeServer
from tests.channels.web.test_later import day_comes
from unknot.channels.terminal import later
from unknot.channels.terminal.later import FILE, USAGE, change, welcome, zone_of_machine
from unknot.channels.terminal.transport import RestTransport, TurnError
from unknot.channels.terminal.web import WebTransport
from unknot.knowledge.loader import load


def test_it_is_shown_once_at_the_next_start(server: FakeServer, tmp_path: Path) -> None:
    kept, first = tmp_path / FILE, WebTransport(server.url)
    list(first.send("my back hurts"))
    assert "09:05 each day (Europe/Berlin)" in change(first, "9:05 Europe/Berlin", kept)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert welcome(WebTransport(server.url), kept) == ""
    day_comes(server, 3)
    again = WebTransport(server.url)
    assert welcome(again, kept) == load().messages["reminder_greeting"]
    assert again.export()["conversation"][0]["text"] == "my back hurts"  # the same conversation goes on
    assert welcome(WebTransport(server.url), kept) == ""
    assert change(again, "off", kept) == load().messages["reminder_off"]
    assert not kept.exists()


def test_a_session_that_is_over_is_forgotten(server: FakeServer, tmp_path: Path) -> None:
    kept, first = tmp_path / FILE, WebTransport(server.url)
    change(first, "21:00", kept)
    first.erase()
    assert welcome(WebTransport(server.url), kept) == ""
    assert not kept.exists()
    kept.write_text("{")
    assert welcome(WebTransport(server.url), kept) == ""


def test_a_start_without_a_reminder_opens_nothing(tmp_path: Path) -> None:
    assert welcome(WebTransport("http://127.0.0.1:9"), tmp_path / FILE) == ""


def test_what_is_no_time_is_explained(server: FakeServer) -> None:
    said = talk_with(WebTransport(server.url), "/remind tomorrow", "/remind 9:00 UTC", "/remind", "/remind off")
    assert USAGE in said
    assert said.count("09:00 each day (UTC)") == 2
    assert load().messages["reminder_off"] in said


def test_rest_cannot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(TurnError, match="web channel"):
        change(RestTransport("http://127.0.0.1:9", "a"), "", None)
    place = tmp_path / "zoneinfo" / "Europe" / "Berlin"
    monkeypatch.setattr(later, "_LOCAL", place)
    assert zone_of_machine() == "Europe/Berlin"
    monkeypatch.setattr(later, "_LOCAL", tmp_path / "none")
    assert zone_of_machine() == "UTC"
