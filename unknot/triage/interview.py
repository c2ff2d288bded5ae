"""Which question comes next: the first of `unknot/knowledge/asks.yml` that still matters."""

from __future__ import annotations

from dataclasses import dataclass

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Ask, Choice, Condition, Level
from unknot.triage.case import POSSIBLE, Case
from unknot.triage.derive import ADULT_AGE, DAYS_LONG, PREGNANCY
from unknot.triage.engine import Assessment, join

CONFIRM = "confirm:"  # a pending question about one finding: "confirm:saddle_numbness"
MOST_CONFIRMS = 3
FIRST = "red_flags_first"
MORE = "red_flags_more"
GROUPS = {"condition": "conditions", "medicine": "medicines", "allergy": "allergies"}
# Once someone has to see a clinician today, only what could make it an emergency and what fits the first aid matters.
WHEN_URGENT = (FIRST, "location", "severity")


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


def next_ask(case: Case, assessment: Assessment, knowledge: Knowledge) -> NextAsk | None:
    """The next question, or None when a plan can be made."""
    open_asks = open_ask_ids(case, assessment, knowledge)
    return build(open_asks[0], case, knowledge) if open_asks else None


def open_ask_ids(case: Case, assessment: Assessment, knowledge: Knowledge) -> list[str]:
    """Ids of all questions that still matter, in order; its length is how many are left."""
    asks = [a.id for a in knowledge.asks.values() if a.id != "consent" and matters(a, case, assessment)]
    # A doubt about a sign that the first list is about to ask for needs no question of its own.
    listed = knowledge.asks[FIRST].findings if FIRST in asks else ()
    confirms = [CONFIRM + finding for finding in to_confirm(case, knowledge) if finding not in listed]
    # A red flag that may be there is asked about before everything; other doubts wait for the emergency signs.
    if confirms and asks and asks[0] == FIRST and not _is_emergency(confirms[0], knowledge):
        return [FIRST, *confirms, *asks[1:]]
    return confirms + asks


def to_confirm(case: Case, knowledge: Knowledge) -> list[str]:
    """Findings that may be there and were not yet asked about directly, the most urgent first."""
    doubtful = [
        finding
        for finding in knowledge.findings.values()
        if case.status.get(finding.id) == POSSIBLE
        and finding.floor in (Level.EMERGENCY, Level.URGENT)
        and CONFIRM + finding.id not in case.declined
        and (CONFIRM + finding.id not in case.asked or case.pending == CONFIRM + finding.id)
    ]
    asked_before = {i for i in case.asked if i.startswith(CONFIRM) and i != case.pending}
    room = MOST_CONFIRMS - len(asked_before)
    return [f.id for f in sorted(doubtful, key=lambda finding: finding.floor.rank)][: max(0, room)]


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
    if identity.startswith(CONFIRM):
        return _confirm(identity, knowledge)
    ask = knowledge.asks[identity]
    choices = tuple(
        choice
        for choice in ask.choices
        if (not choice.locations or case.location in choice.locations)
        and not (ask.none_of_these and choice.present and all(case.known(i) for i in choice.present))
    )
    findings = tuple(i for i in ask.findings if not case.known(i) and _offered(i, ask, choices))
    asks, text = _what_is_left(ask, case, knowledge) if ask.conditions else (ask.asks, ask.text)
    return NextAsk(ask.id, asks, text, ask.why, findings, choices, ask.none_of_these)


def _what_is_left(ask: Ask, case: Case, knowledge: Knowledge) -> tuple[tuple[str, ...], str]:
    """Contract ask ids and text for the groups (pregnancy, illnesses, ...) of which something is not known yet."""
    groups = {identity: _group(knowledge.conditions[identity]) for identity in ask.conditions}
    unknown = {group for identity, group in groups.items() if not case.known(identity)}
    left = tuple(identity for identity in ask.asks if identity in unknown)
    if not left or set(left) == set(ask.asks):
        return ask.asks, ask.text
    named = join([knowledge.messages[f"ask_{identity}"] for identity in left], knowledge.messages["or"])
    return left, knowledge.messages["ask_what_is_left"].format(groups=named)


def _group(condition: Condition) -> str:
    """The contract's ask id that a condition, medicine or allergy belongs to."""
    return "pregnancy" if condition.id in PREGNANCY else GROUPS[condition.kind]


def _offered(finding: str, ask: Ask, choices: tuple[Choice, ...]) -> bool:
    """A finding with a choice of its own is asked about only while that choice is offered."""
    own = any(finding in choice.present for choice in ask.choices)
    return not own or any(finding in choice.present for choice in choices)


def _confirm(identity: str, knowledge: Knowledge) -> NextAsk:
    finding = knowledge.findings[identity.removeprefix(CONFIRM)]
    choices = (
        Choice("yes", knowledge.messages["choice_yes"], present=(finding.id,)),
        Choice("no", knowledge.messages["choice_no"], absent=(finding.id,)),
    )
    why = knowledge.messages["why_confirm"]
    return NextAsk(identity, ("red_flags",), finding.question, why, (finding.id,), choices)


def _is_emergency(identity: str, knowledge: Knowledge) -> bool:
    return knowledge.findings[identity.removeprefix(CONFIRM)].floor is Level.EMERGENCY
