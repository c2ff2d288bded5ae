"""Requests that Sanic 21.12 takes and should not: one of them stops the whole server for everybody.

Sanic reads `Content-Length: -5` as a number and then waits in a loop that never ends and never lets another request
run. It also takes a length and chunks together, of which a proxy in front may read one and Sanic the other; control
characters round values; sizes of chunks such as `+2`; and it waits without end for who sends a letter a second.
"""

from __future__ import annotations

import asyncio
import re
import resource
import time
from typing import Any

from httptools import HttpParserInvalidURLError, parse_url
from sanic import Sanic
from sanic.exceptions import InvalidUsage
from sanic.http import Http, Stage
from sanic.request import Request
from sanic.server.protocols.http_protocol import HttpProtocol

HEAD_SECONDS, BODY_SECONDS = 10.0, 20.0  # for all of a request's head and body, however they trickle in
MOST_CONNECTIONS = 1_000  # at once; fewer where the system lets the process open fewer files
_SWEEP_SECONDS = 2.0
_LENGTH = re.compile(r"[0-9]{1,15}")
_CHUNK = re.compile(rb"[0-9A-Fa-f]{1,8}")
_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_LONGEST_CHUNK_HEAD = 64
_STANDS_IN = "NONE"  # Sanic's method of a request that it makes up to answer one it could not read


class StrictRequest(Request):
    """A request whose framing says one thing only. Raises InvalidUsage (400, and the connection is closed)."""

    __slots__ = ()

    def __init__(self, url_bytes: bytes, headers: Any, version: str, method: str, *more: Any, **rest: Any) -> None:
        try:
            parse_url(url_bytes)
        except HttpParserInvalidURLError:
            if method != _STANDS_IN:
                raise InvalidUsage("Bad Request") from None
            url_bytes = b"*"
        lengths, encodings = headers.getall("content-length", []), headers.getall("transfer-encoding", [])
        if len(lengths) + len(encodings) > 1 or encodings not in ([], ["chunked"]):
            raise InvalidUsage("Bad Request")
        if lengths and not _LENGTH.fullmatch(lengths[0]):
            raise InvalidUsage("Bad Request")
        # Sanic repeats any other expectation in its refusal, and fails over letters that it cannot write.
        if headers.getone("expect", "100-continue").lower() != "100-continue":
            raise InvalidUsage("Bad Request")
        if method != _STANDS_IN:
            _check_head(rest.get("head") or b"", headers.getall("host", []), version)
        super().__init__(url_bytes, headers, version, method, *more, **rest)


def _check_head(head: bytes, hosts: list[str], version: str) -> None:
    if _CONTROLS.search(head.replace(b"\r\n", b"")):
        raise InvalidUsage("Bad Request")
    if len(hosts) > 1 or (version != "1.0" and not hosts):
        raise InvalidUsage("Bad Request")


def check_chunk(buffer: bytearray, end: int) -> None:
    """Raises InvalidUsage unless the buffer begins with a line's end and, up to `end`, the size of a chunk."""
    size = bytes(buffer[2:end]).split(b";", 1)[0].rstrip(b" \t")
    if buffer[:2] != b"\r\n" or not _CHUNK.fullmatch(size) or end > _LONGEST_CHUNK_HEAD:
        raise InvalidUsage("Bad chunked encoding")


def _read_strictly() -> None:
    """Has chunks read strictly. Sanic may compile the method's text anew, so it names nothing outside."""
    if "read_as_sanic_does" in Http.read.__code__.co_names:
        return
    Http.read_as_sanic_does = Http.read

    async def read(self):  # type: ignore[no-untyped-def]
        from unknot.channels.strict_http import check_chunk

        if self.request_bytes_left == 0 and self.request_body == "chunked":
            try:
                while (end := self.recv_buffer.find(b"\r\n", 3)) == -1 and len(self.recv_buffer) <= 64:
                    await self._receive_more()
                check_chunk(self.recv_buffer, end if end != -1 else len(self.recv_buffer))
            except BaseException:
                self.keep_alive = False
                raise
        return await self.read_as_sanic_does()

    Http.read = read


class Connections:
    """The open connections of this process: not too many, and none that takes too long over a request."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: dict[Any, tuple[object, float]] = {}

    def made(self, protocol: Any, transport: Any) -> bool:
        """Whether a new connection may stay."""
        if len(self._open) >= self._most:
            transport.abort()
            return False
        self._open[protocol] = (None, time.monotonic())
        return True

    def lost(self, protocol: Any) -> None:
        """A connection is gone."""
        self._open.pop(protocol, None)

    async def sweep(self) -> None:
        """Ends, for as long as the server runs, what takes too long to come in."""
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            now = time.monotonic()
            for protocol, (known, since) in list(self._open.items()):
                doing, allowed = _incoming(protocol)
                if doing is None or doing != known:
                    self._open[protocol] = (doing, now)
                elif now - since > allowed:
                    protocol.transport.abort()


def _incoming(protocol: Any) -> tuple[object, float]:
    """What of a request is on its way in, None for nothing, and how long that may take in seconds."""
    http = protocol._http
    if http is not None and http.stage is Stage.REQUEST:
        return ("head", protocol.state["requests_count"]), HEAD_SECONDS
    if http is not None and http.stage is Stage.HANDLER and http.request_body:
        return ("body", id(http.request)), BODY_SECONDS
    return None, 0.0


def _bound_connections(app: Sanic) -> None:
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    most = MOST_CONNECTIONS if files == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, files // 2)
    connections = Connections(most)
    made, lost = HttpProtocol.connection_made, HttpProtocol.connection_lost

    def connection_made(self: Any, transport: Any) -> None:
        if connections.made(self, transport):
            made(self, transport)

    def connection_lost(self: Any, error: Any) -> None:
        connections.lost(self)
        if self.transport is not None:
            lost(self, error)

    HttpProtocol.connection_made, HttpProtocol.connection_lost = connection_made, connection_lost
    app.ctx.unknot_connections = asyncio.get_running_loop().create_task(connections.sweep())


async def be_strict(app: Sanic, _: Any = None) -> None:
    """A listener for before_server_start: every connection's requests are strict from then on."""
    app.request_class = StrictRequest
    _read_strictly()
    if not hasattr(app.ctx, "unknot_connections"):
        _bound_connections(app)
