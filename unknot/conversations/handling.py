"""One message, handled once, whichever server it reached and however often; the same for every channel of ours.

The conversation's lock is held while it is looked up what became of the message and while it is handled. What another
server left behind is taken up on the way.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, Protocol

from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.lock_store import LockError
from rasa.core.tracker_store import AwaitableTrackerStore, FailSafeTrackerStore
from redis.exceptions import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError

from unknot.conversations.access import AwayError
from unknot.conversations.events import Event, turn_of
from unknot.conversations.inbox import Accepted, Inbox
from unknot.conversations.tables import FAILED
from unknot.observability import turns as watched

logger = logging.getLogger(__name__)
LOCK_PAUSE = 0.05  # seconds between two looks at a lock that somebody else holds
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 2.0
PATIENCE = 60.0  # seconds that a turn waits for servers that are away


class NotSavedError(Exception):
    """A turn ran, and the tracker does not hold its message."""


class UnderWayError(Exception):
    """Another server has claimed the message and may be alive."""


class NotReadyError(Exception):
    """The model is not loaded yet."""


# Troubles of the servers behind, not of the message: the turn waits and runs again.
PASSING = (
    AwayError,
    NotSavedError,
    UnderWayError,
    NotReadyError,
    LockError,
    RedisError,
    OperationalError,
    InterfaceError,
    ConnectionError,
)


class Handled(Protocol):
    """A message on its way, as its channel sees it."""

    conversation: str
    message: str
    urgent: bool
    offset: int | None  # the person's time zone in minutes east of UTC, where the channel was told

    def output(self) -> OutputChannel:
        """Where the replies of a run go; a further run says nothing twice."""

    def told(self, events: list[Event]) -> None:
        """The turn is over; these are its events, as the tracker holds them."""


class Handling:
    """Brings accepted messages of a channel to the assistant. `agent` gives Rasa's agent as it is now.

    `left` makes of a message that another server left behind one on its way; `room` is held while the assistant
    works at a message, so that a server does not begin more than it can end.
    """

    def __init__(
        self,
        channel: str,
        inbox: Inbox,
        agent: Callable[[], Any],
        left: Callable[[Accepted], Handled],
        room: Callable[[Handled], AbstractAsyncContextManager[Any]] | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._channel = channel
        self._inbox = inbox
        self._agent = agent
        self._left = left
        self._room = room or (lambda _: nullcontext())
        self._patience = patience

    async def handle(self, turn: Handled) -> Accepted | None:
        """Runs the turn to its end; the servers behind may come and go meanwhile. What then stands in the inbox."""
        with watched.turn(self._channel):
            return await self._patiently(turn)

    async def _patiently(self, turn: Handled) -> Accepted | None:
        began, pause = time.monotonic(), FIRST_PAUSE
        until = began + self._patience
        while True:
            # What was said before comes first, unless its server takes very long over it, or this cannot wait.
            in_order = not turn.urgent and time.monotonic() < began + 2 * self._inbox.claim_seconds
            try:
                return await self._locked(turn, in_order)
            except UnderWayError:
                pause = FIRST_PAUSE
                if time.monotonic() > until:
                    raise
            except PASSING as error:
                logger.warning("A turn waits: %s", type(error).__name__)
                if time.monotonic() > until:
                    await self._give_back(turn)
                    raise
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _give_back(self, turn: Handled) -> None:
        try:
            own = await self._inbox.find(turn.conversation, turn.message)
            if own and own.waits:
                await self._inbox.release(own)
        except AwayError:
            pass  # its claim lapses

    async def _locked(self, turn: Handled, in_order: bool) -> Accepted | None:
        agent = self._agent()
        if agent is None or not agent.is_ready():
            raise NotReadyError
        # Rasa's wrapper would answer a lost connection with an empty tracker, and forget what was said before.
        agent.processor.tracker_store = strict(agent.tracker_store)
        async with agent.lock_store.lock(turn.conversation, wait_time_in_seconds=LOCK_PAUSE):
            waiting = await self._inbox.waiting(turn.conversation)
            own = next((one for one in waiting if one.message == turn.message), None)
            for one in waiting:
                if own is None or one.number >= own.number or one.state == FAILED:
                    continue
                if not await self._left_behind(agent, one) and in_order:
                    raise UnderWayError
            if own:
                if not await self._inbox.claim(own):
                    raise UnderWayError
                return await self._run(agent, turn, own)
            return await self._tell(turn)

    async def _left_behind(self, agent: Any, one: Accepted) -> bool:
        """Runs a message that the server which took it never got to, or has given back; whether that may be done."""
        if not await self._inbox.claim(one):
            return False
        logger.warning("A message that was left behind is taken up")
        try:
            await self._run(agent, self._left(one), one)
        except PASSING:
            raise
        except Exception as error:
            logger.error("A turn failed: %s", type(error).__name__)
        return True

    async def _run(self, agent: Any, turn: Handled, accepted: Accepted) -> Accepted:
        metadata: dict[str, Any] = {"restart": True} if accepted.restart else {}
        message = UserMessage(
            accepted.text,
            turn.output(),
            turn.conversation,
            input_channel=self._channel,
            message_id=accepted.message,
            metadata={**metadata, "message": accepted.message, "at": accepted.at, "offset": turn.offset},
        )
        try:
            async with self._room(turn):
                await agent.processor.handle_message(message)
        except PASSING:
            raise
        except Exception:
            await self._inbox.fail(accepted)
            raise
        saved = await self._inbox.find(turn.conversation, turn.message)
        if saved is None or saved.waits:
            raise NotSavedError
        if not saved.tells:
            await self._inbox.done(saved)
        return saved

    async def _tell(self, turn: Handled) -> Accepted | None:
        """What was said in a turn that is over."""
        found = await self._inbox.find(turn.conversation, turn.message)
        if found is None or not found.last:
            return found
        # Handled at this moment by another server, or long ago.
        turn.output()
        turn.told(await self._inbox.database.run(lambda db: turn_of(db, turn.conversation, found.last)))
        return found


def strict(tracker_store: Any) -> Any:
    """The store without Rasa's wrapper, which hides that it is away and goes on with an empty tracker."""
    return tracker_store._tracker_store if isinstance(tracker_store, FailSafeTrackerStore) else tracker_store


def kind_of(tracker_store: Any) -> Any:
    """The store itself, without wrappers."""
    store = strict(tracker_store)
    return store._tracker_store if isinstance(store, AwaitableTrackerStore) else store
