"""Steps of Rasa's that cost a turn more than all the rest, done quickly and with the same outcome.

It puts its JSON schema together and checks it anew for every answer of the action server. What can be wrong with an
answer is still found: the shape here, a kind of event that nobody knows where Rasa makes events of them. Either way
the action counts as failed, as before. It walks through all classes of events for each event that it reads. And it
connects anew for each call: here a connection is kept for a moment.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import aiohttp
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event
from rasa.utils.endpoints import DEFAULT_REQUEST_TIMEOUT, EndpointConfig

_class_of = lru_cache(maxsize=64)(Event.resolve_by_type)
# Well under the five seconds after which the action server hangs up: a call that meets a closed connection fails.
_KEPT_FOR = 2.0
_kept: WeakKeyDictionary[asyncio.AbstractEventLoop, aiohttp.TCPConnector] = WeakKeyDictionary()


def put() -> None:
    """Puts them in the place of Rasa's own, for this process; a second time changes nothing."""
    EndpointConfig.session = _session
    RemoteAction._validate_action_result = _check
    Event.resolve_by_type = staticmethod(_class_of)


def _check(action: RemoteAction, result: Any) -> bool:
    """True. Raises ValidationError, as Rasa's does, when an answer is not what actions give."""
    if not isinstance(result, dict):
        raise ValidationError("The action server's answer is not an object")
    events, responses = result.get("events", []), result.get("responses", [])
    for name, part in (("events", events), ("responses", responses)):
        if not isinstance(part, list) or not all(isinstance(item, dict) for item in part):
            raise ValidationError(f"{name} in the action server's answer is not a list of objects")
    if not all(isinstance(event.get("event"), str) for event in events):
        raise ValidationError("an event in the action server's answer has no kind")
    return True


class _Connections(aiohttp.TCPConnector):
    """Lasts as long as its loop, so nobody is left to close it, and nothing is lost when it goes."""

    def __del__(self, _warnings: Any = None) -> None:
        return


def _session(endpoint: EndpointConfig) -> aiohttp.ClientSession:
    """What Rasa's own method gives, on connections that outlive it."""
    loop = asyncio.get_running_loop()
    if loop not in _kept:
        _kept[loop] = _Connections(keepalive_timeout=_KEPT_FOR, limit=0)
    account = endpoint.basic_auth
    signed = {"Authorization": aiohttp.encode_basic_auth(account["username"], account["password"])} if account else {}
    return aiohttp.ClientSession(
        connector=_kept[loop],
        connector_owner=False,
        headers={**endpoint.headers, **signed},
        timeout=aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT),
    )
