"""Taking a message in: what was said, whether there is room, kept before it is acknowledged."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from sanic.request import Request

from unknot.channels.web.server import conversation
from unknot.channels.web.server.config import WebConfig
from unknot.channels.web.server.conversation import sender_id
from unknot.channels.web.server.guard import RefusedError
from unknot.channels.web.server.limits import Limits
from unknot.channels.web.server.store import Session, Store
from unknot.channels.web.server.turns import Turn, Turns
from unknot.channels.web.server.urgency import Urgency
from unknot.conversations.events import tail_of, turn_of
from unknot.conversations.handling import LOCK_PAUSE
from unknot.conversations.inbox import Accepted, Inbox
from unknot.conversations.load import Load
from unknot.observability.metrics import RATE_LIMITED, TURNS_SHED

SIDES = {"left": "left side", "right": "right side", "both": "both sides", "centre": "centre"}
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_FARTHEST_ZONE = 14 * 60
_MOST_CHOICES = 40


class Reception:
    """Accepts messages of sessions and begins their turns. `urgency` gives the quick look once it is built."""

    def __init__(
        self,
        config: WebConfig,
        inbox: Inbox,
        turns: Turns,
        store: Store,
        load: Load,
        limits: Limits,
        urgency: Callable[[], Urgency | None],
        clock: Callable[[], float],
    ) -> None:
        self._config = config
        self._inbox = inbox
        self._turns = turns
        self._store = store
        self._load = load
        self._limits = limits
        self._urgency = urgency
        self._clock = clock

    async def take(self, request: Request, session: Session, body: dict[str, Any]) -> Turn:
        """The turn of a message, kept and under way. Raises RefusedError; nothing was acknowledged then."""
        message = body.get("id")
        if not isinstance(message, str) or not _MESSAGE_ID.fullmatch(message):
            raise RefusedError("bad_request")
        if turn := self._turns.find(session.session, message):
            return await self._same(session, turn, body)
        kept = await self._inbox.find(sender_id(session.session), message)
        if kept is None:
            kept, urgent = await self._new(request, session, message, body)
        else:
            # It was said before: under way on another server, left behind by one that is gone, or over.
            urgent = False
            words = await self._words_of(kept)
            await self._check_words(session, body, words, kept.last or None)
            kept = Accepted(**{**kept.__dict__, "text": words})
        await self._store.touch(session, self._clock())
        # The same message may have come in a second time meanwhile.
        if turn := self._turns.find(session.session, message):
            return await self._same(session, turn, body)
        return self._turns.start(session.session, message, kept.text, urgent=urgent, offset=_offset(body))

    async def _new(
        self, request: Request, session: Session, message: str, body: dict[str, Any]
    ) -> tuple[Accepted, bool]:
        await self._limits.check("session", session.session)
        if len(self._turns.of(session.session)) >= self._config.max_turns:
            RATE_LIMITED.labels("turns").inc()
            raise RefusedError("too_many", 1.0)
        if not request.app.ctx.agent or not request.app.ctx.agent.is_ready():
            raise RefusedError("not_ready", 1.0)
        urgent = self._admit(body)
        text = await self._text(session, body)
        new = Accepted(sender_id(session.session), message, text, self._clock(), body.get("restart") is True)
        accepted, is_new = await self._inbox.accept(new)
        if not is_new and accepted.waits and accepted.text != text:
            raise RefusedError("other_words")
        return accepted, urgent

    def _admit(self, body: dict[str, Any]) -> bool:
        """Whether the message is let in before others. Raises RefusedError where there is no room for it."""
        under_way = self._turns.count
        if not self._load.is_busy and 2 * under_way < self._load.bound:
            return False
        looks = self._urgency()
        ids, text = body.get("choices"), body.get("text")
        urgent = looks is not None and (
            looks.of_choices(ids) if isinstance(ids, list) else isinstance(text, str) and self._reads(looks, text)
        )
        if not self._load.has_room(under_way, urgent=urgent):
            TURNS_SHED.labels(str(urgent).lower()).inc()
            raise RefusedError("busy", self._load.pause())
        return urgent

    def _reads(self, looks: Urgency, text: str) -> bool:
        return looks.of_words(text[: self._config.max_text])

    async def _words_of(self, kept: Accepted) -> str:
        """The words of a message that came in before; once the tracker holds it they are there alone."""
        if kept.waits or not kept.last:
            return kept.text
        events = await self._inbox.database.run(lambda db: turn_of(db, kept.conversation, kept.last))
        return str(events[0].get("text") or "") if events else ""

    async def _text(self, session: Session, body: dict[str, Any]) -> str:
        """The person's words: typed, or the titles of the choices they tapped."""
        if "choices" in body:
            return await self._chosen(session, body)
        text = body.get("text")
        if not isinstance(text, str):
            raise RefusedError("bad_request")
        text = conversation.typed(text)
        if not text:
            raise RefusedError("empty_text")
        if len(text) > self._config.max_text:
            raise RefusedError("text_too_long")
        return text

    async def _chosen(self, session: Session, body: dict[str, Any]) -> str:
        ids, side = _choice_in(body)
        return _titles(await self._choices(session, ids), ids, side)

    async def _choices(self, session: Session, ids: list[str]) -> dict[str, str]:
        """What may be chosen. Raises RefusedError when it is not what these ids are of."""
        until = time.monotonic() + self._config.turn_seconds
        while True:
            waiting = await self._inbox.waiting(sender_id(session.session))
            found = await self._offered(session)
            if all(key in found for key in ids):
                return found
            # On another server a turn may have offered it and be about to be saved.
            elsewhere = [one for one in waiting if not self._turns.find(session.session, one.message)]
            if all(one.state == "failed" for one in elsewhere):
                raise RefusedError("stale_choice")
            if time.monotonic() > until:
                raise RefusedError("away", 1.0)
            await asyncio.sleep(LOCK_PAUSE)

    async def _same(self, session: Session, turn: Turn, body: dict[str, Any]) -> Turn:
        """The turn under way of a message that comes in again. Raises RefusedError for other words under its id."""
        await self._check_words(session, body, turn.text, None)
        return turn

    async def _check_words(self, session: Session, body: dict[str, Any], words: str, last: int | None) -> None:
        """Raises RefusedError unless these words, or choices that say them, came under the id before.

        `last` is the id of the last event of their turn, None while that is not over. Choices are held against every
        question before it that offered them; where none is found any more, they are believed.
        """
        if "choices" in body:
            ids, side = _choice_in(body)
            events = await self._inbox.database.run(lambda db: tail_of(db, sender_id(session.session), last))
            items = conversation.items_of(events)
            items += [item for turn in self._turns.of(session.session) for item in turn.items]
            offers = [conversation.offered([item]) for item in items]
            said = [_titles(choices, ids, side) for choices in offers if all(key in choices for key in ids)]
            if said and words not in said:
                raise RefusedError("other_words")
            return
        if not isinstance(body.get("text"), str):
            raise RefusedError("bad_request")
        if conversation.typed(body["text"]) != words:
            raise RefusedError("other_words")

    async def _offered(self, session: Session) -> dict[str, str]:
        for turn in reversed(self._turns.of(session.session)):
            if found := conversation.offered(turn.items):
                return found
        events = await self._inbox.database.run(lambda db: tail_of(db, sender_id(session.session)))
        return conversation.offered(conversation.items_of(events))


def _offset(body: dict[str, Any]) -> int | None:
    """The page's time zone in minutes east of UTC; None where it did not say, or said nonsense."""
    offset = body.get("offset")
    fits = isinstance(offset, int) and not isinstance(offset, bool) and abs(offset) <= _FARTHEST_ZONE
    return offset if fits else None


def _choice_in(body: dict[str, Any]) -> tuple[list[str], str | None]:
    """The ids that were tapped, and the side. Raises RefusedError where they are of no shape that a page sends."""
    ids, side = body["choices"], body.get("side")
    fits = isinstance(ids, list) and 0 < len(ids) <= _MOST_CHOICES and all(isinstance(i, str) for i in ids)
    if not fits or not (side is None or (isinstance(side, str) and side in SIDES)):
        raise RefusedError("bad_request")
    return ids, side


def _titles(choices: Mapping[str, str], ids: list[str], side: str | None) -> str:
    """What tapping these choices says."""
    titles = [choices[key].rstrip(" .") for key in dict.fromkeys(ids)]
    words = ". ".join(titles) if len(titles) > 1 else titles[0]
    return conversation.typed(f"{words}, {SIDES[side]}" if side else words)
