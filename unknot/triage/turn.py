"""One message of a person, as the readers understood it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

EMERGENCY = "report_emergency"
READ_AS = "read_as"  # in Rasa's intent: what a message was read as before the emergency guard took it over


@dataclass(frozen=True)
class Mention:
    """One thing that a message says; kinds and values are those of the readers (`unknot/reading/types.py`)."""

    kind: str
    value: Any
    assertion: str = "present"
    experiencer: str = "self"
    confidence: float = 1.0

    @property
    def counts_now(self) -> bool:
        """Asserted of the present, whoever has it: people write for somebody beside them."""
        return self.assertion == "present"


@dataclass(frozen=True)
class Turn:
    """A message: its words, its intent with confidence 0 to 1, and what it mentions. `timestamp` in seconds.

    Of a message that the emergency guard took over, `intent` is what it was read as before, and `alarmed` is set.
    """

    text: str
    intent: str
    confidence: float = 1.0
    mentions: tuple[Mention, ...] = ()
    timestamp: float = 0.0
    alternatives: tuple[str, ...] = ()  # the next likely intents, best first
    alarmed: bool = False  # the person was told to call the emergency number

    def of(self, kind: str) -> tuple[Mention, ...]:
        """Mentions of a kind, in the order of the text."""
        return tuple(mention for mention in self.mentions if mention.kind == kind)

    def first(self, kind: str) -> Any | None:
        """Value of the surest asserted mention of a kind; of equals the last, since people correct themselves."""
        asserted = [mention for mention in self.of(kind) if mention.counts_now]
        return max(reversed(asserted), key=lambda mention: mention.confidence).value if asserted else None

    def acts(self) -> frozenset[str]:
        """Dialogue acts: yes, no, none, unknown, refuse, skip, correction, unsure."""
        return frozenset(str(mention.value) for mention in self.of("act"))

    @classmethod
    def from_parse(cls, text: str | None, parse: Mapping[str, Any], timestamp: float = 0.0) -> Turn:
        """Build from Rasa's parse data: `intent`, `intent_ranking` and `entities` with their extra keys."""
        intent = parse.get("intent") or {}
        ranking: Iterable[Mapping[str, Any]] = parse.get("intent_ranking") or ()
        name = str(intent.get(READ_AS) or intent.get("name") or "nlu_fallback")
        return cls(
            text=text or "",
            intent=name,
            confidence=float(intent.get("confidence") or 0.0),
            mentions=tuple(_mention(entity) for entity in parse.get("entities") or () if entity.get("entity")),
            timestamp=timestamp,
            alternatives=tuple(str(item.get("name")) for item in ranking if item.get("name") != name)[:4],
            alarmed=intent.get("name") == EMERGENCY,
        )


def _mention(entity: Mapping[str, Any]) -> Mention:
    confidence = entity.get("confidence")
    return Mention(
        kind=str(entity["entity"]),
        value=entity.get("value"),
        assertion=str(entity.get("assertion") or "present"),
        experiencer=str(entity.get("experiencer") or "self"),
        confidence=1.0 if confidence is None else float(confidence),
    )
