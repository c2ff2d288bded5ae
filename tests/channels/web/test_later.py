"""Reminders and links through the API: only after a yes, one sign on return, one look at a page."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from tests.channels.web.conftest import Person, problem
from tests.channels.web.odd_requests import validator
from tests.channels.web.serve import FakeServer
from tests.channels.web.test_handover import CASE, QUOTE
from unknot.conversations import links, reminders
from unknot.knowledge.loader import load

HEALTH = re.compile(r"back pain|your back|spasm|pain|pill|medic|doctor|symptom", re.IGNORECASE)


def set_to(person: Person, time: Any = "09:30", zone: Any = "Europe/Berlin") -> httpx.Response:
    return person.http.post("/api/reminders", json={"time": time, "zone": zone})


def state(person: Person) -> dict[str, Any]:
    answer = person.http.get("/api/reminders")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    validator("Reminders").validate(found)
    return found


def day_comes(server: FakeServer, days: int = 1) -> None:
    """What the worker does at the due time, once a day."""
    engine = sa.create_engine(f"sqlite:///{server.database}", future=True)
    for _ in range(days):
        with engine.begin() as db:
            due = reminders.next_time(db)
            if due is not None:
                reminders.fire(db, due)
    engine.dispose()


@pytest.fixture
def someone(shared: FakeServer) -> Iterator[Person]:
    person = Person(shared)
    person.begin()
    person.say("my back hurts")
    person.server.knows(CASE)
    yield person
    shared.offset = 0.0
    person.http.delete("/api/conversation")


def test_nobody_is_reminded_who_did_not_ask(someone: Person) -> None:
    assert state(someone) == {"on": False, "text": load().messages["reminder_off"]}
    day_comes(someone.server)
    assert "greeting" not in state(someone)


def test_what_was_asked_for_waits_until_it_is_seen(someone: Person) -> None:
    answer = set_to(someone)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    told = answer.json()
    assert (told["on"], told["time"], told["zone"]) == (True, "09:30", "Europe/Berlin")
    assert datetime.fromisoformat(told["next"]) > datetime.now(UTC)
    assert not HEALTH.search(told["text"])
    day_comes(someone.server, 3)
    found = state(someone)
    assert found["greeting"] == load().messages["reminder_greeting"]
    assert not HEALTH.search(found["greeting"])
    assert state(someone)["greeting"]  # looking is not seeing
    assert "greeting" not in someone.http.post("/api/reminders", json={"seen": True}).json()
    assert state(someone)["on"]


def test_one_tap_ends_all_of_it(someone: Person) -> None:
    set_to(someone)
    day_comes(someone.server)
    assert someone.http.delete("/api/reminders").json()["on"] is False
    assert "greeting" not in state(someone)


@pytest.mark.parametrize("word", ["stop", "Stop!", " STOP ", "no more reminders"])
def test_the_word_ends_all_of_it(someone: Person, word: str) -> None:
    set_to(someone)
    day_comes(someone.server)
    someone.say(word)
    assert state(someone)["on"] is False


def test_other_words_do_not(someone: Person) -> None:
    set_to(someone)
    someone.say("when does it stop?")
    assert state(someone)["on"]


@pytest.mark.parametrize(
    ("time", "zone"),
    [
        ("9:30", "UTC"),
        ("24:00", "UTC"),
        (570, "UTC"),
        ("09:30", "Mars/Base"),
        ("09:30", "../../etc"),
        ("09:30", None),
    ],
)
def test_a_time_or_a_zone_that_is_none_is_refused(someone: Person, time: Any, zone: Any) -> None:
    assert problem(set_to(someone, time, zone)) == (400, "bad_request")
    assert state(someone)["on"] is False


def test_another_zone_moves_it_and_does_not_double_it(someone: Person) -> None:
    first = set_to(someone, "09:00", "Pacific/Auckland").json()["next"]
    second = set_to(someone, "09:00", "America/Los_Angeles").json()["next"]
    assert first != second
    day_comes(someone.server, 1)
    third = set_to(someone, "23:59", "Pacific/Auckland").json()["next"]
    assert datetime.fromisoformat(third) > datetime.fromisoformat(second)


def test_the_same_proof_as_everywhere(someone: Person) -> None:
    stranger = Person(someone.server)
    requests = (("GET", "/api/reminders"), ("POST", "/api/reminders"), ("DELETE", "/api/reminders"))
    for method, path in (*requests, ("GET", "/api/reminders.ics"), ("POST", "/api/handover/link")):
        body = {"json": {}} if method == "POST" else {}
        assert problem(stranger.http.request(method, path, **body)) == (401, "no_session")
        for header in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = someone.http.request(method, path, headers=header, **body)
            assert problem(answer) == (403, "forbidden")
    for path in ("/api/reminders", "/api/handover/link"):
        assert problem(someone.http.post(path, data={"time": "09:00"})) == (415, "not_json")
        assert problem(someone.http.post(path, json={"a": "b" * 2_000})) == (413, "too_large")


def test_the_limits_of_a_session_hold(own_server: Callable[..., FakeServer]) -> None:
    person = Person(own_server(session_burst=3.0, session_rate=0.01))
    person.begin()
    answers = [set_to(person).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]


def test_a_calendar_to_keep_says_nothing(someone: Person) -> None:
    assert problem(someone.http.get("/api/reminders.ics")) == (400, "bad_request")
    assert "T081500" in someone.http.get("/api/reminders.ics", params={"time": "08:15"}).text
    set_to(someone)
    answer = someone.http.get("/api/reminders.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.headers["content-disposition"] == 'attachment; filename="unknot.ics"'
    assert re.search(r"DTSTART:\d{8}T093000\r\n", answer.text)
    assert not HEALTH.search(answer.text)
    assert "web:" not in answer.text


# --- links ----------------------------------------------------------------------------------------------------------


def link(person: Person) -> str:
    answer = person.http.post("/api/handover/link", json={})
    assert answer.status_code == 200, answer.text
    validator("Link").validate(answer.json())
    assert answer.json()["qr"].startswith("<svg")
    assert answer.json()["url"].startswith(f"{person.server.url}/handover/")
    found: str = answer.json()["url"]
    return found.removeprefix(person.server.url)


def test_a_link_shows_the_page_once_to_whoever_has_it(someone: Person) -> None:
    path = link(someone)
    clinician = someone.server.client()
    for _ in range(3):  # previews do not use it up
        page = clinician.get(path)
        assert page.status_code == 200
        assert not HEALTH.search(page.text)
        assert QUOTE not in page.text
        assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "no-referrer")
        assert page.headers["x-robots-tag"] == "noindex"
        assert "form-action 'self'" in page.headers["content-security-policy"]
        assert "set-cookie" not in page.headers
    shown = clinician.post(path)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "application/pdf")
    assert shown.content.startswith(b"%PDF-")
    assert (shown.headers["cache-control"], shown.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert shown.headers["content-disposition"] == 'inline; filename="unknot-handover.pdf"'
    assert clinician.post(path).status_code == clinician.get(path).status_code == 404


def test_used_old_replaced_erased_and_unknown_are_alike(someone: Person) -> None:
    replaced, used = link(someone), link(someone)
    clinician = someone.server.client()
    clinician.post(used)
    answers = [clinician.get(path) for path in (replaced, used, "/handover/never", f"/handover/{'a' * 400}")]
    old = link(someone)
    someone.server.offset = links.SECONDS + 1
    answers.append(clinician.get(old))
    answers.append(clinician.post(old))
    someone.server.offset = 0
    gone = link(someone)
    someone.http.delete("/api/conversation")
    answers.append(clinician.get(gone))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    dropped = {"date", "keep-alive", "connection"}
    heads = [sorted((k, v) for k, v in answer.headers.items() if k not in dropped) for answer in answers]
    assert all(head == heads[0] for head in heads)


def test_of_many_presses_at_once_one_gets_the_page(someone: Person) -> None:
    path, statuses = link(someone), []
    crowd = [
        threading.Thread(target=lambda: statuses.append(someone.server.client().post(path).status_code))
        for _ in range(4)
    ]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert sorted(statuses) == [200, 404, 404, 404]


def test_there_is_no_link_to_nothing(person: Person) -> None:
    assert problem(person.http.post("/api/handover/link", json={})) == (404, "nothing_told")


def test_other_methods_and_paths_tell_nothing(someone: Person) -> None:
    path = link(someone)
    for method in ("PUT", "DELETE", "PATCH"):
        assert someone.server.client().request(method, path).status_code == 405
    assert someone.server.client().get("/handover/").status_code == 404
    assert someone.server.client().get(path).status_code == 200


def test_only_a_hash_of_it_is_kept_and_the_export_names_no_way_in(someone: Person) -> None:
    path = link(someone)
    set_to(someone)
    token = path.rpartition("/")[2]
    assert token.encode() not in someone.server.database.read_bytes()
    export = someone.http.get("/api/export")
    assert token not in export.text
    assert set(export.json()["days"]) == {"reminders", "handover_links"}


def test_deleting_ends_reminders_and_links(someone: Person) -> None:
    set_to(someone)
    day_comes(someone.server)
    link(someone)
    someone.http.delete("/api/conversation")
    engine = sa.create_engine(f"sqlite:///{someone.server.database}", future=True)
    with engine.begin() as db:
        for table in (reminders.REMINDERS, reminders.CONTACTS, links.LINKS):
            assert db.execute(sa.select(table)).all() == []
    engine.dispose()


def test_the_server_says_that_reminders_are_looked_after(someone: Person) -> None:
    assert json.loads(someone.http.get("/readyz").text)["checks"]["reminders"] is True
