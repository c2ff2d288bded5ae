"""What a message says of place, strength, time, cause and person, as statements."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from unknot.triage.case import VALUE_FIELDS, Case
from unknot.triage.claims import quoted
from unknot.triage.patient import SELF
from unknot.triage.statement import OTHER, POSSIBLE, STATED, Statement
from unknot.triage.turn import Mention, Turn

RECURRENT = "recurrent"
WORST = 10
MOST_YEARS = 120
_MOST_WORDS_AROUND_A_NUMBER = 3
_WHOLE_NUMBERS = frozenset({"duration_days", "age", "pregnancy_weeks"})
_TAKES_A_NUMBER = ("age", "onset", "severity")
_SIDELESS = ("whole", "elsewhere")
_NUMERAL = "numeral:"


@dataclass(frozen=True)
class _Value:
    value: Any
    quote: str
    certainty: str = STATED


def statements(case: Case, turn: Turn) -> list[Statement]:
    """Values that are told, and findings that are told with them."""
    found = _read(case, turn)
    found |= _bare_number(case, turn, found)
    place = found.get("location")
    if place is not None and place.value in _SIDELESS and "side" not in found:
        found["side"] = _Value(None, place.quote)  # the side was that of the old place
    said = [_said(case, name, value) for name, value in found.items()]
    for identity, told in (
        # "Show me again" speaks of the plan.
        (RECURRENT, turn.first("course") == RECURRENT and "again" not in turn.wishes()),
        ("pregnant", "pregnancy_weeks" in found),
        ("major_trauma", "injury" in found and found["injury"].value == "major"),
    ):
        if told:
            said.append(Statement(identity, quote=quoted(turn.text), message=case.messages))
    return said


def _read(case: Case, turn: Turn) -> dict[str, _Value]:
    found: dict[str, _Value] = {}
    for name in VALUE_FIELDS:
        best = turn.best(name)
        if best is None or (best.owner == OTHER and case.patient == SELF):
            continue  # "my wife is 70" says nothing of whoever writes about their own back
        value = best.value
        certainty = STATED
        if name == "severity":
            value = max(0, min(WORST, int(value)))
            certainty = STATED if best.confidence >= 1.0 else POSSIBLE
        elif name in _WHOLE_NUMBERS:
            value = int(value)
        found[name] = _Value(value, turn.quote(best), certainty)
    return found


def _said(case: Case, name: str, told: _Value) -> Statement:
    return Statement(name, told.certainty, told.value, quote=quoted(told.quote), message=case.messages)


def _bare_number(case: Case, turn: Turn, values: dict[str, _Value]) -> dict[str, _Value]:
    """What a number means that answers no question: alone or beside a place, a pain score; above 10 alone, an age."""
    corrected = _corrected_number(case, turn, values)
    if corrected:
        return corrected
    reported = _reported(turn)
    mention = turn.best("number") or reported
    if mention is None or case.pending in _TAKES_A_NUMBER or _several(turn):
        return {}
    number, quote = int(mention.value), turn.quote(mention)
    alone = len([m for m in turn.mentions if m.kind != "act"]) <= 1
    alone = alone and (reported is not None or len(turn.text.split()) <= _MOST_WORDS_AROUND_A_NUMBER)
    if 0 <= number <= WORST and case.severity is None and "severity" not in values:
        return {"severity": _Value(number, quote)} if alone or turn.first("location") is not None else {}
    return {"age": _Value(number, quote)} if alone and case.age is None and WORST < number <= MOST_YEARS else {}


def _reported(turn: Turn) -> Mention | None:
    """ "She says 8": a number that somebody passes on, alone in its message."""
    if "reported" not in turn.acts() or any(m.kind not in ("act", "sex", "wish") for m in turn.mentions):
        return None
    said = [m for m in turn.of("act") if str(m.value).startswith(_NUMERAL)]
    if len(said) != 1:
        return None
    return replace(said[0], kind="number", value=str(said[0].value).removeprefix(_NUMERAL))


def _several(turn: Turn) -> bool:
    """ "4 and 5" names lines of a list."""
    return len([act for act in turn.acts() if act.startswith("item:")]) > 1


def numerals(turn: Turn) -> list[int]:
    """All numbers of a short message, in order."""
    acts = (str(mention.value) for mention in turn.of("act"))
    return [int(act.removeprefix(_NUMERAL)) for act in acts if act.startswith(_NUMERAL)]


def _corrected_number(case: Case, turn: Turn, values: dict[str, _Value]) -> dict[str, _Value]:
    """ "Not 8, 6": of two numbers one is the score or the age that we have. "No, it's a 9" can only be the score."""
    numbers = numerals(turn)
    if not numbers or len(numbers) != len(set(numbers)):
        return {}
    quote = turn.text
    bare = len(numbers) == 1 and turn.first("number") is not None and not values
    if bare and turn.acts() & {"no", "correction"} and case.severity is not None and numbers[0] <= WORST:
        return {} if case.pending in ("age", "onset") else {"severity": _Value(numbers[0], quote)}
    if len(numbers) != 2 or "rather" not in turn.acts():
        return {}
    for name, most in (("severity", WORST), ("age", MOST_YEARS)):
        old = getattr(case, name)
        if old in numbers and name not in values:
            new = next(number for number in numbers if number != old)
            return {name: _Value(new, quote)} if new <= most else {}
    return {}
