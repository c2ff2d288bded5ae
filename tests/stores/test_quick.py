"""What is done quickly has the same outcome."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event, SlotSet, UserUttered

from stores.quick import quicken_rasa

GOOD: list[Any] = [
    {},
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "case", "value": {}}], "responses": [{"custom": {"type": "ask"}}]},
]
BAD: list[Any] = [
    None,
    [],
    "events",
    {"events": None},
    {"events": {"event": "slot"}},
    {"events": ["slot"]},
    {"events": [{"name": "case"}]},
    {"events": [{"event": 7}]},
    {"responses": "hello"},
    {"responses": ["hello"]},
]


@pytest.fixture(params=["rasa", "quick"])
def action(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> RemoteAction:
    """An action with Rasa's check and with ours: both are to say the same."""
    own = RemoteAction._validate_action_result
    if own.__module__ != "rasa.core.actions.action" and request.param == "rasa":
        pytest.skip("Rasa's check is replaced in this process")
    monkeypatch.setattr(RemoteAction, "_validate_action_result", own)  # put back afterwards
    monkeypatch.setattr(Event, "resolve_by_type", staticmethod(Event.resolve_by_type))
    if request.param == "quick":
        quicken_rasa()
    return RemoteAction("action_assess", None)


@pytest.mark.parametrize("answer", GOOD, ids=str)
def test_a_good_answer_is_taken(action: RemoteAction, answer: Any) -> None:
    assert action._validate_action_result(answer) in (True, None)


@pytest.mark.parametrize("answer", BAD, ids=str)
def test_a_bad_answer_is_an_error(action: RemoteAction, answer: Any) -> None:
    with pytest.raises(ValidationError):
        action._validate_action_result(answer)


def test_events_are_told_apart(action: RemoteAction) -> None:
    for _ in range(2):
        assert Event.resolve_by_type("slot") is SlotSet
        assert Event.resolve_by_type("user") is UserUttered
        with pytest.raises(ValueError, match="no such event"):
            Event.resolve_by_type("no such event")
        assert Event.resolve_by_type("no such event", SlotSet) is SlotSet
