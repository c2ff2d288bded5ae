"""What a person may type instead of words: the number of a choice, several numbers, or a choice's id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from unknot.channels.terminal.payloads import clean

_NUMBERS = re.compile(r"\d{1,2}(?:\s*(?:,|;|\+|&|and|\s)\s*\d{1,2})*[.,]?", re.IGNORECASE)
_SEVERAL = frozenset({"red_flags", "conditions", "medicines", "allergies"})


@dataclass(frozen=True)
class Choice:
    """One choice of an `ask`: what is sent is its title, as the person's own words."""

    id: str
    title: str


@dataclass(frozen=True)
class Pending:
    """The question that is open: its choices, and how a typed number is to be read."""

    choices: tuple[Choice, ...] = ()
    several: bool = False
    scale: bool = False
    asks: tuple[str, ...] = field(default=())

    @property
    def numbered(self) -> bool:
        """Whether the choices are shown with numbers; on the pain scale a number is the answer itself."""
        return bool(self.choices) and not self.scale

    def words_for(self, typed: str) -> str:
        """What to send for `typed`: the titles of the numbered choices, otherwise the text unchanged.

        A number that is no choice is sent as it stands: it may be an age or a pain score given unasked.
        """
        text = typed.strip()
        if not self.numbered or not _NUMBERS.fullmatch(text):
            return text
        numbers = list(dict.fromkeys(int(number) for number in re.findall(r"\d+", text)))
        if not all(1 <= number <= len(self.choices) for number in numbers):
            return text
        if len(numbers) > 1 and not self.several:
            return text
        titles = [self.choices[number - 1].title for number in numbers]
        return ". ".join(title.rstrip(".") for title in titles) if len(titles) > 1 else titles[0]


def pending(payload: Mapping[str, Any]) -> Pending:
    """The question that a payload opens: an `ask`, or anything else with choices."""
    raw = payload.get("choices")
    choices = tuple(
        Choice(str(item.get("id", "")), clean(item.get("title", "")))
        for item in (raw if isinstance(raw, list) else [])
        if isinstance(item, Mapping) and item.get("title")
    )
    asks = tuple(str(ask) for ask in payload.get("asks", ()))
    several = payload.get("multiple", bool(_SEVERAL.intersection(asks)))
    return Pending(choices, bool(several), "severity" in asks, asks)
