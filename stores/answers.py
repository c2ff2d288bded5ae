"""The check of the action server's answers, without a JSON schema.

Rasa puts its schema together and checks it anew for every answer, which takes longer than the rest of the turn. What
can be wrong is still found: the shape here, a kind of event that nobody knows where Rasa makes events of them. Either
way the action counts as failed, as before.
"""

from __future__ import annotations

from typing import Any

from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction


def use_quick_check() -> None:
    """Puts the quick check in the place of Rasa's, for this process; a second time changes nothing."""
    RemoteAction._validate_action_result = _check


def _check(action: RemoteAction, result: Any) -> bool:
    """True. Raises ValidationError, as Rasa's does, when an answer is not what actions give."""
    if not isinstance(result, dict):
        raise ValidationError("The action server's answer is not an object")
    events, responses = result.get("events", []), result.get("responses", [])
    for name, part in (("events", events), ("responses", responses)):
        if not isinstance(part, list) or not all(isinstance(item, dict) for item in part):
            raise ValidationError(f"{name} in the action server's answer is not a list of objects")
    if not all(isinstance(event.get("event"), str) for event in events):
        raise ValidationError("an event in the action server's answer has no kind")
    return True
