"""The only reader of the environment: every variable, its default and its check in one table.

A variable is one field of `Settings`. Its help line is what `.env.example` shows (a test holds the two
equal): a new variable is added here and `python -m scripts.env_example` writes that file. Values come from
the process environment first, then from a file `.env` beside this one, then from the defaults.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
"""The project's folder; relative paths in variables are relative to it."""

DATABASE_SCHEMES = ("sqlite", "postgresql")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
REGIONS = ("us", "uk", "eu", "au", "in", "other")
USAGE_EXIT = 64
"""EX_USAGE of sysexits.h: a command was called with wrong words or wrong settings."""


class SettingsError(ValueError):
    """One or more variables hold something that cannot be used; the message lists all of them, one a line."""


def _text(value: str) -> str:
    return value


def _one_of(*allowed: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        for candidate in allowed:
            if value.lower() == candidate.lower():
                return candidate
        raise ValueError(f"must be one of {', '.join(allowed)}")

    return check


def _port(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65535:
        raise ValueError("must be a port number from 1 to 65535")
    return int(value)


def _port_or_none(value: str) -> int:
    if value in ("", "0"):
        return 0
    if _port(value) == 65535:
        raise ValueError("must leave room for the action server, which takes the port after it")
    return _port(value)


def _seconds(low: float, high: float) -> Callable[[str], float]:
    def check(value: str) -> float:
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not low <= number <= high:
            raise ValueError(f"must be a number of seconds from {low:g} to {high:g}")
        return number

    return check


def _folder(value: str) -> Path:
    return (ROOT / Path(value).expanduser()).resolve()


def _database(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in DATABASE_SCHEMES:
        raise ValueError("must begin with sqlite:/// or postgresql://")
    if len(parts.path.strip("/")) == 0:
        raise ValueError("must name a database file (sqlite:///folder/file.db) or a database (…/name)")
    if parts.scheme == "postgresql" and not parts.hostname:
        raise ValueError("must name the database's host, postgresql://user:password@host:5432/name")
    return value


def _server(like: str) -> Callable[[str], str]:
    scheme = like.partition("://")[0]

    def check(value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in (scheme, scheme + "s") or not parts.hostname):
            raise ValueError(f"must look like {like}")
        return value

    return check


def _secret(value: str) -> str:
    if value and len(value) < 32:
        raise ValueError("must be at least 32 characters long")
    return value


def _origins(value: str) -> str:
    found = sorted({part.rstrip("/").lower() for part in value.replace(",", " ").split()})
    for origin in found:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or f"{parts.scheme}://{parts.netloc}" != origin:
            raise ValueError("must list origins such as https://example.org, separated by commas")
    return ",".join(found)


def _hosts(value: str) -> str:
    found = sorted({part.lower().strip("[]") for part in value.replace(",", " ").split()})
    if any("/" in host or "@" in host for host in found):
        raise ValueError("must list host names such as unknot.example, without https:// and without a path")
    return ",".join(found)


def _contact(value: str) -> str:
    if value and urlsplit(value).scheme not in ("https", "mailto", "tel"):
        raise ValueError("must look like mailto:security@example.org or https://example.org/report")
    return value


def _whole(most: int, of: str = "") -> Callable[[str], int]:
    def check(value: str) -> int:
        if not value.isascii() or not value.isdigit() or int(value) > most:
            raise ValueError(f"must be a whole number{of} from 0 to {most}")
        return int(value)

    return check


def variable(name: str, default: str, check: Callable[[str], Any], help_line: str, *, secret: bool = False) -> Any:
    """A field of `Settings` that is read from the variable `name`.

    `check` turns the text into the value or raises ValueError with words that finish "NAME …". A `secret` is
    left out of the settings' repr and may stand in `.env` only if that file is closed to other users.
    """
    return field(
        default=check(default),
        repr=not secret,
        metadata={"name": name, "default": default, "check": check, "help": help_line, "secret": secret},
    )


@dataclass(frozen=True)
class Settings:
    """What can be configured, checked. Times are in seconds, paths absolute."""

    region: str = variable(
        "UNKNOT_REGION",
        "us",
        _one_of(*REGIONS),
        "Whose emergency numbers are given: us, uk, eu, au, in, or other (a safe wording without a number)",
    )
    host: str = variable(
        "UNKNOT_HOST",
        "127.0.0.1",
        _text,
        "Address the assistant listens on; beyond loopback put a proxy with TLS before it",
    )
    port: int = variable("UNKNOT_PORT", "5005", _port, "Port of the assistant (web page and API)")
    actions_host: str = variable("UNKNOT_ACTIONS_HOST", "127.0.0.1", _text, "Address the action server listens on")
    actions_port: int = variable("UNKNOT_ACTIONS_PORT", "5055", _port, "Port of the action server")
    action_timeout: float = variable(
        "UNKNOT_ACTION_TIMEOUT",
        "3",
        _seconds(0.1, 60),
        "Seconds to wait for the action server before the person is told that something failed",
    )
    database_url: str = variable(
        "UNKNOT_DATABASE_URL",
        "sqlite:///var/unknot.db",
        _database,
        "Where conversations are kept: sqlite:///file, or postgresql://user:password@host:5432/name",
        secret=True,
    )
    redis_url: str = variable(
        "UNKNOT_REDIS_URL",
        "",
        _server("redis://:password@host:6379/0"),
        "Several servers: where they share locks and rate limits, redis://:password@host:6379/0; empty: one server",
        secret=True,
    )
    broker_url: str = variable(
        "UNKNOT_BROKER_URL",
        "",
        _server("amqp://user:password@host:5672/"),
        "RabbitMQ for events without words (docs/security.md), amqp://user:password@host:5672/; empty: none",
        secret=True,
    )
    data_dir: Path = variable(
        "UNKNOT_DATA_DIR", "var", _folder, "Folder for logs and other files written while running"
    )
    retention_days: int = variable(
        "UNKNOT_RETENTION_DAYS",
        "30",
        _whole(3650, " of days"),
        "Days after which conversations that nobody went on with, sessions and logs are deleted; 0: never",
    )
    log_level: str = variable(
        "UNKNOT_LOG_LEVEL",
        "WARNING",
        _one_of(*LOG_LEVELS),
        "How much the logs say: DEBUG, INFO, WARNING or ERROR; DEBUG may log what people typed",
    )
    log_format: str = variable(
        "UNKNOT_LOG_FORMAT",
        "text",
        _one_of("text", "json"),
        "text for people; json: one object a line with time, level, component and turn, for log collectors",
    )
    metrics_port: int = variable(
        "UNKNOT_METRICS_PORT",
        "",
        _port_or_none,
        "Port of the assistant's metrics for Prometheus; the action server's are one port higher; empty: none",
    )
    metrics_host: str = variable(
        "UNKNOT_METRICS_HOST",
        "127.0.0.1",
        _text,
        "Address the metrics are served on; whoever reaches it reads them, so keep it inside",
    )
    web_secret: str = variable(
        "UNKNOT_WEB_SECRET",
        "",
        _secret,
        "Signs the web sessions, at least 32 characters; empty: made on first start and kept in the data folder",
        secret=True,
    )
    web_origins: str = variable(
        "UNKNOT_WEB_ORIGINS",
        "",
        _origins,
        "Other sites that may embed the widget: origins separated by commas, https://example.org",
    )
    hosts: str = variable(
        "UNKNOT_HOSTS",
        "",
        _hosts,
        "Names under which the page is served, separated by commas; empty: this machine's, or any behind a proxy",
    )
    security_contact: str = variable(
        "UNKNOT_SECURITY_CONTACT",
        "",
        _contact,
        "Whom to tell of a weakness, mailto:… or https://…: served as /.well-known/security.txt; empty: not served",
    )
    actions_key: str = variable(
        "UNKNOT_ACTIONS_KEY",
        "",
        _secret,
        "Shared by assistant and action server, 32 characters at least; empty: make run makes one",
        secret=True,
    )
    proxies: int = variable(
        "UNKNOT_PROXIES", "0", _whole(10), "How many trusted reverse proxies stand in front (for rate limits)"
    )
    slack_bot_token: str = variable(
        "SLACK_BOT_TOKEN",
        "",
        _text,
        "Slack: bot token (xoxb-…); for several workspaces T0001=xoxb-…,T0002=xoxb-…",
        secret=True,
    )
    slack_app_token: str = variable(
        "SLACK_APP_TOKEN",
        "",
        _text,
        "Slack: app-level token (xapp-…) for Socket Mode, which needs no public address",
        secret=True,
    )
    slack_signing_secret: str = variable(
        "SLACK_SIGNING_SECRET",
        "",
        _text,
        "Slack: signing secret, for events by HTTP instead of Socket Mode",
        secret=True,
    )
    slack_api: str = variable("UNKNOT_SLACK_API", "https://slack.com/api/", _text, "Where Slack's Web API is reached")
    no_color: str = variable(
        "NO_COLOR", "", _text, "Anything but nothing: no colours in the terminal (https://no-color.org)"
    )


def read_env_file(path: Path) -> dict[str, str]:
    """`NAME=value` lines of an env file; blank lines and `#` lines are skipped, quotes taken off."""
    found: dict[str, str] = {}
    if not path.is_file():
        return found
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.strip().removeprefix("export ").strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        name, value = name.strip(), value.strip()
        if not equals or not name.isidentifier():
            raise SettingsError(f"{path.name} line {number}: expected NAME=value")
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        found[name] = value
    return found


def _open_secrets(path: Path, found: Mapping[str, str]) -> list[str]:
    """Names of secrets in an env file that other users of the machine can read."""
    if os.name != "posix" or not path.is_file():
        return []
    if not stat.S_IMODE(path.stat().st_mode) & 0o077:
        return []
    return [name for name in secret_names() if _holds_secret(found.get(name, ""))]


def _holds_secret(value: str) -> bool:
    """A database address without a password is no secret; any other non-empty value is."""
    parts = urlsplit(value) if "://" in value else None
    return bool(value) and (parts is None or parts.password is not None)


def load_settings(environ: Mapping[str, str] | None = None, env_file: Path | None = None) -> Settings:
    """The settings of this process.

    With `environ` only that mapping is read; without it, the process environment on top of `env_file`
    (default: `.env` in the project's folder). Empty values count as unset.
    Raises SettingsError naming every bad variable.
    """
    problems: list[str] = []
    if environ is None:
        path = env_file or ROOT / ".env"
        from_file = read_env_file(path)
        problems += [
            f"{name} is a secret and {path.name} can be read by others: chmod 600 {path.name}"
            for name in _open_secrets(path, from_file)
        ]
        environ = {**from_file, **os.environ}
    values: dict[str, Any] = {}
    for spec in fields(Settings):
        name = spec.metadata["name"]
        text = environ.get(name, "").strip()
        if not text:
            continue
        try:
            values[spec.name] = spec.metadata["check"](text)
        except ValueError as error:
            shown = "its value" if spec.metadata["secret"] else repr(text)
            problems.append(f"{name} {error} (not {shown})")
    if problems:
        raise SettingsError("\n".join(problems))
    return Settings(**values)


def settings_of_command() -> Settings:
    """The settings of this process; what is wrong with them is told on standard error and ends it with USAGE_EXIT."""
    try:
        return load_settings()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(USAGE_EXIT) from None


def reachable(host: str) -> str:
    """The address at which this machine reaches a server that listens on `host`: on every address means loopback."""
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "::1"
    return str(address)


def http_url(host: str, port: int) -> str:
    """Where this machine reaches a server that listens on `host` and `port`, without a trailing slash."""
    found = reachable(host)
    return f"http://[{found}]:{port}" if ":" in found else f"http://{found}:{port}"


def secret_names() -> tuple[str, ...]:
    """Variables whose values are nobody else's business."""
    return tuple(spec.metadata["name"] for spec in fields(Settings) if spec.metadata["secret"])


def as_environment(settings: Settings) -> dict[str, str]:
    """The variables that give these settings again, for a child process."""
    return {spec.metadata["name"]: str(getattr(settings, spec.name)) for spec in fields(Settings)}


def example() -> str:
    """The text of `.env.example`: every variable with its comment and default."""
    lines = ["# Copy to .env and change what you need; every line shows its default.", ""]
    for spec in fields(Settings):
        lines += [f"# {spec.metadata['help']}", f"{spec.metadata['name']}={spec.metadata['default']}", ""]
    return "\n".join(lines).rstrip() + "\n"
