"""Which remedies fit, in which order, and which are withheld and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Label, Level, Remedy, Withhold
from unknot.triage.case import Case
from unknot.triage.derive import ADULT_AGE
from unknot.triage.diary import is_only_logged
from unknot.triage.engine import Assessment, join
from unknot.triage.episode import current

MEDICINE = "medicine"  # the group of a plan that holds medicines
SAFETY = "safety"  # the question whose answer decides whether a dose may be named


@dataclass(frozen=True)
class PlanItem:
    """A remedy as this person gets it: `how` holds a dose only where one may be given.

    `ask_first` holds the ids because of which a professional should be asked before.
    """

    id: str
    title: str
    group: str
    how: str
    caution: str
    sources: tuple[str, ...]
    strength: str
    drawings: tuple[str, ...]
    ask_first: tuple[str, ...]
    short: str = ""
    step: str = ""
    choice: str = ""
    dosed: bool = False  # `how` names a dose
    label: Label | None = None  # the limits that the dose comes from; None where no dose may be given


@dataclass(frozen=True)
class Withheld:
    """A remedy that is left out, with the ids that forbid it, their labels in plain words, and the first reason."""

    id: str
    title: str
    because: tuple[str, ...]
    labels: tuple[str, ...]
    reason: str = ""
    group: str = ""


@dataclass(frozen=True)
class Plan:
    """Remedies in the order to try them."""

    level: Level
    location: str | None
    side: str | None
    severity: int | None
    remedies: tuple[PlanItem, ...]
    withheld: tuple[Withheld, ...]


def make_plan(case: Case, assessment: Assessment, knowledge: Knowledge, region: str = "") -> Plan:
    """The plan for what is known now. A remedy that anything forbids is never in it. `region` chooses the labels."""
    order = knowledge.ids["plan_groups"]
    ranked = sorted(knowledge.remedies.values(), key=lambda remedy: (order.index(remedy.group), remedy.rank))
    withheld = [
        held
        for remedy in ranked
        if remedy.levels and (held := _withheld(remedy, assessment, knowledge)) and not _own(remedy, held, case)
    ]
    barred = {held.id for held in withheld}
    dose_allowed = may_give_dose(case, assessment)
    keep = _of_the_stage(case, knowledge)
    items = tuple(
        _item(remedy, dose_allowed, assessment, knowledge, region)
        for remedy in ranked
        if remedy.id not in barred and fits(remedy, case, assessment.level) and (not keep or remedy.id in keep)
    )
    return Plan(assessment.level, case.location, case.side, case.severity, items, tuple(withheld))


def _own(remedy: Remedy, held: Withheld, case: Case) -> bool:
    """Whether nothing speaks against a medicine but that some of it was taken, which the label's clock weighs."""
    return held.because == (remedy.taken_as,) and is_only_logged(case, remedy.id, remedy.taken_as)


def _of_the_stage(case: Case, knowledge: Knowledge) -> tuple[str, ...]:
    """What still makes sense where it gets better from day to day; empty: all."""
    episode = current(case)
    return knowledge.course_stages[episode.stage].keep if episode is not None else ()


def withheld_among(identities: Sequence[str], assessment: Assessment, knowledge: Knowledge) -> tuple[Withheld, ...]:
    """Which of these remedies something known forbids, in the order given."""
    remedies = [knowledge.remedies[identity] for identity in identities]
    return tuple(held for remedy in remedies if (held := _withheld(remedy, assessment, knowledge)))


def to_ask_about(identities: Sequence[str], assessment: Assessment, knowledge: Knowledge) -> tuple[Withheld, ...]:
    """Which of these remedies are not withheld but want a word with a professional first, in the order given."""
    barred = {held.id for held in withheld_among(identities, assessment, knowledge)}
    remedies = [knowledge.remedies[identity] for identity in identities if identity not in barred]
    return tuple(held for remedy in remedies if (held := _held(remedy, remedy.ask_first, assessment, knowledge)))


