"""The table of variables: defaults, checks, the env file, and the example that shows them all."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from unknot import settings
from unknot.conversations.address import database_file
from unknot.launch.endpoints import write_endpoints
from unknot.settings import (
    USAGE_EXIT,
    Settings,
    SettingsError,
    as_environment,
    http_url,
    load_settings,
    read_env_file,
)


def test_the_example_shows_every_variable_with_its_default() -> None:
    text = (settings.ROOT / ".env.example").read_text(encoding="utf-8")
    assert text == settings.example(), "write it anew: .venv/bin/python -m scripts.env_example"


def test_the_example_gives_the_defaults() -> None:
    assert load_settings(read_env_file(settings.ROOT / ".env.example")) == Settings()
    assert load_settings({}) == Settings()


def test_every_variable_has_one_comment_line_and_a_name_of_its_own() -> None:
    names = [spec.metadata["name"] for spec in fields(Settings)]
    assert len(set(names)) == len(names)
    for spec in fields(Settings):
        assert spec.metadata["help"].strip()
        assert "\n" not in spec.metadata["help"]


def test_a_child_process_gets_the_same_settings() -> None:
    changed = load_settings({"UNKNOT_REGION": "UK", "UNKNOT_PORT": "6000", "UNKNOT_DATA_DIR": "/tmp/x y"})
    assert changed.region == "uk"
    assert load_settings(as_environment(changed)) == changed


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("UNKNOT_REGION", "moon", "must be one of us, uk"),
        ("UNKNOT_PORT", "0", "port number"),
        ("UNKNOT_PORT", "70000", "port number"),
        ("UNKNOT_PORT", "http", "port number"),
        ("UNKNOT_ACTIONS_PORT", "-1", "port number"),
        ("UNKNOT_ACTION_TIMEOUT", "soon", "seconds"),
        ("UNKNOT_ACTION_TIMEOUT", "nan", "seconds"),
        ("UNKNOT_ACTION_TIMEOUT", "0", "seconds"),
        ("UNKNOT_DATABASE_URL", "mysql://x/y", "sqlite:/// or postgresql://"),
        ("UNKNOT_DATABASE_URL", "sqlite://", "must name a database file"),
        ("UNKNOT_DATABASE_URL", "postgresql:///unknot", "host"),
        ("UNKNOT_LOG_LEVEL", "LOUD", "DEBUG"),
    ],
)
def test_a_bad_value_is_named_with_what_is_wanted(name: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({name: value})
    assert name in str(caught.value)
    assert words in str(caught.value)


def test_all_bad_values_are_named_at_once_and_no_secret_is_shown() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"UNKNOT_PORT": "x", "UNKNOT_REGION": "x", "UNKNOT_DATABASE_URL": "me:pa55@host"})
    message = str(caught.value)
    assert message.count("\n") == 2
    assert "pa55" not in message


def test_no_secret_in_what_is_printed() -> None:
    shown = load_settings({"UNKNOT_DATABASE_URL": "postgresql://me:pa55@host/db"})
    assert "pa55" not in repr(shown)


def env_file(folder: Path, text: str, mode: int = 0o644) -> Path:
    path = folder / ".env"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_process_environment_wins_over_the_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = env_file(tmp_path, "# region\n\nexport UNKNOT_REGION='uk'\nUNKNOT_PORT=6001\nOTHER=1\n")
    monkeypatch.setenv("UNKNOT_PORT", "6002")
    monkeypatch.delenv("UNKNOT_REGION", raising=False)
    loaded = load_settings(env_file=path)
    assert (loaded.region, loaded.port) == ("uk", 6002)


def test_a_secret_in_an_open_env_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNKNOT_DATABASE_URL", raising=False)
    path = env_file(tmp_path, "UNKNOT_DATABASE_URL=postgresql://me:pa55@host/db\n", 0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        load_settings(env_file=path)
    path.chmod(0o600)
    assert "host" in load_settings(env_file=path).database_url


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="line 2"):
        read_env_file(env_file(tmp_path, "A=1\nthis is no assignment\n"))


def test_the_action_server_gets_no_secret(tmp_path: Path) -> None:
    from unknot.launch.app import ACTIONS, App

    for name in ("model.tar.gz", "credentials.yml", "endpoints.yml"):
        (tmp_path / name).write_text("")
    secret = "postgresql://me:pa55@host/db"
    shown = Settings(data_dir=tmp_path, database_url=secret)
    app = App(shown, tmp_path / "model.tar.gz", tmp_path / "credentials.yml", tmp_path)
    by_name = {part.name: part.environment for part in app.parts(dict.fromkeys(settings.secret_names(), secret))}
    assert secret not in by_name[ACTIONS].values()
    assert all(secret in environment.values() for name, environment in by_name.items() if name != ACTIONS)


@pytest.mark.parametrize(("given", "threads"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "4"}, "4")])
def test_numpy_has_one_thread_unless_somebody_says_otherwise(
    tmp_path: Path, given: dict[str, str], threads: str
) -> None:
    from unknot.launch.app import ASSISTANT, App

    for name in ("model.tar.gz", "credentials.yml", "endpoints.yml"):
        (tmp_path / name).write_text("")
    app = App(Settings(data_dir=tmp_path), tmp_path / "model.tar.gz", tmp_path / "credentials.yml", tmp_path)
    (assistant,) = (part for part in app.parts(given) if part.name == ASSISTANT)
    assert assistant.environment["OPENBLAS_NUM_THREADS"] == threads


def test_the_endpoints_file_is_closed_and_holds_what_the_settings_say(tmp_path: Path) -> None:
    source = tmp_path / "endpoints.yml"
    source.write_text("tracker_store: {type: mine.Store, db: x}\nlock_store: {type: mine.Lock}\n")
    shown = Settings(data_dir=tmp_path, actions_port=7000, database_url="postgresql://me:p%4055@host:6543/db?a=b")
    path = write_endpoints(source, shown, tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    written = yaml.safe_load(path.read_text())
    assert written["action_endpoint"]["url"] == "http://127.0.0.1:7000/webhook"
    assert written["lock_store"] == {"type": "mine.Lock"}
    assert written["tracker_store"] == {
        "type": "mine.Store",
        "dialect": "postgresql",
        "url": "host",
        "port": 6543,
        "username": "me",
        "password": "p@55",
        "db": "db",
        "query": {"a": "b"},
    }


def test_a_redis_address_chooses_the_shared_locks(tmp_path: Path) -> None:
    source = tmp_path / "endpoints.yml"
    source.write_text("lock_store: {type: mine.Lock}\n")
    written = yaml.safe_load(write_endpoints(source, Settings(data_dir=tmp_path), tmp_path).read_text())
    assert written["lock_store"] == {"type": "mine.Lock"}
    shown = Settings(data_dir=tmp_path, redis_url="redis://:pa55@host:6379/0")
    written = yaml.safe_load(write_endpoints(source, shown, tmp_path).read_text())
    assert written["lock_store"] == {
        "type": "unknot.conversations.redis_locks.RedisLocks",
        "url": "redis://:pa55@host:6379/0",
    }
    assert "pa55" not in repr(shown)


@pytest.mark.parametrize(
    ("url", "file"),
    [("sqlite:///var/x.db", "/srv/var/x.db"), ("sqlite:////data/x.db", "/data/x.db"), ("postgresql://h/d", None)],
)
def test_where_an_sqlite_address_points(url: str, file: str | None) -> None:
    assert database_file(url, Path("/srv")) == (Path(file) if file else None)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("[::]", "http://[::1]:80"),
        ("fd00::7", "http://[fd00::7]:80"),
        ("assistant.internal", "http://assistant.internal:80"),
    ],
)
def test_a_server_that_listens_everywhere_is_reached_over_loopback(host: str, url: str) -> None:
    assert http_url(host, 80) == url


def test_a_command_with_wrong_settings_ends_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UNKNOT_PORT", "http")
    with pytest.raises(SystemExit) as ended:
        settings.settings_of_command()
    assert ended.value.code == USAGE_EXIT
    assert "UNKNOT_PORT" in capsys.readouterr().err
