"""Requests as nobody should send them, made from a seed, and a judge of what comes back."""

from __future__ import annotations

import json
import random
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote

import httpx
import jsonschema
import yaml

from unknot.settings import ROOT

SPEC = ROOT / "docs" / "openapi.yml"
SLACK = "/webhooks/slack/webhook"
PATHS = (
    ("POST", "/api/session"),
    ("POST", "/api/messages"),
    ("GET", "/api/history"),
    ("GET", "/api/export"),
    ("GET", "/api/handover"),
    ("POST", "/api/handover/link"),
    ("GET", "/handover/0123456789abcdef"),
    ("POST", "/handover/0123456789abcdef"),
    ("GET", "/api/reminders"),
    ("POST", "/api/reminders"),
    ("DELETE", "/api/reminders"),
    ("GET", "/api/reminders.ics"),
    ("DELETE", "/api/conversation"),
    ("GET", "/health"),
    ("GET", "/ready"),
    ("GET", "/"),
    ("GET", "/widget/unknot.js"),
    ("POST", SLACK),
    ("GET", "/webhooks/slack/"),
)
TELLTALES = re.compile(rb"Traceback|site-packages|\.py\b|/work/|/home/|/root/|/usr/|sqlalchemy|sqlite3|0x[0-9a-f]{8}")
SLOW = 5.0  # seconds after which a request counts as hung
_ODD_TEXTS = (
    "",
    " ",
    "\x00",
    "\ud800",
    "/inform{",
    '/restart{"a":"b"}',
    "../" * 20,
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "{{7*7}} ${7*7} %s %n {0}",
    "😀" * 300,
    "ｆｕｌｌ ｗｉｄｔｈ",
    "\u202e right to left \u2066",
    "a" * 999,
    "a" * 1001,
    "1" * 400,
    "my back hurts",
    "no",
)


@dataclass(frozen=True)
class Odd:
    """A request. `raw` is sent as it stands instead of the rest."""

    method: str = "GET"
    path: str = "/"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    raw: bytes = b""


@dataclass
class Answer:
    """What came back; status 0 when the connection was closed without a word."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0


class Visitors:
    """Sessions to send odd requests in; a new one every now and then, since some requests end theirs."""

    def __init__(self, url: str, uses: int = 20) -> None:
        self._url, self._uses, self._left, self._cookie = url, uses, 0, ""

    def __call__(self) -> str:
        """A session's cookie."""
        if self._left <= 0:
            answer = httpx.post(f"{self._url}/api/session", json={}, timeout=SLOW, trust_env=False)
            self._cookie, self._left = f"unknot={answer.cookies['unknot']}", self._uses
        self._left -= 1
        return self._cookie


def odd_requests(seed: int, count: int, cookie: Callable[[], str], sign: Callable[[bytes], dict[str, str]]) -> Any:
    """`count` requests. `cookie` gives a session's cookie, `sign` the headers of a body that Slack signed."""
    chance = random.Random(seed)
    for _ in range(count):
        yield _raw(chance) if chance.random() < 0.06 else _formed(chance, cookie, sign)


