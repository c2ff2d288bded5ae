"""The description of the API is what the server does, and odd requests get a refusal, never a fault."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.core.run import configure_app

from tests.channels.web.conftest import Person, events, problem
from tests.channels.web.odd_requests import Answer, Odd, Visitors, faults, odd_requests, send, spec, validator
from tests.channels.web.serve import FakeServer
from unknot.channels.health import PATHS
from unknot.channels.web.server import WebChannel
from unknot.channels.web.server.config import WebConfig
from unknot.channels.web.server.guard import MESSAGES

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "text", "choices", "side", "restart", "sender"]) | st.text(), inner)
    ),
    max_leaves=10,
)


def test_every_route_is_described_and_no_other(tmp_path: Path) -> None:
    channel = WebChannel(WebConfig(secret="s" * 64, database_url=f"sqlite:///{tmp_path / 'x.db'}"))
    app = configure_app([channel], cors=None, enable_api=False, route="/webhooks/", use_uvloop=False)
    routes = {
        (method, "/" + route.path.replace("<token:str>", "{token}"))
        for route in app.router.routes
        for method in route.methods
        if method not in ("OPTIONS", "HEAD") and not route.path.startswith("widget/") and route.path
    }
    routes |= {("GET", path) for path in PATHS}  # answered before there is any routing
    described = {(method.upper(), path) for path, methods in spec()["paths"].items() for method in methods}
    assert described == routes


def test_every_refusal_is_described() -> None:
    assert set(spec()["components"]["schemas"]["Refusal"]["properties"]["error"]["enum"]) == set(MESSAGES)


def test_its_schemas_are_schemas_and_its_references_lead_somewhere() -> None:
    for name in spec()["components"]["schemas"]:
        jsonschema.Draft202012Validator.check_schema(spec()["components"]["schemas"][name])
    references = set(re.findall(r"'\$ref': '#/components/(\w+)/(\w+)'", str(spec())))
    assert references
    assert all(name in spec()["components"][kind] for kind, name in references)


def test_a_conversation_is_as_described(person: Person) -> None:
    answer = person.post({"text": "my back hurts"})
    assert [event["event"] for event in events(answer)][-1] == "done"
    for event in events(answer):
        validator("Event").validate(event)
    validator("History").validate(person.http.get("/api/history").json())
    validator("Export").validate(person.http.get("/api/export").json())
    validator("Opened").validate(person.begin())
    refused = person.post({"text": " "})
    problem(refused)
    validator("Refusal").validate(refused.json())


def test_the_judge_is_not_blind() -> None:
    odd = Odd("GET", "/api/history")
    kind = {"content-type": "application/json"}
    assert faults(odd, Answer(200, kind, b'{"items": [], "pending": []}')) == []
    assert faults(odd, Answer(200, kind, b'{"items": [{"id": 1}], "pending": []}'))
    assert faults(odd, Answer(500, kind, b"{}"))
    assert faults(odd, Answer(418, kind, b"{}"))
    assert faults(odd, Answer(0))
    assert faults(odd, Answer(404, kind, b'File "/usr/x.py", line 1'))
    assert faults(odd, Answer(200, kind, b'{"items": [], "pending": []}', seconds=60))


@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length: -5",
        "Content-Length: +5",
        "Content-Length: 1_0",
        "Content-Length: 0x5",
        "Content-Length: x",
        "Content-Length: 2\r\nContent-Length: 3",
        "Content-Length: 2\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: identity",
    ],
)
@pytest.mark.parametrize("path", ["/api/messages", "/api/session", "/", "/health", "/nowhere"])
def test_a_length_that_is_none_is_refused_and_holds_up_nobody(shared: FakeServer, path: str, framing: str) -> None:
    """Sanic alone loops for ever over a length below zero, and no other request is answered any more."""
    raw = f"POST {path} HTTP/1.1\r\nHost: x\r\n{framing}\r\n\r\n{{}}".encode()
    assert send("127.0.0.1", shared.port, Odd(raw=raw)).status == 400
    assert shared.client().get("/health").status_code == 200


def test_some_hundred_odd_requests(shared: FakeServer) -> None:
    found, statuses = [], Counter[int]()
    for odd in odd_requests(7, 500, Visitors(shared.url), lambda body: {}):
        answer = send("127.0.0.1", shared.port, odd)
        statuses[answer.status] += 1
        found += [(fault, odd.method, odd.path[:60], odd.body[:80]) for fault in faults(odd, answer)]
    assert found == []
    assert {200, 400, 401, 403, 404, 405} <= set(statuses), "they reach everything"
    assert shared.client().get("/health").status_code == 200


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=_JSON)
def test_any_json_as_a_message(person: Person, body: object) -> None:
    answer = person.http.post(
        "/api/messages", content=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (200, 400, 401, 409, 413)
    if answer.status_code != 200:
        problem(answer)
