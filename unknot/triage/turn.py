"""One message of a person, as the readers understood it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from unknot.triage.statement import DENIED, OTHER, OVER, PATIENT, POSSIBLE, STATED, SUPPOSED, UNSAID

EMERGENCY = "report_emergency"
CRISIS = "report_crisis"
DAY_MINUTES = 24 * 60
MOMENT = "moment"  # an entity of the guard: when the message came in
# What the guard adds for the stories says nothing of the message: the guard and the action must read the same.
_OF_THE_DIALOGUE = frozenset({"phase", "settled", MOMENT})
# Acts that say how it is with the sign that they stand at.
_SAID_TO_A_SIGN = ("unsure", "cannot", "thing_yes")
READ_AS = "read_as"  # in Rasa's intent: what a message was read as before the emergency guard took it over
# The reader's word for how a thing is said -> certainty and course.
_ASSERTED = {
    "present": (STATED, UNSAID),
    "absent": (DENIED, UNSAID),
    "possible": (POSSIBLE, UNSAID),
    "past": (STATED, OVER),
    "hypothetical": (SUPPOSED, UNSAID),
}


@dataclass(frozen=True)
class Moment:
    """When a message came in: `at` in minutes since 1 January 1970 (UTC), `offset` minutes east of it."""

    at: int
    offset: int = 0

    @property
    def day(self) -> int:
        """The person's day, counted from 1 January 1970."""
        return (self.at + self.offset) // DAY_MINUTES

    @property
    def minute(self) -> int:
        """The minute of their day, 0 to 1439."""
        return (self.at + self.offset) % DAY_MINUTES


@dataclass(frozen=True)
class Mention:
    """One thing that a message says. `kind` and `value` are the readers', the rest is as in `Statement`.

    `owner` is "patient" for whoever is not told of as somebody else; `start` and `end` are offsets into the message,
    -1 where there are none; `confidence` runs from 0 to 1; `minute` is a time of the day, 0 to 1439,
    and `ago` minutes before the message.
    """

    kind: str
    value: Any
    certainty: str = STATED
    course: str = UNSAID
    owner: str = PATIENT
    confidence: float = 1.0
    since_days: int | None = None
    amount: float | None = None
    start: int = -1
    end: int = -1
    minute: int | None = None
    ago: int | None = None
    tablets: int | None = None

    @property
    def counts_now(self) -> bool:
        """Asserted of the present, whoever has it: people write for somebody beside them."""
        return self.certainty == STATED and self.course != OVER

    def overlaps(self, other: Mention) -> bool:
        """Whether some words belong to both."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Turn:
    """A message: its words, its intent with confidence 0 to 1, what it mentions, and its id.

    Of a message that the emergency guard took over, `intent` is what it was read as before, and `alarmed` is set.
    """

    text: str
    intent: str
    confidence: float = 1.0
    mentions: tuple[Mention, ...] = ()
    message: str = ""
    alternatives: tuple[str, ...] = ()  # the next likely intents, best first
    alarmed: bool = False  # the person was told to call the emergency number
    moment: Moment | None = None  # when it came in, where that is known

    def of(self, kind: str) -> tuple[Mention, ...]:
        """Mentions of a kind, in the order of the text."""
        return tuple(mention for mention in self.mentions if mention.kind == kind)

    def first(self, kind: str) -> Any | None:
        """Value of the surest asserted mention of a kind; of equals the last, since people correct themselves."""
        best = self.best(kind)
        return best.value if best else None

    def best(self, kind: str) -> Mention | None:
        """The mention that `first` takes the value of."""
        asserted = [mention for mention in self.of(kind) if mention.counts_now]
        return max(reversed(asserted), key=lambda mention: mention.confidence) if asserted else None

    def acts(self) -> frozenset[str]:
        """Dialogue acts: yes, no, none, unknown, refuse, skip, correction, unsure; and those of replies.py."""
        return frozenset(str(mention.value) for mention in self.of("act"))

    def wishes(self) -> frozenset[str]:
        """What it wishes of the plan or the last answer, and the sides of an answer that it asks about."""
        return frozenset(str(mention.value) for mention in self.of("wish"))

    @property
    def in_crisis(self) -> bool:
        """Whether it speaks of ending one's life; beside a danger sign explicit words are enough."""
        beside_a_sign = "wishes_death" in self.acts() and bool(self.of("finding"))
        return self.intent == CRISIS or bool(self.of("crisis")) or beside_a_sign

    def quote(self, mention: Mention) -> str:
        """The words that a mention was read from; the whole message where that is not known."""
        words = self.text[mention.start : mention.end] if 0 <= mention.start < mention.end else ""
        return words.strip() or self.text.strip()

    @classmethod
    def from_parse(cls, text: str | None, parse: Mapping[str, Any], message: str = "") -> Turn:
        """Build from Rasa's parse data: `intent`, `intent_ranking` and `entities` with their extra keys."""
        intent = parse.get("intent") or {}
        ranking: Iterable[Mapping[str, Any]] = parse.get("intent_ranking") or ()
        name = str(intent.get(READ_AS) or intent.get("name") or "nlu_fallback")
        entities: Iterable[Mapping[str, Any]] = parse.get("entities") or ()
        return cls(
            text=text or "",
            intent=name,
            confidence=float(intent.get("confidence") or 0.0),
            mentions=_as_answered(map(as_mention, filter(_is_read, entities))),
            message=message,
            alternatives=tuple(str(item.get("name")) for item in ranking if item.get("name") != name)[:4],
            alarmed=intent.get("name") == EMERGENCY,
            moment=next((_moment(e) for e in entities if e.get("entity") == MOMENT), None),
        )


