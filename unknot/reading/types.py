"""What reading a message gives: mentions with their place in the text."""

from __future__ import annotations

from dataclasses import dataclass, field

PRESENT, ABSENT, POSSIBLE, HYPOTHETICAL, PAST = "present", "absent", "possible", "hypothetical", "past"
SELF, OTHER = "self", "other"


@dataclass(frozen=True)
class Mention:
    """One thing said in a message.

    `kind` is an entity kind ("finding", "condition", "location", "severity" ...), `value` an id or a number.
    `start` and `end` are character offsets into the text as it was typed, end exclusive.
    `assertion` is one of present, absent, possible, hypothetical, past; `experiencer` is self or other.
    `confidence` runs from 0 to 1. Of a dose, `amount` is in mg, `tablets` a count, `minute` the time of the day (0 to
    1439) and `ago` how many minutes ago it was, each where it was said.
    """

    kind: str
    value: str | int
    start: int
    end: int
    assertion: str = PRESENT
    experiencer: str = SELF
    confidence: float = 1.0
    amount: float | None = None
    tablets: int | None = None
    minute: int | None = None
    ago: int | None = None


@dataclass(frozen=True)
class Sense:
    """How a statement of a message is meant, whatever it says: `assertion` is past, hypothetical, or present for
    anything else. `start` and `end` as in `Mention`.
    """

    start: int
    end: int
    assertion: str


@dataclass(frozen=True)
class Clause:
    """A piece of a message that says one thing; `text` is `message[start:end]`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Reading:
    """All that was read from one message, in the order of the text."""

    text: str
    mentions: tuple[Mention, ...] = ()
    clauses: tuple[Clause, ...] = field(default=(), compare=False)
    senses: tuple[Sense, ...] = field(default=(), compare=False)
    spelled: str = field(default="", compare=False)  # the words with typing errors mended, without places

    def of(self, kind: str) -> tuple[Mention, ...]:
        """The mentions of one kind, in the order of the text."""
        return tuple(m for m in self.mentions if m.kind == kind)

    def asserted(self, kind: str) -> tuple[Mention, ...]:
        """The mentions of one kind that are said to be so now, whoever has them."""
        return tuple(m for m in self.mentions if m.kind == kind and m.assertion == PRESENT)