def _formed(chance: random.Random, cookie: Callable[[], str], sign: Callable[[bytes], dict[str, str]]) -> Odd:
    method, path = chance.choice(PATHS)
    body = _body(chance, path) if method != "GET" or chance.random() < 0.1 else b""
    headers = {"Content-Type": "application/json"} if body else {}
    if path.startswith("/api/") and chance.random() < 0.8:
        headers["Cookie"] = cookie()
    if path == SLACK and chance.random() < 0.7:
        headers |= sign(body)
        if chance.random() < 0.4:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
    if chance.random() < 0.12:
        method = chance.choice(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW"])
    if chance.random() < 0.15:
        path = _odd_path(chance, path)
    for _ in range(chance.choice([0, 0, 0, 1, 2])):
        name, value = _odd_header(chance)
        headers[name] = value
    return Odd(method, path, tuple(headers.items()), body)


def _body(chance: random.Random, path: str) -> bytes:
    if path == "/api/messages" and chance.random() < 0.5:
        body: Any = {"id": f"odd-{chance.getrandbits(60):x}", "text": chance.choice(_ODD_TEXTS)}
        if chance.random() < 0.3:
            body["choices"] = chance.choice([["none_of_these"], [], [1], ["x"] * 41, "x", [_value(chance, 2)]])
        for _ in range(chance.choice([0, 0, 1])):
            body[chance.choice(["id", "text", "side", "restart", "sender", "choices"])] = _value(chance, 3)
    elif path == SLACK and chance.random() < 0.6:
        body = {"type": chance.choice(["event_callback", "url_verification", "block_actions", 7]), "team_id": "T1"}
        body["event"] = (
            _value(chance, 3) if chance.random() < 0.5 else {"type": "message", "user": "U1", "channel": "D1"}
        )
        body[chance.choice(["event_id", "challenge", "user", "actions", "view", "team_id"])] = _value(chance, 3)
    else:
        body = _value(chance, 4)
    whole = json.dumps(body).encode()
    if chance.random() < 0.15:
        return whole[: chance.randrange(len(whole) + 1)]
    if chance.random() < 0.05:
        return bytes(chance.randrange(256) for _ in range(chance.randrange(300)))
    if chance.random() < 0.02:
        return b"[" * chance.choice([100, 5_000, 100_000])
    return b"payload=" + quote(whole).encode() if path == SLACK and chance.random() < 0.3 else whole


def _value(chance: random.Random, depth: int) -> Any:
    kind = chance.randrange(8 if depth else 6)
    if kind == 0:
        return chance.choice([None, True, False])
    if kind == 1:
        return chance.choice([0, -1, 1e308, 2**70, 3.5, -0.0])
    if kind == 6:
        return [_value(chance, depth - 1) for _ in range(chance.randrange(4))]
    if kind == 7:
        return {chance.choice(["id", "text", "type", "user", "a"]): _value(chance, depth - 1) for _ in range(3)}
    return chance.choice(_ODD_TEXTS)


def _odd_path(chance: random.Random, path: str) -> str:
    ends = ("/", "//", "/..", "/%2e%2e/settings.py", "%00", "?" + "a=b&" * 50, "?x=%ff", ";x", "/" + "a" * 3000, "%")
    return chance.choice([path + chance.choice(ends), chance.choice(ends), path.upper(), "/" + path, "*"])


def _odd_header(chance: random.Random) -> tuple[str, str]:
    names = ["Origin", "Host", "Cookie", "Authorization", "Content-Type", "Sec-Fetch-Site", "X-Forwarded-For"]
    names += ["Accept-Encoding", "If-None-Match", "Expect", "Range", "X-Slack-Request-Timestamp", "Content-Encoding"]
    values = ["", "null", "https://evil.example", "unknot=x.y.z", "Bearer x", "a" * 4000, "127.0.0.1", "ÿ", "gzip"]
    values += ["text/plain", "application/json; charset=utf-99", "cross-site", "9" * 30, "-1", '"', "100-continue"]
    return chance.choice(names), chance.choice(values)


def _raw(chance: random.Random) -> Odd:
    noise = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 200)))
    host = b"Host: x\r\n"
    whole = [
        noise,
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n" + host + b"\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n" + host + b"\r\n",
        b"GET /api/history HTTP/1.1\r\n" + host + b"X: " + b"a" * 20_000 + b"\r\n\r\n",
        b"GET /api/history HTTP/1.1\r\n" + host + b"no colon\r\n\r\n",
        b"POST /api/messages HTTP/1.1\r\n" + host + b"Content-Length: x\r\n\r\n",
        b"POST /api/messages HTTP/1.1\r\n" + host + b"Content-Length: -5\r\n\r\n{}",
        b"POST /api/messages HTTP/1.1\r\n" + host + b"Content-Length: 99999999\r\n\r\n{}",
        b"POST /api/messages HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + noise,
        b"POST /api/session HTTP/1.1\r\n"
        + host
        + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        b"GET /api/history HTTP/1.1\r\n" + host + b"Cookie: unknot=" + noise.replace(b"\n", b"") + b"\r\n\r\n",
    ]
    return Odd(raw=chance.choice(whole))


