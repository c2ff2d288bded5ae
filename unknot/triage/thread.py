"""What the talk after a plan or an answer remembers, so that "more", "and ice?" and "it did not help" mean something.

Ids only, no words of the person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

PLAN, ANSWER = "plan", "answer"
_KEPT_FRAMES = 12


@dataclass(frozen=True)
class Frame:
    """What was answered last: a question id, and the remedy and the side of it ("how_long") that were asked about."""

    question: str = ""
    remedy: str = ""
    about: str = ""

    @property
    def key(self) -> str:
        """One word for it."""
        return "/".join((self.question, self.remedy, self.about))


@dataclass(frozen=True)
class Thread:
    """The state of the talk around plan and answers.

    `plan` maps the remedies of the last plan to a fingerprint of what was said of each; `card` are the remedies of
    its first card, `offered` those that the person was last told to try, `tried` those that did not help, `lacks`
    those that are not at hand; `failed` counts how often nothing changed.
    """

    last: str = ""  # PLAN or ANSWER: what "more" and "shorter" are about
    shown: int = 0  # parts of the plan that were sent after its first card
    plan: Mapping[str, str] = field(default_factory=dict)
    level: str = ""
    card: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    failed: int = 0
    question: str = ""
    remedy: str = ""
    about: str = ""
    at: int = 0  # the number of the message that was answered last
    asked: tuple[str, ...] = ()  # frames answered so far, newest last, repeats included

    @property
    def passed(self) -> tuple[str, ...]:
        """Remedies that are not offered again as the next step."""
        return (*self.tried, *self.lacks)

    @property
    def frame(self) -> Frame:
        """What was answered last."""
        return Frame(self.question, self.remedy, self.about)

    def answered(self, frame: Frame) -> Thread:
        """A copy after an answer."""
        asked = (*self.asked, frame.key)[-_KEPT_FRAMES:]
        return replace(
            self, last=ANSWER, question=frame.question, remedy=frame.remedy, about=frame.about, asked=asked
        )

    def times(self, frame: Frame) -> int:
        """How often this was answered before."""
        return self.asked.count(frame.key)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types, without what is at its default."""
        default = asdict(Thread())
        found = {key: value for key, value in asdict(self).items() if value != default[key]}
        return {key: list(value) if isinstance(value, tuple) else value for key, value in found.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Thread:
        """The inverse of `to_json`. Keys of other versions are ignored."""
        known = {item.name for item in fields(cls)}
        values: dict[str, Any] = {
            key: tuple(v) if isinstance(v, list) else v for key, v in data.items() if key in known
        }
        return cls(**values)
