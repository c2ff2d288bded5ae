"""Who may call the action server, and how: strict requests of bounded size, with the key that the assistant shows."""

from __future__ import annotations

import hmac
from typing import Any

from pluggy import HookimplMarker
from sanic.exceptions import InvalidUsage, PayloadTooLarge
from sanic.response import json as json_response

from unknot.channels.strict_http import be_strict
from unknot.launch.endpoints import KEY_HEADER

MOST_BYTES = 1_000_000  # of a call: a turn's events, a few kilobytes each
_PATH = "/webhook"


class Guarding:
    """A plugin of rasa_sdk: it is handed the server's Sanic app. Without a `key` anybody may call it."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    @HookimplMarker("rasa_sdk")
    def attach_sanic_app_extensions(self, app: Any) -> None:
        """Called once, before the server starts."""
        app.config.REQUEST_MAX_SIZE = MOST_BYTES
        app.register_listener(be_strict, "before_server_start")
        app.register_middleware(self._admit, "request")
        # The SDK calls whatever it could not read a fault of its own.
        app.error_handler.add(InvalidUsage, _refuse)
        app.error_handler.add(PayloadTooLarge, _refuse_size)

    async def _admit(self, request: Any) -> Any:
        if request.path != _PATH or request.method != "POST":
            return None
        if int(request.headers.get("content-length", 0)) > MOST_BYTES:  # a number: the request is strict
            return _refuse_size(request, None)
        # A page of another site may send text, and JSON only where the server says so, which it does not.
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            return json_response({"error": "not_json"}, status=415)
        shown = request.headers.get(KEY_HEADER, "").encode()
        if self._key and not hmac.compare_digest(shown, self._key):
            return json_response({"error": "forbidden"}, status=403)
        # What was read stays with the request. The SDK calls anything else a fault, and unpacks what was packed
        # (COMPRESS_ACTION_SERVER_REQUEST, which nothing here sets) to whatever size.
        return None if isinstance(request.json, dict) or request.json is None else _refuse(request, None)


def _refuse(_: Any, __: Any) -> Any:
    return json_response({"error": "bad_request"}, status=400)


def _refuse_size(_: Any, __: Any) -> Any:
    return json_response({"error": "too_large"}, status=413)
