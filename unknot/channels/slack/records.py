"""What is kept about a person in Slack: reading the last summary or all of it, deleting all of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unknot.conversations import records
from unknot.conversations.access import Access
from unknot.conversations.events import all_of
from unknot.conversations.handling import LOCK_PAUSE


def _text_of(message: Mapping[str, Any]) -> str:
    return str(message.get("text") or (message.get("reply") or {}).get("text") or "")


class Records:
    """The database of the running assistant; the app gives its lock store, since a model may be loaded later."""

    def __init__(self, app: Any, database: Access) -> None:
        self._app = app
        self._database = database

    async def last_summary(self, conversation: str) -> Mapping[str, Any] | None:
        """The payload of the last summary that was sent in a conversation."""
        events = await self._database.run(lambda db: all_of(db, conversation))
        for event in reversed(events):
            if event.get("event") == "restart":
                return None
            custom = (event.get("data") or {}).get("custom") if event.get("event") == "bot" else None
            if isinstance(custom, Mapping) and custom.get("type") == "summary":
                return custom
        return None

    async def everything(self, conversation: str) -> Mapping[str, Any] | None:
        """What is kept about a conversation: what was said, what waits, what was understood. None when nothing is."""
        found = await self._database.run(lambda db: records.export(db, conversation))
        if records.is_empty(found):
            return None
        said = [{"from": one["from"], "at": one["at"], "text": _text_of(one)} for one in found["messages"]]
        kept = {"messages": said, "waiting": found["waiting"], "understood": found["understood"]}
        return {**kept, "days": found["days"]} if found["days"] else kept

    async def delete(self, conversation: str, up_to: int | None = None) -> bool:
        """Deletes a conversation, after a turn under way; with `up_to`, but for what was accepted after it."""
        async with self._app.ctx.agent.lock_store.lock(conversation, wait_time_in_seconds=LOCK_PAUSE):
            await self._database.run(lambda db: records.erase(db, conversation, up_to))
        await self._database.empty_log()
        return True

    async def delete_team(self, team: str) -> int:
        """Deletes all conversations of a workspace; how many."""
        found = await self._database.run(lambda db: set(records.conversations_of(db, f"slack:{team}:")))
        for conversation in found:
            await self.delete(conversation)
        return len(found)
