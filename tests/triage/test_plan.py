"""Plans hold nothing that a known fact forbids, and doses only where labels allow."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.cases import case_with
from tests.support.talk import Talk
from unknot.knowledge.loader import load
from unknot.triage.engine import assess
from unknot.triage.plan import make_plan, meanwhile

KNOWLEDGE = load()
FACTS = sorted({*KNOWLEDGE.findings, *KNOWLEDGE.conditions})
DOSED = sorted(r.id for r in KNOWLEDGE.remedies.values() if r.dose)
NSAIDS = {"ibuprofen", "naproxen"}


def plan_for(*ids: str, **values: object):
    case = case_with(*ids, answered=("safety",), **values)
    return make_plan(case, assess(case, KNOWLEDGE), KNOWLEDGE)


def doses_in(plan) -> set[str]:
    return {item.id for item in plan.remedies if (dose := KNOWLEDGE.remedies[item.id].dose) and dose in item.how}


@settings(max_examples=300, deadline=None)
@given(
    st.sets(st.sampled_from(FACTS), max_size=6),
    st.sampled_from(["neck", "upper", "middle", "lower", "whole", None]),
    st.one_of(st.none(), st.integers(0, 10)),
    st.one_of(st.none(), st.integers(0, 100)),
)
def test_no_plan_holds_what_is_withheld(
    ids: set[str], location: str | None, severity: int | None, age: int | None
) -> None:
    case = case_with(*ids, location=location, severity=severity, age=age, answered=("safety",))
    assessment = assess(case, KNOWLEDGE)
    made = make_plan(case, assessment, KNOWLEDGE)
    offered = {item.id for item in made.remedies}
    assert "hyperventilation" not in offered
    assert not offered & {held.id for held in made.withheld}
    for identity in offered | {remedy.id for remedy in meanwhile(case, assessment, KNOWLEDGE)}:
        for rule in KNOWLEDGE.remedies[identity].withheld_by:
            assert not assessment.present & set(rule.any_of), identity
    for held in made.withheld:
        assert held.because
        assert held.labels
        assert not any(re.search("[a-z]_[a-z]", label) for label in held.labels), held


@pytest.mark.parametrize(
    "identity",
    [
        "stomach_ulcer", "kidney_disease", "heart_disease", "heart_failure", "high_blood_pressure", "stroke_history",
        "liver_disease", "heavy_alcohol", "asthma", "aspirin_sensitive_asthma", "bleeding_disorder", "pregnant",
        "pregnant_20_weeks", "gastric_bypass", "anticoagulant", "antiplatelet", "other_nsaid", "ssri", "lithium",
        "methotrexate", "ace_inhibitor_or_diuretic", "nsaid_allergy", "steroid_use",
    ],
)  # fmt: skip
def test_what_forbids_nsaids(identity: str) -> None:
    made = plan_for(identity, location="lower", severity=4, age=40)
    held = {item.id: item.because for item in made.withheld}
    assert set(held) >= NSAIDS
    assert identity in held["ibuprofen"]


@pytest.mark.parametrize(
    "identity", ["liver_disease", "heavy_alcohol", "acetaminophen_already", "acetaminophen_allergy"]
)
def test_what_forbids_acetaminophen(identity: str) -> None:
    assert "acetaminophen" in {item.id for item in plan_for(identity, location="lower", severity=4, age=40).withheld}


@pytest.mark.parametrize("identity", ["diabetes_neuropathy", "broken_skin"])
def test_what_forbids_heat_and_cold(identity: str) -> None:
    assert {"heat", "cold"} <= {item.id for item in plan_for(identity, location="lower", severity=4, age=40).withheld}


def test_doses_for_a_healthy_adult_only() -> None:
    assert doses_in(plan_for(location="lower", severity=6, age=40)) >= NSAIDS | {"acetaminophen"}
    assert not doses_in(plan_for(location="lower", severity=6, age=17))
    assert not doses_in(plan_for(location="lower", severity=6))  # age not known
    assert not doses_in(plan_for("fever", location="lower", severity=6, age=40))  # to be seen today
    assert not doses_in(plan_for(location="lower", severity=6, age=63)) & NSAIDS  # the label: ask a doctor from 60


def test_no_dose_before_the_safety_question_is_answered() -> None:
    case = case_with(location="lower", severity=6, age=40)
    made = make_plan(case, assess(case, KNOWLEDGE), KNOWLEDGE)
    assert not doses_in(made)
    told_to_ask = [item for item in made.remedies if item.id in DOSED]
    assert told_to_ask
    assert all(KNOWLEDGE.messages["plan_dose_unknown"] in item.how for item in told_to_ask)


@pytest.mark.parametrize("location", ["neck", "upper", "middle", "lower", "whole"])
@pytest.mark.parametrize("severity", range(11))
def test_every_place_and_strength_gets_a_useful_plan(location: str, severity: int) -> None:
    made = plan_for(location=location, severity=severity, age=35, injury="strain")
    assert len(made.remedies) >= 4
    assert made.remedies[0].id in {"heat", "walking", "reclined_position"}


def test_a_blood_thinner_is_named_with_its_reason() -> None:
    talk = Talk()
    talk.tell("anticoagulant", location="lower", severity=5)
    talk.to_plan(age=45, onset=2, injury="strain")
    (plan,) = talk.of("plan")
    held = {item["id"]: item for item in plan["withheld"]}
    assert held["ibuprofen"]["because"] == ["anticoagulant"]
    assert "blood thinner" in held["ibuprofen"]["why"]
    medicine = next(card for card in plan["cards"] if card["id"] == "medicine")
    assert "because of a blood thinner" in medicine["text"]
    assert "ibuprofen" not in medicine["steps"]
    assert "Ibuprofen" not in plan["text"]
