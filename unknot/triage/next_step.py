"""The end of a turn: the next question, or the plan with its level and summary."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Level
from unknot.triage import replies
from unknot.triage.case import Case
from unknot.triage.engine import Assessment, assess
from unknot.triage.interview import CONFIRM, FIRST, NextAsk, build, open_ask_ids
from unknot.triage.plan import SAFETY, Plan, make_plan, meanwhile
from unknot.triage.replies import Reply
from unknot.triage.summary import HEARD, heard, summary_facts


def ask_or_plan(case: Case, knowledge: Knowledge) -> tuple[Case, tuple[Reply, ...]]:
    """Ask what still matters; when nothing does, give the plan if it is new. Nothing to say gives no reply."""
    assessment = assess(case, knowledge)
    if assessment.level is Level.EMERGENCY or case.paused:
        return replace(case, lead=()), ()
    still_open = open_ask_ids(case, assessment, knowledge)
    if still_open:
        return _ask(case, assessment, still_open, knowledge)
    if plan_is_due(case, assessment, knowledge):
        return _plan(case, assessment, knowledge)
    return replace(case, lead=(), pending=None), ()


def plan_is_due(case: Case, assessment: Assessment, knowledge: Knowledge) -> bool:
    """Whether the plan, or why someone should be seen, differs from what was given last."""
    return case.plan_key != plan_key(make_plan(case, assessment, knowledge), assessment)


def plan_key(made: Plan, assessment: Assessment) -> str:
    """A short fingerprint of all that a person is told with a plan."""
    parts = [
        sorted(assessment.findings),
        made.location,
        made.side,
        made.severity,
        [(item.id, item.how) for item in made.remedies],
        [(held.id, held.because) for held in made.withheld],
        made.level.value,
    ]
    return hashlib.blake2s(json.dumps(parts).encode(), digest_size=8).hexdigest()


def _ask(
    case: Case, assessment: Assessment, still_open: list[str], knowledge: Knowledge
) -> tuple[Case, tuple[Reply, ...]]:
    question = build(still_open[0], case, knowledge)
    lead = [knowledge.messages[identity] for identity in case.lead if not identity.startswith(HEARD)]
    lead += _heard(case, question.id, knowledge)
    if not case.introduced:
        lead.append(knowledge.messages["introduction"])
    relief = () if _too_early(case, question) else meanwhile(case, assessment, knowledge)
    if relief:
        tips = " ".join(remedy.how for remedy in relief)
        lead.append(knowledge.messages["meanwhile"].format(remedies=tips))
    reply = replies.ask(question, knowledge, lead, len(still_open) - 1, [remedy.id for remedy in relief])
    case = replace(
        case,
        pending=question.id,
        asked=(*case.asked, question.id),
        lead=(),
        introduced=True,
        meanwhile_given=case.meanwhile_given or bool(relief),
    )
    return case, (reply,)


def _heard(case: Case, question: str, knowledge: Knowledge) -> list[str]:
    """Says which facts arrived; the question about illnesses and medicines names those it has already."""
    names = [identity.removeprefix(HEARD) for identity in case.lead if identity.startswith(HEARD)]
    if question == SAFETY:
        known = [identity for identity in knowledge.conditions if identity in case.present()]
        names += [i for i in known if i != "pregnant_20_weeks"] if "pregnant" in known else known
    text = heard(tuple(dict.fromkeys(names)), case, knowledge)
    return [text] if text else []


def _too_early(case: Case, question: NextAsk) -> bool:
    """Relief is offered once, as soon as the emergency signs are ruled out, and not while one is in doubt."""
    ruled_out = FIRST in case.answered
    return case.meanwhile_given or not ruled_out or question.id.startswith((FIRST, CONFIRM))


def _plan(case: Case, assessment: Assessment, knowledge: Knowledge) -> tuple[Case, tuple[Reply, ...]]:
    made = make_plan(case, assessment, knowledge)
    first = not case.plan_given
    said: list[Reply] = []
    if case.plan_key:  # a plan that was asked for again has not changed
        news = _heard(case, "", knowledge)
        said.append(replies.notice("corrected", " ".join([*news, knowledge.messages["plan_changed"]])))
    if assessment.level is not Level.URGENT:
        text = knowledge.messages[f"triage_{assessment.level.value}"]
        if assessment.level is Level.SEE_CLINICIAN:
            text = text.format(reason=assessment.reason())
        said.append(replies.triage(assessment, knowledge, text))
    said.append(replies.plan(made, knowledge))
    case = replace(
        case,
        pending=None,
        lead=(),
        plan_given=True,
        plan_key=plan_key(made, assessment),
        told_level=assessment.level.value,
        told_findings=tuple(dict.fromkeys((*case.told_findings, *assessment.findings))),
    )
    if first:
        # Once unasked; after that on request, since a corrected plan is long enough.
        facts = summary_facts(case, made, knowledge)
        said.append(replies.summary(facts, case, [item.id for item in made.remedies], knowledge))
    return case, tuple(said)