def send(host: str, port: int, odd: Odd, patience: float = SLOW) -> Answer:
    """Sends a request over a connection of its own and reads what comes until the server closes it.

    A request that is cut short is ended by closing our side: a server that still waited would never answer.
    """
    began = time.monotonic()
    with socket.create_connection((host, port), timeout=patience) as connection:
        try:
            connection.sendall(odd.raw or _bytes(odd, host))
            if odd.raw:
                connection.shutdown(socket.SHUT_WR)
            received = b""
            while chunk := connection.recv(65_536):
                received += chunk
        except (ConnectionError, TimeoutError):
            return Answer(seconds=time.monotonic() - began)
    head, _, body = received.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n").partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    status = int(lines[0].split(" ")[1]) if lines[0].startswith("HTTP/") else 0
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    if headers.get("transfer-encoding") == "chunked":
        body = _unchunked(body)
    return Answer(status, headers, body, time.monotonic() - began)


def _bytes(odd: Odd, host: str) -> bytes:
    names = {name.lower() for name, _ in odd.headers}
    headers = list(odd.headers) + ([] if "host" in names else [("Host", host)]) + [("Connection", "close")]
    if odd.body:
        headers.append(("Content-Length", str(len(odd.body))))
    lines = [
        f"{odd.method} {odd.path.replace(' ', '%20')} HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers),
    ]
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + odd.body


def _unchunked(body: bytes) -> bytes:
    whole = b""
    while True:
        size, _, body = body.partition(b"\r\n")
        length = int(size or b"0", 16)
        if not length:
            return whole
        whole, body = whole + body[:length], body[length + 2 :]


@cache
def spec() -> dict[str, Any]:
    """The description of the API."""
    found: dict[str, Any] = yaml.safe_load(SPEC.read_text(encoding="utf-8"))
    return found


def validator(name: str) -> Any:
    """A validator for a schema of the description."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": spec()["components"]}
    return jsonschema.Draft202012Validator(schema)


def faults(odd: Odd, answer: Answer) -> list[str]:
    """What is wrong with an answer; empty when nothing is."""
    found = []
    if answer.seconds >= SLOW:
        found.append("hung")
    if answer.status >= 500 and answer.status not in (501, 503):
        found.append(f"status {answer.status}")
    # Sanic closes the connection on a target that is no URL at all.
    if answer.status == 0 and odd.path.startswith("/") and not odd.raw:
        found.append("no answer")
    # The widget's own files may name what they like.
    if not (answer.status == 200 and odd.path.startswith(("/widget/", "/?", "/")) and "/api/" not in odd.path):
        asked = (odd.raw or odd.path.encode("latin-1", "replace")) + odd.body
        found += [f"tells {match!r}" for match in TELLTALES.findall(answer.body) if match not in asked]
    described = spec()["paths"].get(odd.path, {}).get(odd.method.lower()) if not odd.raw else None
    if described:
        found += _against(described, answer)
    return found


def _against(described: dict[str, Any], answer: Answer) -> list[str]:
    """An answer against the description of its operation."""
    # What the server refuses before it has looked at the address: broken HTTP, or another method's body.
    if answer.status in (400, 413, 417) and str(answer.status) not in described["responses"]:
        return []
    about = described["responses"].get(str(answer.status))
    if about is None:
        return [f"status {answer.status} is not described"]
    name = about.get("$ref", "").rpartition("/")[2]
    content = (spec()["components"]["responses"][name] if name else about)["content"]
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if kind not in content:
        return [f"type {kind} is not described"] if kind != "text/plain" else []
    if kind == "application/x-ndjson":
        events = [json.loads(line) for line in answer.body.splitlines() if line]
        return [error.message for event in events for error in validator("Event").iter_errors(event)]
    if kind in ("text/html", "text/calendar"):
        return []
    schema = {**content[kind]["schema"], "components": spec()["components"]}
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(json.loads(answer.body))]
