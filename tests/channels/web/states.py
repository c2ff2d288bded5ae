"""Every state of the page, one after another: for engines that check it and for eyes.

`python -m tests.channels.web.states FOLDER [SIZE [LOOK]]` takes a picture of each.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Route, expect, sync_playwright

from scripts.browser import find
from tests.channels.web.chat import LAUNCH, Chat
from tests.channels.web.serve import FakeServer

# A laptop, a phone, the same lying sideways, and what is left of a small window at 400 %.
SIZES = {"laptop": (1280, 800), "phone": (390, 844), "sideways": (568, 320), "small": (320, 480)}
LOOKS = ("light", "dark")
DAY = 86_400
PATIENT = {"newcomer_burst": 1e6, "address_burst": 1e6, "session_burst": 1e6}

States = Iterator[str]


def walk(chat: Chat) -> States:
    """Brings the page into one state after another and gives their names; each stands until the next is asked for."""
    for part in (_beginning, _interview, _after, _emergency, _crisis, _trouble, _settings, _elsewhere):
        chat.context.clear_cookies()
        chat.page.unroute_all()
        yield from part(chat)


def _beginning(chat: Chat) -> States:
    chat.page.route("**/widget/unknot.js", lambda route: route.abort())
    chat.page.goto(chat.url)
    yield "before the script"
    chat.page.unroute_all()
    _anew(chat)
    yield "welcome"
    chat.button("Menu").click()
    yield "menu"
    chat.button("Delete my data").click()
    yield "asked before deleting"
    chat.button("Keep it").click()
    chat.field.fill("x" * 1200)
    yield "too long a message"
    chat.field.fill("")


def _interview(chat: Chat) -> States:
    _anew(chat)
    chat.button("My back just went into spasm").click()
    ticks = chat.page.locator(".ticks")
    ticks.wait_for()
    yield "danger signs"
    chat.page.get_by_role("checkbox").nth(2).check()
    yield "danger signs, one ticked"
    chat.page.get_by_role("checkbox").nth(2).uncheck()
    chat.none(send=False)
    yield "danger signs, all seen"
    chat.none()
    chat.page.locator(".place").wait_for()
    yield "map"
    chat.button("Lower back, left").click()
    chat.button("Lower back, right").click()
    yield "map, both sides picked"
    chat.page.locator(".recap summary").click()
    yield "what was answered"
    chat.page.locator(".recap summary").click()
    chat.reply.locator(".main").click()
    chat.page.locator(".scale").wait_for()
    yield "scale, with first help"
    chat.page.get_by_role("radio", name="7").check()
    yield "scale, picked"
    chat.button("Send: 7 out of 10").click()
    chat.button("It started today").wait_for()
    yield "choices"
    chat.button("It started today").click()
    chat.button("Nothing set it off").click()
    chat.log.get_by_text("How old are you?").wait_for()
    yield "a question to answer in words"
    chat.page.locator(".why summary").last.click()
    yield "why it is asked"
    chat.say("44")
    chat.page.get_by_role("checkbox").first.wait_for()
    yield "health to tick"
    chat.say("none")
    chat.page.locator(".summary").wait_for()
    yield "plan and summary"


def _after(chat: Chat) -> States:
    _anew(chat)
    chat.say("card please")
    chat.page.locator(".plan").wait_for()
    yield "plan"
    for fold in chat.page.locator(".plan .step details.rest").all():
        fold.evaluate("(at) => { at.open = true; }")
    yield "plan, steps in full"
    for fold in chat.page.locator(".plan details").all():
        fold.evaluate("(at) => { at.open = true; }")
    chat.page.locator(".net summary").evaluate("(at) => at.scrollIntoView()")
    yield "plan, all of it"
    if chat.page.locator(".timer").count():
        chat.page.locator(".timer").first.click()
        yield "plan, a timer runs"
    chat.page.locator(".summary h3").evaluate("(at) => at.scrollIntoView()")
    yield "summary"
    _say(chat, "i take warfarin")
    yield "plan changed"
    _say(chat, "how do I get relief")
    chat.log.locator(".sources summary").last.click()
    yield "answer with sources"
    _say(chat, "urgent")
    yield "see a clinician today"
    _say(chat, "see someone")
    yield "see a clinician soon"
    _say(chat, "are you human")
    yield "a note"
    chat.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    chat.page.emulate_media(media="print")
    yield "on paper"
    chat.page.emulate_media(media="screen")


def _emergency(chat: Chat) -> States:
    _anew(chat)
    chat.say("i cant pee and im numb down there")
    chat.button("I called").wait_for()
    yield "emergency, with its exits"
    _say(chat, "what about heat")
    yield "emergency, after more was said"
    _anew(chat)
    _say(chat, "I cannot pee")
    yield "emergency, without exits"
    _say(chat, "not really")
    yield "emergency, asked what fits"
    _say(chat, "false alarm")
    yield "emergency, taken back"


def _crisis(chat: Chat) -> States:
    _anew(chat)
    _say(chat, "I am not safe")
    yield "crisis, with choices"
    _say(chat, "hello")
    yield "crisis, after more was said"
    _say(chat, "I cannot pee")
    yield "crisis and emergency"


def _trouble(chat: Chat) -> States:
    _anew(chat)
    _say(chat, "my back")
    _say(chat, "break down")
    yield "the assistant fails"
    chat.say("boom")
    chat.page.locator("[data-state=failed]").wait_for()
    yield "a message failed"
    chat.context.set_offline(True)
    chat.say("are you there")
    chat.page.locator(".advice").wait_for()
    yield "offline"
    chat.context.set_offline(False)
    chat.page.locator(".status[data-kind=back]").wait_for()
    yield "connected again"
    _anew(chat)
    chat.say("slow")
    chat.page.locator(".status[data-kind=typing]").wait_for()
    yield "typing"
    chat.settle()


def _settings(chat: Chat) -> States:
    _anew(chat)
    _say(chat, "card please")
    chat.button("Menu").click()
    for _ in range(3):
        chat.page.get_by_role("button", name="Text size").click()
    chat.page.keyboard.press("Escape")
    yield "plan, text at 200 %"
    _say(chat, "i cant pee and im numb down there")
    yield "emergency, text at 200 %"
    chat.button("Menu").click()
    chat.page.get_by_role("button", name="Text size").click()
    chat.button("Start over").click()
    chat.settle()
    chat.button("Menu").click()
    chat.button("Do not keep this talk").click()
    yield "a new start, not kept"
    chat.button("Menu").click()
    chat.button("Keep this talk").click()
    chat.page.route("**/api/session", _two_days_ago)
    chat.page.reload()
    chat.page.locator(".msg").first.wait_for()
    yield "days ago"


def _elsewhere(chat: Chat) -> States:
    chat.on_page("<main>Text</main><unknot-chat></unknot-chat>")
    chat.button("Open the chat").wait_for()
    yield "in a corner, closed"
    chat.button("Open the chat").click()
    chat.page.locator(".panel").wait_for()
    yield "in a corner, open"
    chat.page.goto(f"{chat.url}/widget/embed.html")
    expect(chat.field).to_be_visible()
    yield "demonstration page"


def _anew(chat: Chat) -> None:
    """Nobody has said anything here."""
    chat.page.evaluate("localStorage.clear(); sessionStorage.clear()")
    chat.context.clear_cookies()
    chat.page.unroute_all()
    chat.page.goto("about:blank")
    chat.open()


def _say(chat: Chat, text: str) -> None:
    """Says it and waits for the whole reply."""
    chat.say(text)
    expect(chat.page.locator(".msg").last).to_contain_class("bot")
    chat.settle()


def _two_days_ago(route: Route) -> None:
    response = route.fetch()
    body = response.json()
    for item in body["items"]:
        item["at"] -= 2 * DAY
    route.fulfill(response=response, json=body)


def options(size: str, look: str) -> dict[str, Any]:
    """Of a browser's profile, for a size and a colour scheme."""
    width, height = SIZES[size]
    return {
        "viewport": {"width": width, "height": height},
        "color_scheme": look,
        "reduced_motion": "reduce",
        "service_workers": "block",
    }


def shoot(browser: Browser, url: str, folder: Path, size: str, look: str) -> None:
    """A picture of each state."""
    context = browser.new_context(**options(size, look))
    chat = Chat(context, url)
    for number, state in enumerate(walk(chat), 1):
        chat.page.wait_for_timeout(120)
        chat.page.screenshot(
            path=folder / f"{size}-{look}-{number:02}-{state.replace(' ', '_').replace(',', '')}.png"
        )
    context.close()


if __name__ == "__main__":
    where = Path(sys.argv[1])
    where.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as kept,
        FakeServer(Path(kept), **PATIENT) as server,
        sync_playwright() as play,
    ):
        chromium = play.chromium.launch(executable_path=str(find()), args=LAUNCH)
        for a_size in sys.argv[2:3] or SIZES:
            for a_look in sys.argv[3:4] or LOOKS:
                shoot(chromium, server.url, where, a_size, a_look)
        chromium.close()
