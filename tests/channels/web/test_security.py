"""Nobody reads, continues or deletes another's conversation; and what the pages may load."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest

from tests.channels.web.conftest import FRIEND, Person, events, problem
from tests.channels.web.serve import FakeServer
from unknot.channels.web.server import WebChannel
from unknot.channels.web.server.api import Api
from unknot.channels.web.server.config import SIGNING_KEY_FILE, WebConfig, from_settings
from unknot.conversations.keys import kept_text
from unknot.settings import load_settings

SECRET_WORDS = "numb between the legs since Tuesday"
COOKIE = "unknot"


def token_of(person: Person) -> str:
    return person.http.cookies[COOKIE]


def forged(claims: dict[str, Any], change: dict[str, Any], secret: str, algorithm: str = "HS256") -> str:
    return jwt.encode({**claims, **change}, secret, algorithm=algorithm)


def claims_of(token: str) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


def refused_everywhere(person: Person) -> None:
    """Every way to a conversation is shut, and a turn does not reach the assistant."""
    turns = person.server.agent.turns
    assert problem(person.http.get("/api/history")) == (401, "no_session")
    assert problem(person.http.get("/api/export")) == (401, "no_session")
    assert problem(person.http.delete("/api/conversation")) == (401, "no_session")
    assert problem(person.post({"text": "hello"})) == (401, "no_session")
    assert person.server.agent.turns == turns


@pytest.fixture
def victim(person: Person) -> Person:
    person.say(SECRET_WORDS)
    return person


def thief_with(victim: Person, cookie: str) -> Person:
    thief = Person(victim.server)
    thief.http.cookies.set(COOKIE, cookie)
    return thief


BAD_TOKENS: dict[str, Callable[[str, str], str]] = {
    "empty": lambda token, secret: "",
    "noise": lambda token, secret: "x.y.z",
    "unsigned": lambda token, secret: forged(claims_of(token), {}, "", "none"),
    "other secret": lambda token, secret: forged(claims_of(token), {}, "t" * 64),
    "other algorithm": lambda token, secret: forged(claims_of(token), {}, secret, "HS512"),
    "payload changed": lambda token, secret: ".".join(
        [token.split(".")[0], forged(claims_of(token), {"gen": 1}, secret).split(".")[1], token.split(".")[2]]
    ),
    "signature cut": lambda token, secret: token[:-3],
    "expired": lambda token, secret: forged(claims_of(token), {"exp": 1}, secret),
    "without expiry": lambda token, secret: jwt.encode(
        {key: value for key, value in claims_of(token).items() if key != "exp"}, secret
    ),
    "other audience": lambda token, secret: forged(claims_of(token), {"aud": "slack"}, secret),
    "made for a bearer": lambda token, secret: forged(claims_of(token), {"use": "bearer"}, secret),
    "made for another site": lambda token, secret: forged(claims_of(token), {"org": FRIEND}, secret),
    "next generation": lambda token, secret: forged(claims_of(token), {"gen": 1}, secret),
    "earlier generation": lambda token, secret: forged(claims_of(token), {"gen": -1}, secret),
    "guessed session": lambda token, secret: forged(claims_of(token), {"sid": "A" * 32}, secret),
    "session of Slack": lambda token, secret: forged(claims_of(token), {"sid": "slack:T1:U1"}, secret),
    "full sender id": lambda token, secret: forged(
        claims_of(token), {"sid": "web:" + claims_of(token)["sid"]}, secret
    ),
    "odd types": lambda token, secret: forged(claims_of(token), {"gen": "x"}, secret),
}


@pytest.mark.parametrize("kind", BAD_TOKENS)
def test_bad_tokens(victim: Person, kind: str) -> None:
    # Even with the server's secret in hand, only a session that exists can be named.
    thief = thief_with(victim, BAD_TOKENS[kind](token_of(victim), victim.server.config.secret))
    refused_everywhere(thief)
    opened = thief.begin()
    assert opened["new"]
    assert opened["items"] == []
    assert len(victim.history()) == 3


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Sender-Id": "VICTIM"},
        {"X-Forwarded-Host": "evil.example"},
        {"X-Original-URL": "/api/history"},
        {"X-HTTP-Method-Override": "DELETE"},
        {"Authorization": "Bearer VICTIM"},
        {"Authorization": "Basic VICTIM"},
        {"Cookie": "session=VICTIM; unknot_session=VICTIM"},
    ],
)
def test_header_tricks(victim: Person, headers: dict[str, str]) -> None:
    sid = claims_of(token_of(victim))["sid"]
    tricks = {name: value.replace("VICTIM", sid) for name, value in headers.items()}
    refused_everywhere(Person(victim.server, **tricks))
    assert len(victim.history()) == 3


@pytest.mark.parametrize("key", ["sender", "session", "sid", "sender_id", "token"])
def test_the_body_names_no_sender(victim: Person, key: str) -> None:
    thief = Person(victim.server)
    sid = claims_of(token_of(victim))["sid"]
    opened = thief.http.post("/api/session", json={key: sid}).json()
    assert opened["items"] == []
    for value in (sid, f"web:{sid}", token_of(victim)):
        assert events(thief.post({"text": "hello", key: value}, f"message-{key}-{len(value)}"))
    assert len(victim.history()) == 3
    assert SECRET_WORDS not in str(thief.history())


def test_a_bearer_token_is_good_for_its_own_site_only(shared: FakeServer) -> None:
    guest = Person(shared, Origin=FRIEND)
    opened = guest.begin()
    guest.say(SECRET_WORDS)
    assert "set-cookie" not in guest.http.get("/api/history").headers
    token = opened["token"]
    for headers in ({}, {"Origin": shared.url}):
        refused_everywhere(Person(shared, Authorization=f"Bearer {token}", **headers))
    as_cookie = Person(shared)
    as_cookie.http.cookies.set(COOKIE, token)
    refused_everywhere(as_cookie)
    elsewhere = Person(shared, Authorization=f"Bearer {token}", Origin="https://evil.example")
    assert problem(elsewhere.http.get("/api/history")) == (403, "forbidden")
    assert len(guest.history()) == 3


def test_a_cookie_is_no_bearer_and_no_use_from_an_allowed_site(victim: Person) -> None:
    refused_everywhere(Person(victim.server, Authorization=f"Bearer {token_of(victim)}"))
    refused_everywhere(Person(victim.server, Authorization=f"Bearer {token_of(victim)}", Origin=FRIEND))
    from_friend = thief_with(victim, token_of(victim))
    from_friend.http.headers["Origin"] = FRIEND
    refused_everywhere(from_friend)


def test_two_sessions_never_meet(victim: Person) -> None:
    other = Person(victim.server)
    other.begin()
    # The same message id in two sessions is two messages.
    other.say("hello", "message-0001")
    assert [item["text"] for item in other.history() if item["from"] == "user"] == ["hello"]
    assert [item["text"] for item in victim.history() if item["from"] == "user"] == [SECRET_WORDS]


def test_expiry_and_rotation(own_server: Callable[..., FakeServer]) -> None:
    server = own_server(token_seconds=1000, rotate_seconds=100, grace_seconds=10, session_seconds=3000)
    person = Person(server)
    person.begin()
    first = token_of(person)
    server.offset = 50
    person.begin()
    assert token_of(person) == first
    server.offset = 150
    assert person.begin()["new"] is False
    second = token_of(person)
    assert second != first
    assert claims_of(second)["gen"] == 1
    old = Person(server)
    old.http.cookies.set(COOKIE, first)
    assert old.http.get("/api/history").status_code == 200, "a request under way when the token was replaced"
    server.offset = 170
    refused_everywhere(old)
    assert person.http.get("/api/history").status_code == 200
    for offset in (1000, 1900, 2800):
        server.offset = offset
        assert person.begin()["new"] is False
    server.offset = 3200
    refused_everywhere(person)


def test_an_unused_token_dies_and_its_conversation_is_swept(own_server: Callable[..., FakeServer]) -> None:
    server = own_server(token_seconds=1000, session_seconds=9000)
    person = Person(server)
    person.begin()
    person.say(SECRET_WORDS)
    server.offset = 5000
    refused_everywhere(person)
    Person(server).begin()
    assert SECRET_WORDS.encode() not in kept_bytes(server)


def test_a_newcomer_is_let_in_where_dead_conversations_cannot_be_swept(
    own_server: Callable[..., FakeServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = own_server(token_seconds=1000, session_seconds=9000)
    Person(server).begin()
    server.offset = 5000
    tried = []

    async def erase(*_: object) -> None:
        tried.append(True)
        raise OSError

    monkeypatch.setattr(Api, "_erase", erase)
    assert Person(server).begin()["new"]
    assert tried


def kept_bytes(server: FakeServer) -> bytes:
    """The database's file and its write-ahead log."""
    return b"".join(path.read_bytes() for path in sorted(server.database.parent.glob("unknot.db*")))