def _is_read(entity: Mapping[str, Any]) -> bool:
    return bool(entity.get("entity")) and entity["entity"] not in _OF_THE_DIALOGUE


def _as_answered(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """The mentions, with what the message itself says to a sign: not sure: possible; yes: stated."""
    read = tuple(mentions)
    acts = {name: [m for m in read if m.kind == "act" and m.value == name] for name in _SAID_TO_A_SIGN}
    return tuple(replace(m, certainty=_certainty(m, acts)) if m.kind == "finding" else m for m in read)


def _certainty(sign: Mention, acts: Mapping[str, Iterable[Mention]]) -> str:
    unsure = any(sign.start <= act.start < sign.end for act in acts["unsure"])
    if sign.certainty == DENIED and (unsure or any(map(sign.overlaps, acts["cannot"]))):
        return POSSIBLE
    if sign.certainty in (POSSIBLE, SUPPOSED) and any(map(sign.overlaps, acts["thing_yes"])):
        return STATED
    return sign.certainty


def as_mention(entity: Mapping[str, Any]) -> Mention:
    """A mention from a reader's entity. Its own `certainty`, `course` and `owner` count, where it has them;
    else they follow from `assertion` (present, absent, possible, past, hypothetical) and `experiencer`.
    """
    certainty, course = _ASSERTED.get(str(entity.get("assertion") or "present"), (STATED, UNSAID))
    experiencer = OTHER if entity.get("experiencer") == OTHER else PATIENT
    confidence = entity.get("confidence")
    return Mention(
        kind=str(entity["entity"]),
        value=entity.get("value"),
        certainty=str(entity.get("certainty") or certainty),
        course=str(entity.get("course") or course),
        owner=str(entity.get("owner") or experiencer),
        confidence=1.0 if confidence is None else float(confidence),
        since_days=_number(entity.get("since_days")),
        amount=_amount(entity.get("amount")),
        start=_whole(entity.get("start"), -1),
        end=_whole(entity.get("end"), -1),
        minute=_number(entity.get("minute")),
        ago=_number(entity.get("ago")),
        tablets=_number(entity.get("tablets")),
    )


def _moment(entity: Mapping[str, Any]) -> Moment:
    return Moment(int(entity["value"]), int(entity.get("offset") or 0))


def unread(newest_first: Iterable[Mapping[str, Any]], seen: str, case_slot: str) -> list[Turn]:
    """The person's messages that no action has taken in yet, oldest first; `seen` is the id of the last taken in.

    Events are Rasa's, as dictionaries. They are told apart by their order alone: a clock may go back. Where that
    message is not among them (an old conversation), what came after the case was last kept is unread.
    """
    found: list[Turn] = []
    since_kept: int | None = None
    for event in newest_first:
        kind = event.get("event")
        if kind == "slot" and event.get("name") == case_slot and since_kept is None:
            since_kept = len(found)
            if not seen:
                break
        if kind == "user":
            message = str(event.get("message_id") or "")
            if seen and message == seen:
                return found[::-1]
            found.append(Turn.from_parse(event.get("text"), event.get("parse_data") or {}, message))
    return found[: len(found) if since_kept is None else since_kept][::-1]


def _number(value: Any) -> int | None:
    return None if value is None else int(value)


def _whole(value: Any, otherwise: int) -> int:
    return otherwise if value is None else int(value)


def _amount(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None
