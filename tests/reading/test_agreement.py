"""What becomes of a finding where the rules and the model agree, and where they do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unknot.reading.agreement import Agreed, Thresholds, agree
from unknot.reading.types import Mention

STATES = ("none", "now", "unchanged", "over", "denied", "supposed", "other")
THRESHOLDS = Thresholds()


def states(**likely: float) -> dict[str, float]:
    rest = (1 - sum(likely.values())) / (len(STATES) - len(likely))
    return {name: likely.get(name, rest) for name in STATES}


def said(assertion: str = "present") -> Mention:
    return Mention("finding", "chest_pain", 3, 9, assertion)


def kind(agreed: Agreed | None) -> str:
    if agreed is None:
        return "nothing"
    return (
        agreed.certainty
        if agreed.course == "unknown" and agreed.owner == "patient"
        else f"{agreed.course}/{agreed.owner}"
    )


@pytest.mark.parametrize(
    ("rules", "model", "expected"),
    [
        ("present", {"now": 0.9}, "stated"),
        ("present", {"now": 0.5}, "stated"),
        ("present", {"none": 0.85, "now": 0.1}, "possible"),  # they disagree: one direct question
        ("present", {"none": 0.999}, "possible"),  # explicit words are never dropped unasked
        ("present", {"unchanged": 0.9}, "unchanged/patient"),
        ("present", {"other": 0.9}, "unknown/other"),
        ("present", {"denied": 0.9}, "possible"),  # of a yes and a no neither is believed unasked
        ("absent", {"now": 0.95}, "possible"),
        ("absent", {"none": 0.9}, "denied"),
        ("past", {"none": 0.9}, "over/patient"),
        ("hypothetical", {"none": 0.9}, "supposed"),
        ("possible", {"now": 0.9}, "stated"),
        (None, {"now": 0.9}, "stated"),
        (None, {"now": 0.5}, "possible"),
        (None, {"none": 0.9}, "nothing"),
        (None, {"over": 0.8}, "over/patient"),
    ],
)
def test_what_becomes_of_a_finding(rules: str | None, model: dict[str, float], expected: str) -> None:
    assert kind(agree([said(rules)] if rules else [], states(**model), THRESHOLDS)) == expected


@given(st.lists(st.floats(0.001, 1), min_size=7, max_size=7), st.sampled_from(["present", "absent", "past", None]))
def test_a_likelier_sign_is_never_taken_less_seriously(weights: list[float], rules: str | None) -> None:
    total = sum(weights)
    before = {name: weight / total for name, weight in zip(STATES, weights, strict=True)}
    more = {name: (p / 2 + 0.5 if name == "now" else p / 2) for name, p in before.items()}
    rank = {"stated": 2, "possible": 1}
    mentions = [said(rules)] if rules else []
    first, second = (kind(agree(mentions, given, THRESHOLDS)) for given in (before, more))
    assert rank.get(second, 0) >= rank.get(first, 0)


def test_thresholds_are_probabilities() -> None:
    with pytest.raises(ValueError, match="stated"):
        Thresholds(stated=1.5)