def test_delete_leaves_nothing_behind(own_server: Callable[..., FakeServer]) -> None:
    server = own_server()
    person, other = Person(server), Person(server)
    person.begin()
    other.begin()
    person.say(SECRET_WORDS)
    other.say("my own words stay")
    sid = claims_of(token_of(person))["sid"]
    replayed = token_of(person)
    assert SECRET_WORDS.encode() in kept_bytes(server)
    answer = person.http.delete("/api/conversation")
    assert answer.json() == {"deleted": True}
    assert COOKIE not in person.http.cookies
    left = kept_bytes(server)
    assert SECRET_WORDS.encode() not in left
    assert sid.encode() not in left
    with sqlite3.connect(server.database) as database:
        for table, column in (("events", "sender_id"), ("web_sessions", "session")):
            rows = database.execute(f"SELECT {column} FROM {table}").fetchall()
            assert rows
            assert not [row for row in rows if sid in row[0]]
    thief = Person(server)
    thief.http.cookies.set(COOKIE, replayed)
    refused_everywhere(thief)
    assert len(other.history()) == 3


def test_delete_stops_a_turn_under_way(own_server: Callable[..., FakeServer]) -> None:
    server = own_server(turn_seconds=0.2)
    person = Person(server)
    person.begin()
    assert events(person.post({"text": "hang " + SECRET_WORDS}))[-1]["event"] == "late"
    assert person.http.delete("/api/conversation").status_code == 200
    server.do(server.agent.hold.set)
    Person(server).begin()
    assert SECRET_WORDS.encode() not in kept_bytes(server)


