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


def team_of(raw: Raw) -> str:
    """The workspace a request belongs to; where Slack names none, as for a whole organisation, the organisation."""
    for holder in (raw, raw.get("team"), raw.get("user"), *(raw.get("authorizations") or ())):
        if isinstance(holder, Mapping):
            for key in ("team_id", "id") if holder is raw.get("team") else ("team_id",):
                if isinstance(holder.get(key), str) and holder[key]:
                    return str(holder[key])
    event = raw.get("event")
    if isinstance(event, Mapping) and isinstance(event.get("team"), str):
        return str(event["team"])
    enterprise = raw.get("enterprise")
    named = enterprise.get("id") if isinstance(enterprise, Mapping) else raw.get("enterprise_id")
    return str(named or "")


def read(raw: Raw) -> Said | HomeOpened | None:
    """What an event_callback asks of us; None for bots, edits, joins, other channels and everything unknown."""
    event = raw.get("event")
    if not isinstance(event, Mapping):
        return None
    user, team = event.get("user"), team_of(raw)
    if not isinstance(user, str) or not user or user == SLACKBOT or not team or _is_bot(event, raw):
        return None
    person = Person(team, user)
    kind = event.get("type")
    if kind == "app_home_opened":
        return HomeOpened(person) if event.get("tab") == "home" else None
    subtype = str(event.get("subtype") or "")
    if kind not in ("message", "app_mention") or subtype not in _WITH_WORDS or event.get("hidden"):
        return None
    private = event.get("channel_type") == "im" or str(event.get("channel", "")).startswith("D")
    if kind == "message" and not private:
        return None  # in channels only a mention is for us
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
