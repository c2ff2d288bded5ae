"""What the encoder is adapted to: the examples of `data/nlu`, and real messages where they are at hand.

The real messages stay outside the repository; `evaluation/real/labels.tsv` says what each of them says, by its line.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from unknot.encoder.one_pass import EMERGENCY, STATES
from unknot.knowledge.loader import load
from unknot.knowledge.schema import Level

MERGED = {"report_emergency": "inform", "report_crisis": "inform"}
"""Intents that are not learnt as such: what is an emergency or a crisis follows from the findings' states."""
CRISIS = "crisis"
REAL_WEIGHT = 2.0  # of one real message: they are few, and they are what counts
_RANK = (
    "none",
    "other",
    "denied",
    "supposed",
    "unchanged",
    "over",
    "now",
)  # of two states in one text the later wins


@dataclass(frozen=True)
class Example:
    """One text. `states` by finding; `whole`: every finding that is not named is known to be absent from the text;
    otherwise only that it is no sign of now. `intents`: None where they are not to be learnt from it.
    """

    text: str
    states: Mapping[str, str]
    whole: bool
    intents: tuple[str, ...] | None
    author: str
    weight: float = 1.0


def emergencies() -> frozenset[str]:
    """Findings that are an emergency by themselves."""
    return frozenset(finding.id for finding in load().findings.values() if finding.floor is Level.EMERGENCY)


def states_of(text: str) -> dict[str, str]:
    """States by finding id, as `unknot.nlu.labels` reads them (which needs Rasa, and this runs without)."""
    found = {}
    for item in (part.strip() for part in text.split(",")):
        if item and item != "none":
            finding, _, state = item.partition(":")
            state, _, owner = (state or "now").partition(":")
            found[finding] = "other" if owner == "other" and state == "now" else state
    return found


def training(folder: Path) -> Iterator[Example]:
    """The examples of `data/nlu`."""
    urgent = emergencies()
    for file in sorted(folder.rglob("*.yml")):
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            about = block.get("metadata") or {}
            states = states_of(str(about.get("findings", "")))
            if any(state == "now" and finding in urgent for finding, state in states.items()):
                states[EMERGENCY] = "now"
            if block["intent"] == "report_crisis":
                states[CRISIS] = "now"
            elif "crisis" in about:
                states[CRISIS] = "over"
            merged = (MERGED.get(block["intent"], block["intent"]),)
            intents = None if about.get("learn") == "findings" else merged
            for line in block["examples"].strip().split("\n"):
                yield Example(
                    line.strip()[2:].strip(), states, "findings" in about, intents, str(about.get("author", "first"))
                )


def real(messages: Path, labels: Path) -> Iterator[Example]:
    """Labelled real messages; none where the file with the messages is not there."""
    if not messages.is_file():
        return
    texts = [json.loads(line)["text"] for line in messages.read_text(encoding="utf-8").splitlines()]
    for row in labels.read_text(encoding="utf-8").splitlines():
        if row.startswith("#"):
            continue
        number, topic, level, crisis, findings = row.split("\t")
        states = states_of(findings)
        if level in ("emergency", "defensible"):
            states[EMERGENCY] = "now"
        if crisis != "-":
            states[CRISIS] = {"c": "now", "p": "over"}[crisis]
        intents = None if topic == "back" else ("out_of_scope",)
        yield Example(texts[int(number) - 1], states, True, intents, "real", REAL_WEIGHT)


def joined(one: Example, pool: Sequence[Example], chance: random.Random, most: int = 400) -> Example:
    """Now and then two messages as one, so that a sign in a long story is not averaged away."""
    other = chance.choice(pool)
    if chance.random() > 0.2 or max(len(one.text), len(other.text)) > most:
        return one
    first, second = chance.sample([one, other], 2)
    states = dict(first.states)
    for finding, state in second.states.items():
        states[finding] = max(state, states.get(finding, "none"), key=_RANK.index)
    both = one.intents is not None and other.intents is not None
    intents = tuple(sorted({*(one.intents or ()), *(other.intents or ())})) if both else None
    text = first.text.rstrip(". ") + chance.choice([". ", ", ", " and ", "\n", " "]) + second.text
    return replace(one, text=text, states=states, whole=one.whole and other.whole, intents=intents, weight=1.0)


def mistyped(text: str, chance: random.Random) -> str:
    """Every fourth text with letters swapped, lost or doubled in some of its words, some without apostrophes."""
    if chance.random() > 0.25:
        return text
    words = [_slip(word, chance) for word in text.split(" ")]
    return " ".join(words).replace("'", "" if chance.random() < 0.3 else "'")


def _slip(word: str, chance: random.Random) -> str:
    if len(word) < 4 or chance.random() > 0.12:
        return word
    at = chance.randrange(1, len(word) - 1)
    kinds = (
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
    )
    return chance.choice(kinds)


def labels_of(examples: Sequence[Example]) -> tuple[list[str], list[str]]:
    """All findings and all intents that occur, sorted. Raises ValueError for a state that there is not."""
    wrong = {state for example in examples for state in example.states.values()} - set(STATES)
    if wrong:
        raise ValueError(f"unknown states: {sorted(wrong)}")
    findings = {finding for example in examples for finding in example.states}
    intents = {intent for example in examples for intent in example.intents or ()}
    return sorted(findings), sorted(intents)
