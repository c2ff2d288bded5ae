"""The Rasa input channel: routes, headers and the widget's files on the assistant's own origin."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.exceptions import (
    MethodNotSupported,
    NotFound,
    PayloadTooLarge,
    SanicException,
    ServiceUnavailable,
)
from sanic.request import Request
from sanic.response import HTTPResponse, empty
from sanic.response import text as text_response

from unknot.channels.health import NO_STORE, PATHS, serve_health
from unknot.channels.strict_http import be_strict
from unknot.channels.web.server import static
from unknot.channels.web.server.api import Api
from unknot.channels.web.server.config import WEB_FOLDER, WebConfig, from_settings
from unknot.channels.web.server.guard import (
    API,
    BARE_POLICY,
    EVERY_HEADER,
    PAGE_HEADERS,
    RefusedError,
    check_host,
    refusal_response,
)
from unknot.channels.web.server.links import PATH as LINKS
from unknot.channels.web.server.links import answering
from unknot.channels.web.server.wording import Wording
from unknot.conversations.handling import PASSING
from unknot.knowledge.loader import load
from unknot.settings import load_settings

logger = logging.getLogger(__name__)
MOST_BYTES = 262_144  # of any request to this server
ADVICE = "advice.js"
SECURITY_TXT = "/.well-known/security.txt"
WORKER = "worker.js"
WORKER_POLICY = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"
_KINDS = ((NotFound, "not_found"), (MethodNotSupported, "wrong_method"), (PayloadTooLarge, "too_large"))


class WebChannel(InputChannel):
    """Serves the widget, a page to try it on, and the API behind it."""

    def __init__(
        self,
        config: WebConfig,
        wording: Wording | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.config = config
        self._wording = wording
        self._clock = clock

    @classmethod
    def name(cls) -> str:
        """The channel's name in trackers."""
        return "web"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebChannel:
        """The channel of this installation; `credentials` may hold limits of WebConfig, never a secret."""
        return cls(from_settings(load_settings(), credentials))

    def url_prefix(self) -> str:
        """Served from the root."""
        return "/"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """All routes."""
        wording = self._wording or Wording(load(), self.config.region)
        serving: dict[str, Any] = {}
        api = Api(self.config, lambda: serving["app"].ctx.agent, self._clock)
        blueprint = Blueprint("unknot_web")
        _api_routes(blueprint, api)
        page = _page_routes(blueprint, api, wording)

        async def prepare(app: Sanic, _: Any) -> None:
            serving["app"] = app
            await be_strict(app)
            app.config.REQUEST_MAX_SIZE = min(app.config.REQUEST_MAX_SIZE, MOST_BYTES)
            # Before the others: Rasa's own CORS middleware answers preflights, Rasa's own route answers "/".
            app.request_middleware.appendleft(_first(api, page))
            app.response_middleware.append(_last)
            fallback = app.error_handler.default
            app.error_handler.add(Exception, _on_error(api, fallback))
            serve_health(app, api.health)

        async def start(app: Sanic, _: Any) -> None:
            await api.start(app)

        async def close(_: Sanic, __: Any) -> None:
            await api.close()

        blueprint.before_server_start(prepare)
        blueprint.after_server_start(start)
        blueprint.after_server_stop(close)
        return blueprint


def _api_routes(blueprint: Blueprint, api: Api) -> None:
    routes = (
        ("session", "POST", api.open),
        ("messages", "POST", api.send),
        ("history", "GET", api.history),
        ("export", "GET", api.export),
        ("handover", "GET", api.handover),
        ("conversation", "DELETE", api.delete),
        ("reminders", "GET POST DELETE", api.later.reminders),
        ("reminders.ics", "GET", api.later.calendar),
        ("handover/link", "POST", api.links.make),
    )
    for path, methods, handler in routes:
        name = re.sub(r"\W", "_", f"api_{path}")
        blueprint.add_route(_guarded(api, handler), f"{API}{path}", methods=[*methods.split(), "OPTIONS"], name=name)
    opened = answering(api.links.open, api.admit)
    blueprint.add_route(opened, f"{LINKS}<token:str>", methods=["GET", "POST"], name="handover_link")


def _guarded(api: Api, handler: Callable[[Request], Awaitable[HTTPResponse | None]]) -> Any:
    async def guarded(request: Request) -> HTTPResponse | None:
        await api.admit(request)
        response = await handler(request)
        if response is not None:
            _add(response, {**EVERY_HEADER, **api.sessions.origins.headers(request)})
        return response

    return guarded


