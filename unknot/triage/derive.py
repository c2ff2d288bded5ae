"""Facts that follow from other facts: a finding from an age, a duration or a cause."""

from __future__ import annotations

from collections.abc import Collection

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Level
from unknot.triage.case import Case
from unknot.triage.statement import CHECKED, DOUBTFUL, OLD, OVER

DAYS_NO_BETTER = 14  # "no better in two weeks"
DAYS_LONG = 42  # six weeks
FRAGILE_AGE = 65
NEW_PAIN_AGE = 55
NSAID_AGE = 60  # labels of non-prescription NSAIDs: ask a doctor first from 60
CHILD_AGE = 6
ADULT_AGE = 18
SECOND_HALF_WEEKS = 20
PREGNANCY = ("pregnant", "pregnant_20_weeks", "maybe_pregnant")
UNNAMED_EMERGENCY = "emergency_sign_unnamed"


def present_ids(case: Case, knowledge: Knowledge) -> frozenset[str]:
    """All ids that hold for this case: what was told, and what follows from it."""
    told = case.present() | _from_course(case, knowledge)
    return told | _from_age(case) | _from_time(case, told) | _from_cause(case, told) | _from_answers(case)


def _from_course(case: Case, knowledge: Knowledge) -> set[str]:
    """What is dangerous even when it has passed counts as if it lasted; the rest is a fact that rules weigh."""
    found = set()
    for identity in case.with_statuses(OVER):
        finding = knowledge.findings.get(identity)
        lasts = identity == UNNAMED_EMERGENCY or (finding is not None and finding.emergency_when_over)
        found.add(identity if lasts else "emergency_sign_passed")
    emergencies = {f.id for f in knowledge.findings.values() if f.floor is Level.EMERGENCY} | {UNNAMED_EMERGENCY}
    if case.with_statuses(OLD) & emergencies:
        found.add("emergency_sign_old")
    examined = {said.what for said in case.statements if said.course == CHECKED}
    if case.with_statuses(CHECKED) or case.with_statuses(DOUBTFUL) & examined:
        found.add("emergency_sign_checked")
    return found


def _from_age(case: Case) -> set[str]:
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
    return found


def _from_time(case: Case, told: Collection[str]) -> set[str]:
    found = set()
    if case.duration_days is not None and "recurrent" not in told:
        if case.duration_days >= DAYS_LONG:
            found.add("six_weeks_or_more")
        if case.duration_days >= DAYS_NO_BETTER and case.trend != "better":
            found.add("no_better_two_weeks")
    if case.severity == 10:
        found.add("pain_ten")
    return found


def _from_cause(case: Case, told: Collection[str]) -> set[str]:
    found = set()
    if case.injury == "major" and not case.known("major_trauma"):
        found.add("major_trauma")
    if case.injury == "minor":
        found.add("injury_minor")
        if set(told) & {"osteoporosis", "steroid_use"} or (case.age or 0) >= FRAGILE_AGE:
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
