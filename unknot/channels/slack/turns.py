"""Turns of the conversation: one at a time for each person, behind the acknowledgement, failures told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from rasa.core.channels.channel import UserMessage

from unknot.channels.slack.blocks import Message
from unknot.channels.slack.config import SlackConfig
from unknot.channels.slack.delivery import Delivery, Person, SlackOutput
from unknot.channels.slack.mrkdwn import escape, typed
from unknot.channels.slack.words import Words
from unknot.observability.metrics import RATE_LIMITED

logger = logging.getLogger(__name__)
Handler = Callable[[UserMessage], Awaitable[Any]]
Job = Callable[[], Awaitable[None]]


@dataclass
class _Queue:
    jobs: list[Job] = field(default_factory=list)
    worker: asyncio.Task[None] | None = None


class Turns:
    """Runs jobs in the order they came in, for each person; people do not wait for each other."""

    def __init__(self, config: SlackConfig, handler: Handler, delivery: Delivery, words: Words) -> None:
        self._config = config
        self._handler = handler
        self._delivery = delivery
        self._words = words
        self._queues: dict[Person, _Queue] = {}
        self._gate = asyncio.Semaphore(config.max_turns)

    def say(self, person: Person, words: str, message_id: str) -> bool:
        """Queues what a person said. Too much at once is told and not queued: then False."""
        queue = self._queues.get(person)
        if queue and len(queue.jobs) >= self._config.max_waiting:
            RATE_LIMITED.labels("slack").inc()
            self.tell(person, self._words["too_many"])
            return False
        self.do(person, lambda: self._turn(person, words, message_id))
        return True

    def do(self, person: Person, job: Job) -> None:
        """Queues any work for a person behind what is queued already."""
        queue = self._queues.setdefault(person, _Queue())
        queue.jobs.append(job)
        if queue.worker is None or queue.worker.done():
            queue.worker = asyncio.get_running_loop().create_task(self._work(person, queue))

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
        self._queues.pop(person, None)

    async def _turn(self, person: Person, words: str, message_id: str) -> None:
        text = typed(words)
        if not text:
            return
        if len(text) > self._config.max_text:
            text = text[: self._config.max_text]
            self.tell(person, self._words["too_long"])
        output = SlackOutput(self._delivery, person, self._words)
        message = UserMessage(
            text,
            output,
            person.conversation,
            input_channel="slack",
            message_id=message_id,
            metadata={"team": person.team},
        )
        try:
            await asyncio.wait_for(self._handler(message), self._config.turn_seconds)
        except TimeoutError:
            logger.error("Slack: a turn took too long")
            self.tell(person, self._words.failed)
            return
        if not output.said:
            self.tell(person, self._words["no_answer"])

    def tell(self, person: Person, text: str) -> None:
        """Sends words of our own."""
        self._delivery.send(person, [Message(escape(text))])
