"""The words of `words.yml`, and what the replies' ids mean in words of the knowledge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import yaml

from unknot.channels.slack.mrkdwn import escape, link
from unknot.knowledge.loader import Knowledge

FILE = Path(__file__).with_name("words.yml")


@lru_cache(maxsize=1)
def own_words() -> Mapping[str, str]:
    """The texts of `words.yml` by name."""
    texts = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {str(name): str(text) for name, text in texts.items()}


class Words:
    """Everything that is said beside a reply's own text."""

    def __init__(self, knowledge: Knowledge | None = None) -> None:
        self._own = own_words()
        self._knowledge = knowledge

    def __getitem__(self, name: str) -> str:
        return self._own[name]

    @property
    def messages(self) -> Mapping[str, str]:
        """The knowledge's messages by key."""
        return self._knowledge.messages if self._knowledge else {}

    def message(self, key: str) -> str:
        """A message of the knowledge, empty when there is none."""
        return self._message(key)

    def level(self, level: str) -> str:
        """The heading of a level, empty when there is none."""
        return self._message(f"level_{level}")

    @property
    def failed(self) -> str:
        """What to say when a message could not be answered: with the knowledge's advice for that case."""
        advice = self._message("error")
        return f"{self['failed']}\n{advice}" if advice else self["failed"]

    def sources(self, ids: Sequence[str]) -> str:
        """Sources as one line of mrkdwn links; a source that is not known is named by its id."""
        known = self._knowledge.sources if self._knowledge else {}
        names = []
        for key in dict.fromkeys(ids):
            if key in known:
                names.append(link(known[key].url, f"{known[key].body}: {known[key].title}"))
            else:
                names.append(escape(key.replace("_", " ")))
        return f"{self['sources']} " + "; ".join(names) if names else ""

    def _message(self, key: str) -> str:
        return self.messages.get(key, "")
