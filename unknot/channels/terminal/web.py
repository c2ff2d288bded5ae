"""The web channel as a transport: a session in a cookie, replies streamed, a retry never doubles a turn."""

from __future__ import annotations

import http.client
import json
import uuid
from collections.abc import Iterator
from http.cookies import CookieError, SimpleCookie
from typing import Any

from unknot.channels.terminal.payloads import Payload
from unknot.channels.terminal.transport import (
    CONNECT_SECONDS,
    REPLY_SECONDS,
    ServerFaultError,
    TurnError,
    call,
    read_json,
)

_TROUBLE = {
    "failed": "the assistant could not answer that",
    "silent": "the assistant sent an empty answer",
    "late": "the answer is late; send it again to fetch it",
}


class WebTransport:
    """`POST {url}/api/session` once, then `POST {url}/api/messages` for every turn."""

    def __init__(self, url: str, timeout: float = REPLY_SECONDS) -> None:
        self.url = url.rstrip("/")
        self.timeout = timeout
        self._cookie = ""
        self._unanswered = ("", "")  # the words of a turn that failed, and its id

    def ready(self) -> bool:
        """Whether the web channel is there."""
        try:
            with call("GET", f"{self.url}/health", timeout=CONNECT_SECONDS) as response:
                return response.status == http.client.OK and b'"ok"' in response.read(200)
        except TurnError:
            return False

    def send(self, text: str) -> Iterator[Payload]:
        """Send the person's words; yields each payload as it arrives. Raises `TurnError`.

        The same words after a failure are the same turn: the server answers it once.
        """
        words, message = self._unanswered
        if words != text:
            message = uuid.uuid4().hex
            self._unanswered = (text, message)
        if not self._cookie:
            self._open()
        yield from self._turn({"id": message, "text": text})
        self._unanswered = ("", "")

    def export(self) -> Any:
        """Everything that is kept about the conversation. Raises `TurnError`."""
        with call("GET", f"{self.url}/api/export", headers=self._session(), timeout=self.timeout) as response:
            return read_json(response)

    def handover(self) -> bytes:
        """The page for a clinician, a PDF. Raises `TurnError`."""
        url = f"{self.url}/api/handover?format=pdf"
        with call("GET", url, headers=self._session(), timeout=self.timeout) as response:
            return response.read()

    @property
    def cookie(self) -> str:
        """The session, "" before the first message."""
        return self._cookie

    def resume(self, cookie: str) -> bool:
        """Goes on with a session of before; False where it is over (a new one is open then). Raises `TurnError`."""
        self._cookie = cookie
        return not self._open()

    def reminders(self, method: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """What is on after a GET, POST or DELETE. Raises `TurnError`."""
        if not self._cookie:
            self._open()
        url = f"{self.url}/api/reminders"
        with call(method, url, body, headers=self._session(), timeout=self.timeout) as response:
            found: dict[str, Any] = read_json(response)
        return found

    def erase(self) -> None:
        """Has everything that is kept about the conversation deleted. Raises `TurnError`."""
        with call(
            "DELETE", f"{self.url}/api/conversation", headers=self._session(), timeout=self.timeout
        ) as response:
            response.read()
        self._cookie, self._unanswered = "", ("", "")

    def _session(self) -> dict[str, str]:
        if not self._cookie:
            raise TurnError("nothing was said yet, so nothing is kept", sent=False)
        return {"Cookie": self._cookie}

    def _open(self) -> bool:
        """Opens the session, or the one that there is; whether it is a new one."""
        headers = {"Cookie": self._cookie} if self._cookie else {}
        with call("POST", f"{self.url}/api/session", {}, headers=headers, timeout=self.timeout) as response:
            opened = read_json(response)
            try:
                jar = SimpleCookie(response.headers.get("Set-Cookie", ""))
            except CookieError:
                jar = SimpleCookie()
        fresh = "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())
        self._cookie = fresh or self._cookie
        if not self._cookie:
            raise ServerFaultError("the server opened no session", sent=False)
        return bool(isinstance(opened, dict) and opened.get("new", True))

    def _turn(self, body: dict[str, Any]) -> Iterator[Payload]:
        url, headers = f"{self.url}/api/messages", {"Cookie": self._cookie}
        outcome = ""
        try:
            with call("POST", url, body, headers=headers, timeout=self.timeout) as response:
                for line in response:
                    event = _event(line)
                    if event.get("event") == "reply" and isinstance(event.get("payload"), dict):
                        yield event["payload"]
                    outcome = event.get("event", outcome)
        except ServerFaultError as error:
            if error.status == http.client.UNAUTHORIZED:
                self._cookie = ""  # the next attempt opens a new session
            raise
        if outcome != "done":
            raise ServerFaultError(_TROUBLE.get(outcome, "the connection broke off"), sent=True)


def _event(line: bytes) -> dict[str, Any]:
    if not line.strip():
        return {}  # a sign of life
    try:
        event = json.loads(line)
    except ValueError as error:
        raise ServerFaultError("the answer was not JSON", sent=True) from error
    return event if isinstance(event, dict) else {}
