"""What is known about one person, as a value that survives a restart as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

PRESENT = "present"
ABSENT = "absent"
POSSIBLE = "possible"


@dataclass(frozen=True)
class Case:
    """Everything a person told and what the assistant did with it.

    `status` maps finding and condition ids to "present", "absent" or "possible"; an id that is missing is unknown.
    Times are days, ages years, severity 0 to 10.
    """

    status: Mapping[str, str] = field(default_factory=dict)
    location: str | None = None
    side: str | None = None
    severity: int | None = None
    severity_exact: bool = False  # it was given as a number, not estimated from words
    duration_days: int | None = None
    onset: str | None = None
    injury: str | None = None
    age: int | None = None
    sex: str | None = None
    pregnancy_weeks: int | None = None
    trend: str | None = None
    pending: str | None = None  # id of the question that waits for an answer
    asked: tuple[str, ...] = ()  # ids of questions put so far, in order, repeats included
    answered: tuple[str, ...] = ()  # ids of questions that got an answer, whatever it was
    declined: tuple[str, ...] = ()  # ids of questions the person would not or could not answer
    started: bool = False  # the person told something about their own back, or asked for a plan
    paused: bool = False  # the person asked to stop
    told_level: str | None = None  # the most urgent level said so far
    told_findings: tuple[str, ...] = ()  # findings that were explained with it
    plan_given: bool = False
    plan_key: str = ""  # what the last plan was made from: a new plan is given when it changes
    ignored: int = 0  # messages in a row that did not answer the question that waits
    misses: int = 0  # messages in a row that were not understood
    meanwhile_given: bool = False
    introduced: bool = False  # it has said what it is and is not
    lead: tuple[str, ...] = ()  # message ids to say before the next question
    consent_asked: bool = False
    seen_until: float = 0.0  # timestamp in seconds of the last message taken in

    def present(self) -> frozenset[str]:
        """Ids that are asserted now."""
        return frozenset(key for key, value in self.status.items() if value == PRESENT)

    def known(self, identity: str) -> bool:
        """Whether the person has said yes or no to this id."""
        return self.status.get(identity) in (PRESENT, ABSENT)

    def with_status(self, changes: Mapping[str, str]) -> Case:
        """A copy in which `changes` replace what was known of their ids."""
        return replace(self, status={**self.status, **changes}) if changes else self

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; fields at their default are left out so that the stored events stay small."""
        default = asdict(_EMPTY)
        return {key: value for key, value in asdict(self).items() if value != default[key]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Case:
        """The inverse of `to_json`. Keys of other versions are ignored, so an old conversation can go on."""
        known = {item.name for item in fields(cls)}
        values = {key: value for key, value in (data or {}).items() if key in known}
        for key in ("asked", "answered", "declined", "told_findings", "lead"):
            if key in values:
                values[key] = tuple(values[key])
        return cls(**values)


_EMPTY = Case()
