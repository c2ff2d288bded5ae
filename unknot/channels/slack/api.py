"""Calls of Slack's Web API that wait when told to, try again when it helps, and say what went wrong in the end."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from unknot.channels.slack.config import SlackConfig, SlackConfigError
from unknot.observability.metrics import SLACK_LIMITED

logger = logging.getLogger(__name__)

PASSING = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org", "unreachable"}
)
REFUSED_BLOCKS = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "block_mismatch", "invalid_arguments"}
)
TOKEN_FAULTS = {
    "invalid_auth": "the bot token is not accepted: copy it again from OAuth & Permissions",
    "not_authed": "the bot token is not accepted: copy it again from OAuth & Permissions",
    "token_revoked": "the bot token was revoked: install the app to the workspace again",
    "token_expired": "the bot token has expired: install the app to the workspace again",
    "account_inactive": "the bot token belongs to an app or a workspace that was removed",
    "missing_scope": "the bot token lacks a scope: install the app again from unknot/channels/slack/manifest.yml",
    "not_allowed_token_type": "this is the wrong kind of token for the call",
}
_ONCE_SECONDS = 1.0  # an acknowledgement waits for it
Sleep = Callable[[float], Awaitable[None]]


class SlackCallError(Exception):
    """A call that failed for good. `code` is Slack's error code, or "unreachable"."""

    def __init__(self, method: str, code: str) -> None:
        super().__init__(f"{method}: {code}")
        self.method = method
        self.code = code


class SlackApi:
    """The Web API with one bot token per team. One instance per event loop."""

    def __init__(self, config: SlackConfig, sleep: Sleep = asyncio.sleep) -> None:
        self._config = config
        self._sleep = sleep
        self._session: aiohttp.ClientSession | None = None
        self._clients: dict[str, AsyncWebClient] = {}
        self._paused: dict[tuple[str, str], float] = {}  # (token, method) to the time it may be called again

    async def call(self, team: str, method: str, **arguments: Any) -> dict[str, Any]:
        """The answer of `method`. Raises SlackCallError when it failed for good.

        A rate limit is waited out as long as Slack asks, for all calls of the same method; what fails for a
        passing reason is tried again with growing pauses.
        """
        try:
            token = self._config.token_for(team)
        except SlackConfigError as error:
            logger.error("Slack: %s", error)
            raise SlackCallError(method, "no_token") from None
        return await self.call_with(token, method, **arguments)

    async def call_with(self, token: str, method: str, **arguments: Any) -> dict[str, Any]:
        """The same with a token instead of a team."""
        failures, waits = 0, 0
        while True:
            await self._wait_for(token, method)
            try:
                response = await self._client(token).api_call(method, json=arguments)
                return dict(response.data) if isinstance(response.data, dict) else {}
            except SlackApiError as error:
                failure, retry_after = _reason(error)
                if retry_after is not None and retry_after <= self._config.longest_pause:
                    waits += 1
                    SLACK_LIMITED.inc()
                    self._paused[token, method] = time.monotonic() + retry_after
                    if waits <= self._config.most_waits:
                        continue
            except (TimeoutError, aiohttp.ClientError, SlackClientError, OSError, ValueError):
                failure = "unreachable"
            failures += 1
            if failure not in PASSING or failures >= self._config.attempts:
                # Neither the words nor the arguments: they are health talk.
                logger.error("Slack: %s failed: %s", method, TOKEN_FAULTS.get(failure, failure))
                raise SlackCallError(method, failure)
            await self._sleep(self._config.first_pause * 2 ** (failures - 1))

    async def call_once(self, token: str, method: str) -> dict[str, Any]:
        """The answer of a method without arguments, tried once and not for long. Raises SlackCallError."""
        try:
            response = await asyncio.wait_for(self._client(token).api_call(method, json={}), _ONCE_SECONDS)
        except (TimeoutError, SlackClientError, aiohttp.ClientError, OSError, ValueError):
            raise SlackCallError(method, "unreachable") from None
        return dict(response.data) if isinstance(response.data, dict) else {}

    async def post_to_response_url(self, url: str, body: dict[str, Any]) -> bool:
        """Answers an interaction at the address that came with it; whether it worked."""
        for attempt in range(self._config.attempts):
            try:
                async with self._http().post(url, json=body) as response:
                    if response.status == 200:
                        return True
                    if response.status < 500 and response.status != 429:
                        break
            except (TimeoutError, aiohttp.ClientError, OSError, ValueError):
                pass
            if attempt + 1 < self._config.attempts:
                await self._sleep(self._config.first_pause * 2**attempt)
        logger.error("Slack: an interaction could not be answered")
        return False

    async def close(self) -> None:
        """Closes all connections."""
        if self._session is not None:
            await self._session.close()

    async def _wait_for(self, token: str, method: str) -> None:
        wait = self._paused.get((token, method), 0.0) - time.monotonic()
        if wait > 0:
            await self._sleep(wait)

    def _client(self, token: str) -> AsyncWebClient:
        if token not in self._clients:
            self._clients[token] = AsyncWebClient(
                token=token, base_url=self._config.api_url, session=self._http(), retry_handlers=[]
            )
        return self._clients[token]

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._config.api_seconds))
        return self._session


def _reason(error: SlackApiError) -> tuple[str, float | None]:
    """Slack's error code, and for a rate limit the seconds to wait."""
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    data = getattr(response, "data", None)
    code = str(data.get("error") or "") if isinstance(data, dict) else ""
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return "ratelimited", _seconds(getattr(response, "headers", {}))
    if status >= 500:
        return "service_unavailable", None
    return code or "unexpected_answer", None


def _seconds(headers: Any) -> float:
    """Retry-After; a second where it is missing or no number."""
    for name, value in dict(headers or {}).items():
        if str(name).lower() == "retry-after":
            try:
                return max(float(value), 0.0)
            except ValueError:
                break
    return 1.0
