"""Tracker stores on a database of their own."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rasa.core.tracker_store import TrackerStore
from rasa.utils.endpoints import EndpointConfig

from tests.conversations.conversation import DOMAIN, Conversation
from unknot.conversations.tracker import TurnTrackerStore
from unknot.launch.endpoints import tracker_store

Open = Callable[[], TurnTrackerStore]


@pytest.fixture(params=["sqlite", "postgresql"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Makes stores on one database, as a restart of the assistant does, the way Rasa makes them."""
    url = f"sqlite:///{tmp_path / 'unknot.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").url
    section = {**tracker_store(url, tmp_path), "type": "unknot.conversations.tracker.TurnTrackerStore"}
    made: list[TurnTrackerStore] = []

    def make() -> TurnTrackerStore:
        store = TrackerStore.create(EndpointConfig.from_dict(dict(section)), DOMAIN)
        assert isinstance(store, TurnTrackerStore)
        made.append(store)
        return store

    yield make
    for store in made:
        store.engine.dispose()


@pytest.fixture
def person(open_store: Open) -> Conversation:
    """Somebody new."""
    return Conversation(open_store(), uuid.uuid4().hex)
