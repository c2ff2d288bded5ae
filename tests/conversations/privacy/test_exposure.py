"""Nothing listens beyond this machine unless it was asked to, and never a channel that asks for no proof."""

from __future__ import annotations

import stat
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.support.server import RestServer
from unknot.launch.app import ACTIONS, ASSISTANT, StartError
from unknot.launch.exposure import check_exposure, close_to_others, is_loopback
from unknot.settings import ROOT, Settings


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("127.8.9.1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.5", False),
        ("", False),
        ("example.org", False),
        ("127.0.0.1.example.org", False),
    ],
)
def test_what_counts_as_this_machine(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_a_channel_without_proof_is_never_served_to_a_network() -> None:
    for channel in ("rest", "socketio", "callback"):
        with pytest.raises(StartError, match="UNKNOT_HOST"):
            check_exposure(Settings(host="0.0.0.0"), ["unknot.channels.web.server.WebChannel", channel])
        check_exposure(Settings(), [channel])
    check_exposure(
        Settings(host="0.0.0.0"), ["unknot.channels.web.server.WebChannel", "unknot.channels.slack.SlackChannel"]
    )


def test_by_default_everything_is_on_loopback() -> None:
    assert is_loopback(Settings().host)
    assert is_loopback(Settings().actions_host)


def test_files_are_closed_to_other_users(tmp_path: Path) -> None:
    code = f"""
from pathlib import Path
from unknot.launch.exposure import close_to_others
from unknot.settings import Settings
folder = Path({str(tmp_path)!r})
(folder / "log").mkdir()
for name in ("unknot.db", "unknot.db-wal", "log/assistant.log"):
    (folder / name).write_text("words"); (folder / name).chmod(0o644)
close_to_others(Settings(data_dir=folder / "log", database_url=f"sqlite:///{{folder}}/unknot.db"))
(folder / "later").write_text("words")
"""
    subprocess.run([str(ROOT / ".venv/bin/python"), "-c", code], cwd=ROOT, check=True)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*") if path.is_file()}
    assert modes == dict.fromkeys(["unknot.db", "unknot.db-wal", "assistant.log", "later"], 0o600)
    assert callable(close_to_others)


def listening(port: int) -> set[str]:
    """Local addresses of sockets that listen on a port, from the kernel's tables, in its hexadecimal form."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if Path(table).exists():
            for line in Path(table).read_text().splitlines()[1:]:
                address, state = line.split()[1], line.split()[3]
                if state == "0A" and int(address.rpartition(":")[2], 16) == port:
                    found.add(address.rpartition(":")[0])
    return found


@pytest.mark.e2e
def test_both_servers_listen_on_loopback_only(rest_server: RestServer) -> None:
    settings = rest_server.app.settings
    for port in (settings.port, settings.actions_port):
        assert listening(port) == {"0100007F"}, "127.0.0.1"


@pytest.mark.e2e
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [
        "/model",
        "/model/parse",
        "/model/train",
        "/model/predict",
        "/conversations/somebody/tracker",
        "/conversations/somebody/story",
        "/conversations/somebody/messages",
        "/conversations/somebody/tracker/events",
        "/domain",
        "/status",
        "/version",
        "/socket.io/",
        "/webhooks/callback/webhook",
    ],
)
def test_rasa_s_http_api_is_not_there(rest_server: RestServer, path: str, method: str) -> None:
    request = urllib.request.Request(rest_server.url + path, b"{}" if method != "GET" else None, method=method)
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10)
    assert answer.value.code in (404, 405)


@pytest.mark.e2e
def test_the_action_server_is_given_no_secret(rest_server: RestServer) -> None:
    environments = {}
    for name in (ACTIONS, ASSISTANT):
        raw = Path(f"/proc/{rest_server._supervisor.pid(name)}/environ").read_bytes()
        environments[name] = {part.partition(b"=")[0].decode() for part in raw.split(b"\0")}
    assert "UNKNOT_DATABASE_URL" in environments[ASSISTANT]
    assert not environments[ACTIONS] & {"UNKNOT_DATABASE_URL", "UNKNOT_WEB_SECRET", "SLACK_BOT_TOKEN"}
