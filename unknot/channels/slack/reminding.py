"""Reminders in Slack: asked for in words or on the home tab, brought as a direct message, ended by a word or a tap.

Slack tells an app no time zone unless it may read profiles, so the person names it, in the dialog.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from unknot.channels.reminders import asked, clock, ends
from unknot.channels.slack import blocks
from unknot.channels.slack.api import PASSING, TOKEN_FAULTS, SlackCallError
from unknot.channels.slack.blocks import Block, Message
from unknot.channels.slack.delivery import Delivery, Person, person_of
from unknot.channels.slack.mrkdwn import escape, typed
from unknot.channels.slack.words import Words
from unknot.conversations import reminders
from unknot.conversations.access import Access
from unknot.conversations.reminders import Contact
from unknot.conversations.reminding import LaterError, NeverError

ASK, STOP, FORM = "remind_ask", "remind_stop", "remind_form"
HOURS = range(24)
_AGAIN = PASSING | TOKEN_FAULTS.keys() | {"ratelimited", "no_token"}


class Once:
    """One reminder as the delivery sees it: looked up in Slack first where it may have arrived before."""

    def __init__(self, contact: Contact) -> None:
        self.label = f"reminder.{contact.number}"
        self.inherited = contact.tries > 1
        self.arrived: frozenset[str] | None = None

    async def sent(self) -> None:
        """The worker notes it."""


class SlackReminders:
    """What people in Slack may do about reminders."""

    def __init__(
        self, database: Access, delivery: Delivery, words: Words, now: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._delivery = delivery
        self._words = words
        self._now = now

    async def bring(self, contact: Contact) -> None:
        """Sends a reminder as a direct message. Raises LaterError or NeverError."""
        person = person_of(contact.conversation)
        if person is None:
            raise NeverError
        try:
            await self._delivery.send_once(person, self._message(), Once(contact))
        except SlackCallError as error:
            raise (LaterError if error.code in _AGAIN else NeverError) from None

    def _message(self) -> Message:
        text = escape(self._words.message("reminder_greeting"))
        button = blocks.button(STOP, self._words["remind_stop"], STOP)
        return Message(text, (blocks.section(text), *blocks.actions(STOP, [button])))

    async def heard(self, person: Person, text: str) -> Message | None:
        """What to say to words that are about reminders and nothing else, None for all others."""
        said = typed(text)
        if ends(said, self._words.messages) and await self.stop(person):
            return Message(escape(self._words.message("reminder_off")))
        minute, who = asked(said), person.conversation
        if minute is None:
            return None
        if known := await self._database.run(lambda db: reminders.find(db, who)):
            return await self.start(person, minute, str(known.zone))
        what = self._words["remind_what"]
        button = blocks.button(ASK, self._words["remind_ask"], ASK, style="primary")
        return Message(escape(what), (blocks.section(escape(what)), *blocks.actions(ASK, [button])))

    async def stop(self, person: Person) -> bool:
        """Ends them; whether there was anything to end."""
        who = person.conversation
        return bool(await self._database.run(lambda db: reminders.stop(db, who)))

    async def start(self, person: Person, minute: int, zone: str) -> Message:
        """Reminds a person daily from now on; what to say about it. Raises ValueError for a zone that is none."""
        who, now = person.conversation, int(self._now())
        await self._database.run(lambda db: reminders.start(db, who, zone, minute, now))
        return Message(escape(self._words.message("reminder_on").format(time=clock(minute), zone=zone)))


def form(words: Words) -> Block:
    """The dialog in which somebody picks hour and time zone."""
    options = [blocks.option(clock(hour * 60), clock(hour * 60)) for hour in HOURS]
    hours = {**blocks.select("value", words["remind_pick"], options), "initial_option": options[9]}
    zones = blocks.select("value", words["remind_pick_zone"], [blocks.option(one, one) for one in zones_of(words)])
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": blocks.plain(words["remind_title"], blocks.TITLE),
        "submit": blocks.plain(words["remind_yes"], blocks.TITLE),
        "close": blocks.plain(words["form_cancel"], blocks.TITLE),
        "blocks": [
            blocks.section(escape(words["remind_what"])),
            blocks.labelled("hour", words["remind_pick"], hours, optional=False),
            blocks.labelled("zone", words["remind_pick_zone"], zones, optional=False),
        ],
    }


def zones_of(words: Words) -> list[str]:
    """The time zones that are offered."""
    return [one.strip() for one in words["remind_zones"].split(";")]


def picked(view: Any, words: Words) -> tuple[int, str] | None:
    """Minute and zone that the dialog came back with, None where they are not among those that it offers."""
    try:
        values = view["state"]["values"]
        hour, zone = (str(values[name]["value"]["selected_option"]["value"]) for name in ("hour", "zone"))
    except (KeyError, TypeError):
        return None
    minute = next((hour_ * 60 for hour_ in HOURS if clock(hour_ * 60) == hour), None)
    return (minute, zone) if minute is not None and zone in zones_of(words) else None
