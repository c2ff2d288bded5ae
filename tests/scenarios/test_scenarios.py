"""Conversations with the real assistant over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.scenarios.scenario import check, run, scenarios
from tests.support.server import RestServer

SCENARIOS = scenarios()


def test_there_are_enough_scenarios_and_names_are_unique() -> None:
    names = [scenario["name"] for scenario in SCENARIOS]
    assert len(names) >= 40
    assert len(set(names)) == len(names)


def test_a_wrong_reply_is_noticed() -> None:
    replies: list[dict[str, Any]] = [{"type": "notice", "notice": "help", "text": "x"}]
    assert check({"say": "hi", "notice": "greeting"}, replies)
    assert check({"say": "hi", "ask": "location"}, replies)
    assert check({"say": "hi"}, [])
    assert check({"say": "hi", "notice": "help", "no_ask": True}, replies) is None


@pytest.mark.e2e
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["name"].replace(" ", "_"))
def test_scenario(scenario: dict[str, Any], rest_server: RestServer) -> None:
    sender = uuid.uuid4().hex
    run(scenario, lambda text: rest_server.say(sender, text))