def test_export_has_everything_and_only_ones_own(victim: Person) -> None:
    Person(victim.server).begin()
    answer = victim.http.get("/api/export")
    assert answer.headers["content-disposition"].startswith("attachment")
    body = answer.json()
    assert [item["from"] for item in body["conversation"]] == ["user", "bot", "bot"]
    assert [event["event"] for event in body["events"]].count("user") == 1
    assert set(body) == {"exported", "session", "conversation", "understood", "waiting", "events", "days"}


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://friend.example.evil.example", "file://", ""]
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/session"),
        ("POST", "/api/messages"),
        ("GET", "/api/history"),
        ("GET", "/api/export"),
        ("GET", "/api/handover"),
        ("DELETE", "/api/conversation"),
    ],
)
def test_pages_of_other_sites_are_refused(victim: Person, origin: str, method: str, path: str) -> None:
    body = {"json": {"id": "message-evil", "text": "hello"}} if method == "POST" else {}
    answer = victim.http.request(method, path, headers={"Origin": origin}, **body)
    assert problem(answer) == (403, "forbidden")
    assert "access-control-allow-origin" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert len(victim.history()) == 3


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_requests_without_an_origin_from_other_sites_are_refused(victim: Person, site: str) -> None:
    assert problem(victim.http.get("/api/export", headers={"Sec-Fetch-Site": site})) == (403, "forbidden")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_json_only(victim: Person, kind: str) -> None:
    content = b'{"id": "message-form", "text": "hello"}'
    answer = victim.http.post("/api/messages", content=content, headers={"Content-Type": kind})
    assert problem(answer) == (415, "not_json")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"[" * 9000, b'{"a":' * 2000])
