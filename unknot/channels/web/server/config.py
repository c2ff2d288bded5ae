"""What the web channel can be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from unknot.conversations.address import absolute
from unknot.conversations.keys import kept_text
from unknot.settings import ROOT, Settings

WEB_FOLDER = ROOT / "unknot" / "channels" / "web" / "widget"
SIGNING_KEY_FILE = "web_secret"
DAY = 86_400.0
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class WebConfig:
    """Limits and addresses. Times are in seconds, rates in requests a second."""

    secret: str
    database_url: str
    origins: frozenset[str] = frozenset()  # other origins whose pages may embed the widget
    redis_url: str = ""  # where several servers keep their rate limits together
    hosts: frozenset[str] = frozenset()  # names under which the page is served; empty: any
    security_contact: str = ""
    region: str = "us"
    proxies: int = 0  # trusted reverse proxies in front, for the client's address
    token_seconds: float = 7 * DAY  # a token that is not used for so long is dead
    rotate_seconds: float = DAY  # a token older than this is replaced at its next use
    grace_seconds: float = 60.0  # how long a replaced token still works, for requests under way
    session_seconds: float = 30 * DAY  # no session outlives this, however busy
    turn_seconds: float = 20.0  # then the page is told that the answer is late
    claim_seconds: float = 6.0  # after which another server may take up a message
    heartbeat_seconds: float = 5.0  # a sign of life in a silent stream
    max_text: int = 1_000  # characters
    max_body: int = 16_384  # bytes
    max_turns: int = 3  # turns of one session under way at once
    session_burst: float = 30.0  # messages of one session
    session_rate: float = 0.7
    address_burst: float = 240.0  # API requests of one address
    address_rate: float = 8.0
    newcomer_burst: float = 300.0  # new sessions of one address: a hospital's or a carrier's may be one
    newcomer_rate: float = 2.0


def from_settings(settings: Settings, overrides: Mapping[str, Any] | None = None) -> WebConfig:
    """The configuration of this installation; `overrides` (from credentials.yml) may change limits only.

    Raises ValueError for an override that is not a limit or not a number.
    """
    if settings.redis_url and not settings.web_secret:
        raise ValueError("UNKNOT_WEB_SECRET must be set where several servers share UNKNOT_REDIS_URL")
    config = WebConfig(
        secret=settings.web_secret or kept_text(settings.data_dir, SIGNING_KEY_FILE),
        database_url=absolute(settings.database_url),
        origins=frozenset(filter(None, settings.web_origins.split(","))),
        redis_url=settings.redis_url,
        hosts=hosts_of(settings),
        security_contact=settings.security_contact,
        region=settings.region,
        proxies=settings.proxies,
    )
    fixed = {"secret", "database_url", "redis_url", "origins", "hosts", "security_contact", "region", "proxies"}
    for name, value in (overrides or {}).items():
        if name in fixed or not hasattr(config, name):
            raise ValueError(f"unknot.channels.web.server.WebChannel: {name} cannot be set here")
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise ValueError(f"unknot.channels.web.server.WebChannel: {name} must be a number above 0")
        config = replace(config, **{name: type(getattr(config, name))(value)})
    return config


def hosts_of(settings: Settings) -> frozenset[str]:
    """The names under which the page is served; empty for any, which a proxy or a network of one's own decides.

    Without a setting a server that only this machine reaches has this machine's names: a page of another site that
    points its own name here gets nothing.
    """
    named = frozenset(filter(None, settings.hosts.split(",")))
    if named or settings.proxies:
        return named
    here = settings.host.strip("[]").lower()
    return LOOPBACK | {here} if here in LOOPBACK else frozenset()
