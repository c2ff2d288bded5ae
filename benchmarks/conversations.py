"""Conversations for the load generator: the same for everybody who is measured, and most messages only once."""

from __future__ import annotations

import random
import string
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("conversations.yml")


@lru_cache(maxsize=1)
def _material() -> dict[str, Any]:
    material: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return material


def conversation(number: int) -> list[str]:
    """The messages of conversation `number`, counted from 0; the kinds of conversation take turns."""
    material, chance = _material(), random.Random(number)
    kinds = material["conversations"]
    turns = kinds[number % len(kinds)]["turns"]
    return [_slips(_frame(_fill(chance.choice(ways), chance), chance), chance, material["slips"]) for ways in turns]


def messages(count: int, first: int = 0) -> list[str]:
    """`count` messages from conversations numbered from `first` on, one after the other."""
    found: list[str] = []
    while len(found) < count:
        found += conversation(first)
        first += 1
    return found[:count]


def distinct_share(numbers: Iterable[int]) -> float:
    """Which share of the messages of these conversations is not a repetition of one before; 0 to 1."""
    said = [text for number in numbers for text in conversation(number)]
    return len(set(said)) / len(said)


def _fill(way: str, chance: random.Random) -> str:
    words = _material()["words"]

    def parts() -> Iterator[str]:
        for literal, name, _, _ in string.Formatter().parse(way):
            yield literal
            if name:
                yield chance.choice(words[name])

    return "".join(parts())


def _frame(text: str, chance: random.Random) -> str:
    material = _material()
    parts = (chance.choice(material["openings"]), text, chance.choice(material["endings"]))
    return " ".join(part for part in parts if part)


def _slips(text: str, chance: random.Random, share: float) -> str:
    return " ".join(_slip(word, chance) if chance.random() < share else word for word in text.split())


def _slip(word: str, chance: random.Random) -> str:
    """Two letters swapped, one left out or one doubled; short words and numbers stay as they are."""
    if len(word) < 4 or not word.isalpha():
        return word
    at = chance.randrange(1, len(word) - 1)
    return chance.choice(
        [
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
        ]
    )


def long_conversation(number: int, length: int, probes: Iterable[int]) -> list[str]:
    """One conversation of `length` messages, with a question of the same kind at the places `probes`, from 1."""
    material, chance = _material(), random.Random(f"long {number}")
    kinds, left_out = material["conversations"], set(material["leave_out_when_long"])
    ordinary: list[str] = []
    at = 10_000 * (number + 1)
    while len(ordinary) < length:
        if kinds[at % len(kinds)]["name"] not in left_out:
            ordinary += conversation(at)
        at += 1
    asked = set(probes)
    return [probe(chance) if place in asked else ordinary[place - 1] for place in range(1, length + 1)]


def probe(chance: random.Random) -> str:
    """A question of the kind that is asked wherever costs are compared."""
    material = _material()
    return _slips(_frame(_fill(chance.choice(material["probes"]), chance), chance), chance, material["slips"])
