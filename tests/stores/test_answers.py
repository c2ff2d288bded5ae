"""What the action server answers is still checked."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction

from stores.answers import use_quick_check

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
    if request.param == "quick":
        use_quick_check()
    return RemoteAction("action_assess", None)


@pytest.mark.parametrize("answer", GOOD, ids=str)
def test_a_good_answer_is_taken(action: RemoteAction, answer: Any) -> None:
    assert action._validate_action_result(answer) in (True, None)


@pytest.mark.parametrize("answer", BAD, ids=str)
def test_a_bad_answer_is_an_error(action: RemoteAction, answer: Any) -> None:
    with pytest.raises(ValidationError):
        action._validate_action_result(answer)