def test_broken_json(victim: Person, content: bytes) -> None:
    answer = victim.http.post("/api/messages", content=content, headers={"Content-Type": "application/json"})
    assert problem(answer) == (400, "bad_request")


def test_large_bodies_are_cut_off(victim: Person) -> None:
    answer = victim.http.post("/api/messages", content=b"x" * 2_400_000, headers={"Content-Type": "application/json"})
    assert problem(answer) == (413, "too_large")


def test_preflights(shared: FakeServer) -> None:
    http = shared.client()
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    allowed = http.options("/api/messages", headers={"Origin": FRIEND, **ask})
    assert allowed.headers["access-control-allow-origin"] == FRIEND
    assert "access-control-allow-credentials" not in allowed.headers
    refused = http.options("/api/messages", headers={"Origin": "https://evil.example", **ask})
    assert "access-control-allow-origin" not in refused.headers


def test_unknown_addresses_and_methods(shared: FakeServer) -> None:
    http = shared.client()
    assert problem(http.get("/api/nothing")) == (404, "not_found")
    assert problem(http.put("/api/messages", json={})) == (405, "wrong_method")
    for path in (
        "/widget/..%2fsettings.py",
        "/widget/%2e%2e/settings.py",
        "/widget//etc/passwd",
        "/widget/nothing.js",
    ):
        assert http.get(path).status_code == 404
    for path in ("/conversations/default/tracker", "/model", "/webhooks/rest/webhook"):
        assert http.get(path).status_code == 404


def test_rate_limits(own_server: Callable[..., FakeServer]) -> None:
    server = own_server(
        session_burst=2,
        session_rate=0.001,
        address_burst=12,
        address_rate=0.001,
        newcomer_burst=2,
        newcomer_rate=0.001,
    )
    person = Person(server)
    person.begin()
    person.say("hello")
    person.say("hello")
    answer = person.post({"text": "hello"})
    assert problem(answer) == (429, "too_many")
    assert int(answer.headers["retry-after"]) > 0
    # A new session does not help for long, nor does a made-up address.
    second = Person(server, **{"X-Forwarded-For": "10.0.0.1"})
    second.begin()
    third = Person(server, **{"X-Forwarded-For": "10.0.0.2"})
    assert problem(third.http.post("/api/session", json={})) == (429, "too_many")
    while (answer := third.http.get("/api/history")).status_code == 401:
        pass
    assert problem(answer) == (429, "too_many")
    assert server.client().get("/health").status_code == 200


def test_the_address_behind_trusted_proxies(own_server: Callable[..., FakeServer]) -> None:
    server = own_server(proxies=1, newcomer_burst=1, newcomer_rate=0.001)
    assert Person(server, **{"X-Forwarded-For": "1.1.1.1"}).begin()["new"]
    assert Person(server, **{"X-Forwarded-For": "9.9.9.9, 2.2.2.2"}).begin()["new"]
    spoofed = Person(server, **{"X-Forwarded-For": "8.8.8.8, 2.2.2.2"})
    assert problem(spoofed.http.post("/api/session", json={})) == (429, "too_many")


