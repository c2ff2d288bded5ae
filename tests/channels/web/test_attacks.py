"""What somebody tried against the running page: each attempt once, in a form that runs by itself."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.channels.web.conftest import Person, events, payloads, problem
from tests.channels.web.serve import FakeServer
from unknot.channels import strict_http
from unknot.channels.web.server.config import from_settings, hosts_of
from unknot.channels.web.server.guard import network_of
from unknot.settings import load_settings

Make = Callable[..., FakeServer]


def open_session(server: FakeServer, *forwarded: str) -> int:
    """The status of a first visit that came by a proxy which added its header to the client's."""
    with server.client() as http:
        headers = [("X-Forwarded-For", one) for one in forwarded] + [("Content-Type", "application/json")]
        return http.post("/api/session", content=b"{}", headers=headers).status_code


# ---- forwarding headers and addresses ----


def test_a_client_s_own_forwarding_header_changes_nothing(own_server: Make) -> None:
    server = own_server(proxies=1, newcomer_burst=5, newcomer_rate=0.001)
    forged = [open_session(server, f"198.51.100.{number}", "203.0.113.7") for number in range(12)]
    assert forged.count(200) == 5
    one_list = [open_session(server, f"198.51.100.{number}, 203.0.113.8") for number in range(12)]
    assert one_list.count(200) == 5


def test_ipv6_addresses_of_one_line_share_a_limit(own_server: Make) -> None:
    server = own_server(proxies=1, newcomer_burst=5, newcomer_rate=0.001)
    assert [open_session(server, f"2001:db8:1:2::{number:x}") for number in range(12)].count(200) == 5
    assert open_session(server, "2001:db8:1:3::1") == 200


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("unknown", "unknown"),
    ],
)
def test_who_shares_a_limit(text: str, key: str) -> None:
    assert network_of(text) == key


def test_nobody_s_first_words_are_refused_behind_one_address(own_server: Make) -> None:
    """A hospital: a hundred people behind one address, the address's own limit long used up."""
    server = own_server(address_burst=10, address_rate=0.01)
    people = [Person(server) for _ in range(40)]
    for person in people:
        person.begin()
    assert [payloads(person.post({"text": "chest pain"}))[0]["level"] for person in people] == ["emergency"] * 40
    assert problem(people[0].post({"text": "and more"})) == (429, "too_many")
    assert people[1].http.get("/api/history").status_code == 429


def test_tls_before_two_proxies_is_seen(own_server: Make) -> None:
    server = own_server(proxies=2)
    with server.client() as http:
        answer = http.post("/api/session", json={}, headers={"X-Forwarded-Proto": "https, http"})
    assert "__Host-unknot" in answer.headers["set-cookie"]
    assert "Secure" in answer.headers["set-cookie"]


# ---- one id, other words ----


def test_other_words_under_an_id_are_refused_and_never_acknowledged(own_server: Make) -> None:
    server = own_server()
    person = Person(server)
    person.begin()
    first = payloads(person.post({"text": "my back is in spasm"}, "message-one"))
    assert problem(person.post({"text": "chest pain"}, "message-one")) == (409, "other_words")
    assert payloads(person.post({"text": "my back is in spasm"}, "message-one")) == first
    with person.http.stream("POST", "/api/messages", json={"id": "message-hang", "text": "hang"}) as answer:
        next(answer.iter_lines())
        assert problem(person.post({"text": "chest pain"}, "message-hang")) == (409, "other_words")
        late = time.monotonic() + 5  # it is acknowledged before the assistant has it
        while len(server.agent.texts) < 2 and time.monotonic() < late:
            time.sleep(0.01)
    server.do(server.agent.hold.set)
    assert server.agent.texts == ["my back is in spasm", "hang"]


