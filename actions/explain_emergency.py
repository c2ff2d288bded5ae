"""Says why it is an emergency, after the plain response that needs no action server."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation_state import case_of, knowledge, region, save, say, unseen_turns
from unknot.triage.emergency import explain


class ActionExplainEmergency(Action):
    """Findings, rules and sources of the emergency; nothing is asked."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_explain_emergency"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Events: the case with what was said."""
        case = case_of(tracker)
        told = explain(case, unseen_turns(tracker.events, case), knowledge(), region())
        say(dispatcher, tracker, told.replies)
        return save(told.case)
