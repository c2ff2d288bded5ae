"""What Slack sent, sorted: a message to answer, or nothing of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from unknot.channels.slack.delivery import Person

Raw = Mapping[str, Any]
_WITH_WORDS = frozenset({"", "file_share", "thread_broadcast", "me_message"})  # subtypes that people write
SLACKBOT = "USLACKBOT"


@dataclass(frozen=True)
class Said:
    """A message of a person. `private` is False for a mention in a channel."""

    person: Person
    text: str
    channel: str
    ts: str
    thread: str
    private: bool
    files: bool = False


@dataclass(frozen=True)
class HomeOpened:
    """A person looks at the home tab."""

    person: Person


@dataclass(frozen=True)
class Uninstalled:
    """A workspace has removed the app."""

    team: str


@dataclass(frozen=True)
class TokensRevoked:
    """A workspace's bot token is worth nothing any more."""

    team: str


@dataclass(frozen=True)
class Dropped:
    """Nothing for us: of bots, edits, joins, other channels. `why` where an operator wants to know; no words."""

    why: str = ""


Found = Said | HomeOpened | Uninstalled | TokensRevoked | Dropped


def read(raw: Raw, team: str) -> Found:
    """What an event_callback asks of us. `team`: the workspace it belongs to, "" where that is nobody's."""
    event = raw.get("event")
    if not isinstance(event, Mapping):
        return Dropped("it holds no event")
    kind = event.get("type")
    if not team:
        return Dropped("it is of a workspace that no token is for")
    if kind == "app_uninstalled":
        return Uninstalled(team)
    if kind == "tokens_revoked":
        tokens = event.get("tokens")
        return TokensRevoked(team) if isinstance(tokens, Mapping) and tokens.get("bot") else Dropped()
    user = event.get("user")
    if not isinstance(user, str) or not user or user == SLACKBOT or _is_bot(event, raw):
        return Dropped()
    return _of_person(event, Person(team, user))


def _of_person(event: Raw, person: Person) -> Found:
    kind = event.get("type")
    if kind == "app_home_opened":
        return HomeOpened(person) if event.get("tab") == "home" else Dropped()
    subtype = str(event.get("subtype") or "")
    if kind not in ("message", "app_mention") or subtype not in _WITH_WORDS or event.get("hidden"):
        return Dropped()
    private = event.get("channel_type") == "im" or str(event.get("channel", "")).startswith("D")
    if kind == "message" and not private:
        return Dropped()  # in channels only a mention is for us
    return Said(
        person=person,
        text=str(event.get("text") or ""),
        channel=str(event.get("channel") or ""),
        ts=str(event.get("ts") or ""),
        thread=str(event.get("thread_ts") or ""),
        private=private,
        files=bool(event.get("files")),
    )


def _is_bot(event: Raw, raw: Raw) -> bool:
    """Our own messages come back as events, and other bots must not be talked with: two would never stop."""
    own = {
        str(item.get("user_id"))
        for item in raw.get("authorizations") or ()
        if isinstance(item, Mapping) and item.get("is_bot")
    }
    return bool(event.get("bot_id") or event.get("bot_profile")) or event.get("user") in own
