"""What is kept about somebody who is followed over days: read back, handed over, ended, and not kept too long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from unknot.conversations import days, links, person, reminders
from unknot.conversations.database import Database
from unknot.conversations.retention import DAY, purge
from unknot.settings import load_settings
from unknot.triage.episode import CheckIn, Episode

NOW = 1_790_000_000
WORDS = "canary words of a note"
EPISODE = Episode(20_000, 19_998, (CheckIn(20_000, "worse", 7, note=WORDS),), level="self_care")
NAMES = {"episodes", "reminders", "reminder_contacts", "handover_links"}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'unknot.db'}"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    made = Database(url)
    days.make_tables(made.engine)
    yield made
    made.close()


def fill(database: Database, conversation: str) -> str:
    with database.engine.begin() as db:
        days.keep(db, conversation, EPISODE, NOW)
        reminders.start(db, conversation, "Europe/Berlin", 600, NOW - int(DAY))
        reminders.fire(db, NOW)
        return links.make(db, conversation, NOW)


def rows(database: Database, conversation: str) -> int:
    tables = (days.EPISODES, reminders.REMINDERS, reminders.CONTACTS, links.LINKS)
    with database.engine.begin() as db:
        return sum(len(db.execute(sa.select(t).where(t.c.conversation == conversation)).all()) for t in tables)


def test_an_episode_is_kept_in_its_own_place(database: Database) -> None:
    with database.engine.begin() as db:
        number = days.keep(db, "web:a", EPISODE, NOW)
        other = days.keep(db, "web:b", EPISODE, NOW)
        changed = replace(EPISODE, stage="move")
        assert days.keep(db, "web:a", changed, NOW + 1, number) == number
        assert days.keep(db, "web:a", changed, NOW + 1, other) not in (number, other)  # not somebody else's
        assert days.episodes(db, "web:b") == [(other, EPISODE)]
        assert days.episodes(db, "web:a")[0] == (number, changed)


def test_an_export_holds_all_of_it_and_no_way_into_a_link(database: Database) -> None:
    token = fill(database, "web:a")
    found = person.export(database, "web", "a")["days"]
    assert set(found) == NAMES
    assert found["episodes"][0]["data"]["checkins"][0]["note"] == WORDS
    assert set(found["handover_links"][0]) == {"made"}
    assert token not in str(found)


def test_erasing_ends_all_of_one_person_and_nothing_of_another(database: Database, tmp_path: Path) -> None:
    token = fill(database, "web:a")
    fill(database, "web:b")
    kept = rows(database, "web:b")
    assert person.erase(database, "web", "a") == 4
    assert rows(database, "web:a") == 0
    assert rows(database, "web:b") == kept == 4
    with database.engine.begin() as db:
        assert links.use(db, token, NOW) is None
    person.erase(database, "web", "b")
    database.close()
    assert all(WORDS.encode() not in path.read_bytes() for path in tmp_path.iterdir())


@pytest.mark.parametrize(("age", "left"), [(29, 4), (31, 0)])
def test_nothing_is_kept_for_longer_than_the_operator_says(
    database: Database, url: str, tmp_path: Path, age: int, left: int
) -> None:
    fill(database, "web:a")
    environ = {"UNKNOT_DATABASE_URL": url, "UNKNOT_DATA_DIR": str(tmp_path), "UNKNOT_RETENTION_DAYS": "30"}
    done = purge(load_settings(environ), NOW + age * DAY, sleep=lambda _: None)
    assert rows(database, "web:a") == left
    assert done.days == 4 - left


def test_an_installation_without_these_tables_is_asked_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'none.db'}")
    assert database.export("web:a")["days"] == {}
    assert database.erase("web:a") == database.expire_days(NOW) == 0
    assert not (tmp_path / "none.db").exists()


def test_an_old_database_is_told_from_one_with_tables(database: Database) -> None:
    with database.engine.begin() as db:
        links.TABLES.drop_all(db)
    assert database.erase("web:a") == 0
    assert database.export("web:a")["days"] == {}
