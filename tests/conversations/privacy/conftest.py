"""Databases as the assistant leaves them: Rasa's own tracker store and the web channel's own table wrote them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from scripts.servers import Server
from unknot.conversations.database import Database
from unknot.conversations.tables import FAILED, INBOX, OURS, SESSIONS
from unknot.launch.endpoints import tracker_store

DAY = 86_400.0
NOW = 1_800_000_000.0


@dataclass
class Kept:
    """One database and those who write it."""

    url: str
    folder: Path

    def __post_init__(self) -> None:
        about = tracker_store(self.url, self.folder)
        about.pop("type")
        if "url" in about:
            about["host"] = about.pop("url")
        self.tracker_store = SQLTrackerStore(Domain.empty(), **about)
        self.database = Database(self.url)
        OURS.create_all(self.database.engine)

    def talk(self, sender: str, words: str, at: float, slot: str = "") -> None:
        """One turn at a time, saved as Rasa does."""
        events: list[Any] = [
            UserUttered(words, timestamp=at, parse_data={"text": words, "intent": {"name": "inform"}})
        ]
        if slot:
            events.append(SlotSet("finding", slot, timestamp=at))
        events.append(BotUttered("Noted.", {"custom": {"type": "notice", "text": "Noted."}}, timestamp=at))
        tracker = asyncio.run(self.tracker_store.retrieve(sender)) or DialogueStateTracker(sender, [])
        for event in events:
            tracker.update(event)
        asyncio.run(self.tracker_store.save(tracker))

    def web_session(self, session: str, at: float, waiting: str = "") -> None:
        """A session of the web channel, with a message whose turn failed."""
        with self.database.engine.begin() as db:
            times = {"rotated": at, "created": at, "seen": at}
            db.execute(SESSIONS.insert().values(session=session, generation=0, **times))
            if waiting:
                row = {"message": f"message-{session}", "text": waiting, "restart": False, "at": at}
                row |= {"conversation": f"web:{session}", "state": FAILED, "tells": False}
                db.execute(INBOX.insert().values(**row))

    def web_sessions(self) -> list[str]:
        """Which sessions there are."""
        with self.database.engine.connect() as db:
            return [row[0] for row in db.execute(SESSIONS.select().order_by(SESSIONS.c.session))]

    def senders(self) -> list[str]:
        """Whose conversations there are."""
        return [sender for sender, _, _ in self.database.last_heard()]

    def bytes(self) -> bytes:
        """All of SQLite's files."""
        name = urlsplit(self.url).path.rpartition("/")[2]
        return b"".join(path.read_bytes() for path in sorted(self.folder.glob(f"{name}*")))

    def close(self) -> None:
        """Lets go of the database."""
        OURS.drop_all(self.database.engine)
        self.database.close()
        self.tracker_store.engine.dispose()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Kept]:
    """An SQLite file."""
    kept = Kept(f"sqlite:///{tmp_path / 'kept.db'}", tmp_path)
    yield kept
    kept.close()


@pytest.fixture
def postgres(postgres_server: Server, tmp_path: Path) -> Iterator[Kept]:
    """A PostgreSQL database."""
    kept = Kept(postgres_server.url, tmp_path)
    yield kept
    for sender in kept.senders():
        kept.database.erase(sender)
    kept.close()


@pytest.fixture(params=["sqlite", "postgres"])
def kept(request: pytest.FixtureRequest) -> Kept:
    """Each kind of database."""
    found: Kept = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def no_sleep() -> Callable[[float], None]:
    """Pauses that take no time."""
    return lambda seconds: None
