"""Where Rasa's own code is watched: reading, calls of actions, whole turns. It has no place for that itself."""

from __future__ import annotations

import asyncio
import functools
from typing import Any

from aiohttp import ClientConnectionError
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.utils.endpoints import EndpointConfig

from unknot.observability import metrics
from unknot.observability.serving import measure_lag
from unknot.observability.turns import HEADER, phase, turn, turn_id

_tasks: set[asyncio.Task[None]] = set()


def watch_rasa() -> None:
    """Puts watching methods in the place of Rasa's, for this process; a second time changes nothing."""
    if hasattr(Agent.handle_message, "__wrapped__"):
        return
    Agent.handle_message = _whole_turn(Agent.handle_message)
    MessageProcessor.handle_message = _whole_turn(MessageProcessor.handle_message)
    MessageProcessor._parse_message_with_graph = _reading(MessageProcessor._parse_message_with_graph)
    RemoteAction.run = _action_call(RemoteAction.run)
    EndpointConfig.request = _with_turn(EndpointConfig.request)


def _whole_turn(original: Any) -> Any:
    @functools.wraps(original)
    async def handle_message(self: Any, message: UserMessage) -> Any:
        _start_lag()
        with turn(str(message.input_channel)):
            return await original(self, message)

    return handle_message


def _reading(original: Any) -> Any:
    @functools.wraps(original)
    def parse(*arguments: Any, **named: Any) -> Any:
        with phase("read"):
            return original(*arguments, **named)

    return parse


def _action_call(original: Any) -> Any:
    @functools.wraps(original)
    async def run(*arguments: Any, **named: Any) -> Any:
        with phase("actions"), metrics.ACTION_CALL_SECONDS.time():
            try:
                return await original(*arguments, **named)
            except Exception as error:
                metrics.ACTION_FAILURES.labels(_kind(error)).inc()
                raise

    return run


def _kind(error: BaseException) -> str:
    cause = error.__cause__ or error.__context__
    if isinstance(error, asyncio.TimeoutError) or isinstance(cause, asyncio.TimeoutError):
        return "timeout"
    return "unreachable" if isinstance(cause, ClientConnectionError) else "answer"


def _with_turn(original: Any) -> Any:
    @functools.wraps(original)
    async def request(self: Any, *arguments: Any, **named: Any) -> Any:
        if identity := turn_id():
            named["headers"] = {**(named.get("headers") or {}), HEADER: identity}
        return await original(self, *arguments, **named)

    return request


def _start_lag() -> None:
    """The first turn starts it: no part of Rasa's server is ours on every channel."""
    if not _tasks:
        _tasks.add(asyncio.get_running_loop().create_task(measure_lag()))
