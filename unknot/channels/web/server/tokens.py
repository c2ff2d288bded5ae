"""Session tokens: signed, bound to how and where they may be used, short-lived."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import jwt

ALGORITHM = "HS256"
AUDIENCE = "unknot-web"
SESSION_BYTES = 24  # 192 random bits
COOKIE, BEARER = "cookie", "bearer"


class TokenError(Exception):
    """The token is not ours, was changed, is expired or is used the wrong way."""


@dataclass(frozen=True)
class Token:
    """What a token says. `generation` counts rotations; `origin` is empty for a cookie."""

    session: str
    generation: int
    mode: str
    origin: str
    issued: float


def new_session_id() -> str:
    """An id nobody can guess."""
    return secrets.token_urlsafe(SESSION_BYTES)


def issue(token: Token, secret: str, seconds: float) -> str:
    """The signed text of `token`, good for `seconds` from its issue."""
    claims = {
        "aud": AUDIENCE,
        "sid": token.session,
        "gen": token.generation,
        "use": token.mode,
        "org": token.origin,
        "iat": int(token.issued),
        "exp": int(token.issued + seconds),
    }
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


def read(text: str, secret: str, *, mode: str, origin: str, now: float) -> Token:
    """The token behind `text` if it may be used in this `mode` from this `origin`. Raises TokenError."""
    try:
        claims = jwt.decode(
            text,
            secret,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            # Expiry is checked below, against the channel's own clock.
            options={"require": ["exp", "iat", "aud", "sid"], "verify_exp": False, "verify_iat": False},
        )
        token = Token(
            session=str(claims["sid"]),
            generation=int(claims["gen"]),
            mode=str(claims["use"]),
            origin=str(claims["org"]),
            issued=float(claims["iat"]),
        )
        expires = float(claims["exp"])
    except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
        raise TokenError("not a token of ours") from error
    if now >= expires:
        raise TokenError("expired")
    if token.mode != mode or token.origin != origin:
        raise TokenError("made for another use")
    return token
