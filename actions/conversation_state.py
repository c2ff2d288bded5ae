"""From a tracker to a case and back: which messages are new, and which events keep what they changed.

What a person wrote stays in the tracker whatever happens to an action. A case remembers up to which message it has
read, so messages that arrived while the action server was away are taken in by the next turn that reaches it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from unknot.knowledge.languages import in_their_language
from unknot.knowledge.loader import Knowledge, load
from unknot.knowledge.schema import Region
from unknot.settings import load_settings
from unknot.triage.case import Case
from unknot.triage.replies import Reply
from unknot.triage.turn import Turn, unread

CASE = "case"  # the slot that holds the whole of what is known
SHELL_CHANNEL = "cmdline"  # Rasa's name for `rasa shell`


def knowledge() -> Knowledge:
    """The knowledge, read once per process."""
    return load()


@lru_cache(maxsize=1)
def region() -> Region:
    """The configured region."""
    return load().regions[load_settings().region]


def case_of(tracker: Tracker) -> Case:
    """What is known so far."""
    return Case.from_json(tracker.get_slot(CASE))


def unseen_turns(events: Sequence[Mapping[str, Any]], case: Case) -> list[Turn]:
    """Messages that no action has taken in yet, oldest first. Reads backwards, stops early."""
    return unread(reversed(events), case.seen, CASE)


def say(dispatcher: CollectingDispatcher, tracker: Tracker, replies: Iterable[Reply]) -> None:
    """Send payloads; each is a message of its own, with its text inside."""
    # `rasa shell` prints payloads as JSON, so there it gets the text alone.
    plain = tracker.get_latest_input_channel() == SHELL_CHANNEL
    entities = (tracker.latest_message or {}).get("entities") or []
    for reply in replies:
        reply = in_their_language(reply, entities, region(), knowledge())
        if reply["type"] == "summary":
            _date(reply)
        if plain:
            dispatcher.utter_message(text=reply["text"])
        else:
            dispatcher.utter_message(json_message=reply)


def _date(summary: Reply) -> None:
    """Put first when it was written down; `triage` has no clock."""
    messages = knowledge().messages
    label, value = messages["label_when"], datetime.now().strftime(messages["value_when"])
    summary["facts"].insert(0, {"label": label, "value": value})
    summary["text"] += f"\n{label}: {value}"


def save(case: Case) -> list[EventType]:
    """The events that keep a case; the next word is the person's, so no policy need be asked."""
    return [SlotSet(CASE, case.to_json()), FollowupAction("action_listen")]
