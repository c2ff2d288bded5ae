"""The widget when things go wrong: no network, no server, a server that says nothing."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.channels.web.chat import Chat
from tests.channels.web.serve import FakeServer
from unknot.knowledge.loader import load
from unknot.launch.ports import free_port

pytestmark = pytest.mark.browser
Visit = Callable[..., Chat]


def test_offline_and_back(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.say("my back is in spasm")
    expect(chat.reply).to_contain_text("Pick all that fit")
    turns = shared.agent.turns
    chat.context.set_offline(True)
    chat.say("one thing")
    chat.say("another thing")
    expect(chat.page.get_by_text("I cannot be reached right now.")).to_be_visible()
    expect(chat.page.locator("[data-state=waiting]")).to_have_count(2)
    advice = chat.page.locator(".advice")
    # Word for word what the knowledge says, for the configured region.
    expect(advice).to_contain_text(" ".join(load().regions["us"].emergency_text.split()))
    for choice in load().asks["red_flags_first"].choices:
        expect(advice).to_contain_text(choice.title)
    expect(advice.get_by_role("link", name="911").first).to_have_attribute("href", "tel:911")
    chat.context.set_offline(False)
    expect(chat.page.get_by_text("Connected again.")).to_be_visible()
    chat.settle()
    expect(chat.page.locator("[data-state=waiting]")).to_have_count(0)
    assert shared.agent.turns == turns + 2
    assert shared.agent.texts[-2:] == ["one thing", "another thing"]
    expect(advice).to_have_count(0)


def test_what_was_typed_offline_survives_a_reload(own_server: Callable[..., FakeServer], visit: Visit) -> None:
    server = own_server()
    chat = visit(server.url).open()
    chat.say("my back is in spasm")
    expect(chat.reply).to_contain_text("Pick all that fit")
    chat.page.route("**/api/**", lambda route: route.abort())
    chat.say("kept for later")
    expect(chat.page.locator("[data-state=waiting]")).to_have_count(1)
    chat.page.unroute("**/api/**")
    chat.page.reload()
    expect(chat.log).to_contain_text("kept for later")
    chat.settle()
    expect(chat.reply).to_contain_text("Pick a place")
    assert server.agent.texts == ["my back is in spasm", "kept for later"]


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_without_a_server(own_server: Callable[..., FakeServer], visit: Visit, status: int) -> None:
    server = own_server()
    chat = visit(server.url).open()
    chat.say("my back is in spasm")
    expect(chat.reply).to_contain_text("Pick all that fit")
    refused: list[int] = []

    def refuse(route: Any) -> None:
        refused.append(status)
        route.fulfill(status=status, body="<html>Bad Gateway</html>", content_type="text/html")

    chat.page.route("**/api/messages", refuse)
    chat.say("kept for later")
    expect(chat.page.get_by_text("I cannot be reached right now.")).to_be_visible()
    expect(chat.page.locator("[data-state=waiting]")).to_have_count(1)
    for _ in range(5):  # more often than a message that a server refuses is tried
        with chat.page.expect_response("**/api/messages"):
            chat.button("Try again").first.click()
    expect(chat.page.locator("[data-state=failed]")).to_have_count(0)
    chat.page.unroute("**/api/messages")
    chat.button("Try again").first.click()
    expect(chat.reply).to_contain_text("Pick a place")
    expect(chat.page.locator("[data-state=waiting]")).to_have_count(0)
    assert len(refused) >= 6
    assert server.agent.texts == ["my back is in spasm", "kept for later"]


def test_server_restarted_in_the_middle(own_server: Callable[..., FakeServer], visit: Visit) -> None:
    server = own_server()
    chat = visit(server.url).open()
    chat.say("my back is in spasm")
    expect(chat.reply).to_contain_text("Pick all that fit")
    server.stop()
    chat.none()
    expect(chat.page.get_by_text("I cannot be reached right now.")).to_be_visible()
    server.start()
    chat.page.locator(".status").get_by_role("button", name="Try again").click()
    expect(chat.reply).to_contain_text("Pick a place")
    chat.settle()
    assert server.agent.texts == ["None of these"]
    assert len(chat.texts()) == 5


def test_opened_while_the_server_is_away(own_server: Callable[..., FakeServer], visit: Visit) -> None:
    server = own_server()
    chat = visit(server.url)
    chat.page.route("**/api/**", lambda route: route.abort())
    chat.open()
    expect(chat.page.get_by_text("I cannot be reached right now.")).to_be_visible()
    chat.say("my back is in spasm")
    chat.page.unroute("**/api/**")
    expect(chat.reply).to_contain_text("Pick all that fit")
    assert server.agent.texts == ["my back is in spasm"]


def test_action_server_hung(own_server: Callable[..., FakeServer], visit: Visit) -> None:
    server = own_server(turn_seconds=1.5, heartbeat_seconds=0.3)
    chat = visit(server.url).open()
    chat.say("hang")
    expect(chat.alarm.get_by_role("link", name="Call 911 now")).to_be_visible(timeout=1000)
    expect(chat.page.get_by_text("This takes longer than it should.")).to_be_visible()
    server.do(server.agent.hold.set)
    chat.page.reload()
    expect(chat.alarm).to_contain_text("pressure on nerves")


def test_a_turn_that_fails_can_be_tried_again(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.say("boom")
    expect(chat.page.locator("[data-state=failed]")).to_contain_text("Something went wrong here.")
    turns = shared.agent.turns
    chat.button("Try again").click()
    expect(chat.page.locator("[data-state=failed]")).to_be_visible()
    assert shared.agent.turns == turns + 1
    chat.say("my back is in spasm")
    expect(chat.reply).to_contain_text("Pick all that fit")


def test_too_fast(own_server: Callable[..., FakeServer], visit: Visit) -> None:
    server = own_server(session_burst=1, session_rate=1)
    chat = visit(server.url).open()
    chat.say("are you human")
    chat.say("are you human?")
    expect(chat.page.locator(".msg.bot")).to_have_count(2)


def test_a_session_that_is_over(own_server: Callable[..., FakeServer], visit: Visit) -> None:
    server = own_server(token_seconds=1000)
    chat = visit(server.url).open()
    chat.say("my back is in spasm")
    expect(chat.reply).to_contain_text("Pick all that fit")
    server.offset = 5000
    chat.say("are you human")
    expect(chat.page.get_by_text("The last conversation is over.")).to_be_visible()
    expect(chat.log).to_contain_text("I am a program.")


class Host:
    """A page of somebody else, with a strict policy of its own."""

    def __init__(self, widget: str, policy: str) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        page = (
            '<!doctype html><html lang="en"><title>Somebody else</title>'
            "<style>html { font-size: 10px } button { all: unset }</style>"
            "<main><h1>A page of somebody else</h1></main>"
            f'<script type="module" src="{widget}/widget/unknot.js"></script>'
        ).encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def host() -> Iterator[Callable[[str], Host]]:
    made: list[Host] = []

    def make(widget: str) -> Host:
        policy = (
            f"default-src 'none'; script-src {widget}; connect-src {widget}; style-src 'unsafe-inline'; "
            "require-trusted-types-for 'script'"
        )
        made.append(Host(widget, policy))
        return made[-1]

    yield make
    for one in made:
        one.server.shutdown()
        one.server.server_close()


def test_embedding_in_an_allowed_page(
    own_server: Callable[..., FakeServer], visit: Visit, host: Callable[[str], Host]
) -> None:
    server = own_server()
    page = host(server.url)
    server.stop()
    server.config = type(server.config)(**{**server.config.__dict__, "origins": frozenset({page.url})})
    server.start()
    chat = visit(page.url)
    chat.page.goto(page.url)
    chat.button("Open the chat").click()
    chat.say("my back is in spasm")
    expect(chat.reply).to_contain_text("Pick all that fit")
    assert chat.context.cookies() == []
    chat.page.reload()
    expect(chat.reply).to_contain_text("Pick all that fit")
    assert len(chat.texts()) == 3
    assert chat.violations("embedded") == []


def test_embedding_in_any_other_page(shared: FakeServer, visit: Visit, host: Callable[[str], Host]) -> None:
    page = host(shared.url)
    chat = visit(page.url)
    chat.page.goto(page.url)
    expect(chat.page.get_by_role("heading")).to_be_visible()
    chat.page.wait_for_load_state("networkidle")
    assert chat.page.evaluate("customElements.get('unknot-chat')") is None
    told = chat.page.evaluate(
        """(url) => fetch(url, {
          method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{}',
        }).then(() => 'let in', () => 'refused')""",
        f"{shared.url}/api/session",
    )
    assert told == "refused"
    assert chat.complaints
    assert all("CORS" in complaint for complaint in chat.complaints)
    chat.complaints.clear()
