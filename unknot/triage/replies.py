"""Builders of the reply payloads: plain dictionaries by the reply contract, each with its complete text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Level, Region
from unknot.triage.case import Case
from unknot.triage.engine import Assessment, join
from unknot.triage.interview import NextAsk
from unknot.triage.plan import Plan, Withheld
from unknot.triage.summary import Fact

Reply = dict[str, Any]


def notice(kind: str, text: str, **more: Any) -> Reply:
    """A `notice`: `kind` is one of the contract's notice ids."""
    return {"type": "notice", "notice": kind, "text": text, **more}


def answer(
    question: str, knowledge: Knowledge, held: Sequence[Withheld] = (), ask_first: Sequence[Withheld] = ()
) -> Reply:
    """The whole answer to a question, with its sources.

    What is `held` back from this person is said first, then what they should `ask_first` about.
    """
    record = knowledge.questions[question]
    own = [_not_for_you(held, knowledge)] if held else []
    own += _by_reason(ask_first, "answer_ask_first", knowledge)
    text = f"{' '.join(own)}\n\n{record.text}" if own else record.text
    return {
        "type": "answer",
        "question": record.id,
        "title": record.title,
        "text": text,
        "withheld": [{"id": item.id, "because": list(item.because)} for item in held],
        "ask_first": [{"id": item.id, "because": list(item.because)} for item in ask_first],
        "sources": list(record.sources),
        "strength": record.strength.value,
        "links": links(record.sources, knowledge),
    }


def _not_for_you(held: Sequence[Withheld], knowledge: Knowledge) -> str:
    """ "Not for you, from what you told me: A, B or C, because of a blood thinner." One sentence for each reason."""
    lines = _by_reason(held, "answer_held_line", knowledge)
    return knowledge.messages["answer_held"].format(lines=" ".join(lines))


def _by_reason(held: Sequence[Withheld], message: str, knowledge: Knowledge) -> list[str]:
    """A sentence for each set of reasons, with the remedies that share it."""
    titles: dict[tuple[str, ...], list[str]] = {}
    for item in held:
        titles.setdefault(item.labels, []).append(item.title)
    m = knowledge.messages
    return [m[message].format(titles=join(found, m["or"]), because=join(labels)) for labels, found in titles.items()]


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


def plan(made: Plan, knowledge: Knowledge) -> Reply:
    """The plan with everything a text-only channel needs in `text`."""
    messages = knowledge.messages
    urgent = made.level in (Level.EMERGENCY, Level.URGENT)
    lines = [messages["plan_intro_urgent" if urgent else "plan_intro"]]
    group = ""
    for number, item in enumerate(made.remedies, 1):
        if item.group != group:
            group = item.group
            lines.append(messages[f"plan_group_{group}"])
        lines.append(f"{number}. {item.title}: {item.how}" + (f" {item.caution}" if item.caution else ""))
    if made.withheld:
        lines.append(messages["plan_withheld"])
        for held in made.withheld:
            line = messages["plan_withheld_line"].format(title=held.title, because=join(held.labels))
            lines.append(f"- {line}")
    expect, safety_net = messages["plan_expect"], messages["plan_safety_net"]
    lines += [expect, safety_net, messages["not_reviewed"]]
    return {
        "type": "plan",
        "text": "\n".join(lines),
        "level": made.level.value,
        "location": made.location,
        "side": made.side,
        "severity": made.severity,
        "remedies": [
            {
                "id": item.id,
                "title": item.title,
                "group": item.group,
                "group_title": messages[f"plan_group_{item.group}"],
                "how": item.how,
                "caution": item.caution or None,
                "ask_first": list(item.ask_first),
                "sources": list(item.sources),
                "strength": item.strength,
                "drawings": list(item.drawings),
                "links": links(item.sources, knowledge),
            }
            for item in made.remedies
        ],
        "withheld": [
            {
                "id": held.id,
                "title": held.title,
                "because": list(held.because),
                "why": messages["plan_withheld_line"].format(title=held.title, because=join(held.labels)),
            }
            for held in made.withheld
        ],
        "expect": expect,
        "safety_net": safety_net,
        "not_reviewed": messages["not_reviewed"],
    }


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
