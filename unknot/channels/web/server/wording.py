"""What the widget needs of the knowledge without a server: the danger signs and the emergency advice."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from unknot.knowledge.loader import Knowledge

_FIRST_SIGNS = "red_flags_first"


class Wording:
    """Words of `knowledge` for a region of `regions.yml`."""

    def __init__(self, knowledge: Knowledge, region: str) -> None:
        self._knowledge = knowledge
        self._id = region
        self._region = knowledge.regions[region]

    def advice(self) -> dict[str, Any]:
        """What the page shows when the server cannot be reached."""
        signs = self._knowledge.asks.get(_FIRST_SIGNS)
        return {
            "region": self._id,
            "number": self._region.emergency_number,
            "text": self._region.emergency_text,
            "signs": [choice.title for choice in signs.choices] if signs else [],
        }

    def page(self, template: str) -> str:
        """The page with the number and the signs in it: they are there before any script, and without one."""
        advice = self.advice()
        number, text = escape(advice["number"]), escape(advice["text"])
        call = f'<a class="call" href="tel:{number}">Call {number}</a>' if number else f"<p>{text}</p>"
        signs = "".join(f"<li>{escape(sign)}</li>" for sign in advice["signs"])
        return template.replace("<!--call-->", call).replace("<!--signs-->", f"<ul>{signs}</ul>")

    def advice_module(self) -> str:
        """The same as an ES module, so that it is there before the server is lost."""
        return f"export default {json.dumps(self.advice())};\n"
