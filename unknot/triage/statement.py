"""One thing that was said: what, of whom, how surely, since when, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

# Whom a statement is about: the one this talk is about, whoever types, or somebody else.
PATIENT, OTHER = "patient", "other"
# How surely it was said. "supposed" is asked, feared or spoken of in general.
STATED, POSSIBLE, SUPPOSED, DENIED = "stated", "possible", "supposed", "denied"
# How it has gone on. "new" is also worse than before, "unchanged" old and as always.
NEW, UNCHANGED, OVER, CHECKED, UNSAID = "new", "unchanged", "over", "checked", "unknown"
# Where a finding or condition stands.
NOW, DOUBTFUL, OLD, UNKNOWN = "now", "doubtful", "old", "unknown"

_OF_STATED = {NEW: NOW, UNSAID: NOW, OVER: OVER, CHECKED: CHECKED}
# What a plain mention does to a sign that is known to be old, or that somebody has examined: only "new" or "worse"
# makes it an alarm again by itself.
_OF_A_MERE_MENTION = {OLD: OLD, CHECKED: DOUBTFUL}


@dataclass(frozen=True)
class Statement:
    """`what` is a finding, condition or list id, or a value field with its `value`.

    Of a list that was denied, `what` is the id of the question and `value` the ids that it asked about. `since_days`
    are days ago, `amount` mg in 24 hours; `quote` are the words it was read from and `message` the number of the
    message; `asked` is the question that it answers. An `idle` statement changes no status: a sign that stands as an
    emergency was denied in passing, or a doubt was raised about what had been said plainly.
    """

    what: str
    certainty: str = STATED
    value: Any = None
    who: str = PATIENT
    course: str = UNSAID
    since_days: int | None = None
    amount: float | None = None
    quote: str = ""
    message: int = 0
    asked: str = ""
    idle: bool = False

    def covers(self, identity: str) -> bool:
        """Whether it says something of this id, by itself or as one of a list."""
        return self.what == identity or (isinstance(self.value, tuple) and identity in self.value)

    def says_the_same(self, other: Statement) -> bool:
        """Whether it differs from `other` in nothing but the words and the message."""
        mine = (self.what, self.who, self.certainty, self.course, self.value, self.asked, self.idle)
        return mine == (other.what, other.who, other.certainty, other.course, other.value, other.asked, other.idle)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types, without what is at its default."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        kept = {name: value for name, value in values.items() if value != _DEFAULTS.get(name, "")}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in kept.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Statement:
        """The inverse of `to_json`; keys of other versions are ignored."""
        known = {item.name for item in fields(cls)}
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in data.items() if name in known
        }
        return cls(**values)


_DEFAULTS = {item.name: item.default for item in fields(Statement) if item.name != "what"}


def next_status(status: str, said: Statement) -> str:
    """Where something stands after one more statement about it."""
    if said.certainty == SUPPOSED:
        return status
    if said.certainty == DENIED:
        return DENIED
    if said.certainty == POSSIBLE:
        return DOUBTFUL
    if said.course == UNCHANGED:
        # Long-standing in passing is asked about once; in answer to that question it is a condition.
        return OLD if said.asked else _OF_A_MERE_MENTION.get(status, DOUBTFUL)
    if said.course == UNSAID and status in _OF_A_MERE_MENTION:
        return _OF_A_MERE_MENTION[status]
    return _OF_STATED[said.course]
