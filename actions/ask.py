"""The steps that ask: the stories choose one, and it puts the next question that still matters.

The four differ only in their place in the stories; which words are used is decided in
`unknot/triage/interview.py`, so that a story and the interview can never put two different questions.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation_state import case_of, knowledge, region, save, say
from unknot.triage.next_step import ask_or_plan


class AskingAction(Action, ABC):
    """Abstract, so that rasa_sdk does not register it as an action of its own."""

    @abstractmethod
    def name(self) -> str:
        """Its name in the domain."""

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Events: the case with the question that now waits, and that it is the person's turn."""
        case, replies = ask_or_plan(case_of(tracker), knowledge(), region())
        say(dispatcher, tracker, replies)
        return [*save(case), FollowupAction("action_listen")]


class ActionAskRedFlags(AskingAction):
    """Asks about the signs that need a hospital, or about one that may be there."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_ask_red_flags"


class ActionAskLocation(AskingAction):
    """Asks where it hurts, with the first safe relief in the same breath."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_ask_location"


class ActionAskSeverity(AskingAction):
    """Asks how bad it is."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_ask_severity"


class ActionInterview(AskingAction):
    """Asks the rest; when nothing is left to ask, gives the level, the plan and the summary."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_interview"
