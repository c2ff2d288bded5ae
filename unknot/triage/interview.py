"""Which question comes next: the first of `unknot/knowledge/asks.yml` that still matters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Ask, Choice, Condition, Level
from unknot.triage import confirm, diary, patient
from unknot.triage.case import Case
from unknot.triage.confirm import CONFIRM
from unknot.triage.derive import ADULT_AGE, DAYS_LONG, NEW_PAIN_AGE, PREGNANCY
from unknot.triage.engine import Assessment, join
from unknot.triage.statement import CHECKED, DENIED, OTHER, UNKNOWN

FIRST = "red_flags_first"
MORE = "red_flags_more"
PART = ".part"  # after a list's id: some of its lines, asked about again
CONSENT, CRISIS, CLINICIAN, PERSON, DOSE = "consent", "crisis", "clinician_said", "person", "dose"
# Asked on an occasion of their own, not in the order of the interview.
_BY_OCCASION = frozenset({CONSENT, CRISIS, CLINICIAN, PERSON, DOSE, *diary.ALL})
GROUPS = {"condition": "conditions", "medicine": "medicines", "allergy": "allergies"}
# Once someone has to see a clinician today, only what could make it an emergency and what fits the first aid matters.
WHEN_URGENT = (FIRST, "location", "severity")
_FIRST_TIME = "first_over_55"
_PREGNANT_OR_NURSING = frozenset({*PREGNANCY, "breastfeeding"})
_THREES, _FOURS = 3, 4


@dataclass(frozen=True)
class NextAsk:
    """A question to put: its id for `Case.pending`, contract ask ids, findings asked about, choices."""

    id: str
    asks: tuple[str, ...]
    text: str
    why: str
    findings: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    none_of_these: bool = False


def base(identity: str) -> str:
    """The id of the whole question that an id names or names a part of."""
    return identity.removesuffix(PART)


def mark(case: Case, field: str, identity: str) -> Case:
    """The case with a question's id among those of `field`: "answered" or "declined"."""
    values: tuple[str, ...] = getattr(case, field)
    if base(identity) in values:
        return case
    changed: dict[str, Any] = {field: (*values, base(identity))}
    return replace(case, **changed)


def next_ask(case: Case, assessment: Assessment, knowledge: Knowledge) -> NextAsk | None:
    """The next question, or None when a plan can be made."""
    open_asks = open_ask_ids(case, assessment, knowledge)
    return build(open_asks[0], case, knowledge) if open_asks else None


def open_ask_ids(case: Case, assessment: Assessment, knowledge: Knowledge) -> list[str]:
    """Ids of all questions that still matter, in order; its length is how many are left."""
    asks = [a.id for a in knowledge.asks.values() if a.id not in _BY_OCCASION and matters(a, case, assessment)]
    # A doubt about a sign that the first list is about to ask for needs no question of its own, unless it is old.
    listed = knowledge.asks[FIRST].findings if FIRST in asks else ()
    found = confirm.to_confirm(case, knowledge)
    doubts = [CONFIRM + i for i in found if i not in listed or confirm.asks_whether_new(case, i)]
    # A red flag that may be there is asked about before everything; other doubts wait for the emergency signs.
    if doubts and asks and asks[0] == FIRST and not _is_emergency(doubts[0], knowledge):
        asks, doubts = asks[1:], [FIRST, *doubts]
    doubts += diary.Diary.of(case).todo
    asks = [*_occasions(case), *doubts, *asks, *_amount(case, knowledge), *_first_time(case, assessment)]
    return [identity + PART if _in_parts(identity, case, knowledge) else identity for identity in asks]


def _occasions(case: Case) -> list[str]:
    """What somebody said who has examined a sign; whom a sign of somebody else is about."""
    settled = (*case.answered, *case.declined)
    found = [PERSON] if case.pending == PERSON else []
    examined = case.with_statuses(CHECKED) and CLINICIAN not in settled
    return [*found, CLINICIAN] if examined else found


def _amount(case: Case, knowledge: Knowledge) -> list[str]:
    """Whether it was too much, where a painkiller was taken today and nothing says how much."""
    if DOSE in case.answered or DOSE in case.declined or case.known("overdose"):
        return []
    limited = {remedy.taken_as for remedy in knowledge.remedies.values() if remedy.taken_as}
    taken = (case.latest(identity) for identity in sorted(limited & case.present()))
    return [DOSE] if any(said is not None and said.amount is None for said in taken) else []


def _first_time(case: Case, assessment: Assessment) -> list[str]:
    """Whether this is the first back pain is asked where the age makes it matter, and never inferred from it."""
    asked = CONFIRM + _FIRST_TIME
    matters_now = assessment.level is Level.SELF_CARE and (case.age or 0) >= NEW_PAIN_AGE
    if not matters_now or case.status(_FIRST_TIME) != UNKNOWN or asked in case.declined:
        return []
    return [] if assessment.present & {"recurrent", "six_weeks_or_more"} else [asked]


def _in_parts(identity: str, case: Case, knowledge: Knowledge) -> bool:
    """A list that was put and not settled comes again a few lines at a time."""
    ask = knowledge.asks.get(identity)
    return ask is not None and bool(ask.findings) and ask.none_of_these and identity in case.asked


def matters(ask: Ask, case: Case, assessment: Assessment) -> bool:
    """Whether the answer could still change the level or the plan."""
    if settled(ask, case) or (ask.locations and case.location not in ask.locations):
        return False
    if assessment.level in (Level.EMERGENCY, Level.URGENT):
        return ask.id in WHEN_URGENT
    if ask.id == "injury":
        # What set off a pain of months ago, or a bout of an old trouble, changes nothing.
        return (case.duration_days or 0) < DAYS_LONG and "recurrent" not in assessment.present
    if ask.id == "safety":
        # Nobody under 18 is given a dose.
        return case.age is None or case.age >= ADULT_AGE
    return True