def test_the_cookie(own_server: Callable[..., FakeServer]) -> None:
    server = own_server(proxies=1)
    plain = server.client().post("/api/session", json={}).headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(plain.split("; "))
    assert "Domain" not in plain
    secure = (
        server.client().post("/api/session", json={}, headers={"X-Forwarded-Proto": "https"}).headers["set-cookie"]
    )
    assert secure.startswith("__Host-unknot=")
    assert "Secure" in secure
    sid = claims_of(plain.split("=")[1].split(";")[0])["sid"]
    assert len(sid) * 6 >= 128


def test_what_the_page_may_do(shared: FakeServer) -> None:
    page = shared.client().get("/")
    policy = page.headers["content-security-policy"]
    for part in ("default-src 'none'", "require-trusted-types-for 'script'", "frame-ancestors 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    for path in ("/", "/widget/unknot.js", "/widget/advice.js", "/api/history"):
        headers = shared.client().get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-credentials" not in headers


def test_scripts_go_to_allowed_sites_only(shared: FakeServer) -> None:
    for origin, allowed in ((FRIEND, True), ("https://evil.example", False)):
        headers = shared.client().get("/widget/unknot.js", headers={"Origin": origin}).headers
        assert ("access-control-allow-origin" in headers) is allowed
        assert headers["cross-origin-resource-policy"] == ("cross-origin" if allowed else "same-origin")


def test_health_and_readiness(own_server: Callable[..., FakeServer]) -> None:
    server = own_server()
    http = server.client()
    assert http.get("/health").json() == {"status": "ok"}
    server.agent.ready = False
    assert problem_ready(http.get("/ready")) == 503
    person = Person(server)
    person.begin()
    assert problem(person.post({"text": "hello"})) == (503, "not_ready")
    server.agent.ready = True
    assert http.get("/ready").json() == {"status": "ready"}
    with sqlite3.connect(server.database) as database:
        assert not database.execute("SELECT * FROM events").fetchall(), "the probe left its turn behind"


def problem_ready(answer: Any) -> int:
    assert answer.json()["error"] == "not_ready"
    return int(answer.status_code)


def test_the_secret_is_made_once_and_kept_closed(tmp_path: Path) -> None:
    first = kept_text(tmp_path / "var", SIGNING_KEY_FILE)
    assert len(first) >= 64
    assert kept_text(tmp_path / "var", SIGNING_KEY_FILE) == first
    assert stat.S_IMODE((tmp_path / "var" / "web_secret").stat().st_mode) == 0o600
    (tmp_path / "var" / "web_secret").write_text("short")
    with pytest.raises(ValueError, match="delete it"):
        kept_text(tmp_path / "var", SIGNING_KEY_FILE)


def test_configuration(tmp_path: Path) -> None:
    environ = {
        "UNKNOT_DATA_DIR": str(tmp_path),
        "UNKNOT_WEB_SECRET": "e" * 40,
        "UNKNOT_WEB_ORIGINS": "https://B.example/, https://a.example",
        "UNKNOT_PROXIES": "2",
    }
    config = from_settings(load_settings(environ), {"turn_seconds": 5})
    assert config.secret == "e" * 40
    assert config.origins == {"https://a.example", "https://b.example"}
    assert config.proxies == 2
    assert config.turn_seconds == 5
    assert not (tmp_path / "web_secret").exists()
    for wrong in ({"secret": "x"}, {"nothing": 1}, {"turn_seconds": "5"}, {"turn_seconds": 0}):
        with pytest.raises(ValueError, match="WebChannel"):
            from_settings(load_settings(environ), wrong)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("UNKNOT_WEB_SECRET", "short"),
        ("UNKNOT_WEB_ORIGINS", "example.org"),
        ("UNKNOT_WEB_ORIGINS", "https://a.b/path"),
        ("UNKNOT_WEB_ORIGINS", "*"),
        ("UNKNOT_PROXIES", "-1"),
    ],
)
def test_wrong_settings(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        load_settings({name: value})


def test_the_channel_is_named_web() -> None:
    assert WebChannel.name() == "web"
    assert isinstance(WebConfig("s", "sqlite://"), WebConfig)
