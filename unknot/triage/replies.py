"""Builders of the reply payloads: plain dictionaries by the reply contract, each with its complete text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Question, Region
from unknot.triage.cards import NOW, Card
from unknot.triage.case import Case
from unknot.triage.engine import Assessment, join
from unknot.triage.interview import NextAsk
from unknot.triage.plan import Plan, PlanItem, Withheld, by_reason
from unknot.triage.summary import Fact

Reply = dict[str, Any]
EMERGENCY_ROOM = "ER (A&E)"  # as the knowledge names it where the region is not known


def notice(kind: str, text: str, **more: Any) -> Reply:
    """A `notice`: `kind` is one of the contract's notice ids."""
    return {"type": "notice", "notice": kind, "text": text, **more}


def answer(
    question: Question,
    knowledge: Knowledge,
    text: str,
    *,
    lead: str = "",
    sources: Sequence[str] | None = None,
    held: Sequence[Withheld] = (),
    ask_first: Sequence[Withheld] = (),
    title: str = "",
    **more: Any,
) -> Reply:
    """An answer with its sources. `lead` is its short form, for channels that show the rest on demand."""
    named = question.sources if sources is None else sources
    return {
        "type": "answer",
        "question": question.id,
        "title": title or question.title,
        "text": text,
        "lead": lead or text,
        "withheld": [{"id": item.id, "because": list(item.because)} for item in held],
        "ask_first": [{"id": item.id, "because": list(item.because)} for item in ask_first],
        "sources": list(named),
        "strength": question.strength.value,
        "links": links(named, knowledge),
        **more,
    }


def not_for_you(held: Sequence[Withheld], ask_first: Sequence[Withheld], knowledge: Knowledge) -> list[str]:
    """ "Not for you now: A, B or C, because of a blood thinner." One sentence for each reason."""
    said = []
    if held:
        lines = " ".join(by_reason(held, "answer_held_line", knowledge))
        said.append(knowledge.messages["answer_held"].format(lines=lines))
    return [*said, *by_reason(ask_first, "answer_ask_first", knowledge)]


def in_region(text: str, region: Region) -> str:
    """The text with the region's word for an emergency room."""
    return text.replace(EMERGENCY_ROOM, region.emergency_room)


def links(sources: Iterable[str], knowledge: Knowledge) -> list[dict[str, str]]:
    """What a channel needs to show a source: id, body, title, address."""
    records = [knowledge.sources[source] for source in dict.fromkeys(sources)]
    return [{"id": s.id, "body": s.body, "title": s.title, "url": s.url} for s in records]


def ask(
    question: NextAsk, knowledge: Knowledge, lead: Sequence[str], remaining: int, meanwhile: Sequence[str]
) -> Reply:
    """A question. `lead` are sentences before it; `remaining` counts the questions after it."""
    messages = knowledge.messages
    lines = [" ".join([*lead, question.text])]
    choices = [{"id": choice.id, "title": choice.title} for choice in question.choices]
    if question.none_of_these:
        choices.append({"id": "none_of_these", "title": messages["choice_none"]})
    if question.none_of_these and question.findings:
        lines += [f"- {choice.title}" for choice in question.choices]
        lines.append(messages["none_hint"])
    elif question.none_of_these:
        lines.append(messages["examples_hint"])
    if remaining > 0:
        lines[-1] += " " + messages["left"].format(count=remaining)
    reply: Reply = {
        "type": "ask",
        "text": "\n".join(lines),
        "asks": list(question.asks),
        "ask": question.id,
        "prompt": question.text,
        "lead": " ".join(lead),
        "why": question.why,
        "remaining": remaining,
        "multiple": question.none_of_these,
    }
    if question.findings:
        reply["findings"] = list(question.findings)
    if choices:
        reply["choices"] = choices
    if meanwhile:
        reply["meanwhile"] = list(meanwhile)
    return reply


def triage(assessment: Assessment, knowledge: Knowledge, text: str) -> Reply:
    """A disposition with what decided it."""
    return {
        "type": "triage",
        "level": assessment.level.value,
        "title": knowledge.messages[f"level_{assessment.level.value}"],
        "text": text,
        "findings": list(assessment.findings),
        "rules": list(assessment.rules),
        "sources": list(assessment.sources),
        "links": links(assessment.sources, knowledge),
    }


def emergency_reminder(region: Region, knowledge: Knowledge, assessment: Assessment) -> Reply:
    """The emergency advice once more, short, for turns after the first."""
    messages = knowledge.messages
    call = call_text(region, knowledge)
    reply = triage(assessment, knowledge, messages["emergency_reminder"].format(call=call))
    reply["number"] = region.emergency_number
    return reply


def call_text(region: Region, knowledge: Knowledge) -> str:
    """Whom to call, with a safe wording where the number is not known."""
    if region.emergency_number:
        return knowledge.messages["emergency_call"].format(number=region.emergency_number)
    return knowledge.messages["emergency_call_unknown"]


def plan(made: Plan, cards: Sequence[Card], knowledge: Knowledge, text: str, card: str = NOW, **more: Any) -> Reply:
    """The plan with all its cards. `text` is what is to be read now, of the card with the id `card`."""
    m = knowledge.messages
    return {
        "type": "plan",
        "text": text,
        "card": card,
        "level": made.level.value,
        "location": made.location,
        "side": made.side,
        "severity": made.severity,
        "remedies": [_remedy(item, knowledge) for item in made.remedies],
        "withheld": [
            {
                "id": held.id,
                "title": held.title,
                "because": list(held.because),
                "why": m["plan_withheld_line"].format(title=held.title, because=join(held.labels)),
            }
            for held in made.withheld
        ],
        "cards": [{"id": c.id, "title": c.title, "steps": list(c.steps), "text": c.text} for c in cards],
        "expect": m["plan_expect"],
        "safety_net": m["plan_safety_net"],
        "not_reviewed": m["not_reviewed"],
        **more,
    }


def _remedy(item: PlanItem, knowledge: Knowledge) -> dict[str, Any]:
    """A remedy of a plan; `choice` and `label` (amounts in mg, times in hours) only where there are any."""
    found: dict[str, Any] = {
        "id": item.id,
        "title": item.title,
        "group": item.group,
        "group_title": knowledge.messages[f"plan_group_{item.group}"],
        "short": item.short,
        "how": item.how,
        "caution": item.caution or None,
        "ask_first": list(item.ask_first),
        "sources": list(item.sources),
        "strength": item.strength,
        "drawings": list(item.drawings),
        "links": links(item.sources, knowledge),
    }
    if item.choice:
        found["choice"] = item.choice
    if item.label:
        limits = ("strength_mg", "dose_mg", "first_dose_mg", "day_mg", "hours", "days")
        found["label"] = {name: getattr(item.label, name) for name in limits}
    return found


def summary(facts: Sequence[Fact], case: Case, remedies: Sequence[str], knowledge: Knowledge) -> Reply:
    """What was told and advised, `facts` in reading order; a fact carries the person's `quote` or is our `own`."""
    lines = [knowledge.messages["summary_intro"], *(f"{fact.label}: {fact.value}" for fact in facts)]
    return {
        "type": "summary",
        "text": "\n".join(lines),
        "facts": [
            {"label": fact.label, "value": fact.value} | ({"quote": fact.quote} if fact.quote else {"own": True})
            for fact in facts
        ],
        "level": case.told_level,
        "remedies": list(remedies),
    }
