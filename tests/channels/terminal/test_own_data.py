"""In the terminal a person gets a copy of what is kept, and has it deleted, through the real web channel."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from tests.channels.terminal.conftest import talk_with
from tests.channels.web.serve import FakeServer
from tests.support.cases import case_with
from unknot.channels.terminal.transport import RestTransport
from unknot.channels.terminal.web import WebTransport

WORDS = "ferret-lampshade since tuesday"


def test_a_copy_and_deleting(server: FakeServer, tmp_path: Path) -> None:
    transport, file = WebTransport(server.url), tmp_path / "copy.json"
    said = talk_with(transport, WORDS, f"/export {file}", "/delete", f"/export {tmp_path / 'again.json'}")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = json.loads(file.read_text())
    assert kept["conversation"][0]["text"] == WORDS
    assert kept["events"]
    assert "keeps nothing of this conversation" in said
    assert "nothing is kept" in said.splitlines()[-1]
    assert not (tmp_path / "again.json").exists()
    for path in tmp_path.glob("unknot.db*"):
        assert WORDS.encode() not in path.read_bytes()


def test_a_new_conversation_goes_on_after_deleting(server: FakeServer) -> None:
    transport = WebTransport(server.url)
    talk_with(transport, WORDS, "/delete", "hello")
    assert [item["text"] for item in transport.export()["conversation"] if item["from"] == "user"] == ["hello"]


def test_without_the_web_channel_the_person_is_told_whom_to_ask() -> None:
    said = talk_with(RestTransport("http://127.0.0.1:9", "terminal:1"), "/export x.json", "/delete")
    assert said.count("only who runs the server can do that; this conversation is terminal:1") == 2
    assert not Path("x.json").exists()


def test_a_page_for_a_clinician_is_for_this_user_alone(server: FakeServer, tmp_path: Path) -> None:
    transport, file = WebTransport(server.url), tmp_path / "page.pdf"
    said = talk_with(transport, WORDS, f"/handover {file}")
    assert "Nothing was told yet" in said
    assert not file.exists()
    server.knows(case_with("leg_tingling", location="lower"))
    assert f"written to {file}" in talk_with(transport, f"/handover {file}")
    assert file.read_bytes().startswith(b"%PDF-")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "exists already" in talk_with(transport, f"/handover {file}")


def test_without_the_web_channel_there_is_no_page() -> None:
    said = talk_with(RestTransport("http://127.0.0.1:9", "terminal:1"), "/handover page.pdf")
    assert "needs the web channel" in said
    assert not Path("page.pdf").exists()
