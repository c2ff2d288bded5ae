"""Getting messages to a person: in order, apart from the turn that made them, so that no failure loses a turn."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any

from rasa.core.channels.channel import OutputChannel

from unknot.channels.slack import blocks
from unknot.channels.slack.api import REFUSED_BLOCKS, SlackApi, SlackCallError
from unknot.channels.slack.blocks import Message
from unknot.channels.slack.mrkdwn import escape
from unknot.channels.slack.render import is_emergency, render
from unknot.channels.slack.words import Words

logger = logging.getLogger(__name__)
MOST_CHANNELS = 10_000  # direct-message channels that are remembered
MOST_KEPT = 20  # undelivered messages of one person


@dataclass(frozen=True)
class Person:
    """Who is talked to: one conversation per team and user."""

    team: str
    user: str

    @property
    def conversation(self) -> str:
        """The tracker's name for the conversation."""
        return f"slack:{self.team}:{self.user}"


def person_of(conversation: str) -> Person | None:
    """The person a conversation id names, None for ids of other channels."""
    kind, _, rest = conversation.partition(":")
    team, _, user = rest.partition(":")
    return Person(team, user) if kind == "slack" and team and user else None


@dataclass
class _Line:
    """What is still to be sent to one person."""

    waiting: deque[Message] = field(default_factory=deque)
    undelivered: deque[Message] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))
    worker: asyncio.Task[None] | None = None


class Delivery:
    """Sends messages to people in direct messages, one after the other for each person."""

    def __init__(self, api: SlackApi, words: Words) -> None:
        self._api = api
        self._words = words
        self._lines: dict[Person, _Line] = {}
        self._channels: OrderedDict[Person, str] = OrderedDict()

    def send(self, person: Person, messages: list[Message]) -> None:
        """Queues messages; returns at once and never raises."""
        if not messages:
            return
        line = self._lines.setdefault(person, _Line())
        line.waiting.extend(messages)
        if line.worker is None or line.worker.done():
            line.worker = asyncio.get_running_loop().create_task(self._work(person, line))

    def use_channel(self, person: Person, channel: str) -> None:
        """Remembers the person's direct-message channel, which saves opening it."""
        self._channels[person] = channel
        self._channels.move_to_end(person)
        while len(self._channels) > MOST_CHANNELS:
            self._channels.popitem(last=False)

    async def open(self, person: Person) -> str:
        """The person's direct-message channel. Raises SlackCallError."""
        if person not in self._channels:
            opened = await self._api.call(person.team, "conversations.open", users=person.user)
            channel = str((opened.get("channel") or {}).get("id") or "")
            if not channel:
                raise SlackCallError("conversations.open", "no_channel")
            self.use_channel(person, channel)
        return self._channels[person]

    async def drain(self, seconds: float) -> None:
        """Waits, but no longer than `seconds`, until all is sent."""
        tasks = {line.worker for line in self._lines.values() if line.worker and not line.worker.done()}
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)

    def forget(self, person: Person) -> None:
        """Drops what is kept for a person, undelivered words above all."""
        line = self._lines.get(person)
        if line:
            line.waiting.clear()
            line.undelivered.clear()

    async def _work(self, person: Person, line: _Line) -> None:
        while line.waiting:
            message = line.waiting.popleft()
            try:
                if line.undelivered:
                    await self._catch_up(person, line)
                await self._post(person, message)
            except SlackCallError:
                line.undelivered.append(message)
            except Exception as error:
                logger.error("Slack: a message could not be sent: %s", type(error).__name__)
                line.undelivered.append(message)
        if not line.undelivered and self._lines.get(person) is line:
            del self._lines[person]

    async def _catch_up(self, person: Person, line: _Line) -> None:
        """Sends first what did not get through before, under a line that says so."""
        await self._post(person, Message(escape(self._words["late"])))
        while line.undelivered:
            await self._post(person, line.undelivered[0])
            line.undelivered.popleft()

    async def _post(self, person: Person, message: Message) -> None:
        try:
            await self._attempt(person, await self.open(person), message)
        except SlackCallError as error:
            if error.code in REFUSED_BLOCKS and message.blocks:
                logger.error("Slack refused the blocks of a message; its text is sent instead")
                await self._attempt(person, await self.open(person), Message(message.text))
            elif error.code in ("channel_not_found", "is_archived"):
                self._channels.pop(person, None)  # perhaps an old one
                await self._attempt(person, await self.open(person), message)
            else:
                raise

    async def _attempt(self, person: Person, channel: str, message: Message) -> None:
        arguments: dict[str, Any] = {"text": message.text}
        if message.blocks:
            arguments["blocks"] = list(message.blocks)
        await self._api.call(
            person.team,
            "chat.postMessage",
            channel=channel,
            unfurl_links=False,
            unfurl_media=False,
            **arguments,
        )


class SlackOutput(OutputChannel):
    """Where Rasa sends the replies of one turn. Never raises: a failing send would lose the turn.

    Without a `person` the recipient's conversation id says who it is.
    """

    def __init__(self, delivery: Delivery, person: Person | None, words: Words) -> None:
        self._delivery = delivery
        self._person = person
        self._words = words
        self.said = 0
        self._alarmed = False

    @classmethod
    def name(cls) -> str:
        """The channel's name."""
        return "slack"

    def _send(self, recipient_id: str, messages: list[Message]) -> None:
        person = self._person or person_of(recipient_id)
        if person is None:
            logger.error("Slack: a message was to go to somebody who is not in Slack")
            return
        self.said += len(messages)
        self._delivery.send(person, messages)

    async def send_custom_json(self, recipient_id: str, json_message: dict[str, Any], **_: Any) -> None:
        """Sends a reply payload."""
        try:
            messages = render(json_message, self._words, alarmed=self._alarmed)
            self._alarmed = self._alarmed or is_emergency(json_message)
        except Exception as error:
            logger.error("Slack: a reply could not be drawn: %s", type(error).__name__)
            messages = [Message(escape(str(json_message.get("text") or self._words["failed"])))]
        self._send(recipient_id, messages)

    async def send_text_message(self, recipient_id: str, text: str, **_: Any) -> None:
        """Sends plain text."""
        await self.send_custom_json(recipient_id, {"type": "text", "text": text})

    async def send_text_with_buttons(
        self, recipient_id: str, text: str, buttons: list[dict[str, Any]], **_: Any
    ) -> None:
        """Sends text with Rasa's own buttons, however many; what is sent back is the title."""
        choices = [{"id": str(number), "title": piece.get("title")} for number, piece in enumerate(buttons)]
        await self.send_custom_json(recipient_id, {"type": "text", "text": text, "choices": choices})

    async def send_image_url(self, recipient_id: str, image: str, **extra: Any) -> None:
        """Sends a picture with its description."""
        alt = str(extra.get("alt_text") or extra.get("text") or self._words["picture"])
        self._send(recipient_id, [Message(escape(alt), (blocks.image(image, alt),))])

    async def send_attachment(self, recipient_id: str, attachment: Any, **_: Any) -> None:
        """Sends what an attachment says as text."""
        text = attachment.get("fallback") or attachment.get("text") if isinstance(attachment, dict) else attachment
        await self.send_text_message(recipient_id, str(text or ""))
