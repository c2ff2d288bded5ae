"""The page for a clinician through the API: what was told, to nobody else, and a plain no where there is nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.channels.web.conftest import Person, problem
from tests.channels.web.odd_requests import validator
from tests.channels.web.serve import FakeServer
from tests.support.cases import case_with
from unknot.knowledge.loader import load
from unknot.triage.case import Case
from unknot.triage.statement import DENIED, Statement

QUOTE = "teaspoon-gravel down the left leg"
CASE = case_with("leg_tingling", location="lower", side="left", severity=6, duration_days=2).told(
    Statement("saddle_numbness", DENIED, quote=QUOTE)
)
KINDS = {"pdf": "application/pdf", "fhir": "application/fhir+json", "json": "application/json"}


def page(person: Person, form: str = "", **headers: str) -> httpx.Response:
    return person.http.get("/api/handover", params={"format": form} if form else {}, headers=headers)


@pytest.fixture
def told(own_server: Callable[..., FakeServer]) -> Person:
    """Somebody who has told where it hurts and what they do not have."""
    person = Person(own_server())
    person.begin()
    person.say("my back hurts")
    person.server.knows(CASE)
    return person


@pytest.mark.parametrize("form", ["", *KINDS])
def test_each_format_is_a_file_that_nobody_keeps_on_the_way(told: Person, form: str) -> None:
    answer = page(told, form)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].partition(";")[0] == KINDS[form or "pdf"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith('attachment; filename="unknot-handover.')
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_facts_are_those_of_the_conversation(told: Person) -> None:
    body = page(told, "json").json()
    validator("Handover").validate(body)
    assert load().findings["leg_tingling"].label in [fact["value"] for fact in body["positives"]]
    assert (body["location"], body["side"]) == ("lower", "left")
    assert body["advised"]
    assert body["unknown"]


def test_a_pdf_and_a_document_bundle_come_with_the_words(told: Person) -> None:
    assert page(told, "pdf").content.startswith(b"%PDF-")
    bundle: dict[str, Any] = page(told, "fhir").json()
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "document")
    assert QUOTE in json.dumps(bundle)


@pytest.mark.parametrize("form", KINDS)
def test_nothing_is_handed_over_before_something_was_told(person: Person, form: str) -> None:
    assert problem(page(person, form)) == (404, "nothing_told")


def test_a_case_without_facts_is_nothing_told(own_server: Callable[..., FakeServer]) -> None:
    person = Person(own_server())
    person.begin()
    person.say("hello")
    person.server.knows(Case(messages=1))
    assert problem(page(person)) == (404, "nothing_told")


@pytest.mark.parametrize("form", ["docx", "PDF", "../pdf", "%00"])
def test_another_format_is_refused(told: Person, form: str) -> None:
    assert problem(page(told, form)) == (400, "bad_request")


def test_it_is_for_the_person_of_the_session_alone(told: Person) -> None:
    assert problem(page(Person(told.server))) == (401, "no_session")
    other = Person(told.server)
    other.begin()
    assert problem(page(other)) == (404, "nothing_told")
    assert problem(page(told, Origin="https://evil.example")) == (403, "forbidden")
    assert problem(page(told, **{"Sec-Fetch-Site": "cross-site"})) == (403, "forbidden")


def test_after_deleting_there_is_no_page(told: Person) -> None:
    told.http.delete("/api/conversation")
    assert problem(page(told))[0] == 401


@pytest.mark.parametrize(("form", "package"), [("pdf", "typst"), ("fhir", "fhir.resources.R4B.bundle")])
def test_where_the_optional_part_is_missing_that_is_said(
    told: Person, monkeypatch: pytest.MonkeyPatch, form: str, package: str
) -> None:
    for module in ("unknot.handover.pdf", "unknot.handover.bundle"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    assert problem(page(told, form)) == (501, "not_installed")
    assert page(told, "json").status_code == 200
