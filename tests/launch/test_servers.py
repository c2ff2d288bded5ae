"""The servers that tests and measurements run against."""

from __future__ import annotations

import os
import signal
import urllib.request
from pathlib import Path

import pytest

from scripts import servers
from unknot.launch.ports import is_free


def test_a_missing_program_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "find", lambda program: None)
    with pytest.raises(servers.MissingServerError, match="apt install postgresql"), servers.postgres():
        pass


def test_nothing_is_installed_by_somebody_who_may_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(servers, "find", lambda program: None)
    assert servers.install("nginx") == ["nginx"]


@pytest.mark.skipif(servers.find("redis-server") is None, reason="no redis-server on this machine")
def test_a_server_can_crash_and_come_back_and_leaves_nothing() -> None:
    with servers.redis() as server:
        assert not is_free(servers.HOST, server.port)
        server.stop(signal.SIGKILL)
        assert is_free(servers.HOST, server.port)
        server.start()
        assert not is_free(servers.HOST, server.port)
        server.pause()
    assert is_free(servers.HOST, server.port)
    assert not server.folder.exists()


@pytest.mark.skipif(servers.find("redis-server") is None, reason="no redis-server on this machine")
def test_a_server_that_cannot_start_says_why() -> None:
    with pytest.raises(servers.ServerError, match="no-such-option"), servers.redis("--no-such-option", "1"):
        pass


@pytest.mark.skipif(servers.find("nginx") is None, reason="no nginx on this machine")
def test_nginx_serves_what_it_is_told() -> None:
    config = "server { listen 127.0.0.1:@PORT@; location / { return 200 'here'; } }"
    with servers.nginx(config) as server, urllib.request.urlopen(server.url) as answer:
        assert answer.read() == b"here"


@pytest.mark.skipif(servers.find("postgres") is None, reason="no postgres on this machine")
def test_postgres_has_an_empty_database() -> None:
    with servers.postgres() as server:
        assert server.url.endswith("/unknot")
        assert Path(server.folder).is_dir()
    assert is_free(servers.HOST, server.port)
