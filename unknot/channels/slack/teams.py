"""Which workspace a request belongs to, and whether a token of ours is for it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from unknot.channels.slack.api import SlackApi, SlackCallError
from unknot.channels.slack.config import ANY_TEAM, SlackConfig

logger = logging.getLogger(__name__)
Raw = Mapping[str, Any]


def named(raw: Raw) -> str:
    """The workspace a request names; where it names none, as for a whole organisation, the organisation."""
    for holder in (raw, raw.get("team"), raw.get("user"), *(raw.get("authorizations") or ())):
        if isinstance(holder, Mapping):
            for key in ("team_id", "id") if holder is raw.get("team") else ("team_id",):
                if isinstance(holder.get(key), str) and holder[key]:
                    return str(holder[key])
    event = raw.get("event")
    if isinstance(event, Mapping) and isinstance(event.get("team"), str):
        return str(event["team"])
    enterprise = raw.get("enterprise")
    found = enterprise.get("id") if isinstance(enterprise, Mapping) else raw.get("enterprise_id")
    return str(found or "")


class Teams:
    """The workspaces that tokens are for.

    A token that was given without a workspace is for the one that Slack says it is of; while Slack cannot be asked,
    for every workspace whose signed requests come in: words are not turned away for it.
    """

    def __init__(self, config: SlackConfig, api: SlackApi) -> None:
        self._config = config
        self._api = api
        self._own: tuple[str, ...] | None = None  # of the token without a workspace; empty: of an organisation
        self._revoked: set[str] = set()

    async def of(self, raw: Raw) -> str:
        """The workspace of a request, "" where no token of ours is for it."""
        team = named(raw)
        if ANY_TEAM not in self._config.tokens:
            given = [key for key in self._config.tokens if key != ANY_TEAM]
            return (team if team in given else "") if team or len(given) > 1 else given[0]
        if team in self._config.tokens:
            return team
        own = await self._ask()
        if own is None or not own:
            return team
        # An organisation's own id comes with what is said in no workspace of it.
        return team if team in own or team.startswith("E") else "" if team else own[0]

    def revoke(self, team: str) -> None:
        """Slack says that the token of a workspace is worth nothing any more."""
        if team not in self._revoked:
            logger.error("Slack: the bot token of a workspace was revoked: install the app again")
        self._revoked.add(team)

    async def _ask(self) -> tuple[str, ...] | None:
        if self._own is None:
            try:
                about = await self._api.call_once(self._config.tokens[ANY_TEAM], "auth.test")
            except SlackCallError:
                return None
            whole = about.get("is_enterprise_install")
            found = (about.get("team_id"), about.get("enterprise_id"))
            self._own = () if whole else tuple(str(one) for one in found if one)
        return self._own
