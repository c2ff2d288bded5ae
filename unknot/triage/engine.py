"""From what is known to a level, with the rules, findings and sources that decided it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Level, Rule
from unknot.triage.case import Case
from unknot.triage.derive import present_ids

SINGLE = "single_"  # a finding's own floor, as a rule id


@dataclass(frozen=True)
class Assessment:
    """A disposition that explains itself. Lists are in order of urgency, then of the knowledge files."""

    level: Level
    findings: tuple[str, ...]  # the ids that decided the level
    rules: tuple[str, ...]
    sources: tuple[str, ...]
    labels: tuple[str, ...]  # the deciding findings in plain words
    because: tuple[str, ...]  # what they can mean, a clause a rule
    present: frozenset[str]  # everything that holds

    def reason(self) -> str:
        """Why, in plain words: the findings, then what they can mean."""
        sentences = [join(self.labels), *self.because]
        return " ".join(f"{text[:1].upper()}{text[1:]}." for text in sentences if text)

    def more_urgent_than(self, level: str | None) -> bool:
        """Whether this level is more urgent than `level`; None counts as nothing said."""
        return level is None or self.level.rank < Level(level).rank


@dataclass(frozen=True)
class _Fired:
    """A finding at its floor, or a rule, that holds."""

    level: Level
    rule: str
    findings: tuple[str, ...]
    sources: tuple[str, ...]
    label: str = ""
    because: str = ""


def assess(case: Case, knowledge: Knowledge) -> Assessment:
    """Weigh every rule. The most urgent level wins; only what led to that level is named."""
    present = present_ids(case, knowledge)
    fired: list[_Fired] = []
    for finding in knowledge.findings.values():
        if finding.id in present:
            fired.append(
                _Fired(finding.floor, SINGLE + finding.id, (finding.id,), finding.sources, label=finding.label)
            )
    for rule in knowledge.rules.values():
        if _fires(rule, case, present):
            named = tuple(i for i in (*rule.all_of, *rule.any_of) if i in present)
            fired.append(_Fired(rule.level, rule.id, named, rule.sources, because=rule.because))
    if not fired:
        return Assessment(Level.SELF_CARE, (), (), (), (), (), present)
    level = min((item.level for item in fired), key=lambda item: item.rank)
    deciding = [item for item in fired if item.level is level]
    return Assessment(
        level=level,
        findings=_unique(i for item in deciding for i in item.findings),
        rules=_unique(item.rule for item in deciding),
        sources=_unique(i for item in deciding for i in item.sources),
        labels=_unique(item.label for item in deciding if item.label),
        because=_unique(item.because for item in deciding if item.because),
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


def join(parts: Sequence[str], last: str = "and") -> str:
    """A list as people say it: "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"
