"""From what is known to a level, with the rules, findings and sources that decided it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.loader import Knowledge
from knowledge.schema import Level, Rule
from triage.case import Case
from triage.derive import present_ids

SINGLE = "single_"  # a finding's own floor, as a rule id


@dataclass(frozen=True)
class Assessment:
    """A disposition that explains itself. Lists are in order of urgency, then of the knowledge files."""

    level: Level
    findings: tuple[str, ...]  # the ids that decided the level
    rules: tuple[str, ...]
    sources: tuple[str, ...]
    because: tuple[str, ...]  # clauses in plain words
    present: frozenset[str]  # everything that holds

    def more_urgent_than(self, level: str | None) -> bool:
        """Whether this level is more urgent than `level`; None counts as nothing said."""
        return level is None or self.level.rank < Level(level).rank


def assess(case: Case, knowledge: Knowledge) -> Assessment:
    """Weigh every rule. The most urgent level wins; only what led to that level is named."""
    present = present_ids(case)
    fired: list[tuple[Level, str, tuple[str, ...], tuple[str, ...], str]] = []
    for finding in knowledge.findings.values():
        if finding.id in present:
            fired.append((finding.floor, SINGLE + finding.id, (finding.id,), finding.sources, finding.label))
    for rule in knowledge.rules.values():
        if _fires(rule, case, present):
            named = tuple(i for i in (*rule.all_of, *rule.any_of) if i in present)
            fired.append((rule.level, rule.id, named, rule.sources, rule.because))
    if not fired:
        return Assessment(Level.SELF_CARE, (), (), (), (), present)
    level = min((item[0] for item in fired), key=lambda item: item.rank)
    deciding = [item for item in fired if item[0] is level]
    return Assessment(
        level=level,
        findings=_unique(i for item in deciding for i in item[2]),
        rules=_unique(item[1] for item in deciding),
        sources=_unique(i for item in deciding for i in item[3]),
        because=_unique(item[4] for item in deciding),
        present=present,
    )


def _fires(rule: Rule, case: Case, present: frozenset[str]) -> bool:
    if not present.issuperset(rule.all_of):
        return False
    if rule.any_of and not present.intersection(rule.any_of):
        return False
    if rule.locations and case.location not in rule.locations:
        return False
    return rule.min_severity is None or (case.severity is not None and case.severity >= rule.min_severity)


def _unique(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))
