"""Who may ask: origins, headers, addresses; and how a refusal looks."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

API = "/api/"
MESSAGES = {
    "bad_request": (400, "That request could not be read."),
    "empty_text": (400, "There was nothing in that message."),
    "text_too_long": (400, "That message is too long. Please send it in parts."),
    "no_session": (401, "This chat session is over. A new one can be started."),
    "forbidden": (403, "This page may not use this chat."),
    "not_found": (404, "There is nothing at this address."),
    "nothing_told": (404, "Nothing was told yet that could be handed over."),
    "wrong_method": (405, "That cannot be done at this address."),
    "other_words": (409, "That message was already sent, with other words."),
    "stale_choice": (409, "That question was already answered."),
    "wrong_host": (421, "This chat is not served under that name."),
    "too_large": (413, "That message is too long. Please send it in parts."),
    "not_json": (415, "This address takes JSON only."),
    "too_many": (429, "That was a lot at once. Please wait a moment and try again."),
    "failed": (500, "Something went wrong here. Please try again."),
    "not_installed": (501, "This server was set up without that format."),
    "away": (503, "Something this chat needs is away for a moment. It will try again."),
    "busy": (503, "Many people write at this moment. Your message is kept here and sent again by itself."),
    "not_ready": (503, "The assistant is still starting. Please try again in a moment."),
}
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types unknot"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
}
BARE_POLICY = "default-src 'none'; frame-ancestors 'none'"  # of whatever is no page of ours
EVERY_HEADER = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"}


class RefusedError(Exception):
    """A request that is turned down; `code` is a key of MESSAGES."""

    def __init__(self, code: str, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after


def refusal_body(code: str) -> dict[str, Any]:
    """The JSON of an error."""
    status, message = MESSAGES[code]
    return {"status": status, "error": code, "message": message}


def refusal_response(refusal: RefusedError) -> HTTPResponse:
    """The answer to a refused request."""
    body = refusal_body(refusal.code)
    headers = {} if refusal.retry_after is None else {"Retry-After": str(int(refusal.retry_after) + 1)}
    return json_response(body, status=body["status"], headers=headers)


class Origins:
    """Which pages may use the API."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self.allowed = allowed

    def of(self, request: Request) -> str:
        """The embedding origin of a request, "" for the assistant's own pages and for no browser at all.

        Raises RefusedError for a page that is not allowed, told by Origin, else by Sec-Fetch-Site.
        """
        origin = request.headers.get("origin")
        if origin is None:
            if request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none"):
                return ""
            raise RefusedError("forbidden")
        if is_own(origin, request.headers.get("host", "")):
            return ""
        if origin.lower() in self.allowed:
            return str(origin).lower()
        raise RefusedError("forbidden")

    def headers(self, request: Request) -> dict[str, str]:
        """CORS headers, for allowed origins only. Never with credentials: another origin has a bearer token."""
        origin = request.headers.get("origin", "")
        if origin.lower() not in self.allowed:
            return {"Vary": "Origin"}
        return {
            "Vary": "Origin",
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Headers": "authorization, content-type",
            "Access-Control-Allow-Methods": "GET, POST, DELETE",
            "Access-Control-Max-Age": "600",
        }


def check_host(request: Request, hosts: frozenset[str]) -> None:
    """Raises RefusedError for a request to a name that is not among `hosts`; none of them means any."""
    host = str(request.headers.get("host", "")).lower()
    name = host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    if hosts and name not in hosts:
        raise RefusedError("wrong_host")


def is_own(origin: str, host: str) -> bool:
    """Whether a page of `origin` was served under `host`; a proxy may have taken TLS off in between."""
    try:
        parts = urlsplit(origin)
    except ValueError:  # no address at all
        return False
    return parts.scheme in ("http", "https") and parts.netloc != "" and parts.netloc.lower() == host.lower()


def address(request: Request, proxies: int) -> str:
    """Whose limits count: the peer's address, or what the outermost of `proxies` trusted proxies saw."""
    return network_of(forwarded(request, "x-forwarded-for", proxies) or str(request.ip))


def forwarded(request: Request, name: str, proxies: int) -> str:
    """What the outermost of `proxies` trusted proxies said in a forwarding header, "" where it said nothing.

    A header that came several times is one list, to whose right end each proxy adds: what the client sent is left.
    """
    chain = [part.strip() for part in ",".join(request.headers.getall(name, [])).split(",") if part.strip()]
    return chain[-proxies] if 0 < proxies <= len(chain) else ""


def network_of(text: str) -> str:
    """Who shares a limit with an address: itself; of IPv6 its /64, which one line or one phone has all of."""
    try:
        found = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return text
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return str(found)


def json_body(request: Request, most: int) -> dict[str, Any]:
    """The request's JSON object. Raises RefusedError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RefusedError("not_json")
    if len(request.body) > most:
        raise RefusedError("too_large")
    try:
        body = request.json
    except Exception:
        raise RefusedError("bad_request") from None
    if not isinstance(body, dict):
        raise RefusedError("bad_request")
    return body