def test_other_choices_under_an_id_are_refused_too(own_server: Make) -> None:
    """A sign of danger that is ticked under the id of an earlier message must not be told that it was taken."""
    server = own_server()
    person = Person(server)
    person.begin()
    first = payloads(person.post({"text": "my back is in spasm"}, "message-one"))
    sign = next(choice["id"] for choice in first[-1]["choices"] if choice["id"] != "none_of_these")
    assert problem(person.post({"choices": [sign]}, "message-one")) == (409, "other_words")
    none = payloads(person.post({"choices": ["none_of_these"]}, "message-two"))
    assert problem(person.post({"choices": [sign]}, "message-two")) == (409, "other_words")
    assert problem(person.post({"choices": ["none_of_these"], "side": "left"}, "message-two")) == (409, "other_words")
    assert problem(person.post({"choices": []}, "message-two")) == (400, "bad_request")
    assert payloads(person.post({"choices": ["none_of_these"]}, "message-two")) == none
    assert server.agent.texts == ["my back is in spasm", "None of these"]


# ---- the clock ----


def test_a_clock_that_goes_back_an_hour_ignores_nobody(own_server: Make) -> None:
    server = own_server()
    person = Person(server)
    person.begin()
    person.say("my back is in spasm", "message-one")
    server.offset = -3_600.0
    assert payloads(person.post({"choices": ["none_of_these"]}, "message-two"))[0]["asks"] == ["location"]
    assert payloads(person.post({"choices": ["upper"]}, "message-thr"))[0]["asks"] == ["severity"]
    assert [item["text"] for item in person.history() if item["from"] == "user"] == [
        "my back is in spasm",
        "None of these",
        "Upper back",
    ]
    assert person.begin()["new"] is False


# ---- more than a server can do ----


