"""What was told and advised, as labelled lines to take to a clinician."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from unknot.knowledge.loader import Knowledge
from unknot.triage.case import ABSENT, POSSIBLE, PRESENT, Case
from unknot.triage.derive import PREGNANCY, present_ids
from unknot.triage.engine import join
from unknot.triage.plan import Plan

VALUES = ("onset", "injury", "trend")
HEARD = "heard:"  # before a name in `Case.lead`: this fact is new, say that it arrived
FEW_DAYS = 2  # below it a day has a name: today, yesterday
NAMED = ("location", "severity", "duration_days", "injury", "age", "pregnancy_weeks")


def summary_facts(case: Case, plan: Plan | None, knowledge: Knowledge) -> list[tuple[str, str]]:
    """(label, value) pairs in reading order; only what is known is listed."""
    m = knowledge.messages
    facts: list[tuple[str, str]] = []

    def add(label: str, value: str) -> None:
        facts.append((m[f"label_{label}"], value))

    if case.location:
        add("location", place(case, knowledge))
    if case.severity is not None:
        add("severity", m["value_severity"].format(severity=case.severity))
    if case.duration_days is not None:
        add("duration_days", since(case.duration_days, knowledge))
    for name in VALUES:
        value = getattr(case, name)
        if value:
            add(name, m[f"{name}_{value}"])
    if case.age is not None:
        add("age", str(case.age))
    if case.pregnancy_weeks is not None:
        add("pregnancy_weeks", str(case.pregnancy_weeks))
    _add_statuses(case, knowledge, add)
    if case.told_level:
        add("level", m[f"level_{case.told_level}"])
    if plan is not None and plan.remedies:
        add("remedies", join([item.title for item in plan.remedies]))
    if plan is not None and plan.withheld:
        add("withheld", join([f"{held.title} ({join(held.labels)})" for held in plan.withheld]))
    return facts


def new_facts(before: Case, after: Case) -> list[str]:
    """Names of values and ids of conditions that were unknown before and are known now, in reading order.

    Findings are left out: whatever one of them means for the level is said in its own words.
    """
    values = [n for n in NAMED if getattr(before, n) is None and getattr(after, n) is not None]
    if before.side is None and after.side and after.location and "location" not in values:
        values.insert(0, "location")
    statuses = [i for i, s in after.status.items() if s == PRESENT and before.status.get(i) != PRESENT]
    return values + [i for i in statuses if i not in PREGNANCY or "pregnancy_weeks" not in values]


def heard(names: Sequence[str], case: Case, knowledge: Knowledge) -> str:
    """ "I have noted: lower back, 8 out of 10." Empty if nothing among `names` has words."""
    m = knowledge.messages
    words = []
    for name in names:
        if name in knowledge.conditions:
            words.append(knowledge.conditions[name].label)
        elif name == "location":
            words.append(place(case, knowledge))
        elif name == "severity":
            words.append(m["value_severity"].format(severity=case.severity))
        elif name == "duration_days" and case.duration_days is not None:
            span = since(case.duration_days, knowledge)
            words.append(m["heard_since" if case.duration_days < FEW_DAYS else "heard_for"].format(span=span))
        elif name == "injury":
            words.append(m[f"heard_injury_{case.injury}"])
        elif name in ("age", "pregnancy_weeks"):
            words.append(m[f"heard_{name}"].format(value=getattr(case, name)))
    return m["heard"].format(facts=", ".join(words)) if words else ""


def _add_statuses(case: Case, knowledge: Knowledge, add: Callable[[str, str], None]) -> None:
    present = present_ids(case)
    told = [f.label for f in knowledge.findings.values() if f.id in present]
    conditions = [c.label for c in knowledge.conditions.values() if case.status.get(c.id) == PRESENT]
    for label, words in (
        ("present", told),
        ("conditions", conditions),
        ("possible", _labels(case, POSSIBLE, knowledge)),
        ("absent", _labels(case, ABSENT, knowledge)),
    ):
        if words:
            add(label, join(words))


def _labels(case: Case, status: str, knowledge: Knowledge) -> list[str]:
    return [f.label for f in knowledge.findings.values() if case.status.get(f.id) == status]


def place(case: Case, knowledge: Knowledge) -> str:
    """Location and side in words: "upper back, left"."""
    words = knowledge.messages[f"location_{case.location}"]
    return f"{words}, {knowledge.messages[f'side_{case.side}']}" if case.side else words


def since(days: int, knowledge: Knowledge) -> str:
    """A duration in the largest unit that fits: "about 3 weeks"."""
    m = knowledge.messages
    if days < FEW_DAYS:
        return m[f"value_days_{days}"]
    for size, name in ((365, "years"), (60, "months"), (14, "weeks")):
        if days >= size:
            unit = {"years": 365, "months": 30, "weeks": 7}[name]
            return m[f"value_{name}"].format(**{name: round(days / unit)})
    return m["value_days"].format(days=days)
