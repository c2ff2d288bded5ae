"""From a request to a session: tokens in, tokens out, nobody else's conversation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sanic.request import Request
from sanic.response import HTTPResponse

from unknot.channels.web.server import tokens
from unknot.channels.web.server.config import WebConfig
from unknot.channels.web.server.guard import Origins, RefusedError, forwarded
from unknot.channels.web.server.store import Session, Store
from unknot.channels.web.server.tokens import BEARER, COOKIE, Token, TokenError

COOKIE_NAME = "unknot"
SECURE_COOKIE_NAME = "__Host-unknot"


@dataclass(frozen=True)
class Opened:
    """A session that a page may use now. `token` is set when the page must keep a new one."""

    session: Session
    origin: str
    is_new: bool
    token: str = ""


class Sessions:
    """Issues, checks and ends sessions."""

    def __init__(self, config: WebConfig, store: Store, clock: Callable[[], float]) -> None:
        self._config = config
        self._store = store
        self._clock = clock
        self.origins = Origins(config.origins)

    async def require(self, request: Request) -> Session:
        """The session of this request's token. Raises RefusedError."""
        return (await self._check(request, self.origins.of(request)))[0]

    async def open(self, request: Request, may_create: Callable[[], Awaitable[None]]) -> Opened:
        """The session of this request's token, its token replaced when due; without one, a new session.

        `may_create` raises RefusedError where a new one is not to be made.
        """
        origin, now = self.origins.of(request), self._clock()
        try:
            session, token = await self._check(request, origin)
        except RefusedError as refusal:
            if refusal.code != "no_session":
                raise
            await may_create()
            session = await self._store.add(tokens.new_session_id(), now)
            return Opened(session, origin, True, self._issue(session, origin, now))
        if now - token.issued < self._config.rotate_seconds:
            return Opened(session, origin, False)
        if token.generation == session.generation:
            session = await self._store.rotate(session, now)
        return Opened(session, origin, False, self._issue(session, origin, now))

    def keep(self, request: Request, response: HTTPResponse, text: str) -> None:
        """Puts a token into the response's cookie; an empty text removes the cookie."""
        name = _cookie_name(request, self._config.proxies)
        response.cookies[name] = text or "gone"
        cookie = response.cookies[name]
        cookie["path"] = "/"
        cookie["httponly"] = True
        cookie["samesite"] = "Strict"
        cookie["max-age"] = int(self._config.token_seconds) if text else 0
        if name == SECURE_COOKIE_NAME:
            cookie["secure"] = True

    def _issue(self, session: Session, origin: str, now: float) -> str:
        mode = BEARER if origin else COOKIE
        token = Token(session.session, session.generation, mode, origin, now)
        return tokens.issue(token, self._config.secret, self._config.token_seconds)

    async def _check(self, request: Request, origin: str) -> tuple[Session, Token]:
        now = self._clock()
        mode, text = _presented(request, origin, self._config.proxies)
        try:
            token = tokens.read(text, self._config.secret, mode=mode, origin=origin, now=now)
        except TokenError:
            raise RefusedError("no_session") from None
        session = await self._store.get(token.session)
        if session is None or now - session.created > self._config.session_seconds:
            raise RefusedError("no_session")
        replaced = session.generation - token.generation
        in_grace = replaced == 1 and token.generation >= 0 and now - session.rotated <= self._config.grace_seconds
        if replaced != 0 and not in_grace:
            raise RefusedError("no_session")
        return session, token


def _presented(request: Request, origin: str, proxies: int) -> tuple[str, str]:
    """How a token came and its text. One way only: a bearer token from elsewhere, a cookie at home."""
    header = request.headers.get("authorization", "")
    if origin or header:
        kind, _, text = header.partition(" ")
        return BEARER, text.strip() if kind.lower() == "bearer" else ""
    return COOKIE, request.cookies.get(_cookie_name(request, proxies), "")


def _cookie_name(request: Request, proxies: int) -> str:
    outside = forwarded(request, "x-forwarded-proto", proxies) or forwarded(request, "x-forwarded-proto", 1)
    secure = "https" in (request.scheme, outside if proxies else "")
    return SECURE_COOKIE_NAME if secure else COOKIE_NAME
