"""Requests that Sanic 21.12 takes and should not: one of them stops the whole server for everybody.

Sanic reads `Content-Length: -5` as a number and then waits in a loop that never ends and never lets another request
run. It also takes a length and chunks together, of which a proxy in front may read one and Sanic the other.
"""

from __future__ import annotations

import re
from typing import Any

from httptools import HttpParserInvalidURLError, parse_url
from sanic import Sanic
from sanic.exceptions import InvalidUsage
from sanic.request import Request

_LENGTH = re.compile(r"[0-9]{1,15}")
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
        super().__init__(url_bytes, headers, version, method, *more, **rest)


async def be_strict(app: Sanic, _: Any = None) -> None:
    """A listener for before_server_start: every connection's requests are strict from then on."""
    app.request_class = StrictRequest
