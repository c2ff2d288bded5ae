"""Taking in a message: what was known, plus what it says, gives what is known now.

What a short answer means ("no", "7", "none of those") depends on the question that waits for it, so this is where
words without a context get one. Nothing is asked or answered here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Choice, Level
from unknot.triage.answering import NO, RECURRENT, answer, leave_in_doubt, mark, reply_kind
from unknot.triage.case import ABSENT, POSSIBLE, PRESENT, Case
from unknot.triage.interview import CONFIRM, FIRST, MORE, NextAsk, build
from unknot.triage.turn import Mention, Turn

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
HISTORY = ("cancer_history", "osteoporosis", "immunosuppressed")  # what "I'm healthy" also denies
LASTING_FINDINGS = frozenset({"cancer_history", "osteoporosis", "steroid_use", "immunosuppressed", "iv_drug_use"})
TODAY_ONLY = frozenset({"other_nsaid", "acetaminophen_already", "broken_skin"})
MOST_WORDS_AROUND_A_NUMBER = 3
MOST_WORDS_OF_A_CORRECTION = 9
PATIENCE = 3  # how many messages that might have answered a question did not, before the interview goes on
SHORT_PATIENCE = 2  # the same for "no" to a question that wants a place or a number, and for causes of all kinds
ANSWERING_INTENTS = frozenset({"inform", "affirm", "deny", "unknown", "refuse", "nlu_fallback"})
_NUMBER = re.compile(r"\d+")
_RATHER = re.compile(
    r"\b(?:not|no|nope|isn't|isnt|wasn't|wasnt|meant|mean|rather|instead|sorry|actually|but)\b", re.IGNORECASE
)
_BETWEEN_CHOICES = re.compile(r"[\n;]|\.\s+")
STARTING_INTENTS = frozenset({"inform", "got_worse", "new_episode", "request_plan"})


@dataclass(frozen=True)
class Change:
    """Something that was known otherwise before: `kind` is a value field or a finding id."""

    kind: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Folded:
    """What is known after a message, what it changed, and whether it answered the question that waited."""

    case: Case
    changes: tuple[Change, ...] = ()
    answered: bool = False
    told_something: bool = False
    needs_naming: bool = False  # "yes" to a list that wants to know which
    gave_up: bool = False  # the question that waited is left unanswered
    was_pending: str = ""  # id of the question that waited before the message


def fold(case: Case, turn: Turn, knowledge: Knowledge) -> Folded:
    """Take `turn` into `case`. Nothing that was known is lost unless the message says otherwise."""
    before = case
    if turn.intent == "new_episode" and case.plan_given:
        case = new_episode(case, knowledge)
    elif turn.intent == "got_worse" and (case.plan_given or case.told_level):
        case = worse(case, knowledge)
    waiting = build(case.pending, case, knowledge) if case.pending else None
    ask = knowledge.asks.get(case.pending or "")

    chosen = _chosen(turn.text, waiting)
    if chosen:
        # A tick means what it stands for and nothing that its title may sound like besides.
        case = _apply_choices(case, chosen, waiting)
    else:
        case = _apply_statuses(case, turn, knowledge)
        case = _apply_values(case, turn)
        case = _apply_denied_groups(case, turn, knowledge)
    told = case != before
    needs_naming = answered = gave_up = False
    if waiting is not None:
        case, answered, needs_naming = answer(case, turn, waiting, ask, bool(chosen), told)
        if answered:
            case = replace(case, pending=None, ignored=0)
        elif turn.intent in ANSWERING_INTENTS and not told:  # what tells something new passes nothing by
            case = replace(case, ignored=case.ignored + 1)
        short = reply_kind(turn) == NO or waiting.id == "injury"
        if case.ignored >= (SHORT_PATIENCE if short else PATIENCE):
            # Asked again and again without an answer: going on without it beats a dead end.
            case = replace(mark(case, "declined", waiting.id), ignored=0, pending=None)
            case = leave_in_doubt(case) if waiting.id.startswith(CONFIRM) else case
            gave_up = True
    started = (
        case.started
        or told
        or turn.alarmed
        or turn.intent in STARTING_INTENTS
        or (before.pending == "consent" and answered)
    )
    if before.pending == "consent" and answered and reply_kind(turn) == NO and not told:
        started = before.started
    case = replace(case, started=started, seen_until=max(case.seen_until, turn.timestamp))
    if case.paused and told:
        case = replace(case, paused=False)
    return Folded(case, _changes(before, case, turn), answered, told, needs_naming, gave_up, before.pending or "")


def new_episode(case: Case, knowledge: Knowledge) -> Case:
    """A new bout: what it feels like now is unknown again; who the person is stays."""
    lasting = {i: s for i, s in case.status.items() if i in _lasting_ids(knowledge)}
    return Case(
        status={**lasting, RECURRENT: PRESENT},
        age=case.age,
        sex=case.sex,
        pregnancy_weeks=case.pregnancy_weeks,
        asked=(),
        answered=tuple(i for i in case.answered if i == "safety"),
        started=True,
        seen_until=case.seen_until,
        consent_asked=True,
    )


def worse(case: Case, knowledge: Knowledge) -> Case:
    """It got worse: the danger signs and the strength of the pain have to be asked again."""
    ask = knowledge.asks[FIRST]
    status = {i: s for i, s in case.status.items() if not (i in ask.findings and s == ABSENT)}
    again = (FIRST, "severity")
    keep = tuple(i for i in case.answered if i not in again)
    gone = tuple(i for i in case.declined if i not in again)
    return replace(case, status=status, severity=None, trend="worse", answered=keep, declined=gone, paused=False)


def _lasting_ids(knowledge: Knowledge) -> frozenset[str]:
    """What stays true from one bout to the next: illnesses, regular medicines, allergies, history."""
    return (frozenset(knowledge.conditions) | LASTING_FINDINGS) - TODAY_ONLY


def _chosen(text: str, waiting: NextAsk | None) -> tuple[Choice, ...]:
    """Choices that the text is: by id, by title, or several of them as lines or sentences of their own."""
    if waiting is None:
        return ()
    offered = {_plain(choice.title): choice for choice in waiting.choices}
    offered.update({_plain(choice.id): choice for choice in waiting.choices})
    whole = _plain(text)
    if whole in offered:
        return (offered[whole],)
    parts = [_plain(part) for part in _BETWEEN_CHOICES.split(text)]
    parts = [part for part in parts if part]
    found = [offered[part] for part in parts if part in offered]
    return tuple(found) if parts and len(found) == len(parts) else ()


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").strip(" .!\u2060").split())


def _apply_choices(case: Case, chosen: Iterable[Choice], waiting: NextAsk | None) -> Case:
    for choice in chosen:
        case = case.with_status({**dict.fromkeys(choice.present, PRESENT), **dict.fromkeys(choice.absent, ABSENT)})
        if choice.value and waiting is not None:
            field = {"onset": "duration_days"}.get(waiting.id, waiting.id)
            value: Any = int(choice.value) if field in ("severity", "duration_days") else choice.value
            case = replace(case, **{field: value})
    return case


def _apply_statuses(case: Case, turn: Turn, knowledge: Knowledge) -> Case:
    changes: dict[str, str] = {}
    for mention in (*turn.of("finding"), *turn.of("condition")):
        identity = str(mention.value)
        if identity not in knowledge.findings and identity not in knowledge.conditions:
            continue
        status = _status(mention)
        # Within one message the strongest word counts: "numb? not really, well, a bit numb".
        if status and _ORDER[status] >= _ORDER.get(changes.get(identity, ""), -1):
            changes[identity] = status
    return case.with_status({i: s for i, s in changes.items() if s != POSSIBLE or _may_doubt(case, i, knowledge)})


def _may_doubt(case: Case, identity: str, knowledge: Knowledge) -> bool:
    """A doubt does not undo what was said plainly; of an emergency sign, only a no to that very question is plain."""
    finding = knowledge.findings.get(identity)
    if finding is not None and finding.floor is Level.EMERGENCY and case.status.get(identity) == ABSENT:
        return CONFIRM + identity not in case.asked
    return not case.known(identity)


_ORDER = {ABSENT: 0, POSSIBLE: 1, PRESENT: 2}


def _status(mention: Mention) -> str | None:
    if mention.assertion in (PRESENT, ABSENT, POSSIBLE):
        return mention.assertion
    return None  # past, hypothetical


def _apply_values(case: Case, turn: Turn) -> Case:
    values: dict[str, Any] = {}
    for name in VALUE_FIELDS:
        value = turn.first(name)
        if value is not None:
            values[name] = value
    values.update(_bare_number(case, turn, values))
    if "severity" in values:
        values["severity"] = max(0, min(10, int(values["severity"])))
        values["severity_exact"] = not any(m.confidence < 1.0 for m in turn.of("severity"))
    for name in ("duration_days", "age", "pregnancy_weeks"):
        if name in values:
            values[name] = int(values[name])
    if values.get("location") in ("whole", "elsewhere") and "side" not in values:
        values["side"] = None  # the side was that of the old place
    case = replace(case, **values) if values else case
    if turn.first("course") == RECURRENT:
        case = case.with_status({RECURRENT: PRESENT})
    if "pregnancy_weeks" in values:
        case = case.with_status({"pregnant": PRESENT})
    return case


def _bare_number(case: Case, turn: Turn, values: dict[str, Any]) -> dict[str, Any]:
    """What a number means that answers no question: alone or beside a place, a pain score; above 10 alone, an age."""
    corrected = _corrected_number(case, turn, values)
    if corrected:
        return corrected
    number = turn.first("number")
    if number is None or case.pending in ("age", "onset", "severity"):
        return {}
    alone = len(turn.mentions) == 1 and len(turn.text.split()) <= MOST_WORDS_AROUND_A_NUMBER
    if 0 <= int(number) <= 10 and case.severity is None and "severity" not in values:
        return {"severity": int(number)} if alone or turn.first("location") is not None else {}
    return {"age": int(number)} if alone and case.age is None and 10 < int(number) <= 120 else {}


def _corrected_number(case: Case, turn: Turn, values: dict[str, Any]) -> dict[str, Any]:
    """ "Not 8, 6": of two numbers one is the score or the age that we have. "No, it's a 9" can only be the score."""
    numbers = [int(found) for found in _NUMBER.findall(turn.text)]
    if len(turn.text.split()) > MOST_WORDS_OF_A_CORRECTION or len(numbers) != len(set(numbers)):
        return {}
    bare = len(numbers) == 1 and turn.first("number") is not None and not values
    if bare and turn.acts() & {"no", "correction"} and case.severity is not None and numbers[0] <= 10:
        return {} if case.pending in ("age", "onset") else {"severity": numbers[0]}
    if len(numbers) != 2:
        return {}
    for name, most in (("severity", 10), ("age", 120)):
        old = getattr(case, name)
        if old in numbers and name not in values and _RATHER.search(turn.text):
            new = next(number for number in numbers if number != old)
            return {name: new} if new <= most else {}
    return {}


def _apply_denied_groups(case: Case, turn: Turn, knowledge: Knowledge) -> Case:
    groups = {str(mention.value) for mention in turn.of("denied_group")}
    if not groups:
        return case
    everything = "all" in groups
    denied: set[str] = set()
    kinds = {"conditions": "condition", "medicines": "medicine", "allergies": "allergy"}
    for group, kind in kinds.items():
        if everything or group in groups:
            denied |= {c.id for c in knowledge.conditions.values() if c.kind == kind and c.id != "pregnant"}
    if everything or "conditions" in groups:
        denied |= set(HISTORY)
    if "pregnancy" in groups:
        denied |= {"pregnant", "pregnant_20_weeks"}
    case = case.with_status({i: ABSENT for i in denied if case.status.get(i) != PRESENT})
    if "injury" in groups and case.injury is None:
        case = replace(case, injury="none")
    answered = set(case.answered)
    if everything or set(kinds) <= groups:
        answered.add("safety")
    if "red_flags" in groups and case.pending in (FIRST, MORE):
        answered.add(str(case.pending))
    return replace(case, answered=(*case.answered, *sorted(answered - set(case.answered))))


def _changes(before: Case, after: Case, turn: Turn) -> tuple[Change, ...]:
    if turn.intent in ("new_episode", "start_over"):
        return ()
    changes = []
    for name in ("location", "side", "severity", "duration_days", "age", "injury"):
        old, new = getattr(before, name), getattr(after, name)
        if name == "severity" and not before.severity_exact and "correction" not in turn.acts():
            continue  # the old score was ours, made from words: there is nothing to take back
        if old is not None and new is not None and old != new:
            changes.append(Change(name, old, new))
    for identity, old in before.status.items():
        new = after.status.get(identity, old)
        if old == PRESENT and new == ABSENT:
            changes.append(Change(identity, old, new))
    return tuple(changes)
