"""Takes the pictures in docs/img. `python -m tests.channels.web.screens [address of a running assistant]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from scripts.browser import find
from tests.channels.web.chat import CHAT, LAUNCH, Chat
from tests.channels.web.serve import FakeServer
from unknot.settings import ROOT

PICTURES = ROOT / "docs" / "img"
DESKTOP = {"width": 1180, "height": 760}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 780},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 1.5,
}


def shoot(chat: Chat, name: str, *, panel: bool = False) -> None:
    """One picture, of the page or of the panel alone."""
    chat.page.wait_for_timeout(500)
    target: Any = chat.page.locator(".panel") if panel else chat.page
    target.screenshot(path=PICTURES / f"web-{name}.png")


def until(chat: Chat, control: str) -> None:
    """Answers questions until `control` is there."""
    for _ in range(14):
        chat.page.locator(".msg.bot").last.wait_for()
        chat.page.wait_for_timeout(400)
        if chat.page.locator(control).count():
            return
        if chat.page.locator(".place").count():
            if chat.reply.locator(".main[aria-disabled=true]").count():
                chat.page.locator(".spotted").nth(3).click()
            chat.reply.locator(".main").click()
        elif chat.page.locator(".scale").count():
            chat.page.get_by_role("radio", name="6").check()
            chat.reply.locator(".main").click()
        elif chat.page.locator(".ticks").count():
            chat.none()
        elif chat.reply.locator(".choice").count():
            chat.reply.locator(".choice").first.click()
        else:
            chat.say("44")


def take(browser: Browser, url: str) -> None:
    """All pictures."""
    chat = Chat(browser.new_context(viewport=DESKTOP, color_scheme="light"), url).open()
    shoot(chat, "start")
    chat.say("My back just went into spasm when I lifted a box")
    until(chat, ".place")
    chat.page.locator(".spotted").nth(3).click()
    shoot(chat, "map", panel=True)
    until(chat, ".scale")
    chat.page.get_by_role("radio", name="6").check()
    shoot(chat, "scale", panel=True)
    until(chat, ".plan")
    chat.page.evaluate(f"{CHAT}.querySelectorAll('.figures:not(:empty)')[0].closest('.step').scrollIntoView()")
    shoot(chat, "plan", panel=True)
    dark = Chat(browser.new_context(**PHONE, color_scheme="dark"), url).open()
    dark.say("My back is in spasm")
    until(dark, ".place")
    dark.page.locator(".spotted").nth(10).click()
    shoot(dark, "phone-dark")
    dark.say("I cannot pee and I am numb between my legs")
    dark.alarm.wait_for()
    shoot(dark, "emergency")
    lost = Chat(browser.new_context(**PHONE), url).open()
    lost.context.set_offline(True)
    lost.say("My back is in spasm")
    lost.page.locator(".advice").wait_for()
    shoot(lost, "offline")


def main() -> None:
    """With an address, pictures of what runs there; without one, of the scripted assistant."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(find()), args=LAUNCH)
        if len(sys.argv) > 1:
            take(browser, sys.argv[1])
        else:
            with tempfile.TemporaryDirectory() as folder, FakeServer(Path(folder)) as server:
                take(browser, server.url)
        browser.close()


if __name__ == "__main__":
    main()
