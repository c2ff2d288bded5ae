"""The widget against the real assistant: model, action server, database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.channels.web.chat import Chat
from tests.support.server import RestServer
from unknot.settings import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.e2e]
Visit = Callable[..., Chat]
MOST_QUESTIONS = 14


@pytest.fixture(scope="module")
def assistant(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RestServer]:
    """The assistant as `make run` starts it."""
    with RestServer(trained_model, ROOT / "credentials.yml", tmp_path_factory.mktemp("real")) as server:
        yield server


@pytest.fixture
def real(assistant: RestServer) -> Iterator[RestServer]:
    """The same, in working order again afterwards."""
    yield assistant
    assistant.mend()


def turn_over(chat: Chat) -> None:
    """Waits for the reply to what was said last."""
    expect(chat.page.locator(".msg").last).to_have_class(re.compile(r"\bmsg bot\b"), timeout=15_000)
    chat.settle()


def answer(chat: Chat) -> None:
    """Answers whatever is asked, by its control where there is one."""
    reply = chat.reply
    if reply.locator(".place").count():
        chat.page.locator(".spotted").nth(5).click()
        reply.locator(".main").click()
    elif reply.locator(".scale").count():
        chat.page.get_by_role("radio", name="6").check()
        reply.locator(".main").click()
    elif reply.locator(".ticks").count():
        chat.none()
    elif reply.locator(".choice").count():
        reply.locator(".choice").first.click()
    else:
        chat.say("44")


def interview(chat: Chat) -> None:
    """From the first word to the plan."""
    chat.button("My back just went into spasm").click()
    for _ in range(MOST_QUESTIONS):
        turn_over(chat)
        if chat.page.locator(".plan").count():
            return
        answer(chat)
    raise AssertionError(f"no plan after {MOST_QUESTIONS} answers: {chat.texts()[-3:]}")


def test_a_whole_conversation(real: RestServer, visit: Visit) -> None:
    chat = visit(real.url).open()
    interview(chat)
    plan = chat.page.locator(".plan")
    assert plan.locator(".step").count() >= 3
    assert plan.locator("svg.figure").count() >= 1
    assert chat.alarm.count() == 0
    assert chat.violations("plan of the real assistant") == []
    before = chat.texts()
    chat.page.reload()
    expect(plan).to_be_visible()
    assert chat.texts() == before
    assert chat.hosts == {real.url.removeprefix("http://")}


def test_an_emergency_in_the_middle_with_the_actions_dead_or_hung(real: RestServer, visit: Visit) -> None:
    for harm in (real.kill_actions, real.hang_actions):
        chat = visit(real.url).open()
        chat.say("my back is in spasm")
        turn_over(chat)
        harm()
        chat.say("since an hour ago I cannot pee and I am numb between my legs")
        expect(chat.alarm.get_by_role("link", name="Call 911 now")).to_be_visible(timeout=2_000)
        real.mend()
        chat.page.reload()
        expect(chat.alarm).to_be_visible()


def test_a_dead_action_server_is_not_silence(real: RestServer, visit: Visit) -> None:
    chat = visit(real.url).open()
    real.kill_actions()
    chat.say("how long does a back spasm last?")
    turn_over(chat)
    assert len(chat.texts()[-1]) > len("Unknot said:")


def test_the_assistant_restarted_in_the_middle(real: RestServer, visit: Visit) -> None:
    chat = visit(real.url).open()
    chat.say("my back is in spasm")
    turn_over(chat)
    before = chat.texts()
    real.restart_assistant()
    chat.page.reload()
    expect(chat.page.locator(".msg")).to_have_count(len(before), timeout=15_000)
    assert chat.texts() == before
    answer(chat)
    turn_over(chat)
    assert len(chat.texts()) >= len(before) + 2


def test_delete_leaves_no_trace_in_the_database(real: RestServer, visit: Visit) -> None:
    words = "my back hurts since I lifted the purple piano"
    chat = visit(real.url).open()
    chat.say(words)
    turn_over(chat)
    assert b"purple piano" in kept_in(real.database)
    chat.button("Menu").click()
    chat.button("Delete my data").click()
    chat.button("Delete it").click()
    expect(chat.page.get_by_text("Your conversation is deleted.")).to_be_visible()
    assert b"purple piano" not in kept_in(real.database)
    assert "purple piano" not in "".join(path.read_text() for path in real.logs.glob("*.log"))


def kept_in(database: Path) -> bytes:
    """All bytes of an SQLite database: its file and its write-ahead log, in which a turn stands first."""
    return b"".join(path.read_bytes() for path in database.parent.glob(f"{database.name}*"))
