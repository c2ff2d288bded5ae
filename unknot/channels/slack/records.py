"""What the tracker store keeps about a person in Slack: reading the last summary or all of it, deleting all of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unknot.channels.web.server.conversation import EraseError, erase, events_of
from unknot.conversations.database import understood

_LOCK_SECONDS = 0.05


def _text_of(event: Mapping[str, Any]) -> str:
    custom = (event.get("data") or {}).get("custom")
    return str(custom.get("text", "")) if isinstance(custom, Mapping) else ""


class Records:
    """The tracker store of the running agent, asked for anew each time since a model may be loaded later."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def last_summary(self, conversation: str) -> Mapping[str, Any] | None:
        """The payload of the last summary that was sent in a conversation."""
        for event in reversed(await events_of(self._app.ctx.agent.tracker_store, conversation)):
            if event.get("event") == "restart":
                return None
            custom = (event.get("data") or {}).get("custom") if event.get("event") == "bot" else None
            if isinstance(custom, Mapping) and custom.get("type") == "summary":
                return custom
        return None

    async def everything(self, conversation: str) -> Mapping[str, Any] | None:
        """What is kept about a conversation: what was said, and what was understood. None when nothing is."""
        events = await events_of(self._app.ctx.agent.tracker_store, conversation)
        said = [
            {"from": event["event"], "at": event.get("timestamp"), "text": event.get("text") or _text_of(event)}
            for event in events
            if event.get("event") in ("user", "bot")
        ]
        return {"messages": said, "understood": understood(events)} if events else None

    async def delete(self, conversation: str) -> bool:
        """Deletes a conversation, after a turn that may be under way; whether the store could."""
        agent = self._app.ctx.agent
        try:
            async with agent.lock_store.lock(conversation, wait_time_in_seconds=_LOCK_SECONDS):
                await erase(agent.tracker_store, conversation)
        except EraseError:
            return False
        return True
