"""Getting messages to a person: in order, apart from the turn that made them, so that no failure loses a turn."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from rasa.core.channels.channel import OutputChannel

from unknot.channels.slack import blocks
from unknot.channels.slack.api import REFUSED_BLOCKS, SlackApi, SlackCallError
from unknot.channels.slack.blocks import Message
from unknot.channels.slack.mrkdwn import escape
from unknot.channels.slack.render import is_emergency, render
from unknot.channels.slack.words import Words
from unknot.conversations.access import AwayError
from unknot.conversations.inbox import Accepted, Inbox
from unknot.observability.metrics import SLACK_DELIVERED, SLACK_UNDELIVERED

logger = logging.getLogger(__name__)
MOST_CHANNELS = 10_000  # direct-message channels that are remembered
MOST_KEPT = 50  # undelivered messages of one person; then the oldest are given up
_EVENT = "unknot_reply"
_LOOKED_THROUGH, _LOOKED_SECONDS = 50, 10.0  # messages, and how long Slack has to give them
FIRST_RETRY, LONGEST_RETRY = 5.0, 300.0  # seconds until what did not get through is tried again


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


class Noted(Protocol):
    """What is sent once: `label` names the message in Slack, `inherited` says that it may have arrived before."""

    inherited: bool
    arrived: frozenset[str] | None

    @property
    def label(self) -> str:
        """The same on every server."""

    async def sent(self) -> None:
        """It has arrived."""


class Receipt:
    """How many messages of a turn the person has been sent, noted in the inbox as they are.

    What was sent by a run before, or by a server that is gone, is not sent again: a run says the same as the one
    before it, in the same order. `inherited`: another server may have sent some and not lived to note it, so it is
    looked up in Slack.
    """

    def __init__(self, inbox: Inbox, accepted: Accepted, *, is_new: bool) -> None:
        self._inbox = inbox
        self._accepted = accepted
        self._sent = accepted.told
        self._queued = accepted.told
        self._said = 0
        self._over = False
        self._with_turn = False
        self.inherited = not is_new
        self.arrived: frozenset[str] | None = None

    @property
    def label(self) -> str:
        """Names the next message that arrives, the same on every server: nothing of the person."""
        return f"{self._accepted.number}.{self._sent}"

    def rewind(self) -> None:
        """The turn runs from its start (again)."""
        self._said = 0

    def take(self, messages: list[Message]) -> list[Message]:
        """Those of a run's next messages that are still to be sent."""
        fresh = messages[max(0, self._queued - self._said) :]
        self._said += len(messages)
        self._queued = max(self._queued, self._said)
        return fresh

    async def sent(self) -> None:
        """The next message has arrived, or was given up."""
        self._sent += 1
        try:
            await self._inbox.told(self._accepted, self._sent)
            await self._finish()
        except AwayError:
            logger.warning("Slack: it could not be noted that a message was delivered")

    async def complete(self) -> None:
        """The turn is over: nothing is to follow what is queued."""
        self._over = True
        await self._finish()

    def complete_with_turn(self) -> None:
        """Nobody will call `complete`: the turn is over when the inbox says so."""
        self._with_turn = True

    async def _finish(self) -> None:
        if self._with_turn and not self._over:
            found = await self._inbox.find(self._accepted.conversation, self._accepted.message)
            self._over = found is not None and not found.waits
        if self._over and self._sent >= self._queued:
            await self._inbox.done(self._accepted)


@dataclass
class _Line:
    """What is still to be sent to one person."""

    waiting: deque[tuple[Message, Receipt | None]] = field(default_factory=deque)
    undelivered: deque[tuple[Message, Receipt | None]] = field(default_factory=deque)
    worker: asyncio.Task[None] | None = None
    pause: float = FIRST_RETRY
    again_at: float = 0.0


