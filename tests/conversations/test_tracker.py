"""The tracker store: a turn loads little, and nothing is lost by it."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

import pytest
import sqlalchemy.exc
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.trackers import DialogueStateTracker

from tests.conversations.conftest import Open
from tests.conversations.conversation import DOMAIN, RESTARTED, REVERTED, Conversation
from unknot.conversations.tracker import TurnTrackerStore

FEW = 40  # events; two turns and the slots of before


def same_state(loaded: DialogueStateTracker, whole: DialogueStateTracker) -> None:
    assert loaded.current_slot_values() == whole.current_slot_values()
    assert loaded.latest_message == whole.latest_message
    assert loaded.latest_action_name == whole.latest_action_name
    assert loaded.followup_action == whole.followup_action
    assert loaded.is_paused() == whole.is_paused()


def test_somebody_new_has_no_tracker(open_store: Open) -> None:
    assert asyncio.run(open_store().retrieve(uuid.uuid4().hex)) is None


def test_a_long_conversation_is_kept_whole_and_loaded_in_part(person: Conversation, open_store: Open) -> None:
    person.turn(region=True)
    for number in range(1, 150):
        person.turn()
        if number % 50 == 0:
            person.store = open_store()  # the assistant was restarted
            loaded = person.load()
            assert len(loaded.events) <= FEW
            same_state(loaded, person.stock())
            assert loaded.get_slot("location") == "region 1"
    texts = [event["text"] for event in person.full() if event["event"] == "user"]
    assert texts == person.said
    assert list(person.case(person.load()).asked) == person.said


def test_what_was_said_without_the_action_server_is_read_long_after(person: Conversation, open_store: Open) -> None:
    for _ in range(3):
        person.turn()
    for _ in range(60):
        person.turn(server=False)
    person.store = open_store()
    assert person.read() == person.said
    person.turn()
    assert list(person.case(person.load()).asked) == person.said
    person.turn()
    person.turn()
    assert len(person.load().events) <= FEW


def test_what_was_said_before_the_first_action_is_read(person: Conversation) -> None:
    for _ in range(30):
        person.turn(server=False)
    assert person.read() == person.said


def test_unread_messages_outlive_a_new_session(person: Conversation) -> None:
    for _ in range(10):
        person.turn()
    for _ in range(10):
        person.turn(server=False)
    person.new_session()
    assert person.read() == person.said
    person.turn(server=False)
    assert person.read() == person.said
    person.turn()
    assert list(person.case(person.load()).asked) == person.said
    same_state(person.load(), person.stock())


def test_a_new_session_begins_with_what_is_known(person: Conversation) -> None:
    person.turn(region=True)
    for _ in range(20):
        person.turn()
    person.new_session()
    assert list(person.case(person.load()).asked) == person.said
    assert person.load().get_slot("location") == "region 1"
    same_state(person.load(), person.stock())


STEPS = st.sampled_from(["turn", "turn", "turn", "dead", "region", "session", "revert", "restart", "reopen"])


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, min_size=1, max_size=20))
def test_the_state_is_always_that_of_the_whole_session(tmp_path: Path, steps: list[str]) -> None:
    file = tmp_path / f"{uuid.uuid4().hex}.db"
    person = Conversation(TurnTrackerStore(DOMAIN, db=str(file)), "somebody")
    for step in steps:
        before = person.events
        if step == "session":
            person.new_session()
        elif step == "reopen":
            person.store = TurnTrackerStore(DOMAIN, db=str(file))
        else:
            end = {"revert": REVERTED, "restart": RESTARTED}.get(step, ())
            person.turn(server=step != "dead", region=step == "region", end=end)
        assert person.events >= before
        if person.events:
            same_state(person.load(), person.stock())
    assert [event["text"] for event in person.full() if event["event"] == "user"] == person.said


def test_people_are_kept_apart(open_store: Open) -> None:
    store = open_store()
    people = [Conversation(store, uuid.uuid4().hex) for _ in range(3)]
    for _ in range(5):
        for person in people:
            person.turn()
    people[0].turn()
    assert [len(person.case(person.load()).asked) for person in people] == [6, 5, 5]


def test_saving_again_adds_nothing(person: Conversation) -> None:
    tracker = person.turn()
    person.save(tracker)
    person.save(person.load())
    assert len(person.full()) == person.events


def test_a_copy_and_a_foreign_tracker_add_only_what_is_new(person: Conversation) -> None:
    for _ in range(30):
        person.turn()
    before = person.full()
    person.save(person.load().copy())
    person.save(DialogueStateTracker.from_dict(person.sender, before, DOMAIN.slots))
    assert person.full() == before
    tracker = DialogueStateTracker.from_dict(person.sender, before, DOMAIN.slots)
    person.begin(tracker)
    person.save(tracker)
    assert [event["event"] for event in person.full()[len(before) : len(before) + 2]] == ["action", "session_started"]


def test_rasas_own_store_reads_the_same_table(person: Conversation, tmp_path: Path) -> None:
    if person.store.engine.dialect.name != "sqlite":
        pytest.skip("one database is enough")
    for _ in range(5):
        person.turn()
    own = SQLTrackerStore(DOMAIN, db=str(tmp_path / "unknot.db"))
    tracker = asyncio.run(own.retrieve(person.sender))
    assert tracker is not None
    assert Conversation.dicts(tracker) == person.full()[1:]  # Rasa begins after the session's first action


def test_an_error_of_the_database_quotes_nobody(person: Conversation) -> None:
    person.turn()
    tracker = person.load()
    with person.store.engine.begin() as db:
        db.execute("DROP TABLE events")
    person.begin(tracker)
    with pytest.raises(sqlalchemy.exc.SQLAlchemyError) as caught:
        person.save(tracker)
    assert person.sender not in str(caught.value)
    assert "action_session_start" not in str(caught.value)
    SQLTrackerStore.Base.metadata.create_all(person.store.engine)


@pytest.mark.parametrize("length", [3, 120])
def test_how_much_is_asked_of_the_database(person: Conversation, length: int) -> None:
    """A count of statements, which no machine can make slower."""
    for _ in range(length):
        person.turn()
    asked: list[str] = []
    sqlalchemy.event.listen(
        person.store.engine, "before_cursor_execute", lambda _c, _u, statement, *_: asked.append(statement)
    )
    tracker = person.load()
    assert len(asked) <= 2 + len(DOMAIN.slots)
    asked.clear()
    person.begin(tracker)
    person.save(tracker)
    assert len(asked) == 1


def test_the_database_works_no_harder_in_a_long_conversation(tmp_path: Path) -> None:
    """Counts the steps of SQLite's machine, so an index that is not used is seen on any computer."""
    person = Conversation(TurnTrackerStore(DOMAIN, db=str(tmp_path / "unknot.db")), "somebody")
    steps, found = [0], []

    def step() -> int:
        steps[0] += 1
        return 0

    for number in range(1, 121):
        person.turn()
        if number in (10, 120):
            with person.store.engine.connect() as db:
                db.connection.driver_connection.set_progress_handler(step, 1)
            steps[0] = 0
            person.load()
            found.append(steps[0])
            with person.store.engine.connect() as db:
                db.connection.driver_connection.set_progress_handler(None, 1)
    assert found[0] > 0
    assert found[1] <= 1.2 * found[0]
