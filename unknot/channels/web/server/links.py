"""A link with a QR code for the one who takes over: one page, shown once, within a day, to whoever holds the link.

Whoever opens it gets a page with a button, so that a program that looks at links in advance does not use it up; the
button shows the document. Unknown, used and too old are answered alike. The page's words tell nothing of the person.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from html import escape
from typing import Any

from sanic.request import Request
from sanic.response import HTTPResponse, html, raw
from sanic.response import json as json_response

from unknot.channels.health import NO_STORE
from unknot.channels.web.server.conversation import sender_id
from unknot.channels.web.server.guard import EVERY_HEADER, RefusedError, forwarded, json_body
from unknot.channels.web.server.handover import Handover
from unknot.channels.web.server.later import Check, Require
from unknot.conversations import links
from unknot.conversations.access import Access
from unknot.handover.calendar import qr_svg
from unknot.knowledge.loader import load

PATH = "/handover/"
_MOST = 1_024  # bytes of a request
_POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action "
HEADERS = {**EVERY_HEADER, **NO_STORE, "X-Robots-Tag": "noindex"}
# What shows a PDF in the browser is a page with an object and a style of its own.
_OF_DOCUMENT = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title></head><body><main><h1>{title}</h1><p>{text}</p>{form}</main></body></html>
"""


class Links:
    """Makes links for sessions and answers whoever opens one."""

    def __init__(
        self,
        database: Access,
        handover: Handover,
        require: Require,
        check: Check,
        now: Callable[[], float],
        proxies: int,
    ) -> None:
        self._database = database
        self._handover = handover
        self._require = require
        self._check = check
        self._now = now
        self._proxies = proxies

    async def make(self, request: Request) -> HTTPResponse:
        """POST /api/handover/link: `{url, qr, expires}`; an older link is dead from now on. Raises RefusedError."""
        session = await self._require(request)
        json_body(request, _MOST)
        await self._check("session", session.session)
        who, now = sender_id(session.session), int(self._now())
        await self._handover.made(who, "pdf")  # there is something to show, and what makes it is installed
        token = await self._database.run(lambda db: links.make(db, who, now))
        url = f"{self._base(request)}{PATH}{token}"
        try:
            picture = qr_svg(url)
        except ModuleNotFoundError:
            raise RefusedError("not_installed") from None
        expires = datetime.fromtimestamp(now + links.SECONDS, UTC).isoformat(timespec="seconds")
        return json_response({"url": url, "qr": picture, "expires": expires}, headers=NO_STORE)

    async def open(self, request: Request, token: str) -> HTTPResponse:
        """GET /handover/TOKEN: a button while the link lives. POST: the document, and the link is dead."""
        now = int(self._now())
        who = await self._database.run(lambda db: links.alive(db, token, now))
        if who is None:
            return _gone()
        if request.method != "POST":
            return _page(
                "link_title", "link_text", 200, f'<form method="post"><button>{_word("link_open")}</button></form>'
            )
        try:
            made = await self._handover.made(who, "pdf")  # before the link is used: what fails may be tried again
        except RefusedError:
            return _gone()
        if await self._database.run(lambda db: links.use(db, token, now)) != who:
            return _gone()
        headers = {**HEADERS, "Content-Security-Policy": _OF_DOCUMENT}
        headers["Content-Disposition"] = f'inline; filename="{made.name}"'
        return raw(made.content, content_type=made.kind, headers=headers)

    def _base(self, request: Request) -> str:
        scheme = forwarded(request, "x-forwarded-proto", self._proxies) or forwarded(request, "x-forwarded-proto", 1)
        secure = "https" in (request.scheme, scheme if self._proxies else "")
        return f"{'https' if secure else 'http'}://{request.headers.get('host', '')}"


def _gone() -> HTTPResponse:
    return _page("link_gone_title", "link_gone", 404)


def _page(title: str, text: str, status: int, form: str = "") -> HTTPResponse:
    body = _PAGE.format(title=_word(title), text=_word(text), form=form)
    policy = _POLICY + ("'self'" if form else "'none'")
    return html(body, status=status, headers={**HEADERS, "Content-Security-Policy": policy})


def _word(key: str) -> str:
    return escape(load().messages[key])


def answering(open_link: Callable[[Request, str], Awaitable[HTTPResponse]], admit: Callable[[Request], Any]) -> Any:
    """The route's handler: under the limits of an address, like everything else."""

    async def handler(request: Request, token: str) -> HTTPResponse:
        await admit(request)
        return await open_link(request, token)

    return handler
