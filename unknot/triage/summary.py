"""What was told and advised, as labelled lines to take to a clinician."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from unknot.knowledge.loader import Knowledge
from unknot.triage.case import Case
from unknot.triage.derive import PREGNANCY, present_ids
from unknot.triage.diary import SIGNS
from unknot.triage.engine import join
from unknot.triage.plan import Plan
from unknot.triage.statement import CHECKED, DENIED, DOUBTFUL, NOW, OLD, OVER, UNKNOWN

VALUES = ("onset", "injury", "trend")
HEARD = "heard:"  # before a name in `Case.lead`: this fact is new, say that it arrived
FEW_DAYS = 2  # below it a day has a name: today, yesterday
NAMED = ("location", "severity", "duration_days", "injury", "age", "pregnancy_weeks")
FREE_TEXT = "told"  # a cause in the person's words
_SIGNS = ("red_flags", SIGNS)


@dataclass(frozen=True)
class Fact:
    """A line of the summary. `quote` are the person's words; empty where the assistant worked it out or advises."""

    label: str
    value: str
    quote: str = ""


def summary_facts(case: Case, plan: Plan | None, knowledge: Knowledge) -> list[Fact]:
    """Facts in reading order; only what is known is listed."""
    m = knowledge.messages
    found = [*_values(case, knowledge), *_statuses(case, knowledge), *_own_words(case, knowledge)]
    found += _denials(case, knowledge)
    advice = [("level", m[f"level_{case.told_level}"])] if case.told_level else []
    if plan is not None and plan.remedies:
        advice.append(("remedies", join([item.title for item in plan.remedies])))
    if plan is not None and plan.withheld:
        advice.append(("withheld", join([f"{held.title} ({join(held.labels)})" for held in plan.withheld])))
    return found + [Fact(m[f"label_{label}"], value) for label, value in advice]


def _values(case: Case, knowledge: Knowledge) -> list[Fact]:
    m = knowledge.messages
    worded: list[tuple[str, str]] = []
    if case.location:
        worded.append(("location", place(case, knowledge)))
    if case.severity is not None:
        worded.append(("severity", m["value_severity"].format(severity=case.severity)))
    if case.duration_days is not None:
        worded.append(("duration_days", since(case.duration_days, knowledge)))
    for name in VALUES:
        value = getattr(case, name)
        if value:
            worded.append((name, _quote(case, name) if value == FREE_TEXT else m[f"{name}_{value}"]))
    worded += [(name, str(case.value(name))) for name in ("age", "pregnancy_weeks") if case.value(name) is not None]
    return [Fact(m[f"label_{name}"], value, _quote(case, name)) for name, value in worded]


def _quote(case: Case, identity: str) -> str:
    said = case.latest(identity)
    return said.quote if said else ""


def _statuses(case: Case, knowledge: Knowledge) -> list[Fact]:
    """Findings and conditions, one a line, what is there first."""
    m = knowledge.messages
    present = present_ids(case, knowledge)
    labels = _labels(knowledge)
    lines = (
        ("present", [i for i in knowledge.findings if i in present and case.status(i) in (NOW, UNKNOWN)]),
        ("conditions", [i for i in knowledge.conditions if case.status(i) == NOW]),
        ("passed", sorted(case.with_statuses(OVER))),
        ("checked", sorted(case.with_statuses(CHECKED))),
        ("old", sorted(case.with_statuses(OLD))),
        ("possible", sorted(case.with_statuses(DOUBTFUL))),
    )
    unnamed = m["sign_unnamed"]
    return [Fact(m[f"label_{name}"], labels.get(i, unnamed), _quote(case, i)) for name, ids in lines for i in ids]


def _own_words(case: Case, knowledge: Knowledge) -> list[Fact]:
    """What has no class of ours: an illness that is not known here, what a clinician said."""
    said = [s for s in case.statements if s.what in ("own_words", "clinician_said")]
    return [Fact(knowledge.messages[f"label_{s.what}"], s.quote, s.quote) for s in said]


def _denials(case: Case, knowledge: Knowledge) -> list[Fact]:
    """A list that was denied is one line and never its signs singly; what was denied by name is named."""
    m = knowledge.messages
    facts = []
    for said in case.statements:
        if isinstance(said.value, tuple) and said.certainty == DENIED:
            signs = said.what.startswith(_SIGNS)
            kind, label = (m["of_signs"], "denied_list") if signs else (m["of_conditions"], "denied_conditions")
            value = m["answered_none"].format(quote=said.quote, count=len(said.value), kind=kind)
            facts.append(Fact(m[f"label_{label}"], value, said.quote))
    by_name = [i for i in knowledge.findings if case.status(i) == DENIED and _is_by_name(case, i)]
    by_name += [i for i in knowledge.conditions if case.status(i) == DENIED and _is_by_name(case, i)]
    labels = _labels(knowledge)
    facts += [Fact(m["label_absent"], labels[i], _quote(case, i)) for i in by_name]
    return facts


def _labels(knowledge: Knowledge) -> dict[str, str]:
    findings = {record.id: record.label for record in knowledge.findings.values()}
    return findings | {record.id: record.label for record in knowledge.conditions.values()}


def _is_by_name(case: Case, identity: str) -> bool:
    said = case.latest(identity)
    return said is not None and said.what == identity


def new_facts(before: Case, after: Case) -> list[str]:
    """Names of values and ids of conditions that were unknown before and are known now, in reading order.

    Findings are left out: whatever one of them means for the level is said in its own words.
    """
    values = [n for n in NAMED if getattr(before, n) is None and getattr(after, n) is not None]
    if before.side is None and after.side and after.location and "location" not in values:
        values.insert(0, "location")
    statuses = [i for i, s in after.statuses.items() if s == NOW and before.status(i) != NOW]
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
        elif name == "injury" and case.injury == FREE_TEXT:
            words.append(m["heard_cause"].format(quote=_quote(case, name)))
        elif name == "injury":
            words.append(m[f"heard_injury_{case.injury}"])
        elif name in ("age", "pregnancy_weeks"):
            words.append(m[f"heard_{name}"].format(value=getattr(case, name)))
    return m["heard"].format(facts=", ".join(words)) if words else ""


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
