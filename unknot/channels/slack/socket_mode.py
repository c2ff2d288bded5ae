"""Socket Mode: Slack's requests over a websocket that we open, so that no public address is needed."""

from __future__ import annotations

import asyncio
import logging

from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from unknot.channels.slack.config import SlackConfig
from unknot.channels.slack.desk import Answer, Desk
from unknot.conversations.access import AwayError
from unknot.observability.metrics import SLACK_CONNECTED

_WATCH_SECONDS = 1.0
logger = logging.getLogger(__name__)


class Socket:
    """The websocket of one server; the client reconnects by itself."""

    def __init__(self, config: SlackConfig, desk: Desk) -> None:
        self._config = config
        self._desk = desk
        self._client: SocketModeClient | None = None
        self.stands = False

    async def run(self) -> None:
        """Connects, and goes on trying until it works."""
        # Its own logger is quiet: at DEBUG it would write whole messages.
        quiet = logging.getLogger(f"{__name__}.client")
        quiet.setLevel(logging.CRITICAL)
        self._client = SocketModeClient(
            app_token=self._config.app_token,
            web_client=AsyncWebClient(base_url=self._config.api_url, logger=quiet),
            logger=quiet,
        )
        self._client.socket_mode_request_listeners.append(self._take)
        await self._client.connect()

    async def connected(self) -> bool:
        """Whether the websocket stands at this moment."""
        return self._client is not None and bool(await self._client.is_connected())

    async def watch(self) -> None:
        """Notes, for as long as the server runs, whether the websocket stands, and says when that changes."""
        while True:
            stands = await self.connected()
            if stands != self.stands:
                if self.stands:
                    logger.error("Slack: the websocket is lost; connecting again")
                else:
                    logger.warning("Slack: the websocket stands")
            self.stands = stands
            SLACK_CONNECTED.set(stands)
            await asyncio.sleep(_WATCH_SECONDS)

    async def close(self) -> None:
        """Closes the websocket."""
        if self._client is not None:
            await self._client.close()

    async def _take(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        try:
            answer = await self._dispatch(request)
        except AwayError:
            return  # not kept, so not acknowledged: Slack sends it again
        except Exception as error:
            logger.error("Slack: a request could not be taken: %s", type(error).__name__)
            answer = None
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload=answer))

    async def _dispatch(self, request: SocketModeRequest) -> Answer:
        if request.type == "events_api":
            await self._desk.event(request.payload)
        elif request.type == "interactive":
            return await self._desk.interaction(request.payload)
        elif request.type == "slash_commands":
            return await self._desk.command(request.payload)
        return None
