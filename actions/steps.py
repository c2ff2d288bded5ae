"""The steps of the conversation: the stories choose one a turn, it takes the message in and does its own thing."""

from __future__ import annotations

from abc import ABC, abstractmethod

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation_state import case_of, knowledge, region, save, say, unseen_turns
from unknot.triage.steps import take, take_next


class Step(Action, ABC):
    """Abstract, so that rasa_sdk does not register it as an action of its own."""

    @abstractmethod
    def name(self) -> str:
        """Its name in the domain and in `unknot.triage.steps`."""

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Events: the case with the question that now waits, and that it is the person's turn."""
        case = case_of(tracker)
        case, replies = take(self.name(), case, unseen_turns(tracker.events, case), knowledge(), region())
        say(dispatcher, tracker, replies)
        return save(case)


class ActionAskRedFlags(Step):
    """Asks about the signs that need a hospital, or about one that may be there."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_ask_red_flags"


class ActionAskLocation(Step):
    """Asks where it hurts, with the first safe relief in the same breath."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_ask_location"


class ActionAskSeverity(Step):
    """Asks how bad it is."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_ask_severity"


class ActionInterview(Step):
    """Asks the rest: since when, what set it off, further signs, age, illnesses and medicines."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_interview"


class ActionCheckIn(Step):
    """Asks how the bout goes on: better or worse, how bad, one of the signs."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_check_in"


class ActionGivePlan(Step):
    """Gives the level, the plan and the summary."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_give_plan"


class ActionAnswer(Step):
    """Answers the message and asks nothing."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_answer"


class ActionKeepFacts(Action):
    """The core fallback, for a turn that no rule or story covers. Rasa's own would throw the message away."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_keep_facts"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Events: the same, with whatever comes next."""
        case = case_of(tracker)
        case, replies = take_next(case, unseen_turns(tracker.events, case), knowledge(), region())
        say(dispatcher, tracker, replies)
        return save(case)
