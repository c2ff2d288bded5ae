"""What is known about one person, as a value that survives a restart as JSON: what was said, newest last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from typing import Any

from unknot.triage.statement import (
    CHECKED,
    DENIED,
    NOW,
    OLD,
    OVER,
    PATIENT,
    POSSIBLE,
    STATED,
    UNKNOWN,
    Statement,
    next_status,
)

VALUE_FIELDS = (
    "location",
    "side",
    "severity",
    "duration_days",
    "onset",
    "injury",
    "age",
    "sex",
    "pregnancy_weeks",
    "trend",
)
SETTLED = frozenset({NOW, OLD, OVER, CHECKED, DENIED})
_OLD_STATUS = {"present": STATED, "absent": DENIED, "possible": POSSIBLE}
_TUPLES = ("asked", "answered", "declined", "told_findings", "lead", "episodes")


@dataclass(frozen=True)
class Case:
    """Everything a person told and what the assistant did with it.

    What they told are `statements`; `status`, `value` and the properties below derive the rest. Times are days, ages
    years, severity 0 to 10.
    """

    statements: tuple[Statement, ...] = ()
    patient: str = ""  # whom the talk is about: "self", "other", or not known yet
    pronoun: str = ""  # of another patient: "he", "she" or "they"
    pending: str | None = None  # id of the question that waits for an answer
    asked: tuple[str, ...] = ()  # ids of questions put so far, in order, repeats included
    answered: tuple[str, ...] = ()  # ids of questions that got an answer, whatever it was
    declined: tuple[str, ...] = ()  # ids of questions the person would not or could not answer
    started: bool = False  # the person told something about their own back, or asked for a plan
    paused: bool = False  # the person asked to stop
    crisis: bool = False  # the person spoke of ending their life, and has not asked to go back to their back
    told_level: str | None = None  # the most urgent level said so far
    told_findings: tuple[str, ...] = ()  # findings that were explained with it
    plan_given: bool = False
    plan_key: str = ""  # what the last plan was made from: a new plan is given when it changes
    ignored: int = 0  # turns in a row that left the question that waits open
    misses: int = 0  # messages in a row that were not understood
    meanwhile_given: bool = False
    introduced: bool = False  # it has said what it is and is not
    explained: str = ""  # the question of which it was said last why it is asked
    lead: tuple[str, ...] = ()  # message ids to say before the next question
    consent_asked: bool = False
    thread: Mapping[str, Any] = field(default_factory=dict)  # the talk around plan and answers, as Thread.to_json
    at: int = 0  # when the last message came in: minutes since 1970 (UTC); 0 where that is not known
    offset: int = 0  # the person's time zone then, minutes east of UTC
    day: int = 0  # their day, counted from 1 January 1970; never goes back; 0 where it is not known
    episodes: tuple[Mapping[str, Any], ...] = ()  # bouts, as Episode.to_json, the newest last
    diary: Mapping[str, Any] = field(default_factory=dict)  # where check-ins stand, as Diary.to_json
    messages: int = 0  # how many messages of the person were taken in
    seen: str = ""  # id of the last of them
    said: str = ""  # fingerprint of the last of them
    repeats: int = 0  # how often in a row it was sent, the first time included

    @cached_property
    def statuses(self) -> Mapping[str, str]:
        """Where every finding and condition stands that something was said of."""
        found: dict[str, str] = {}
        for said in self.statements:
            if said.who != PATIENT or said.idle or said.what in VALUE_FIELDS:
                continue
            for identity in said.value if isinstance(said.value, tuple) else (said.what,):
                found[identity] = next_status(found.get(identity, UNKNOWN), said)
        return found

    def status(self, identity: str) -> str:
        """Where a finding or condition stands: now, doubtful, old, over, checked, denied, or unknown."""
        return self.statuses.get(identity, UNKNOWN)

    def with_statuses(self, *statuses: str) -> frozenset[str]:
        """Ids that stand so."""
        return frozenset(identity for identity, status in self.statuses.items() if status in statuses)

    def present(self) -> frozenset[str]:
        """Ids that are asserted now."""
        return self.with_statuses(NOW)

    def known(self, identity: str) -> bool:
        """Whether the person has said plainly how it is with this id."""
        return self.status(identity) in SETTLED

    def latest(self, identity: str) -> Statement | None:
        """The last statement about the patient that says something of this id and counts."""
        said = (s for s in reversed(self.statements) if s.who == PATIENT and not s.idle and s.covers(identity))
        return next(said, None)

    def value(self, field: str) -> Any:
        """What was said last for a value field, None if nothing."""
        said = self.latest(field)
        return said.value if said else None

    @property
    def location(self) -> str | None:
        """Where it hurts most."""
        return _text(self.value("location"))

    @property
    def side(self) -> str | None:
        """On which side."""
        return _text(self.value("side"))

    @property
    def severity(self) -> int | None:
        """The pain score."""
        return _number(self.value("severity"))

    @property
    def severity_exact(self) -> bool:
        """It was given as a number, not estimated from words."""
        said = self.latest("severity")
        return said is not None and said.certainty == STATED

    @property
    def duration_days(self) -> int | None:
        """Days since it began."""
        return _number(self.value("duration_days"))

    @property
    def onset(self) -> str | None:
        """Whether it began suddenly or slowly."""
        return _text(self.value("onset"))

    @property
    def injury(self) -> str | None:
        """The class of what set it off: none, strain, minor, major; "told" where the words fit no class."""
        return _text(self.value("injury"))

    @property
    def age(self) -> int | None:
        """The patient's age."""
        return _number(self.value("age"))

    @property
    def pregnancy_weeks(self) -> int | None:
        """Weeks of pregnancy."""
        return _number(self.value("pregnancy_weeks"))

    @property
    def trend(self) -> str | None:
        """Whether it gets better or worse."""
        return _text(self.value("trend"))

    def told(self, *said: Statement) -> Case:
        """A copy to which these were added: of a value the last counts, and nothing is kept twice."""
        statements = self.statements
        for new in said:
            value = new.what in VALUE_FIELDS
            kept = (s for s in statements if not (s.says_the_same(new) or (value and s.what == new.what)))
            statements = (*kept, new)
        return replace(self, statements=statements)

    def without(self, drop: Callable[[Statement], bool]) -> Case:
        """A copy that has forgotten some statements, because they are asked for anew."""
        return replace(self, statements=tuple(s for s in self.statements if not drop(s)))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; fields at their default are left out so that the stored events stay small."""
        default = asdict(_EMPTY)
        names = (item.name for item in fields(self) if item.name != "statements")
        data = {name: getattr(self, name) for name in names if getattr(self, name) != default[name]}
        if self.statements:
            data["statements"] = [said.to_json() for said in self.statements]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Case:
        """The inverse of `to_json`. Keys of other versions are ignored, so an old conversation can go on.

        Until version 1 a case held one word for each finding and no quotes: those become statements without words.
        """
        data = data or {}
        known = {item.name for item in fields(cls)}
        values = {key: value for key, value in data.items() if key in known}
        for key in _TUPLES:
            if key in values:
                values[key] = tuple(values[key])
        values["statements"] = tuple(map(Statement.from_json, data.get("statements", ())))
        if "statements" not in data:
            values["statements"] = tuple(_from_old_record(data))
        return cls(**values)


def _from_old_record(data: Mapping[str, Any]) -> Iterable[Statement]:
    """Statements from a record that had `status` and one key for each value."""
    for identity, word in (data.get("status") or {}).items():
        if word in _OLD_STATUS:
            yield Statement(identity, _OLD_STATUS[word])
    for name in VALUE_FIELDS:
        if data.get(name) is not None:
            estimated = name == "severity" and not data.get("severity_exact")
            yield Statement(name, POSSIBLE if estimated else STATED, value=data[name])


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _number(value: Any) -> int | None:
    return None if value is None else int(value)


_EMPTY = Case()
