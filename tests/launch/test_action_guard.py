"""The action server as it is started, asked by somebody who should not."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from unknot.launch.app import StartError, check_places
from unknot.launch.endpoints import KEY_HEADER, write_endpoints
from unknot.launch.ports import free_port
from unknot.settings import ROOT, Settings

KEY = "k" * 40


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    found = free_port()
    folder = tmp_path_factory.mktemp("actions")
    environment = {**os.environ, "UNKNOT_ACTIONS_KEY": KEY, "UNKNOT_DATA_DIR": str(folder), "SANIC_HOST": "127.0.0.1"}
    command = [sys.executable, "-W", "ignore", "-m", "unknot.launch.action_server", "--actions", "actions"]
    process = subprocess.Popen([*command, "--port", str(found), "--quiet"], cwd=ROOT, env=environment)
    deadline = time.monotonic() + 60
    while not healthy(found) and time.monotonic() < deadline:
        time.sleep(0.1)
    yield found
    process.terminate()
    process.wait(20)


def healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def call(port: int, body: bytes = b"{}", kind: str = "application/json", key: str = KEY) -> int:
    headers = {"Content-Type": kind, **({KEY_HEADER: key} if key else {})}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/webhook", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_one_packet_does_not_stop_it(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as attack:
        attack.sendall(b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n")
        assert b" 400 " in attack.recv(200)
    assert healthy(port)


def test_only_who_knows_the_key_is_answered(port: int) -> None:
    assert call(port) == 200
    assert call(port, key="") == 403
    assert call(port, key="k" * 39) == 403
    assert call(port, kind="text/plain") == 415


def test_calls_are_bounded(port: int) -> None:
    assert call(port, json.dumps({"x": "a" * 1_200_000}).encode()) == 413
    assert healthy(port)


def raw(port: int, framing: bytes, body: bytes) -> bytes:
    """The answer's first line to a call with the key."""
    head = b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    head += KEY_HEADER.encode() + b": " + KEY.encode() + b"\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=15) as line:
        line.sendall(head + framing + b"\r\n\r\n")
        try:
            line.sendall(body)
            return line.recv(200).split(b"\r\n")[0]
        except ConnectionError:
            return b"closed"


def test_a_body_that_comes_in_pieces_is_bounded_too(port: int) -> None:
    piece = b"8000\r\n" + b"a" * 0x8000 + b"\r\n"
    told = raw(port, b"Transfer-Encoding: chunked", piece * 48 + b"0\r\n\r\n")
    assert told == b"closed" or b" 413 " in told
    assert healthy(port)


@pytest.mark.parametrize("framing", [b"Content-Length: 2\r\nContent-Length: 3", b"Transfer-Encoding: \x0bchunked"])
def test_framing_that_says_two_things_is_refused(port: int, framing: bytes) -> None:
    assert b" 400 " in raw(port, framing, b"{}\n")
    assert healthy(port)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b"7", b"null", b"\xff\xfe", b"[" * 50_000, b'{"tracker": 7, "next_action": "x"}'],
)
def test_a_body_of_no_shape_that_it_is_sent_holds_up_nobody(port: int, body: bytes) -> None:
    assert call(port, body) in (200, 400, 404)
    assert healthy(port)


def test_a_packed_body_is_not_unpacked(port: int) -> None:
    bomb = zlib.compress(b"[" + b"7," * 20_000_000 + b"7]", 1)
    told = raw(port, b"Content-Encoding: deflate\r\nContent-Length: " + str(len(bomb)).encode(), bomb)
    assert b" 400 " in told
    assert healthy(port)


def test_the_assistant_shows_the_key(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, actions_key=KEY)
    written = write_endpoints(ROOT / "endpoints.yml", settings, ROOT)
    assert yaml.safe_load(written.read_text())["action_endpoint"]["headers"] == {KEY_HEADER: KEY}
    assert written.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with pytest.raises(StartError, match=r"cannot be written .* UNKNOT_DATA_DIR"):
        check_places(Settings(data_dir=in_the_way / "var", database_url=f"sqlite:///{tmp_path / 'x.db'}"))


def test_a_damaged_database_is_said_before_the_start(tmp_path: Path) -> None:
    import sqlite3

    file = tmp_path / "kept.db"
    settings = Settings(data_dir=tmp_path, database_url=f"sqlite:///{file}")
    check_places(settings)  # none yet
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, data TEXT)")
        database.executemany("INSERT INTO events (data) VALUES (?)", [("words " * 50,) for _ in range(500)])
    check_places(settings)
    content = bytearray(file.read_bytes())
    for at in range(4096 * 3, len(content), 4096):
        content[at : at + 64] = os.urandom(64)
    file.write_bytes(content)
    with pytest.raises(StartError, match="it is damaged"):
        check_places(settings)
    file.write_text("no database " * 1000)
    with pytest.raises(StartError, match="no database at all"):
        check_places(replace(settings))