def _page_routes(blueprint: Blueprint, api: Api, wording: Wording) -> Callable[[Request], HTTPResponse]:
    files = static.read_folder(WEB_FOLDER)
    page_text = wording.page(files["index.html"].plain.decode())
    files["index.html"] = static.served(static.TYPES[".html"], page_text.encode())
    advice = wording.advice_module()
    files[ADVICE] = static.served(static.TYPES[".js"], advice.encode())
    files.update(static.embed_kit(WEB_FOLDER, advice))

    async def widget(request: Request, path: str) -> HTTPResponse:
        if path not in files:
            raise NotFound("no such file")
        headers = {**EVERY_HEADER, **api.sessions.origins.headers(request)}
        embeddable = "Access-Control-Allow-Origin" in headers
        if path.endswith(".html"):
            headers.update(PAGE_HEADERS)
        if path == WORKER:
            headers["Service-Worker-Allowed"] = "/"
            # A worker fetches by its own policy, not by that of the page.
            headers["Content-Security-Policy"] = WORKER_POLICY
        headers["Cross-Origin-Resource-Policy"] = "cross-origin" if embeddable else "same-origin"
        return static.answer(request, files[path], headers)

    def page(request: Request) -> HTTPResponse:
        headers = {**EVERY_HEADER, **PAGE_HEADERS}
        return static.answer(request, files["index.html"], headers)

    blueprint.add_route(widget, "/widget/<path:path>", methods=["GET"], name="widget")
    return page


def _first(api: Api, page: Callable[[Request], HTTPResponse]) -> Any:
    """Request middleware: the page at "/", and preflights of the API."""

    async def first(request: Request) -> HTTPResponse | None:
        if request.path not in PATHS:  # a probe of a container's platform knows no name
            try:
                check_host(request, api.config.hosts)
            except RefusedError as refusal:
                response = refusal_response(refusal)
                _add(response, NO_STORE)
                return response
        if request.path == SECURITY_TXT and request.method in ("GET", "HEAD") and api.config.security_contact:
            return text_response(security_txt(api.config.security_contact, time.time()))
        if request.path == "/" and request.method in ("GET", "HEAD"):
            return page(request)
        if request.method == "OPTIONS" and request.path.startswith(API):
            return empty(status=204, headers={**EVERY_HEADER, **api.sessions.origins.headers(request)})
        return None

    return first


async def _last(request: Request, response: HTTPResponse) -> None:
    """Response middleware: takes back what Rasa's CORS middleware allows everybody."""
    for name in ("access-control-allow-credentials", "access-control-expose-headers"):
        response.headers.pop(name, None)
    for name, value in {**EVERY_HEADER, "Content-Security-Policy": BARE_POLICY}.items():
        response.headers.setdefault(name, value)


def _on_error(api: Api, fallback: Callable[[Request, Exception], HTTPResponse]) -> Any:
    """Errors of the API as JSON; of everything else as before."""

    def on_error(request: Request, error: Exception) -> HTTPResponse:
        allowed = str((getattr(error, "headers", None) or {}).get("Allow", ""))
        if not isinstance(error, RefusedError):
            if request is None or not str(request.path).startswith((API, "/widget/")):
                return fallback(request, error)
            code = next((code for kind, code in _KINDS if isinstance(error, kind)), "")
            if not code and isinstance(error, SanicException) and 400 <= (error.status_code or 500) < 500:
                code = "bad_request"  # something that Sanic could not read
            # Sanic's own: a request that waited too long for its turn.
            if isinstance(error, (*PASSING, ServiceUnavailable)):
                error = RefusedError("away", 1.0)
            else:
                if not code:
                    logger.error("A request failed: %s", type(error).__name__)
                error = RefusedError(code or "failed")
        response = refusal_response(error)
        if allowed:
            response.headers["Allow"] = allowed
        _add(response, {**NO_STORE, **EVERY_HEADER, **api.sessions.origins.headers(request)})
        return response

    return on_error


def security_txt(contact: str, now: float) -> str:
    """Whom to tell of a weakness (RFC 9116); said anew at every request, so it expires in a year from now."""
    expires = datetime.fromtimestamp(now, UTC).replace(microsecond=0) + timedelta(days=365)
    return f"Contact: {contact}\nExpires: {expires:%Y-%m-%dT%H:%M:%SZ}\nPreferred-Languages: en\n"


def _add(response: HTTPResponse, headers: dict[str, str]) -> None:
    for name, value in headers.items():
        response.headers[name] = value
