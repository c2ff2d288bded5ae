"""What the Slack channel is told: tokens, limits, times. Anything wrong is said in one sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from unknot.settings import Settings

_TEAM_TOKEN = re.compile(r"([TE][A-Z0-9]+)=(.+)")
ANY_TEAM = "*"


class SlackConfigError(ValueError):
    """A token or secret is missing or of the wrong kind; the message says which and where to get it."""


@dataclass(frozen=True)
class SlackConfig:
    """Tokens and bounds. Times are in seconds."""

    tokens: Mapping[str, str] = field(repr=False)  # team id, or "*", to bot token
    app_token: str = field(default="", repr=False)  # for Socket Mode; empty: events come by HTTP
    signing_secret: str = field(default="", repr=False)
    api_url: str = "https://slack.com/api/"
    database_url: str = field(default="sqlite:///var/unknot.db", repr=False)
    claim_seconds: float = 6.0  # after which another server may take up a message
    max_body: int = 1_000_000  # bytes of one request
    max_text: int = 4_000  # characters of one message that are read
    max_waiting: int = 20  # messages of one person that may wait for their turn
    max_turns: int = 32  # turns worked on at once
    turn_seconds: float = 60.0  # a turn that takes longer is given up
    api_seconds: float = 15.0  # for one call of Slack's API
    attempts: int = 5  # of one call that fails for a passing reason
    first_pause: float = 0.5  # before the second attempt, doubling
    most_waits: int = 30  # for one call, because of rate limits
    longest_pause: float = 300.0  # a longer Retry-After is given up
    drain_seconds: float = 10.0  # for what is under way when the server stops

    def token_for(self, team: str) -> str:
        """The bot token for a team. Raises SlackConfigError for a team that nobody gave a token for."""
        token = self.tokens.get(team) or self.tokens.get(ANY_TEAM)
        if not token:
            raise SlackConfigError(f"There is no bot token for the workspace {team}.")
        return token


def from_settings(settings: Settings, overrides: Mapping[str, Any] | None = None) -> SlackConfig:
    """The configuration of this installation; `overrides` (from credentials.yml) may change limits only.

    Raises SlackConfigError.
    """
    app_token, secret = settings.slack_app_token, settings.slack_signing_secret
    config: dict[str, Any] = {
        "tokens": read_tokens(settings.slack_bot_token),
        "app_token": app_token,
        "signing_secret": secret,
        "api_url": settings.slack_api,
        "database_url": settings.database_url,
    }
    if app_token and not app_token.startswith("xapp-"):
        raise SlackConfigError(
            "SLACK_APP_TOKEN must begin with xapp- (Basic Information > App-Level Tokens, scope connections:write)."
        )
    if not app_token and not secret:
        raise SlackConfigError(
            "SLACK_APP_TOKEN is missing: it begins with xapp- (Basic Information > App-Level Tokens). "
            "To get events by HTTP instead, set SLACK_SIGNING_SECRET. docs/slack.md has the steps."
        )
    limits = {name for name, kind in SlackConfig.__annotations__.items() if kind in ("int", "float")}
    for name, value in (overrides or {}).items():
        if name not in limits or isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise SlackConfigError(f"slack/credentials.yml: {name} must be a limit, with a number above 0.")
        config[name] = value
    return SlackConfig(**config)


def read_tokens(text: str) -> dict[str, str]:
    """`xoxb-…`, or `T1=xoxb-…,T2=xoxb-…`, as a mapping from team. Raises SlackConfigError."""
    tokens: dict[str, str] = {}
    for part in (piece.strip() for piece in text.split(",")):
        if not part:
            continue
        match = _TEAM_TOKEN.fullmatch(part)
        team, token = match.groups() if match else (ANY_TEAM, part)
        if token.startswith("xapp-"):
            raise SlackConfigError("SLACK_BOT_TOKEN holds an app-level token (xapp-…): swap the two.")
        if not token.startswith("xoxb-"):
            raise SlackConfigError(
                "SLACK_BOT_TOKEN must begin with xoxb- (OAuth & Permissions > Bot User OAuth Token)."
            )
        tokens[team] = token
    if not tokens:
        raise SlackConfigError(
            "SLACK_BOT_TOKEN is missing: it begins with xoxb- (OAuth & Permissions > Bot User OAuth Token). "
            "docs/slack.md has the steps."
        )
    return tokens
