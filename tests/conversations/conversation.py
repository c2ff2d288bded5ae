"""Conversations without servers: the events that a turn leaves, put through a tracker store as Rasa does."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    Event,
    FollowupAction,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from actions.conversation_state import unseen_turns
from unknot.settings import ROOT
from unknot.triage.case import Case

DOMAIN = Domain.load(str(ROOT / "domain.yml"))
LISTEN = "action_listen"


class Conversation:
    """One person's conversation; `said` is everything they wrote, oldest first."""

    def __init__(self, store: SQLTrackerStore, sender: str) -> None:
        self.store, self.sender = store, sender
        self.said: list[str] = []
        self._clock = count(1_700_000_000.0, 0.5)
        self._numbers = count()

    def load(self) -> DialogueStateTracker:
        return asyncio.run(self.store.get_or_create_tracker(self.sender, append_action_listen=False))

    def save(self, tracker: DialogueStateTracker) -> None:
        asyncio.run(self.store.save(tracker))

    def turn(self, *, server: bool = True, region: bool = False, end: tuple[Event, ...] = ()) -> DialogueStateTracker:
        """A turn; without the action `server` nothing is read, and the person is told so."""
        tracker = self.load()
        if not tracker.applied_events():
            self.begin(tracker)
        text = f"message {next(self._numbers)}"
        self.said.append(text)
        parse = {"text": text, "intent": {"name": "inform"}}
        user = UserUttered(text, {"name": "inform"}, [], parse, message_id=f"{self.sender} {text}")
        self._add(tracker, user)
        if region:
            self._add(tracker, SlotSet("location", f"region {len(self.said)}"))
        if server:
            unread = unseen_turns([event.as_dict() for event in tracker.events], self.case(tracker))
            facts = [*self.case(tracker).asked, *(turn.text for turn in unread)]
            self._add(tracker, ActionExecuted("action_ask_location"), BotUttered("an answer"))
            case = Case(asked=tuple(facts), seen=str(user.message_id)).to_json()
            self._add(tracker, SlotSet("case", case), SlotSet("severity", str(len(self.said))))
            self._add(tracker, ActionExecuted("action_interview"), FollowupAction(LISTEN))
        else:
            self._add(tracker, ActionExecuted("action_ask_location"), ActionExecuted("utter_action_failed"))
        self._add(tracker, *(end or (ActionExecuted(LISTEN),)))
        self.save(tracker)
        return tracker

    def begin(self, tracker: DialogueStateTracker) -> None:
        """What `action_session_start` leaves, with slots carried over."""
        kept = [SlotSet(event.key, event.value) for event in tracker.applied_events() if isinstance(event, SlotSet)]
        self._add(tracker, ActionExecuted("action_session_start"), SessionStarted(), *kept, ActionExecuted(LISTEN))

    def new_session(self) -> None:
        """A long silence has passed."""
        tracker = self.load()
        self.begin(tracker)
        self.save(tracker)

    def read(self) -> list[str]:
        """Every message that found its way into the case or is about to."""
        tracker = self.load()
        case = self.case(tracker)
        return [*case.asked, *(turn.text for turn in unseen_turns(self.dicts(tracker), case))]

    @property
    def events(self) -> int:
        """How many events are stored."""
        table = self.store.SQLEvent.__table__
        query = sa.select(sa.func.count()).where(table.c.sender_id == self.sender)
        with self.store.engine.connect() as db:
            return int(db.execute(query).scalar())

    def full(self) -> list[dict[str, Any]]:
        """All events ever, as history and export get them."""
        tracker = asyncio.run(self.store.retrieve_full_tracker(self.sender))
        return self.dicts(tracker) if tracker else []

    def stock(self) -> DialogueStateTracker:
        """What Rasa's own store would load."""
        tracker = asyncio.run(SQLTrackerStore.retrieve(self.store, self.sender))
        assert tracker is not None
        return tracker

    @staticmethod
    def dicts(tracker: DialogueStateTracker) -> list[dict[str, Any]]:
        return [event.as_dict() for event in tracker.events]

    @staticmethod
    def case(tracker: DialogueStateTracker) -> Case:
        return Case.from_json(tracker.get_slot("case"))

    def _add(self, tracker: DialogueStateTracker, *events: Event) -> None:
        for event in events:
            event.timestamp = next(self._clock)
            tracker.update(event, DOMAIN)


REVERTED = (UserUtteranceReverted(), ActionExecuted(LISTEN))
RESTARTED = (Restarted(), ActionExecuted(LISTEN))
