"""The widget in a browser, spoken to as a person would."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, Locator, Page, expect

LAUNCH = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Ends when the conversation has kept its place for some frames: a control under way is neither hidden nor whole.
REST = """new Promise((done) => {
  const log = document.querySelector('unknot-chat')?.shadowRoot?.querySelector('.log');
  let at = -1, same = 0;
  const look = () => {
    same = log?.scrollTop === at ? same + 1 : 0;
    at = log?.scrollTop;
    same > 5 || !log ? done() : setTimeout(look, 30);
  };
  look();
})"""
CHAT = "document.querySelector('unknot-chat').shadowRoot"


class Chat:
    """One page with the widget in it. `complaints` collects what a clean page never has."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context = context
        self.url = url
        self.page: Page = context.new_page()
        self.page.set_default_timeout(8_000)
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._console)
        self.page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))
        self.page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))

    def _console(self, message: Any) -> None:
        # Requests that fail are what some tests are about; the browser logs each.
        told = any(
            known in message.text for known in ("Failed to load resource", "registration blocked by Playwright")
        )
        if message.type in ("error", "warning") and not told:
            self.complaints.append(message.text)

    def open(self) -> Chat:
        """Loads the page; the demo page opens the panel by itself."""
        self.page.goto(self.url)
        expect(self.field).to_be_visible()
        return self

    def on_page(self, body: str, attributes: str = 'lang="en"') -> Chat:
        """Opens a page of somebody else, on the same origin, that has the widget in it."""
        script = '<script type="module" src="/widget/unknot.js"></script>'
        head = "<title>Host</title><header><h1>Host</h1></header>"
        html = f"<!doctype html><html {attributes}>{head}{body}{script}</html>"
        self.page.route("**/host", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
        self.page.goto(f"{self.url}/host")
        return self

    @property
    def field(self) -> Locator:
        """Where one types."""
        return self.page.get_by_label("Your message")

    @property
    def log(self) -> Locator:
        """What was said."""
        return self.page.get_by_role("log")

    @property
    def alarm(self) -> Locator:
        """The pinned emergency card."""
        return self.page.locator(".alarm")

    @property
    def reply(self) -> Locator:
        """The controls that answer the question."""
        return self.page.locator(".reply")

    def say(self, text: str) -> None:
        """Types and sends."""
        self.field.fill(text)
        self.field.press("Enter")

    def button(self, name: str) -> Locator:
        """A button by its exact name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def none(self, *, send: bool = True) -> None:
        """Denies a list, once all of it was in view: until then its button leads on. Or leaves it at that."""
        ticks = self.page.locator(".ticks")
        ticks.wait_for()
        for _ in range(60):
            if ticks.locator("[data-does=none]").count():
                return self.button("None of these").click() if send else None
            if ticks.locator("[data-does=lead]").count():
                ticks.locator(".main").evaluate("(at) => at.click()")
            self.page.wait_for_timeout(150)
        raise AssertionError("the list cannot be denied")

    def texts(self) -> list[str]:
        """What was said, in order, as it is read out."""
        return [" ".join(text.split()) for text in self.page.locator(".msg").all_inner_texts()]

    def settle(self) -> None:
        """Waits until nothing is under way."""
        expect(self.page.locator(".status[data-kind=typing]")).to_have_count(0)
        expect(self.page.locator("[data-state=waiting], [data-state=failed]")).to_have_count(0)

    def focus(self) -> str:
        """What has the focus, by name or text."""
        script = (
            f"(() => {{ const at = {CHAT}.activeElement;"
            " return at ? (at.id || at.getAttribute('aria-label') || at.textContent).trim() : ''; })()"
        )
        return str(self.page.evaluate(script))

    def in_reply(self) -> bool:
        """Whether the focus gets to the control that answers, within a moment."""
        for _ in range(40):
            if self.page.evaluate(f"{CHAT}.querySelector('.reply').contains({CHAT}.activeElement)"):
                return True
            self.page.wait_for_timeout(50)
        return False

    def violations(self, state: str, rule: str = "") -> list[str]:
        """What axe-core finds wrong in this state, by all its rules or by one, once nothing scrolls any more."""
        self.page.evaluate(REST)
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        only = {"type": "rule", "values": [rule]} if rule else {"type": "tag", "values": RULES}
        options = {"runOnly": only, "resultTypes": ["violations"]}
        found = self.page.evaluate("(options) => axe.run(document, options)", options)
        return [
            f"{state}: {rule['id']}: {node['target']} {node['failureSummary']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]


def interview(chat: Chat) -> None:
    """By mouse from the first word to the plan."""
    chat.button("My back just went into spasm").click()
    chat.none()
    chat.page.locator(".spotted").nth(3).click()
    chat.page.get_by_role("button", name="Send: Upper back, left").click()
    chat.page.get_by_role("radio", name="7").check()
    chat.button("Send: 7 out of 10").click()
    chat.button("It started today").click()
    chat.button("Nothing set it off").click()
    chat.log.get_by_text("How old are you?").wait_for()
    chat.say("44")
    chat.page.get_by_role("checkbox", name="I take a blood thinner").check()
    chat.button("Send 1 picked").click()
    chat.page.locator(".summary").wait_for()
