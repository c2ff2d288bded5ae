"""Writes docs/slack_conversation.json and docs/terminal_session.txt anew, from a running REST server.

make serve-rest
.venv/bin/python -m tests.channels.slack.record [URL]
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage

from tests.channels.slack.harness import Running, elements
from tests.channels.slack.standin import StandIn
from tests.channels.terminal.test_screen import Screen
from unknot.channels.terminal.transport import RestTransport
from unknot.settings import ROOT

Json = dict[str, Any]
PRESS, TYPE = "press", "type"
MOST_TURNS = 20
# What the person does when asked: press or type. Anything else is answered with "none".
ANSWERS = {
    "red_flags": (PRESS, "None of these"),
    "location": (PRESS, "Upper back"),
    "severity": (PRESS, "7"),
    "onset": (PRESS, "It started today"),
    "age": (TYPE, "41"),
    "medicines": (TYPE, "I take warfarin"),
}
AFTER = ((TYPE, "is ice better than heat?"), (TYPE, "summary"), (TYPE, "now I cannot pee and my legs are going weak"))


class Real:
    """Passes messages on to a real assistant over REST, and remembers what it asked last."""

    def __init__(self, url: str) -> None:
        # The assistant must not know the person from an earlier recording.
        self._talk = RestTransport(url, f"recording:{uuid.uuid4().hex}")
        self.asked = ""
        self.planned = False
        self._payloads: list[Json] = []

    async def listen(self, message: UserMessage) -> None:
        """Fetches the replies to a message, before the channel's assistant is asked for them."""
        self._payloads = await asyncio.to_thread(lambda: list(self._talk.send(message.text)))
        for payload in self._payloads:
            if payload["type"] == "ask":
                self.asked = payload["asks"][0]
            self.planned = self.planned or payload["type"] == "plan"

    def answer(self, _: str) -> list[Json]:
        """The replies that were fetched."""
        return self._payloads


def can_press(post: Json, words: str) -> bool:
    """Whether a message has a button or an option with these words."""
    for element in elements(post):
        options = [option["text"]["text"] for option in element.get("options", ())]
        if words in (element.get("text", {}).get("text"), *options):
            return True
    return False


async def slack_talk(url: str) -> list[Json]:
    """A conversation to a plan and then to an emergency: what the person does, and every call of Slack's API."""
    slack, recorded = StandIn(), []
    await slack.start()
    with tempfile.TemporaryDirectory() as folder:
        app, real = Running(Path(folder), slack), Real(url)
        app.assistant.before, app.assistant.answer = real.listen, real.answer
        await app.start()

        async def act(way: str, words: str) -> None:
            before = len(slack.calls)
            last = slack.posts[-1] if slack.posts else {}
            if way == PRESS and can_press(last, words):
                await app.press(last, words, ts=f"1700000000.{len(slack.calls):06d}")
            else:
                way = TYPE
                await app.say(words)
            calls = [
                {"method": method, **{key: value for key, value in arguments.items() if key != "_team"}}
                for method, arguments in slack.calls[before:]
            ]
            recorded.append({"person": {way: words}, "calls": calls})

        await act(TYPE, "my back went into spasm lifting a box, what can I do right now?")
        while not real.planned and len(recorded) < MOST_TURNS:
            await act(*ANSWERS.get(real.asked, (TYPE, "none")))
        for way, words in AFTER:
            await act(way, words)
        await app.stop()
    await slack.stop()
    return recorded


def terminal_talk(url: str) -> str:
    """A session at a pseudo-terminal, as text."""
    screen = Screen("--url", url, TERM="dumb")  # without a line editor, which repaints
    shown = screen.wait_for("you>")
    words = "hi, my lower back just locked up. 8 out of 10"
    for _ in range(MOST_TURNS):
        screen.type(words + "\r")
        shown = screen.wait_for("you>", 60)
        if "EMERGENCY" in shown:
            break
        numbered = re.findall(r"^ *(\d+)  (.+)$", shown, re.MULTILINE)
        none = next((number for number, title in numbered if title.startswith("None of")), "")
        first = numbered[0][0] if numbered else ""
        age = "38" if "How old" in shown else ""
        done = "now my legs are numb and I cannot pee" if "Do this now" in shown else ""
        words = done or age or none or first or "none"
    screen.type("/quit\r")
    screen.status()
    screen.close()
    lines = [line.rstrip() for line in screen.text.split("\n")]
    return "\n".join(lines).strip() + "\n"


def main() -> None:
    """Records both."""
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:5005"
    talk = asyncio.run(slack_talk(url))
    (ROOT / "docs" / "slack_conversation.json").write_text(
        json.dumps(talk, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    (ROOT / "docs" / "terminal_session.txt").write_text(terminal_talk(url), encoding="utf-8")


if __name__ == "__main__":
    main()
