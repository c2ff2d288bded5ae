"""Takes in what the person wrote and replies to it; the stories then choose what to ask."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation_state import case_of, knowledge, region, save, say, unseen_turns
from unknot.triage.conversation import take_in


class ActionAssess(Action):
    """Facts into the case; news about the level, repairs, answers and notices out."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_assess"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Events: the case and the slots of the stories; a follow-up to listen where nothing is to be asked."""
        case = case_of(tracker)
        outcome = take_in(case, unseen_turns(tracker.events, case), knowledge(), region())
        say(dispatcher, tracker, outcome.replies)
        events = save(outcome.case)
        return events if outcome.go_on else [*events, FollowupAction("action_listen")]
