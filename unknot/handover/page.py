"""The one page: what a clinician wants to know first, first; nothing that the person did not say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from unknot.knowledge.loader import Knowledge
from unknot.triage.case import Case
from unknot.triage.engine import SINGLE, assess, join
from unknot.triage.episode import CheckIn, Episode, Taken, trend
from unknot.triage.interview import FIRST, MORE
from unknot.triage.plan import SAFETY, make_plan
from unknot.triage.statement import DENIED
from unknot.triage.summary import Fact, place, summary_facts

_EPOCH = date(1970, 1, 1).toordinal()
_POSITIVE = ("present", "passed", "checked", "possible")
_ANSWERED = ("absent",)
_HEALTH = ("conditions", "old", "own_words", "clinician_said", "denied_conditions", "age", "pregnancy_weeks")
_ABOUT_NOW = ("severity", "duration_days", "onset", "injury", "trend")
_VALUES = ("age", "location", "severity", "duration_days", "injury")


@dataclass(frozen=True)
class Day:
    """A line of the table beside the chart. `number` is 1 on the first day, `date` ISO 8601."""

    number: int
    date: str
    pain: int | None
    feeling: str
    level: str
    signs: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Dose:
    """A medicine that was taken, in words."""

    what: str
    dose: str
    when: str
    quote: str


@dataclass(frozen=True)
class Page:
    """Everything on it, in reading order. `positives` come first."""

    written: str
    level: str
    positives: tuple[Fact, ...]
    why_now: tuple[Fact, ...]
    where: str
    location: str
    side: str
    days: tuple[Day, ...]
    signs: tuple[Fact, ...]
    health: tuple[Fact, ...]
    taken: tuple[Dose, ...]
    advised: tuple[Fact, ...]
    tried: tuple[Fact, ...]
    stops: tuple[str, ...]
    unknown: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self)


def day_name(day: int) -> str:
    """A day of an episode as ISO 8601."""
    return date.fromordinal(_EPOCH + day).isoformat()


def make_page(case: Case, episode: Episode | None, knowledge: Knowledge, now: float) -> Page:
    """The page of a case and its episode, if there is one. `now` in seconds since the epoch."""
    assessment = assess(case, knowledge)
    facts = summary_facts(case, make_plan(case, assessment, knowledge), knowledge)
    of = _by_label(facts, knowledge)
    return Page(
        written=datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M UTC"),
        level=knowledge.messages[f"level_{assessment.level.value}"],
        positives=of(_POSITIVE),
        why_now=of(_ABOUT_NOW),
        where=place(case, knowledge) if case.location else "",
        location=case.location or "",
        side=case.side or "",
        days=tuple(_day(one, episode, knowledge) for one in episode.checkins) if episode else (),
        signs=(*_lists(case, knowledge), *of(_ANSWERED)),
        health=of(_HEALTH),
        taken=tuple(_dose(one, knowledge) for one in episode.taken) if episode else (),
        advised=(*_advised(case, knowledge), *of(("remedies", "withheld"))),
        tried=_tried(episode, knowledge),
        stops=tuple(dict.fromkeys(one.stops for one in episode.checkins if one.stops)) if episode else (),
        unknown=_unknown(case, knowledge),
    )


def _by_label(facts: list[Fact], knowledge: Knowledge) -> Callable[[tuple[str, ...]], tuple[Fact, ...]]:
    def of(names: tuple[str, ...]) -> tuple[Fact, ...]:
        labels = [knowledge.messages[f"label_{name}"] for name in names]
        return tuple(fact for label in labels for fact in facts if fact.label == label)

    return of


def _lists(case: Case, knowledge: Knowledge) -> tuple[Fact, ...]:
    """Lists of signs that were answered with a no: which signs, and in which words it was answered."""
    label, found = knowledge.messages["label_denied_list"], []
    for said in case.statements:
        if isinstance(said.value, tuple) and said.certainty == DENIED:
            signs = [knowledge.findings[i].label for i in said.value if i in knowledge.findings]
            found += [Fact(label, join(signs, knowledge.messages["or"]), said.quote)] if signs else []
    return tuple(found)


def _day(one: CheckIn, episode: Episode, knowledge: Knowledge) -> Day:
    m = knowledge.messages
    return Day(
        one.day - episode.started + 1,
        day_name(one.day),
        one.pain,
        m[f"checkin_{one.feeling}"] if one.feeling else "",
        m[f"level_{one.level}"] if one.level else "",
        tuple(knowledge.findings[i].label for i in one.signs),
        one.note,
    )


def _dose(one: Taken, knowledge: Knowledge) -> Dose:
    m = knowledge.messages
    remedy = knowledge.remedies.get(one.what)
    time = m["handover_time_unknown"] if one.minute is None else f"{one.minute // 60:02}:{one.minute % 60:02}"
    dose = m["handover_dose_unknown"] if one.amount_mg is None else f"{one.amount_mg:g} mg"
    return Dose(remedy.title if remedy else one.what, dose, f"{day_name(one.day)} {time}", one.quote)


def _advised(case: Case, knowledge: Knowledge) -> tuple[Fact, ...]:
    """The level, and each rule or single finding that it comes from."""
    assessment, m = assess(case, knowledge), knowledge.messages
    label = m[f"level_{assessment.level.value}"]
    reasons = []
    for rule in assessment.rules:
        found = knowledge.findings.get(rule.removeprefix(SINGLE)) if rule.startswith(SINGLE) else None
        because = found.label if found else knowledge.rules[rule].because
        reasons.append(Fact(label, f"{because} ({m['handover_rule']} {rule})"))
    return tuple(reasons) or (Fact(label, ""),)


def _tried(episode: Episode | None, knowledge: Knowledge) -> tuple[Fact, ...]:
    found = []
    for one in episode.tried if episode else ():
        remedy = knowledge.remedies.get(one.what)
        found.append(Fact(remedy.title if remedy else one.what, knowledge.messages[f"handover_helped_{one.helped}"]))
    return tuple(found)


def _unknown(case: Case, knowledge: Knowledge) -> tuple[str, ...]:
    names = [name for name in _VALUES if case.value(name) is None]
    if not {FIRST, MORE} <= set(case.answered):
        names.append("signs")
    if SAFETY not in case.answered:
        names.append("safety")
    return tuple(knowledge.messages[f"handover_unknown_{name}"] for name in names)


def course_of(episode: Episode, knowledge: Knowledge) -> str:
    """How it goes over all, in words."""
    return knowledge.messages[f"trend_{trend(episode, knowledge).overall}"]
