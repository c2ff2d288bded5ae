"""Where two readers of one message agree and where they do not: the rules' mentions and the model's states.

The rules (`findings.py`, `assertion.py`) know explicit words and grammar; the model knows meaning. What both see is
stated. What only one of them is sure of is stated where it is very sure, and otherwise a matter for one direct
question; so is what the rules state and the model denies. Of what is not there now, the surer of the two says how
it is meant: long-standing, gone, denied, only supposed, or somebody else's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from unknot.reading.types import ABSENT, HYPOTHETICAL, OTHER, PAST, POSSIBLE, PRESENT, Mention

STATED, DOUBTED, SUPPOSED, DENIED = "stated", "possible", "supposed", "denied"
UNCHANGED, OVER, UNKNOWN = "unchanged", "over", "unknown"
PATIENT, ANOTHER = "patient", "other"

_MODEL = {  # what the model's states mean: certainty, course, owner
    "now": (STATED, UNKNOWN, PATIENT),
    "unchanged": (STATED, UNCHANGED, PATIENT),
    "over": (STATED, OVER, PATIENT),
    "denied": (DENIED, UNKNOWN, PATIENT),
    "supposed": (SUPPOSED, UNKNOWN, PATIENT),
    "other": (STATED, UNKNOWN, ANOTHER),
}
_RULES = {  # the same of the rules' assertions
    PRESENT: (STATED, UNKNOWN),
    POSSIBLE: (DOUBTED, UNKNOWN),
    ABSENT: (DENIED, UNKNOWN),
    PAST: (STATED, OVER),
    HYPOTHETICAL: (SUPPOSED, UNKNOWN),
}


@dataclass(frozen=True)
class Thresholds:
    """Probabilities, 0 to 1, of a finding being there now by the model.

    `stated`: from here on the model alone states it; `possible`: it alone asks. `agreed`: from here on it confirms
    what the rules found; `doubted`: down to here the rules' finding is asked about, below it the model
    overrules them (at 0 never: what explicit words state is at least asked about).
    `vetoed`: where the rules read it as denied, gone or supposed, from here on it is asked about all the same.
    `meant`: from here on a state other than now is taken from the model.
    """

    stated: float = 0.85
    possible: float = 0.4
    agreed: float = 0.3
    doubted: float = 0.0
    vetoed: float = 0.9
    meant: float = 0.5

    def __post_init__(self) -> None:
        wrong = [item.name for item in fields(self) if not 0 <= getattr(self, item.name) <= 1]
        if wrong:
            raise ValueError(f"not between 0 and 1: {', '.join(wrong)}")


@dataclass(frozen=True)
class Agreed:
    """What the two readers make of one finding; `mention` is the rules' where they had one."""

    certainty: str
    course: str
    owner: str
    confidence: float
    mention: Mention | None

    def doubted(self) -> Agreed:
        """The same, where it is stated as there now, as a matter for a direct question."""
        stated = self.certainty == STATED and self.course == UNKNOWN and self.owner == PATIENT
        return replace(self, certainty=DOUBTED) if stated else self


def agree(said: Sequence[Mention], states: Mapping[str, float], thresholds: Thresholds) -> Agreed | None:
    """One finding as both readers see it; None where neither sees it.

    Args:
        said: the rules' mentions of this finding, in the order of the text.
        states: the model's probability of each state, summing to 1.
        thresholds: see there.
    """
    now = states["now"]
    asserted = next((mention for mention in said if mention.assertion == PRESENT), None)
    if asserted is not None:
        return _asserted(asserted, states, thresholds)
    if said:
        return _not_asserted(said[-1], states, thresholds)
    if now >= thresholds.possible:
        return Agreed(STATED if now >= thresholds.stated else DOUBTED, UNKNOWN, PATIENT, now, None)
    return _meant(states, thresholds, None)


def _asserted(mention: Mention, states: Mapping[str, float], thresholds: Thresholds) -> Agreed | None:
    """The rules state it: the model confirms, doubts or overrules."""
    now = states["now"]
    if now >= thresholds.agreed:
        return Agreed(STATED, UNKNOWN, PATIENT, max(now, mention.confidence), mention)
    meant = _meant(states, thresholds, mention)
    if meant is not None and meant.certainty == DENIED:
        # A yes and a no to the same words: "numb between the legs? yes". Only the person can say.
        return Agreed(DOUBTED, UNKNOWN, _owner(mention), meant.confidence, mention)
    if meant is not None:
        return meant
    if now >= thresholds.doubted:
        return Agreed(DOUBTED, UNKNOWN, _owner(mention), now, mention)
    return None


def _not_asserted(mention: Mention, states: Mapping[str, float], thresholds: Thresholds) -> Agreed:
    """The rules read it as not there, gone, supposed or possible: only a very sure model makes a question of it."""
    now = states["now"]
    if now >= thresholds.vetoed or (mention.assertion == POSSIBLE and now >= thresholds.possible):
        stated = mention.assertion == POSSIBLE and now >= thresholds.stated
        return Agreed(STATED if stated else DOUBTED, UNKNOWN, PATIENT, now, mention)
    return _meant(states, thresholds, mention) or from_rules(mention)


def _meant(states: Mapping[str, float], thresholds: Thresholds, mention: Mention | None) -> Agreed | None:
    """The likeliest state other than now, where the model is sure enough of it."""
    state = max(_MODEL.keys() - {"now"}, key=lambda name: states[name])
    if states[state] < thresholds.meant:
        return None
    return Agreed(*_MODEL[state], states[state], mention)


def _owner(mention: Mention) -> str:
    return ANOTHER if mention.experiencer == OTHER and mention.assertion != PRESENT else PATIENT


def from_rules(mention: Mention) -> Agreed:
    """What the rules say by themselves."""
    return Agreed(*_RULES[mention.assertion], _owner(mention), mention.confidence, mention)
