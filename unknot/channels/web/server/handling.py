"""One message, handled once, whichever server it reached and however often.

The conversation's lock is held while it is looked up whether the tracker has the message, while it is handled, and
until the tracker has been seen to hold it. What another server left behind is taken up on the way.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import LockError
from redis.exceptions import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError

from unknot.channels.web.server import conversation
from unknot.channels.web.server.conversation import sender_id
from unknot.channels.web.server.database import AwayError
from unknot.channels.web.server.inbox import Accepted, Inbox
from unknot.channels.web.server.turns import Turn, TurnOutput
from unknot.observability import turns as watched

logger = logging.getLogger(__name__)
LOCK_PAUSE = 0.05  # seconds between two looks at a lock that somebody else holds
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 2.0
PATIENCE = 60.0  # seconds that a turn waits for servers that are away


class NotSavedError(Exception):
    """A turn ran, and the tracker does not hold its message."""


class UnderWayError(Exception):
    """Another server has claimed the message and may be alive."""


# Troubles of the servers behind, not of the message: the turn waits and runs again.
PASSING = (
    AwayError,
    NotSavedError,
    UnderWayError,
    LockError,
    RedisError,
    OperationalError,
    InterfaceError,
    ConnectionError,
)


class Handling:
    """Brings accepted messages to the assistant. `agent` gives Rasa's agent as it is now."""

    def __init__(self, inbox: Inbox, agent: Callable[[], Any], patience: float = PATIENCE) -> None:
        self._inbox = inbox
        self._agent = agent
        self._patience = patience

    async def handle(self, turn: Turn) -> None:
        """Runs the turn to its end; the servers behind may come and go meanwhile."""
        with watched.turn("web"):
            await self._patiently(turn)

    async def _patiently(self, turn: Turn) -> None:
        until, pause = time.monotonic() + self._patience, FIRST_PAUSE
        while True:
            try:
                return await self._locked(turn)
            except UnderWayError:
                pause = FIRST_PAUSE
                if time.monotonic() > until:
                    raise
            except PASSING as error:
                logger.warning("A turn waits: %s", type(error).__name__)
                if time.monotonic() > until:
                    raise
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _locked(self, turn: Turn) -> None:
        agent = self._agent()
        sender = sender_id(turn.session)
        store = conversation.strict(agent.tracker_store)
        # Rasa's wrapper would answer a lost connection with an empty tracker, and forget what was said before.
        agent.processor.tracker_store = store
        async with agent.lock_store.lock(sender, wait_time_in_seconds=LOCK_PAUSE):
            waiting = await self._inbox.waiting(turn.session)
            own = next((one for one in waiting if one.message == turn.message), None)
            earlier = [one for one in waiting if own and one.at < own.at and not one.failed]
            for one in earlier:
                await self._left_behind(agent, store, turn.session, one)
            if own and not await conversation.holds(store, sender, turn.message):
                if not await self._inbox.claim(turn.session, own):
                    raise UnderWayError
                await self._run(agent, store, turn, own)
            else:
                await self._tell(store, turn)
            await self._inbox.done(turn.session, turn.message)

    async def _left_behind(self, agent: Any, store: Any, session: str, one: Accepted) -> None:
        """A message that the server which took it never got to, or whose end it did not live to note."""
        if not await conversation.holds(store, sender_id(session), one.message):
            if not await self._inbox.claim(session, one):
                return  # it may be under way: it is looked at again with the next message
            logger.warning("A message that was left behind is taken up")
            try:
                await self._run(agent, store, Turn(session, one.message, one.text), one)
            except PASSING:
                raise
            except Exception as error:
                logger.error("A turn failed: %s", type(error).__name__)
                await self._inbox.fail(session, one.message)
                return
        await self._inbox.done(session, one.message)

    async def _run(self, agent: Any, store: Any, turn: Turn, accepted: Accepted) -> None:
        sender = sender_id(turn.session)
        metadata: dict[str, Any] = {"restart": True} if accepted.restart else {}
        turn.rewind()
        try:
            await agent.processor.handle_message(
                UserMessage(
                    accepted.text,
                    TurnOutput(turn),
                    sender,
                    input_channel="web",
                    message_id=accepted.message,
                    metadata={**metadata, "message": accepted.message},
                )
            )
        except PASSING:
            raise
        except Exception:
            await self._inbox.fail(turn.session, accepted.message)
            raise
        if not await conversation.holds(store, sender, accepted.message):
            raise NotSavedError

    async def _tell(self, store: Any, turn: Turn) -> None:
        """What was said in a turn that is over."""
        turn.rewind()
        for item in conversation.items_of(await conversation.events_of(store, sender_id(turn.session))):
            if item["from"] == "bot" and item["id"].rpartition(".")[0] == turn.message:
                turn.say(item["payload"], item["at"])
