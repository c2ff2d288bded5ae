"""Links die after one use or a day, and tell nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from unknot.conversations import links

NOW = 1_790_000_000


@pytest.fixture
def db() -> Iterator[Any]:
    engine = sa.create_engine("sqlite://", future=True)
    links.TABLES.create_all(engine)
    with engine.begin() as connection:
        yield connection


def test_a_link_works_once(db: Any) -> None:
    token = links.make(db, "web:a", NOW)
    assert links.use(db, token, NOW + 60) == "web:a"
    assert links.use(db, token, NOW + 61) is None


@pytest.mark.parametrize("after", [links.SECONDS, links.SECONDS * 3, -3_600])
def test_a_link_is_dead_after_a_day_and_a_clock_that_went_back_does_not_help(db: Any, after: int) -> None:
    token = links.make(db, "web:a", NOW)
    assert links.use(db, token, NOW + after) is None
    assert links.use(db, token, NOW) is None


def test_a_new_link_ends_the_older_one_and_erasing_ends_all(db: Any) -> None:
    first = links.make(db, "web:a", NOW)
    second = links.make(db, "web:a", NOW)
    assert links.use(db, first, NOW) is None
    assert links.end(db, "web:a") == 1
    assert links.use(db, second, NOW) is None


@pytest.mark.parametrize("token", ["", "x", "x" * 10_000, "' OR 1=1 --", "é"])
def test_guesses_find_nothing(db: Any, token: str) -> None:
    links.make(db, "web:a", NOW)
    assert links.use(db, token, NOW) is None


def test_the_token_itself_is_not_kept_and_what_is_too_old_goes(db: Any) -> None:
    token = links.make(db, "web:a", NOW)
    row = db.execute(sa.select(links.LINKS)).one()
    assert token not in str(tuple(row))
    assert links.expire(db, NOW + links.SECONDS - 1) == 0
    assert links.expire(db, NOW + links.SECONDS) == 1
