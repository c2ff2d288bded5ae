"""For later, in the browser: nothing is loaded before it is asked for; a reminder, a calendar file, a link."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.channels.web.chat import Chat
from tests.channels.web.serve import FakeServer
from tests.channels.web.test_handover import CASE
from tests.channels.web.test_later import day_comes
from unknot.knowledge.loader import load

Visit = Callable[..., Chat]
pytestmark = pytest.mark.browser


def opened(chat: Chat) -> None:
    chat.button("Menu").click()
    chat.button("Remind me, hand over").click()
    chat.page.get_by_role("dialog", name="For later").wait_for()


def test_a_reminder_is_asked_for_shown_on_return_and_ended(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url, timezone_id="Europe/Berlin")
    asked: list[str] = []
    chat.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    chat.open()
    chat.say("my back hurts")
    assert not any("later" in path or "reminders" in path for path in asked)
    opened(chat)
    dialog = chat.page.get_by_role("dialog", name="For later")
    expect(dialog).to_contain_text(load().messages["reminder_off"])
    dialog.get_by_label("Time of day").fill("07:45")
    dialog.get_by_role("button", name="Remind me", exact=True).click()
    expect(dialog).to_contain_text("07:45 each day (Europe/Berlin)")
    assert chat.violations("for later", "") == []
    with chat.page.expect_download() as download:
        dialog.get_by_role("button", name="Calendar file").click()
    assert download.value.suggested_filename == "unknot.ics"
    dialog.get_by_role("button", name="Close").click()
    day_comes(shared)
    chat.page.reload()
    greeting = chat.page.get_by_text(load().messages["reminder_greeting"])
    expect(greeting).to_be_visible()
    chat.page.reload()
    expect(chat.log).to_contain_text("my back hurts")
    expect(greeting).to_have_count(0)
    opened(chat)
    dialog.get_by_role("button", name="Do not remind me").click()
    expect(dialog).to_contain_text(load().messages["reminder_off"])


def test_a_link_and_its_code_are_shown_and_lead_to_the_page(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.say("my back hurts")
    shared.knows(CASE)
    opened(chat)
    dialog = chat.page.get_by_role("dialog", name="For later")
    dialog.get_by_role("button", name="Link for a clinician").click()
    expect(dialog.get_by_role("img", name="QR code of the link")).to_be_visible()
    url = dialog.get_by_role("link").inner_text()
    page = shared.client()
    assert page.get(url).status_code == 200
    assert page.post(url).content.startswith(b"%PDF-")