class Delivery:
    """Sends messages to people in direct messages, one after the other for each person."""

    def __init__(self, api: SlackApi, words: Words, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._words = words
        self._clock = clock
        self._lines: dict[Person, _Line] = {}
        self._channels: OrderedDict[Person, str] = OrderedDict()

    def send(self, person: Person, messages: list[Message], receipt: Receipt | None = None) -> None:
        """Queues messages; returns at once and never raises. `receipt` hears of each that has arrived."""
        if not messages:
            return
        line = self._lines.setdefault(person, _Line())
        line.waiting.extend((message, receipt) for message in messages)
        self._start(person, line)

    async def send_once(self, person: Person, message: Message, noted: Noted) -> None:
        """Sends a message now, apart from those that wait, unless it has arrived. Raises SlackCallError."""
        await self._deliver(person, message, noted)

    def try_again(self) -> None:
        """Sends what did not get through before, to those for whom it is time."""
        SLACK_UNDELIVERED.set(sum(len(line.undelivered) for line in self._lines.values()))
        for person, line in list(self._lines.items()):
            if line.undelivered and self._clock() >= line.again_at:
                self._start(person, line)

    def _start(self, person: Person, line: _Line) -> None:
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

    def forget_team(self, team: str) -> None:
        """Drops what is kept for the people of a workspace."""
        for person in [person for person in self._lines if person.team == team]:
            self.forget(person)

    async def _work(self, person: Person, line: _Line) -> None:
        while line.waiting or (line.undelivered and self._clock() >= line.again_at):
            item = line.waiting.popleft() if line.waiting else None
            try:
                if line.undelivered:
                    await self._catch_up(person, line)
                if item:
                    await self._deliver(person, *item)
            except Exception as error:
                if not isinstance(error, SlackCallError):
                    logger.error("Slack: a message could not be sent: %s", type(error).__name__)
                await self._keep(line, item)
        if not line.undelivered and self._lines.get(person) is line:
            del self._lines[person]

    async def _catch_up(self, person: Person, line: _Line) -> None:
        """Sends first what did not get through before, under a line that says so."""
        await self._post(person, Message(escape(self._words["late"])))
        while line.undelivered:
            await self._deliver(person, *line.undelivered[0])
            line.undelivered.popleft()
        line.pause = FIRST_RETRY

    async def _deliver(self, person: Person, message: Message, receipt: Noted | None) -> None:
        if not (receipt and receipt.inherited and await self._has_arrived(person, receipt)):
            await self._post(person, message, receipt.label if receipt else "")
            SLACK_DELIVERED.labels("sent").inc()
        if receipt:
            await receipt.sent()

    async def _has_arrived(self, person: Person, receipt: Noted) -> bool:
        """Whether Slack has the message already; where it cannot be asked, rather twice than never."""
        if receipt.arrived is None:
            receipt.arrived = frozenset()
            arguments = {"limit": _LOOKED_THROUGH, "include_all_metadata": True}
            with contextlib.suppress(SlackCallError, asyncio.TimeoutError):
                asked = self._api.call(
                    person.team, "conversations.history", channel=await self.open(person), **arguments
                )
                found = (await asyncio.wait_for(asked, _LOOKED_SECONDS)).get("messages") or ()
                receipt.arrived = frozenset(map(_label_of, found))
        return receipt.label in receipt.arrived

    async def _keep(self, line: _Line, item: tuple[Message, Receipt | None] | None) -> None:
        """Keeps what did not get through for later."""
        SLACK_DELIVERED.labels("failed").inc()
        if item:
            line.undelivered.append(item)
        line.again_at = self._clock() + line.pause
        line.pause = min(2 * line.pause, LONGEST_RETRY)
        while len(line.undelivered) > MOST_KEPT:
            _, receipt = line.undelivered.popleft()
            SLACK_DELIVERED.labels("given_up").inc()
            logger.error("Slack: a message that could not be delivered for long is given up")
            if receipt:
                await receipt.sent()

    async def _post(self, person: Person, message: Message, label: str = "") -> None:
        try:
            await self._attempt(person, await self.open(person), message, label)
        except SlackCallError as error:
            if error.code in REFUSED_BLOCKS and message.blocks:
                logger.error("Slack refused the blocks of a message; its text is sent instead")
                await self._attempt(person, await self.open(person), Message(message.text), label)
            elif error.code in ("channel_not_found", "is_archived"):
                self._channels.pop(person, None)  # perhaps an old one
                await self._attempt(person, await self.open(person), message, label)
            else:
                raise

    async def _attempt(self, person: Person, channel: str, message: Message, label: str) -> None:
        arguments: dict[str, Any] = {"text": message.text}
        if label:
            arguments["metadata"] = {"event_type": _EVENT, "event_payload": {"id": label}}
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


def _label_of(message: Any) -> str:
    about = message.get("metadata") if isinstance(message, Mapping) else None
    payload = about.get("event_payload") if isinstance(about, Mapping) and about.get("event_type") == _EVENT else None
    return str(payload.get("id") or "") if isinstance(payload, Mapping) else ""


class SlackOutput(OutputChannel):
    """Where Rasa sends the replies of one turn. Never raises: a failing send would lose the turn.

    Without a `person` the recipient's conversation id says who it is.
    """

    def __init__(
        self, delivery: Delivery, person: Person | None, words: Words, receipt: Receipt | None = None
    ) -> None:
        self._delivery = delivery
        self._person = person
        self._words = words
        self._receipt = receipt
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
        fresh = self._receipt.take(messages) if self._receipt else messages
        self._delivery.send(person, fresh, self._receipt)

    def pass_on(self, message: Mapping[str, Any]) -> None:
        """Sends a reply as the tracker keeps it."""
        custom = message.get("custom")
        payload = dict(custom) if isinstance(custom, Mapping) else {"type": "text", "text": message.get("text") or ""}
        if payload.get("text") or payload.get("type") != "text":
            self._reply("", payload)

    async def send_custom_json(self, recipient_id: str, json_message: dict[str, Any], **_: Any) -> None:
        """Sends a reply payload."""
        self._reply(recipient_id, json_message)

    def _reply(self, recipient_id: str, json_message: dict[str, Any]) -> None:
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
