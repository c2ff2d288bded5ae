"""What is kept about somebody who is followed over days: read back, handed over, ended, and not kept too long."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from unknot.conversations import days, links, person, reminders
from unknot.conversations.database import Database
from unknot.conversations.retention import DAY, purge
from unknot.settings import load_settings

NOW = 1_790_000_000
NAMES = {"reminders", "reminder_contacts", "handover_links"}


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
        reminders.start(db, conversation, "Europe/Berlin", 600, NOW - int(DAY))
        reminders.fire(db, NOW)
        return links.make(db, conversation, NOW)


def rows(database: Database, conversation: str) -> int:
    tables = (reminders.REMINDERS, reminders.CONTACTS, links.LINKS)
    with database.engine.begin() as db:
        return sum(len(db.execute(sa.select(t).where(t.c.conversation == conversation)).all()) for t in tables)


def test_an_export_holds_all_of_it_and_no_way_into_a_link(database: Database) -> None:
    token = fill(database, "web:a")
    found = person.export(database, "web", "a")["days"]
    assert set(found) == NAMES
    assert set(found["handover_links"][0]) == {"made"}
    assert token not in str(found)


def test_erasing_ends_all_of_one_person_and_nothing_of_another(database: Database) -> None:
    token = fill(database, "web:a")
    fill(database, "web:b")
    kept = rows(database, "web:b")
    assert person.erase(database, "web", "a") == 3
    assert rows(database, "web:a") == 0
    assert rows(database, "web:b") == kept == 3
    with database.engine.begin() as db:
        assert links.use(db, token, NOW) is None


@pytest.mark.parametrize(("age", "left"), [(29, 3), (31, 0)])
def test_nothing_is_kept_for_longer_than_the_operator_says(
    database: Database, url: str, tmp_path: Path, age: int, left: int
) -> None:
    fill(database, "web:a")
    environ = {"UNKNOT_DATABASE_URL": url, "UNKNOT_DATA_DIR": str(tmp_path), "UNKNOT_RETENTION_DAYS": "30"}
    done = purge(load_settings(environ), NOW + age * DAY, sleep=lambda _: None)
    assert rows(database, "web:a") == left
    assert done.days == 3 - left


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
