"""The core fallback, for a turn that no rule or story covers. Rasa's own would throw the person's message away."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation_state import case_of, knowledge, region, save, say, unseen_turns
from unknot.triage.conversation import take_in
from unknot.triage.next_step import ask_or_plan


class ActionKeepFacts(Action):
    """The whole turn in one step: take in, reply, go on."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_keep_facts"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Events: the case and the slots of the stories."""
        case = case_of(tracker)
        outcome = take_in(case, unseen_turns(tracker.events, case), knowledge(), region())
        say(dispatcher, tracker, outcome.replies)
        case = outcome.case
        if outcome.go_on:
            case, replies = ask_or_plan(case, knowledge())
            say(dispatcher, tracker, replies)
        # No rule covers what comes after, so without this the fallback would follow itself.
        return [*save(case), FollowupAction("action_listen")]
