"""Tables of findings and levels, and what must hold for all of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.cases import case_with
from unknot.knowledge.loader import load
from unknot.knowledge.schema import Level
from unknot.triage.case import Case
from unknot.triage.engine import assess

KNOWLEDGE = load()
FINDINGS = sorted(KNOWLEDGE.findings)
FACTS = sorted({*FINDINGS, *KNOWLEDGE.conditions})


def level(*ids: str, **values: object) -> str:
    return assess(case_with(*ids, **values), KNOWLEDGE).level.value


@pytest.mark.parametrize("finding", FINDINGS)
def test_a_finding_alone_reaches_at_least_its_floor(finding: str) -> None:
    assessment = assess(case_with(finding), KNOWLEDGE)
    assert assessment.level.rank <= KNOWLEDGE.findings[finding].floor.rank
    assert finding in assessment.findings
    assert assessment.rules
    assert assessment.reason()


@pytest.mark.parametrize(
    ("ids", "values", "expected"),
    [
        ((), {}, "self_care"),
        ((), {"severity": 8, "location": "lower", "injury": "strain", "age": 40}, "self_care"),
        (("fever",), {}, "urgent"),
        (("fever", "leg_weakness_one"), {}, "emergency"),
        (("cancer_history", "leg_weakness_one"), {}, "emergency"),
        (("calf_swelling", "pain_on_breathing"), {}, "emergency"),
        (("anticoagulant",), {"severity": 4}, "self_care"),
        (("anticoagulant",), {"severity": 8}, "urgent"),
        (("anticoagulant",), {"injury": "minor"}, "emergency"),
        (("pregnant",), {"severity": 3}, "see_clinician"),
        (("pregnant",), {"severity": 8}, "urgent"),
        (("pregnant", "fever"), {}, "urgent"),
        (("flank_pain", "vomiting"), {"severity": 9}, "emergency"),
        (("flank_pain", "vomiting"), {"severity": 5}, "urgent"),
        (("weight_loss",), {}, "see_clinician"),
        (("weight_loss", "night_pain"), {}, "urgent"),
        (("osteoporosis",), {"injury": "minor"}, "urgent"),
        ((), {"injury": "minor", "age": 72}, "urgent"),
        ((), {"injury": "minor", "age": 30}, "self_care"),
        ((), {"injury": "major"}, "emergency"),
        ((), {"age": 12}, "see_clinician"),
        ((), {"age": 4}, "urgent"),
        ((), {"age": 57}, "self_care"),
        (("first_over_55",), {"age": 57}, "see_clinician"),
        ((), {"age": 54}, "self_care"),
        ((), {"duration_days": 13}, "self_care"),
        ((), {"duration_days": 20}, "see_clinician"),
        ((), {"duration_days": 20, "trend": "better"}, "self_care"),
        ((), {"duration_days": 50}, "see_clinician"),
        ((), {"severity": 10}, "urgent"),
        ((), {"severity": 9}, "self_care"),
        ((), {"location": "upper", "injury": "strain"}, "self_care"),
        ((), {"location": "upper", "injury": "none"}, "see_clinician"),
        ((), {"location": "elsewhere"}, "see_clinician"),
        (("emergency_sign_unnamed",), {}, "emergency"),
        (("urgent_sign_unnamed",), {}, "urgent"),
    ],
)
def test_levels(ids: tuple[str, ...], values: dict[str, object], expected: str) -> None:
    assert level(*ids, **values) == expected


def test_danger_signs_that_were_never_answered_are_not_taken_for_a_no() -> None:
    assert assess(Case(declined=("red_flags_first",)), KNOWLEDGE).level is Level.SEE_CLINICIAN


@settings(max_examples=300, deadline=None)
@given(
    st.sets(st.sampled_from(FACTS), max_size=8),
    st.sampled_from(FACTS),
    st.one_of(st.none(), st.integers(0, 10)),
    st.one_of(st.none(), st.integers(0, 100)),
    st.one_of(st.none(), st.sampled_from(["neck", "upper", "middle", "lower", "whole", "elsewhere"])),
    st.one_of(st.none(), st.sampled_from(["none", "strain", "minor", "major"])),
    st.one_of(st.none(), st.integers(0, 4000)),
)
def test_adding_a_fact_never_lowers_the_level(
    ids: set[str],
    added: str,
    severity: int | None,
    age: int | None,
    location: str | None,
    injury: str | None,
    days: int | None,
) -> None:
    values = {"severity": severity, "age": age, "location": location, "injury": injury, "duration_days": days}
    before = assess(case_with(*ids, **values), KNOWLEDGE)
    after = assess(case_with(*ids, added, **values), KNOWLEDGE)
    assert after.level.rank <= before.level.rank


FROM_CHECK_INS = {"getting_worse"}  # what the days of a bout show


def test_every_rule_can_fire() -> None:
    for rule in KNOWLEDGE.rules.values():
        ids = (*rule.all_of, *rule.any_of[:1])
        values = {
            "severity": 10 if "pain_ten" in ids else rule.min_severity,
            "location": rule.locations[0] if rule.locations else None,
            "injury": "minor" if "injury_minor" in ids else "none",
            "age": 4 if "under_6" in ids else 70 if "over_65" in ids else None,
        }
        told = [
            i
            for i in ids
            if i in KNOWLEDGE.findings
            or i in KNOWLEDGE.conditions
            or i.startswith("emergency_sign_")
            or i.endswith("_unnamed")
            or i in FROM_CHECK_INS
        ]
        declined = ("red_flags_first",) if "red_flags_unanswered" in ids else ()
        assessment = assess(case_with(*told, declined=declined, **values), KNOWLEDGE)
        assert assessment.level.rank <= rule.level.rank, rule.id
        if assessment.level is rule.level:
            assert rule.id in assessment.rules, rule.id