def meanwhile(case: Case, assessment: Assessment, knowledge: Knowledge) -> tuple[Remedy, ...]:
    """What is safe for everyone while the questions go on: nothing that a known fact forbids."""
    safe = sorted((r for r in knowledge.remedies.values() if r.safe_meanwhile), key=lambda remedy: remedy.rank)
    return tuple(r for r in safe if not _withheld(r, assessment, knowledge))[:2]


def fits(remedy: Remedy, case: Case, level: Level) -> bool:
    """Whether a remedy suits the level, the place and the strength of the pain."""
    if level not in remedy.levels or (remedy.locations and case.location not in remedy.locations):
        return False
    if remedy.max_severity is not None and (case.severity is None or case.severity > remedy.max_severity):
        return False
    return remedy.min_severity is None or (case.severity or 0) >= remedy.min_severity


def may_give_dose(case: Case, assessment: Assessment) -> bool:
    """Doses only for adults who answered what decides about medicines, and only when no clinician is needed today."""
    adult = case.age is not None and case.age >= ADULT_AGE
    return adult and SAFETY in case.answered and assessment.level in (Level.SELF_CARE, Level.SEE_CLINICIAN)


def _withheld(remedy: Remedy, assessment: Assessment, knowledge: Knowledge) -> Withheld | None:
    return _held(remedy, remedy.withheld_by, assessment, knowledge)


def _held(
    remedy: Remedy, reasons: Sequence[Withhold], assessment: Assessment, knowledge: Knowledge
) -> Withheld | None:
    because = [i for rule in reasons for i in rule.any_of if i in assessment.present]
    if not because:
        return None
    ids = tuple(dict.fromkeys(because))
    reason = next(rule.because for rule in reasons if ids[0] in rule.any_of)
    return Withheld(remedy.id, remedy.title, ids, labels(ids, remedy, knowledge), reason, remedy.group)


def labels(ids: Sequence[str], remedy: Remedy, knowledge: Knowledge) -> tuple[str, ...]:
    """Plain words for ids, to follow "because of"; a fact without words of its own has the remedy's reason."""
    words = []
    for identity in ids:
        record = knowledge.findings.get(identity) or knowledge.conditions.get(identity)
        reason = next((w.because for w in remedy.withheld_by if identity in w.any_of), identity)
        words.append(record.label if record else knowledge.messages.get(f"fact_{identity}", reason))
    return tuple(dict.fromkeys(words))


def by_reason(held: Sequence[Withheld], message: str, knowledge: Knowledge, last: str = "or") -> list[str]:
    """A sentence for each set of reasons, with the remedies that share it; `last` is the message that joins them."""
    titles: dict[tuple[str, ...], list[str]] = {}
    for item in held:
        titles.setdefault(item.labels, []).append(item.title)
    m = knowledge.messages
    return [m[message].format(titles=join(found, m[last]), because=join(labels)) for labels, found in titles.items()]


def _item(remedy: Remedy, dose_allowed: bool, assessment: Assessment, knowledge: Knowledge, region: str) -> PlanItem:
    how = remedy.how
    first = _held(remedy, remedy.ask_first, assessment, knowledge)
    dosed = bool(remedy.dose) and dose_allowed and first is None
    if first is not None:
        how = f"{knowledge.messages['plan_ask_first'].format(because=join(first.labels))} {how}"
    elif remedy.dose:
        how += " " + (remedy.dose if dose_allowed else knowledge.messages["plan_dose_unknown"])
    return PlanItem(
        remedy.id,
        remedy.title,
        remedy.group,
        how,
        remedy.caution,
        remedy.sources,
        remedy.strength.value,
        remedy.drawings,
        first.because if first else (),
        remedy.short,
        remedy.step,
        remedy.choice,
        dosed,
        remedy.label_for(region) if dosed else None,
    )
