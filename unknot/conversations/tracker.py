"""The tracker store: keeps every event, and loads for a turn only what a turn can need.

Rasa's own loads a whole session for every turn, and every action call posts it, so a turn costs more the longer a
conversation is. This one loads the last turns, the values that slots had before them, and every message that no
action has read yet, however long ago it was written. History and export still get everything.
"""

from __future__ import annotations

import json
import logging
from itertools import islice
from typing import Any

import sqlalchemy as sa
import sqlalchemy.exc
from rasa.core.tracker_store import SQLTrackerStore, create_engine_kwargs
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT_NAME_KEY

from unknot.conversations.access import tune_sqlite
from unknot.conversations.tables import EVENTS, handled, make_tables
from unknot.conversations.window import Window
from unknot.observability.turns import count_events, phase

logger = logging.getLogger(__name__)
_MARK = "stored_events"  # attribute of a tracker: how many of its first events came from the database
_ROWS_PER_TURN = 20  # a turn with its action has 10
_INDEXES = (
    "CREATE INDEX IF NOT EXISTS ix_events_sender_id_id ON events (sender_id, id)",
    "CREATE INDEX IF NOT EXISTS ix_events_sender_id_type_name ON events (sender_id, type_name, action_name, id)",
    # Rasa's own; the first one does all that it does, and with both PostgreSQL reads and sorts whole conversations.
    "DROP INDEX IF EXISTS ix_events_sender_id",
)


class TurnTrackerStore(SQLTrackerStore):
    """Rasa's SQL store with a bounded `retrieve` and a `save` that only appends.

    `turns` is how many earlier turns are loaded at least; the policies look one step back. The table is Rasa's, so
    a database can go back to Rasa's own store at any time.
    """

    engine: Any  # of SQLAlchemy

    def __init__(self, domain: Domain | None = None, *, turns: int = 2, **options: Any) -> None:
        super().__init__(domain, **options)
        self._turns = turns
        self._connect()
        self._index()
        make_tables(self.engine)

    def _connect(self) -> None:
        """An engine in the place of Rasa's, which opens an SQLite file anew for every statement."""
        url = self.engine.url
        self.engine.dispose()
        # The text of an error would hold the statement's parameters, and with them what a person wrote.
        options: dict[str, Any] = {**create_engine_kwargs(url), "hide_parameters": True}
        sqlite = url.get_backend_name() == "sqlite"
        if sqlite:
            # The pool may hand a connection to another thread; only one at a time has it.
            options |= {"poolclass": sa.pool.QueuePool, "connect_args": {"check_same_thread": False}}
        else:
            options["pool_pre_ping"] = True  # a database that was restarted must not cost anybody a turn
        self.engine = sa.create_engine(url, **options)
        if sqlite:
            sa.event.listen(self.engine, "connect", tune_sqlite)
        self.sessionmaker = sa.orm.sessionmaker(bind=self.engine)

    def _index(self) -> None:
        for statement in _INDEXES:
            try:
                with self.engine.begin() as db:
                    db.execute(sa.text(statement))
            except (sqlalchemy.exc.IntegrityError, sqlalchemy.exc.ProgrammingError) as error:
                # Of several servers that start at once one does it, and the others may be told that it is done.
                logger.warning("An index was not changed here: %s", type(error).__name__)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker a turn begins with: a part of the stored events, with the slots as after all of them."""
        with phase("load"):
            with self.engine.connect() as db:
                rows = self._window(db, sender_id).rows([slot.name for slot in self.domain.slots])
            if rows is None:
                return await self._retrieve(sender_id, fetch_events_from_all_sessions=False)
            if not rows:
                return None
            events = [json.loads(row.data) for row in rows]
            return _marked(DialogueStateTracker.from_dict(sender_id, events, self.domain.slots))

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        tracker = await super()._retrieve(sender_id, fetch_events_from_all_sessions)
        return None if tracker is None else _marked(tracker)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Appends what is new in a tracker, in one step with the news for the inbox that its message is kept here."""
        with phase("save"):
            new = self._new_events(tracker)
            stored = [event.as_dict() for event in new]
            if new:
                with self.engine.begin() as db:
                    rows = [_row(tracker.sender_id, *pair) for pair in zip(new, stored, strict=True)]
                    db.execute(self.SQLEvent.__table__.insert(), rows)
                    _note_messages(db, tracker.sender_id, new)
            _marked(tracker)
        count_events(stored)
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, new, tracker.sender_id)

    def _new_events(self, tracker: DialogueStateTracker) -> list[Event]:
        stored = getattr(tracker, _MARK, None)
        if stored is not None:
            return list(islice(tracker.events, stored, None))
        # Made elsewhere, for instance by Rasa's HTTP API: new is what follows the last stored event.
        with self.engine.connect() as db:
            newest = self._window(db, tracker.sender_id).newest()
        if newest is None:
            return list(tracker.events)
        events, last = list(tracker.events), json.loads(newest.data)
        for place in reversed(range(len(events))):
            if events[place].as_dict() == last:
                return events[place + 1 :]
        return [event for event in events if event.timestamp > newest.timestamp]

    def _window(self, db: sa.engine.Connection, sender_id: str) -> Window:
        return Window(db, sender_id, self._turns, self._turns * _ROWS_PER_TURN)


def _marked(tracker: DialogueStateTracker) -> DialogueStateTracker:
    setattr(tracker, _MARK, len(tracker.events))
    return tracker


def _note_messages(db: sa.engine.Connection, sender_id: str, new: list[Event]) -> None:
    accepted = [message for event in new if (message := _accepted_as(event))]
    if accepted:
        last = sa.select([sa.func.max(EVENTS.c.id)]).where(EVENTS.c.sender_id == sender_id)
        number = int(db.execute(last).scalar() or 0)
        for message in accepted:
            handled(db, sender_id, message, number)


def _accepted_as(event: Event) -> str:
    """The id under which a channel of ours acknowledged the message, "" for anything else."""
    metadata = event.metadata if isinstance(event, UserUttered) else None
    return str(metadata.get("message") or "") if isinstance(metadata, dict) else ""


def _row(sender_id: str, event: Event, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get(INTENT_NAME_KEY),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }
