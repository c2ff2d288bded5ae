"""What is done quickly has the same outcome."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event, SlotSet, UserUttered
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from unknot.rasa_patches.quick import put

GOOD: list[Any] = [
    {},
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "case", "value": {}}], "responses": [{"custom": {"type": "ask"}}]},
]
BAD: list[Any] = [
    None,
    [],
    "events",
    {"events": None},
    {"events": {"event": "slot"}},
    {"events": ["slot"]},
    {"events": [{"name": "case"}]},
    {"events": [{"event": 7}]},
    {"responses": "hello"},
    {"responses": ["hello"]},
]


@pytest.fixture(params=["rasa", "quick"])
def action(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> RemoteAction:
    """An action with Rasa's check and with ours: both are to say the same."""
    own = RemoteAction._validate_action_result
    if own.__module__ != "rasa.core.actions.action" and request.param == "rasa":
        pytest.skip("Rasa's check is replaced in this process")
    monkeypatch.setattr(RemoteAction, "_validate_action_result", own)  # put back afterwards
    monkeypatch.setattr(Event, "resolve_by_type", staticmethod(Event.resolve_by_type))
    monkeypatch.setattr(EndpointConfig, "session", EndpointConfig.session)
    if request.param == "quick":
        put()
    return RemoteAction("action_answer", None)


@pytest.mark.parametrize("answer", GOOD, ids=str)
def test_a_good_answer_is_taken(action: RemoteAction, answer: Any) -> None:
    assert action._validate_action_result(answer) in (True, None)


@pytest.mark.parametrize("answer", BAD, ids=str)
def test_a_bad_answer_is_an_error(action: RemoteAction, answer: Any) -> None:
    with pytest.raises(ValidationError):
        action._validate_action_result(answer)


def test_events_are_told_apart(action: RemoteAction) -> None:
    for _ in range(2):
        assert Event.resolve_by_type("slot") is SlotSet
        assert Event.resolve_by_type("user") is UserUttered
        with pytest.raises(ValueError, match="no such event"):
            Event.resolve_by_type("no such event")
        assert Event.resolve_by_type("no such event", SlotSet) is SlotSet


class Server:
    """Answers with what it was sent, and notes over which connections."""

    def __init__(self) -> None:
        self.connections: list[Any] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.connections.append(request.transport.get_extra_info("peername") if request.transport else None)
        if request.path == "/wrong":
            raise web.HTTPBadRequest
        sent = {"said": await request.json(), "auth": request.headers.get("Authorization"), "x": request.headers["X"]}
        return web.json_response(sent)


def test_calls_share_a_connection_and_say_what_they_did(action: RemoteAction) -> None:
    del action  # with Rasa's own steps and with ours

    async def talk() -> tuple[list[Any], int]:
        server = Server()
        application = web.Application()
        application.router.add_post("/{path}", server.answer)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        account = {"username": "a", "password": "b"}
        endpoint = EndpointConfig(f"http://127.0.0.1:{port}", headers={"X": "1"}, basic_auth=account)
        told = [await endpoint.request(subpath="webhook", json={"n": n}) for n in range(3)]
        with pytest.raises(ClientResponseError):
            await endpoint.request(subpath="wrong", json={})
        told.append(await endpoint.request(subpath="webhook", json={"n": 3}))
        await runner.cleanup()
        return told, len(set(server.connections))

    kept = EndpointConfig.session.__module__ != "rasa.utils.endpoints"
    for _ in range(2):  # a loop each
        told, connections = asyncio.run(talk())
        assert told == [{"said": {"n": n}, "auth": "Basic YTpi", "x": "1"} for n in range(4)]
        assert connections == (1 if kept else 5)


def test_a_server_that_has_come_back_is_reached(action: RemoteAction) -> None:
    del action

    async def answer(request: web.Request) -> web.Response:
        return web.json_response({})

    async def talk() -> None:
        port = 0
        for _ in range(3):
            application = web.Application()
            application.router.add_post("/", answer)
            runner = web.AppRunner(application)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
            port = runner.addresses[0][1]
            assert await EndpointConfig(f"http://127.0.0.1:{port}/").request(json={}) == {}
            await runner.cleanup()

    asyncio.run(talk())
