"""Turns under way: each runs to its end on its own, whoever is still listening, and can be listened to again."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from rasa.core.channels.channel import OutputChannel

from unknot.channels.web.server.conversation import Item, bot_item, items_of, payload_of, sender_id
from unknot.conversations.events import Event

logger = logging.getLogger(__name__)


class Turn:
    """One message and what came of it so far."""

    def __init__(
        self, session: str, message: str, text: str, *, urgent: bool = False, offset: int | None = None
    ) -> None:
        self.session = session
        self.offset = offset
        self.urgent = urgent
        self.conversation = sender_id(session)
        self.message = message
        self.text = text
        self.started = time.time()
        self.items: list[Item] = []
        self._said = 0  # of this run; a turn that runs again says nothing twice
        self.outcome = ""  # "done", "silent" or "failed" once it is over
        self.task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()

    def say(self, payload: dict[str, Any], at: float | None = None) -> None:
        """Adds a reply and wakes the listeners; in a further run, only what is beyond the first one."""
        self._said += 1
        if self._said > len(self.items):
            self.items.append(bot_item(self.message, len(self.items), payload, at or time.time()))
            self._wake()

    def output(self) -> OutputChannel:
        """Where the replies go as the turn runs, from its start if it has run before."""
        self._said = 0
        return TurnOutput(self)

    def told(self, events: list[Event]) -> None:
        """Says what was said in the turn, which is over."""
        for item in items_of(events):
            if item["from"] == "bot":
                self.say(item["payload"], item["at"])

    def end(self, outcome: str) -> None:
        """Closes the turn."""
        self.outcome = self.outcome or outcome
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def listen(self, seconds: float, heartbeat: float) -> AsyncIterator[Item | None]:
        """Replies from the first on, each as soon as it is there; None as a sign of life; ends with the turn.

        Gives up after `seconds`: the turn goes on, and `outcome` is still empty then.
        """
        loop = asyncio.get_running_loop()
        until, seen = loop.time() + seconds, 0
        while True:
            news = self._news
            while seen < len(self.items):
                yield self.items[seen]
                seen += 1
            left = until - loop.time()
            if self.outcome or left <= 0:
                return
            try:
                await asyncio.wait_for(news.wait(), min(left, heartbeat))
            except TimeoutError:
                yield None


class TurnOutput(OutputChannel):
    """Where Rasa sends the replies of a turn. Never raises: a failing send would lose the turn."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn

    @classmethod
    def name(cls) -> str:
        """The channel's name, also for `latest_input_channel`."""
        return "web"

    async def send_response(self, recipient_id: str, message: Mapping[str, Any]) -> None:
        """Passes a whole bot message on as one reply."""
        try:
            payload = payload_of(message)
            if payload is not None:
                self._turn.say(payload)
        except Exception as error:
            logger.error("A reply could not be passed on: %s", type(error).__name__)

    async def send_text_message(self, recipient_id: str, text: str, **_: Any) -> None:
        """Passes plain text on."""
        await self.send_response(recipient_id, {"text": text})

    async def send_custom_json(self, recipient_id: str, json_message: dict[str, Any], **_: Any) -> None:
        """Passes a payload on."""
        await self.send_response(recipient_id, {"custom": json_message})


class Turns:
    """The turns under way on this server."""

    def __init__(self, handle: Callable[[Turn], Awaitable[Any]]) -> None:
        self._handle = handle
        self._turns: dict[tuple[str, str], Turn] = {}

    def find(self, session: str, message: str) -> Turn | None:
        """The turn of this message if it is under way."""
        return self._turns.get((session, message))

    def of(self, session: str) -> list[Turn]:
        """The session's turns under way, oldest first."""
        return [turn for turn in self._turns.values() if turn.session == session]

    @property
    def count(self) -> int:
        """How many turns are under way."""
        return len(self._turns)

    def start(
        self, session: str, message: str, text: str, *, urgent: bool = False, offset: int | None = None
    ) -> Turn:
        """Begins a turn in the background; the one of this message if it is under way already."""
        if under_way := self.find(session, message):
            return under_way
        turn = Turn(session, message, text, urgent=urgent, offset=offset)
        self._turns[session, message] = turn
        turn.task = asyncio.get_running_loop().create_task(self._run(turn))
        return turn

    async def _run(self, turn: Turn) -> None:
        try:
            await self._handle(turn)
            turn.end("done" if turn.items else "silent")
        except Exception as error:
            # The error's text may quote what a person typed.
            logger.error("A turn failed: %s", type(error).__name__)
            turn.end("failed")
        finally:
            turn.end("failed")
            self._turns.pop((turn.session, turn.message), None)

    async def cancel(self, session: str) -> None:
        """Stops the session's turns and waits until they have stopped."""
        tasks = [turn.task for turn in self.of(session) if turn.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
