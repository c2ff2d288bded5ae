"""Facts that follow from other facts: a finding from an age, a duration or a cause."""

from __future__ import annotations

from unknot.triage.case import Case

DAYS_NO_BETTER = 14  # "no better in two weeks"
DAYS_LONG = 42  # six weeks
FRAGILE_AGE = 65
NEW_PAIN_AGE = 55
NSAID_AGE = 60  # labels of non-prescription NSAIDs: ask a doctor first from 60
CHILD_AGE = 6
ADULT_AGE = 18
SECOND_HALF_WEEKS = 20
PREGNANCY = ("pregnant", "pregnant_20_weeks")


def present_ids(case: Case) -> frozenset[str]:
    """All ids that hold for this case: what was told, and what follows from it."""
    told = case.present()
    return told | _from_age(case, told) | _from_time(case, told) | _from_cause(case, told) | _from_answers(case)


def _from_age(case: Case, told: frozenset[str]) -> set[str]:
    if case.age is None:
        return set()
    found = set()
    if case.age < CHILD_AGE:
        found.add("under_6")
    if case.age < ADULT_AGE:
        found.add("under_18")
    if case.age >= NSAID_AGE:
        found.add("over_60")
    if case.age >= FRAGILE_AGE:
        found.add("over_65")
    # Back pain that is new at this age, not another bout of an old one.
    if case.age >= NEW_PAIN_AGE and not told & {"recurrent", "six_weeks_or_more"}:
        found.add("first_over_55")
    return found


def _from_time(case: Case, told: frozenset[str]) -> set[str]:
    found = set()
    if case.duration_days is not None and "recurrent" not in told:
        if case.duration_days >= DAYS_LONG:
            found.add("six_weeks_or_more")
        if case.duration_days >= DAYS_NO_BETTER and case.trend != "better":
            found.add("no_better_two_weeks")
    if case.severity == 10:
        found.add("pain_ten")
    return found


def _from_cause(case: Case, told: frozenset[str]) -> set[str]:
    found = set()
    if case.injury == "major":
        found.add("major_trauma")
    if case.injury == "minor":
        found.add("injury_minor")
        if told & {"osteoporosis", "steroid_use"} or (case.age or 0) >= FRAGILE_AGE:
            found.add("minor_trauma_fragile_bones")
    if case.injury in (None, "none"):
        found.add("no_strain")
    if "pregnant" in told and (case.pregnancy_weeks or 0) >= SECOND_HALF_WEEKS:
        found.add("pregnant_20_weeks")
    if "pregnant_20_weeks" in told:
        found.add("pregnant")
    return found


def _from_answers(case: Case) -> set[str]:
    found = set()
    if "red_flags_first" in case.declined:
        found.add("red_flags_unanswered")
    return found
