"""Turns of the conversation: kept before the acknowledgement, one at a time for each person, failures told."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from unknot.channels.slack.blocks import Message
from unknot.channels.slack.config import SlackConfig
from unknot.channels.slack.delivery import Delivery, Person, Receipt, SlackOutput, person_of
from unknot.channels.slack.mrkdwn import escape, typed
from unknot.channels.slack.words import Words
from unknot.conversations.access import AwayError
from unknot.conversations.events import Event
from unknot.conversations.handling import PASSING, Handling
from unknot.conversations.inbox import Accepted, Inbox
from unknot.observability.metrics import RATE_LIMITED

logger = logging.getLogger(__name__)
Job = Callable[[], Awaitable[None]]
PREFIX = "slack:"
_JOINT = "\n…\n"  # where the middle of a long message was left out
_TAIL = 0.5  # of a message that is too long, what is kept of its end: people put the worst there


@dataclass
class _Queue:
    jobs: list[Job] = field(default_factory=list)
    worker: asyncio.Task[None] | None = None
    gate: asyncio.Lock = field(default_factory=asyncio.Lock)


class SlackTurn:
    """A message on its way: replies go out as they are made, none that the person has been sent already."""

    def __init__(
        self, person: Person, accepted: Accepted, receipt: Receipt, delivery: Delivery, words: Words
    ) -> None:
        self.conversation = accepted.conversation
        self.message = accepted.message
        self.urgent = False
        self.offset: int | None = None  # days are those of the server's time zone
        self.receipt = receipt
        self.said = 0
        self._person = person
        self._delivery = delivery
        self._words = words
        self._output = SlackOutput(delivery, person, words, receipt)

    def output(self) -> SlackOutput:
        """Where the replies of a run go."""
        self.receipt.rewind()
        self._output = SlackOutput(self._delivery, self._person, self._words, self.receipt)
        return self._output

    def told(self, events: list[Event]) -> None:
        """Sends again what was said in the turn, which is over, as far as it was not sent."""
        for event in events:
            if event.get("event") == "bot":
                self._output.pass_on({**(event.get("data") or {}), "text": event.get("text")})

    @property
    def was_silent(self) -> bool:
        """Whether nothing was said."""
        return self._output.said == 0


class Turns:
    """Runs jobs in the order they came in, for each person; people do not wait for each other."""

    def __init__(
        self, config: SlackConfig, inbox: Inbox, agent: Callable[[], Any], delivery: Delivery, words: Words
    ) -> None:
        self._config = config
        self._inbox = inbox
        self._delivery = delivery
        self._words = words
        self._handling = Handling("slack", inbox, agent, self._left, patience=config.turn_seconds)
        self._queues: dict[Person, _Queue] = {}
        self._gate = asyncio.Semaphore(config.max_turns)

    async def say(self, person: Person, words: str, message_id: str) -> bool:
        """Keeps what a person said and queues its turn; False for what was kept before, or is too much at once.

        Raises AwayError where it cannot be kept: it must not be acknowledged then.
        """
        text = self._fitting(person, typed(words))
        queue = self._queues.setdefault(person, _Queue())
        async with queue.gate:  # in the order in which they came in
            if len(queue.jobs) >= self._config.max_waiting:
                if await self._inbox.find(person.conversation, message_id) is None:
                    RATE_LIMITED.labels("slack").inc()
                    self.tell(person, self._words["too_many"])
                return False
            new = Accepted(person.conversation, message_id, text, time.time(), tells=True)
            accepted, is_new = await self._inbox.accept(new)
            if is_new:
                self._queue(person, accepted, is_new=True)
        return is_new

    def _fitting(self, person: Person, text: str) -> str:
        most = self._config.max_text
        if len(text) <= most:
            return text
        self.tell(person, self._words["too_long"])
        end = int(most * _TAIL)
        return text[: most - end - len(_JOINT)] + _JOINT + text[-end:]

    def _queue(self, person: Person, accepted: Accepted, *, is_new: bool) -> None:
        self.do(person, lambda: self._turn(person, self._begin(person, accepted, is_new=is_new), accepted))

    def do(self, person: Person, job: Job) -> None:
        """Queues any work for a person behind what is queued already."""
        queue = self._queues.setdefault(person, _Queue())
        queue.jobs.append(job)
        if queue.worker is None or queue.worker.done():
            queue.worker = asyncio.get_running_loop().create_task(self._work(person, queue))

    async def take_up(self) -> None:
        """Runs, and tells the replies of, what was acknowledged by servers that are gone or has been given back."""
        for one in await self._inbox.unfinished(PREFIX):
            person = person_of(one.conversation)
            if person and not self._inbox.holds(one) and await self._inbox.claim(one):
                logger.warning("Slack: a message that was left behind is taken up")
                self._queue(person, one, is_new=False)

    async def keep_taking_up(self) -> None:
        """The same, for as long as the server runs."""
        while True:
            try:
                await self.take_up()
                self._delivery.try_again()
            except Exception as error:  # it goes on with the next look
                logger.warning("Slack: what was left behind could not be looked for: %s", type(error).__name__)
            await asyncio.sleep(self._inbox.claim_seconds / 2)

    async def drain(self, seconds: float) -> None:
        """Waits, but no longer than `seconds`, until all is done."""
        tasks = {queue.worker for queue in self._queues.values() if queue.worker is not None}
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)

    async def _work(self, person: Person, queue: _Queue) -> None:
        while queue.jobs:
            job = queue.jobs[0]
            async with self._gate:
                try:
                    await job()
                except Exception as error:
                    # The error's text may quote what a person typed.
                    logger.error("Slack: some work failed: %s", type(error).__name__)
                    self.tell(person, self._words.failed)
            queue.jobs.pop(0)
        if not queue.gate.locked() and self._queues.get(person) is queue:
            del self._queues[person]

    def _left(self, accepted: Accepted) -> SlackTurn:
        """A message of before that stands in the way of a later one."""
        person = person_of(accepted.conversation)
        if person is None:
            raise ValueError("not a conversation in Slack")
        turn = self._begin(person, accepted, is_new=False)
        turn.receipt.complete_with_turn()
        return turn

    def _begin(self, person: Person, accepted: Accepted, *, is_new: bool) -> SlackTurn:
        receipt = Receipt(self._inbox, accepted, is_new=is_new)
        return SlackTurn(person, accepted, receipt, self._delivery, self._words)

    async def _turn(self, person: Person, turn: SlackTurn, accepted: Accepted) -> None:
        try:
            handled = await asyncio.wait_for(self._handling.handle(turn), self._config.turn_seconds + 5)
        except TimeoutError:
            logger.error("Slack: a turn took too long")
            await self._give_up(accepted)
            self.tell(person, self._words.failed)
            return
        except PASSING:
            await self._inbox.release(accepted)  # it is taken up again when the servers behind are back
            raise
        if handled is None:
            return  # deleted meanwhile
        if turn.was_silent and handled.waits is False and not handled.told:
            self.tell(person, self._words["no_answer"])
        await turn.receipt.complete()

    async def _give_up(self, accepted: Accepted) -> None:
        try:
            await self._inbox.fail(accepted)
        except AwayError:
            await self._inbox.release(accepted)

    def tell(self, person: Person, text: str) -> None:
        """Sends words of our own."""
        self._delivery.send(person, [Message(escape(text))])