def test_what_a_server_cannot_do_is_refused_before_it_is_accepted_and_emergencies_are_let_in(
    own_server: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unknot.conversations.load.Load.bound", property(lambda self: 2))
    server = own_server()
    people = [Person(server) for _ in range(5)]
    for person in people:
        person.begin()
    deadline = time.monotonic() + 20  # the quick look is built beside the start
    streams = []
    for person in people[:2]:
        stream = person.http.stream("POST", "/api/messages", json={"id": "message-hang", "text": "hang"})
        answer = stream.__enter__()
        next(answer.iter_lines())
        streams.append(stream)
    refused = people[2].post({"text": "my back is in spasm"}, "message-one")
    assert problem(refused) == (503, "busy")
    assert 1 <= int(refused.headers["retry-after"]) <= 6
    assert people[2].history() == [], "nothing was accepted"
    urgent = people[3].post({"text": "chest pain"}, "message-sos")
    while urgent.status_code == 503 and time.monotonic() < deadline:
        time.sleep(0.2)
        urgent = people[3].post({"text": "chest pain"}, "message-sos")
    assert payloads(urgent)[0]["level"] == "emergency"
    ready = server.client().get("/readyz")
    assert (ready.status_code, ready.json()["status"], ready.json()["checks"]["room"]) == (200, "degraded", False)
    server.do(server.agent.hold.set)
    for stream in streams:
        stream.__exit__(None, None, None)
    while (answer := people[2].post({"text": "my back is in spasm"}, "message-one")).status_code == 503:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert events(answer)[-1]["event"] == "done"


# ---- odd requests ----


def raw(server: FakeServer, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
        line.sendall(request)
        return line.recv(4_000)


HEAD = b"POST /api/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
ODD = {
    "a vertical tab before chunked": HEAD + b"Transfer-Encoding: \x0bchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "a signed chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n",
    "a chunk with 0x": HEAD + b"Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n",
    "a chunk without its end": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{XX1\r\n}\r\n0\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "a line feed alone": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b\nX-C: d\r\n\r\n",
    "a NUL": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b\x00c\r\n\r\n",
}


@pytest.mark.parametrize("request_", ODD.values(), ids=ODD)
def test_framing_that_says_two_things_is_refused(shared: FakeServer, request_: bytes) -> None:
    assert b" 400 " in raw(shared, request_).split(b"\r\n")[0]
    assert shared.client().get("/healthz").status_code == 200


def test_chunks_as_they_should_be_are_read(shared: FakeServer) -> None:
    good = HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\n\r\n"
    assert b" 200 " in raw(shared, good).split(b"\r\n")[0]


def test_an_origin_that_is_no_address_is_refused(shared: FakeServer) -> None:
    answer = shared.client().post("/api/session", json={}, headers={"Origin": "http://[::1"})
    assert problem(answer) == (403, "forbidden")


@pytest.mark.parametrize("side", [[], {}, 1, "inside"])
def test_a_side_that_is_none(person: Person, side: Any) -> None:
    person.say("my back is in spasm")
    assert problem(person.post({"choices": ["none_of_these"], "side": side})) == (400, "bad_request")


def test_requests_that_trickle_in_end(own_server: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_http, "HEAD_SECONDS", 1.0)
    monkeypatch.setattr(strict_http, "BODY_SECONDS", 1.0)
    monkeypatch.setattr(strict_http, "_SWEEP_SECONDS", 0.2)
    server = own_server()
    starts = (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ", HEAD + b"Content-Length: 500\r\n\r\n{")
    lines = [socket.create_connection(("127.0.0.1", server.port), timeout=5) for _ in range(20)]
    for number, line in enumerate(lines):
        line.sendall(starts[number % 2])
    deadline, ended = time.monotonic() + 10, 0
    while ended < len(lines) and time.monotonic() < deadline:
        time.sleep(0.2)
        ended = 0
        for line in lines:
            try:
                line.sendall(b"a")
            except OSError:
                ended += 1
    assert ended == len(lines)
    person = Person(server)
    person.begin()
    assert person.say("my back is in spasm")


def test_connections_are_bounded() -> None:
    class Transport:
        aborted = False

        def abort(self) -> None:
            self.aborted = True

    connections, last = strict_http.Connections(2), Transport()
    assert [connections.made(object(), Transport()) for _ in range(2)] == [True, True]
    assert not connections.made(object(), last)
    assert last.aborted


# ---- names ----


def test_a_name_that_is_not_ours_gets_nothing(own_server: Make) -> None:
    server = own_server(hosts=frozenset({"127.0.0.1", "localhost"}))
    rebound = {"Host": f"evil.example:{server.port}", "Origin": f"http://evil.example:{server.port}"}
    with server.client() as http:
        assert problem(http.post("/api/session", json={}, headers=rebound)) == (421, "wrong_host")
        assert http.get("/", headers=rebound).status_code == 421
        assert http.get("/healthz", headers=rebound).status_code == 200
        assert http.post("/api/session", json={}).status_code == 200


@pytest.mark.parametrize(
    ("environ", "hosts"),
    [
        ({}, {"localhost", "127.0.0.1", "::1"}),
        ({"UNKNOT_HOST": "0.0.0.0"}, set()),
        ({"UNKNOT_PROXIES": "1"}, set()),
        ({"UNKNOT_HOSTS": "Unknot.Example, other.example"}, {"unknot.example", "other.example"}),
    ],
)
def test_which_names_are_ours(environ: dict[str, str], hosts: set[str]) -> None:
    assert hosts_of(load_settings(environ)) == hosts


# ---- headers ----


def test_every_answer_says_what_a_browser_may_do_with_it(shared: FakeServer) -> None:
    with shared.client() as http:
        for method, path in (("GET", "/"), ("GET", "/nothing"), ("GET", "/health"), ("POST", "/"), ("GET", "/api/x")):
            answer = http.request(method, path)
            assert answer.headers["x-content-type-options"] == "nosniff", path
            assert "default-src 'none'" in answer.headers["content-security-policy"], path
            assert answer.headers["x-frame-options"] == "DENY", path
        wrong = http.put("/api/history")
    assert problem(wrong) == (405, "wrong_method")
    assert "GET" in wrong.headers["allow"]


def test_security_txt(own_server: Make) -> None:
    server = own_server(security_contact="mailto:security@unknot.example")
    with server.client() as http:
        answer = http.get("/.well-known/security.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "Contact: mailto:security@unknot.example\nExpires: 20" in answer.text
    assert from_settings(load_settings({"UNKNOT_SECURITY_CONTACT": "mailto:x@y.example"})).security_contact


def test_without_a_contact_there_is_no_security_txt(shared: FakeServer) -> None:
    assert shared.client().get("/.well-known/security.txt").status_code == 404
