"""Medicines that were taken: against the label, and against a plan's warning."""

from __future__ import annotations

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Region, Remedy
from unknot.triage import replies
from unknot.triage.case import Case
from unknot.triage.engine import Assessment, join
from unknot.triage.plan import labels, withheld_among
from unknot.triage.replies import Reply
from unknot.triage.statement import NEW, NOW, Statement

OVERDOSE = "overdose"


def above_the_label(case: Case, knowledge: Knowledge) -> list[Statement]:
    """An overdose for each medicine of which this message tells more than the label's mg in 24 hours."""
    found = []
    for said in case.statements:
        limit = _limit(said, knowledge)
        if limit is None or said.amount is None or said.message != case.messages:
            continue
        if said.amount > limit.label_mg_in_24_hours:
            found.append(Statement(OVERDOSE, course=NEW, quote=said.quote, message=said.message))
    return found


def notes(before: Case, case: Case, assessment: Assessment, knowledge: Knowledge, region: Region) -> list[Reply]:
    """What to do about a medicine that was taken: although something speaks against it, or within the label."""
    said: list[Reply] = []
    for statement in case.statements:
        limit = _limit(statement, knowledge)
        is_news = statement.message == case.messages and case.status(statement.what) == NOW
        if limit is None or not is_news or before.status(statement.what) == NOW:
            continue
        text = _against(limit, statement, assessment, knowledge, region)
        if not text and statement.amount is not None:
            text = knowledge.messages["within_the_label"].format(hours=limit.label_hours_between)
        if text:
            said.append(replies.notice("help", text))
    return said


def _against(limit: Remedy, said: Statement, assessment: Assessment, knowledge: Knowledge, region: Region) -> str:
    """What to do now that it was taken although something speaks against it; empty where nothing does."""
    others = assessment.present - {limit.taken_as}
    against = next((entry for entry in limit.taken_against if others & set(entry.any_of)), None)
    if against is None:
        held = withheld_among([limit.id], assessment, knowledge)
        barred = any(set(item.because) - {limit.taken_as} for item in held)
        return knowledge.messages["taken_against_warning"] if barred else ""
    ids = tuple(identity for identity in against.any_of if identity in others)
    return knowledge.messages["taken_against"].format(
        title=_called(limit, said, knowledge),
        because=join(labels(ids, limit, knowledge)),
        text=against.text.format(urgent_line=region.urgent_line),
        watch=against.watch,
    )


def _called(limit: Remedy, said: Statement, knowledge: Knowledge) -> str:
    """What was taken: the remedy if the person named it, else what kind of medicine it is."""
    quote = said.quote.casefold()
    named = any(name in quote for name in limit.names)
    return limit.title.split(" (")[0].lower() if named else knowledge.conditions[said.what].label


def _limit(said: Statement, knowledge: Knowledge) -> Remedy | None:
    """The remedy that a statement of a medicine is about: by its name, else the one with the highest limit."""
    alike = [r for r in knowledge.remedies.values() if r.taken_as and r.taken_as == said.what]
    quote = said.quote.casefold()
    named = [remedy for remedy in alike if any(name in quote for name in remedy.names)]
    return max(named or alike, key=lambda remedy: remedy.label_mg_in_24_hours, default=None)
