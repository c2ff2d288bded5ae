"""One direct question about one sign: whether it is there, whether it is new, or which of three things is right."""

from __future__ import annotations

from dataclasses import dataclass

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Choice, Level
from unknot.triage import patient
from unknot.triage.case import Case
from unknot.triage.derive import UNNAMED_EMERGENCY
from unknot.triage.statement import CHECKED, DOUBTFUL, NOW, OTHER, OVER, UNCHANGED

CONFIRM = "confirm:"  # a question about one finding: "confirm:saddle_numbness"
MOST_CONFIRMS = 3  # of signs that are no emergency by themselves
MOST_TIMES = 2  # that one sign is asked about
# What a person may say of a sign that stands as an emergency; ids of the three choices.
GONE, NEVER, EXAMINED = "gone", "never", "examined"
EXITS = (GONE, NEVER, EXAMINED)


@dataclass(frozen=True)
class Confirm:
    """The question's text, its reason and its choices."""

    text: str
    why: str
    choices: tuple[Choice, ...]


def about(identity: str) -> str:
    """The finding that a question is about, empty for other questions."""
    return identity.removeprefix(CONFIRM) if identity.startswith(CONFIRM) else ""


def stands(case: Case, finding: str, knowledge: Knowledge) -> bool:
    """Whether a sign can only be taken back by one of the three answers."""
    if finding == UNNAMED_EMERGENCY:
        return True
    return case.status(finding) == NOW or (case.status(finding) == OVER and _lasts(finding, knowledge))


def asks_whether_new(case: Case, finding: str) -> bool:
    """Whether what is in doubt is not that the sign is there, but that it belongs to this pain."""
    said = case.latest(finding)
    if case.status(finding) != DOUBTFUL or said is None:
        return False
    return said.course in (UNCHANGED, OVER) or was_examined(case, finding)


def was_examined(case: Case, finding: str) -> bool:
    """Whether somebody has looked at this sign, as the person says."""
    return any(said.what == finding and said.course == CHECKED for said in case.statements)


def question(finding: str, case: Case, knowledge: Knowledge) -> Confirm:
    """What is asked about a finding, by where it stands."""
    m = knowledge.messages
    if stands(case, finding, knowledge):
        choices = tuple(Choice(i, patient.message(f"choice_{i}", case, knowledge)) for i in EXITS)
        return Confirm(m["three_way"].format(sign=words(finding, case, knowledge)), m["why_three_way"], choices)
    record = knowledge.findings[finding]
    if asks_whether_new(case, finding):
        text = record.new_question or m["new_question"]
        text = m["about_sign"].format(sign=words(finding, case, knowledge), question=text)
        choices = (Choice("new", m["choice_new"]), Choice("unchanged", m["choice_unchanged"]))
        return Confirm(text, m["why_new_question"], choices)
    choices = (
        Choice("yes", m["choice_yes"], present=(finding,)),
        Choice("no", m["choice_no"], absent=(finding,)),
    )
    of_another = case.patient == OTHER
    text = patient.message("confirm", case, knowledge, label=record.label) if of_another else record.question
    return Confirm(text, m["why_confirm"], choices)


def words(finding: str, case: Case, knowledge: Knowledge) -> str:
    """The person's own words for a sign, else ours."""
    said = case.latest(finding)
    record = knowledge.findings.get(finding) or knowledge.conditions.get(finding)
    label = record.label if record else knowledge.messages["sign_unnamed"]
    quote = said.quote if said and not said.asked else ""
    return knowledge.messages["sign_quoted"].format(label=label, quote=quote) if quote else label


def to_confirm(case: Case, knowledge: Knowledge) -> list[str]:
    """Findings in doubt that should be asked about directly, the most urgent first."""
    doubtful = [
        finding
        for finding in knowledge.findings.values()
        if case.status(finding.id) == DOUBTFUL
        and finding.floor in (Level.EMERGENCY, Level.URGENT)
        and CONFIRM + finding.id not in case.declined
        and (case.asked.count(CONFIRM + finding.id) < MOST_TIMES or case.pending == CONFIRM + finding.id)
    ]
    doubtful.sort(key=lambda finding: finding.floor.rank)
    emergencies = [finding.id for finding in doubtful if finding.floor is Level.EMERGENCY]
    others = [finding.id for finding in doubtful if finding.floor is not Level.EMERGENCY]
    asked_before = {i for i in case.asked if i.startswith(CONFIRM) and i != case.pending}
    return emergencies + others[: max(0, MOST_CONFIRMS - len(asked_before))]


def _lasts(finding: str, knowledge: Knowledge) -> bool:
    record = knowledge.findings.get(finding)
    return finding == UNNAMED_EMERGENCY or (record is not None and record.emergency_when_over)