def settled(ask: Ask, case: Case) -> bool:
    """Whether this question is answered, declined, or answered by the way."""
    if ask.id in case.answered or ask.id in case.declined:
        return True
    values = {
        "location": case.location,
        "severity": case.severity,
        "age": case.age,
        "injury": case.injury or ("major" if "major_trauma" in case.present() else None),
        "onset": case.duration_days if not case.present() & {"recurrent", "six_weeks_or_more"} else "long",
    }
    if ask.id in values:
        return values[ask.id] is not None
    asked_about = (*ask.findings, *ask.conditions)
    return bool(asked_about) and all(case.known(identity) for identity in asked_about)


def build(identity: str, case: Case, knowledge: Knowledge) -> NextAsk:
    """The question with this id, reduced to what is not known yet."""
    finding = confirm.about(identity)
    if finding:
        asked = confirm.question(finding, case, knowledge)
        return NextAsk(identity, ("red_flags",), asked.text, asked.why, (finding,), asked.choices)
    ask = knowledge.asks[base(identity)]
    choices = tuple(line for choice in ask.choices for line in _lines(choice, ask, case, knowledge))
    if identity != ask.id:
        return _part(identity, ask, choices, case, knowledge)
    findings = tuple(i for i in ask.findings if not _known(i, ask, case) and _offered(i, ask, choices))
    if ask.other and case.patient == OTHER:
        ask = replace(ask, text=patient.worded(ask.other, case, knowledge))
    asks, text = _what_is_left(ask, case, knowledge) if ask.conditions else (ask.asks, ask.text)
    return NextAsk(ask.id, asks, text, ask.why, findings, choices, ask.none_of_these)


def _lines(choice: Choice, ask: Ask, case: Case, knowledge: Knowledge) -> tuple[Choice, ...]:
    """A choice as it is offered now: not at all, as it is, or as what is left of it once its meaning is known."""
    if (choice.locations and case.location not in choice.locations) or _of_women(choice.present, case):
        return ()
    of_another = case.patient == OTHER
    if not (ask.none_of_these and choice.present and all(_known(i, ask, case) for i in choice.present)):
        return (replace(choice, title=choice.other) if of_another and choice.other else choice,)
    left = (knowledge.findings[i] for i in choice.covers if not _known(i, ask, case))
    titles = ((f.id, patient.as_title(f.label) if of_another else f.statement) for f in left)
    return tuple(Choice(identity, title, present=(identity,)) for identity, title in titles)


def _part(identity: str, ask: Ask, choices: tuple[Choice, ...], case: Case, knowledge: Knowledge) -> NextAsk:
    """The first few lines of a list that are still open."""
    shown = choices[: _THREES if len(choices) % _THREES == 0 else _FOURS]
    findings = tuple(i for choice in shown for i in covered(choice) if not _known(i, ask, case))
    if len(shown) == len(choices):  # the last part is also about what has no line of its own
        rest = (i for i in ask.findings if not _known(i, ask, case) and _offered(i, ask, shown))
        findings = tuple(dict.fromkeys((*findings, *rest)))
    text = patient.message("ask_part", case, knowledge)
    return NextAsk(identity, ask.asks, text, ask.why, findings, shown, True)


def _known(identity: str, ask: Ask, case: Case) -> bool:
    """Whether it need not be asked about: to a question that comes again by the day an earlier no is no answer."""
    asked_again = ask.renews and case.status(identity) == DENIED and not _denied_in(ask, identity, case)
    return case.known(identity) and not asked_again


def _denied_in(ask: Ask, identity: str, case: Case) -> bool:
    """Whether the no to it was said to this very question, since it was put."""
    said = case.latest(identity)
    return said is not None and base(said.asked) == ask.id and ask.id in case.asked


def covered(choice: Choice) -> tuple[str, ...]:
    """What a line of a list is about: whoever says no to it says no to all of these."""
    return (*choice.present, *choice.covers)


def _what_is_left(ask: Ask, case: Case, knowledge: Knowledge) -> tuple[tuple[str, ...], str]:
    """Contract ask ids and text for the groups (pregnancy, illnesses, ...) of which something is not known yet."""
    groups = {identity: _group(knowledge.conditions[identity]) for identity in ask.conditions}
    unknown = {group for i, group in groups.items() if not case.known(i) and not _of_women((i,), case)}
    left = tuple(identity for identity in ask.asks if identity in unknown)
    if not left or set(left) == set(ask.asks):
        return ask.asks, ask.text
    named = join([patient.message(f"ask_{identity}", case, knowledge) for identity in left], knowledge.messages["or"])
    return left, patient.message("ask_what_is_left", case, knowledge, groups=named)


def _of_women(ids: tuple[str, ...], case: Case) -> bool:
    """Whether these are not asked about, because the patient is a "he"."""
    return case.pronoun == patient.HE and bool(ids) and set(ids) <= _PREGNANT_OR_NURSING


def _group(condition: Condition) -> str:
    """The contract's ask id that a condition, medicine or allergy belongs to."""
    return "pregnancy" if condition.id in PREGNANCY else GROUPS[condition.kind]


def _offered(finding: str, ask: Ask, choices: tuple[Choice, ...]) -> bool:
    """A finding with a choice of its own is asked about only while that choice is offered."""
    own = any(finding in covered(choice) for choice in ask.choices)
    return not own or any(finding in covered(choice) for choice in choices)


def _is_emergency(identity: str, knowledge: Knowledge) -> bool:
    finding = knowledge.findings.get(confirm.about(identity))
    return finding is not None and finding.floor is Level.EMERGENCY
