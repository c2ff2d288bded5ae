"""How words reach the assistant and payloads come back. Standard library only: it starts at once."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Protocol
from urllib.parse import urlsplit

from unknot.channels.terminal.payloads import Payload, emergencies_first, from_message

CONNECT_SECONDS = 3.0
REPLY_SECONDS = 60.0


class TurnError(Exception):
    """The turn did not go through. `sent` says whether the server may have seen the words.

    `status` is the HTTP status of a refusal, else 0.
    """

    def __init__(self, message: str, *, sent: bool, status: int = 0) -> None:
        super().__init__(message)
        self.sent = sent
        self.status = status


class ServerAwayError(TurnError):
    """Nobody answers at the address."""


class ServerFaultError(TurnError):
    """The server answered, but not with a reply."""


class Transport(Protocol):
    """One conversation with one server."""

    url: str

    def ready(self) -> bool:
        """Whether the server answers."""

    def send(self, text: str) -> Iterator[Payload]:
        """Send the person's words; yields the payloads of the turn. Raises `TurnError`."""

    def export(self) -> Any:
        """Everything that is kept about the conversation, as the server gives it. Raises `TurnError`."""

    def handover(self) -> bytes:
        """The page for a clinician, a PDF. Raises `TurnError`."""

    def erase(self) -> None:
        """Has the server delete everything it keeps about the conversation. Raises `TurnError`."""

    @property
    def cookie(self) -> str:
        """The session, "" without one."""

    def resume(self, cookie: str) -> bool:
        """Goes on with a session of before; False where it is over. Raises `TurnError`."""

    def reminders(self, method: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """What is on after a GET, POST or DELETE. Raises `TurnError`."""


class RestTransport:
    """Rasa's REST webhook: `POST {url}/webhooks/rest/webhook`, all replies of a turn at once."""

    def __init__(self, url: str, sender: str, timeout: float = REPLY_SECONDS) -> None:
        self.url = url.rstrip("/")
        self.sender = sender
        self.timeout = timeout

    def ready(self) -> bool:
        """Whether the REST webhook answers its health check."""
        try:
            with call("GET", f"{self.url}/webhooks/rest/", timeout=CONNECT_SECONDS) as response:
                return response.status == http.client.OK
        except TurnError:
            return False

    def send(self, text: str) -> Iterator[Payload]:
        """Send the person's words; yields the payloads, an emergency first. Raises `TurnError`."""
        body = {"sender": self.sender, "message": text}
        with call("POST", f"{self.url}/webhooks/rest/webhook", body, timeout=self.timeout) as response:
            messages = read_json(response)
        if not isinstance(messages, list):
            raise ServerFaultError("the answer was not a list of messages", sent=True)
        payloads = [payload for payload in map(from_message, messages) if payload]
        if not payloads:
            raise ServerFaultError("the assistant sent an empty answer", sent=True)
        yield from emergencies_first(payloads)

    def export(self) -> Any:
        """Rasa's REST webhook cannot do this. Raises `TurnError` with what can be done instead."""
        raise self._ask_the_operator()

    def handover(self) -> bytes:
        """Rasa's REST webhook cannot do this. Raises `TurnError`."""
        raise _needs_web()

    cookie = ""

    def resume(self, cookie: str) -> bool:
        """Rasa's REST webhook cannot do this. Raises `TurnError`."""
        raise _needs_web()

    def reminders(self, method: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Rasa's REST webhook cannot do this. Raises `TurnError`."""
        raise _needs_web()

    def erase(self) -> None:
        """Rasa's REST webhook cannot do this. Raises `TurnError` with what can be done instead."""
        raise self._ask_the_operator()

    def _ask_the_operator(self) -> TurnError:
        return TurnError(f"only who runs the server can do that; this conversation is {self.sender}", sent=False)


def _needs_web() -> TurnError:
    return TurnError("that needs the web channel, which this server does not have", sent=False)


@contextmanager
def call(
    method: str,
    url: str,
    body: Any = None,
    *,
    headers: dict[str, str] | None = None,
    timeout: float = REPLY_SECONDS,
) -> Iterator[http.client.HTTPResponse]:
    """One HTTP exchange, JSON out. Raises `TurnError` for anything but success."""
    with closing(_connect(url)) as connection:
        target = urlsplit(url)
        path = target.path + (f"?{target.query}" if target.query else "")
        try:
            if connection.sock is not None:
                connection.sock.settimeout(timeout)
            data = None if body is None else json.dumps(body).encode()
            kind = {"Content-Type": "application/json"} if data is not None else {}
            connection.request(method, path or "/", data, {**kind, **(headers or {})})
            response = connection.getresponse()
            if response.status >= http.client.BAD_REQUEST:
                failed = response.status >= http.client.INTERNAL_SERVER_ERROR
                raise ServerFaultError(_refusal(response), sent=failed, status=response.status)
            yield response
        except TimeoutError as error:
            raise ServerFaultError(f"no answer within {timeout:.0f} s", sent=True) from error
        except (OSError, http.client.HTTPException) as error:
            raise ServerFaultError("the connection broke off", sent=True) from error


def read_json(response: http.client.HTTPResponse) -> Any:
    """The body as JSON. Raises `ServerFaultError` when it is something else."""
    try:
        return json.loads(response.read())
    except ValueError as error:
        raise ServerFaultError("the answer was not JSON", sent=True) from error


def _connect(url: str) -> http.client.HTTPConnection:
    target = urlsplit(url)
    secure = target.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    try:
        connection = kind(target.hostname or "", target.port, timeout=CONNECT_SECONDS)
        connection.connect()
    except (OSError, ValueError, http.client.InvalidURL) as error:
        raise ServerAwayError(f"nobody answers at {target.scheme}://{target.netloc}", sent=False) from error
    return connection


def _refusal(response: http.client.HTTPResponse) -> str:
    """The server's own words where it gave some, else its status."""
    status = f"the server answered with status {response.status}"
    try:
        told = json.loads(response.read())
    except (ValueError, OSError, http.client.HTTPException):
        return status
    message = told.get("message") if isinstance(told, dict) else None
    return str(message) if message else status
