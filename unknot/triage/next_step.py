"""The end of a turn: the next question, or the plan with its level and summary."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Choice, Level, Region
from unknot.triage import bout, bout_turn, plan_turn, replies
from unknot.triage.case import Case
from unknot.triage.choices import SKIP
from unknot.triage.confirm import CONFIRM
from unknot.triage.engine import Assessment, assess
from unknot.triage.interview import CLINICIAN, FIRST, PERSON, NextAsk, base, build, open_ask_ids
from unknot.triage.plan import SAFETY, Plan, make_plan, meanwhile
from unknot.triage.replies import Reply
from unknot.triage.statement import OLD
from unknot.triage.summary import HEARD, heard
from unknot.triage.thread import Thread

SECOND, THIRD = 1, 2  # how many turns left a question open before it is put in other words, and with a way past it


def ask_or_plan(case: Case, knowledge: Knowledge, region: Region | None = None) -> tuple[Case, tuple[Reply, ...]]:
    """Ask what still matters; when nothing does, give the plan if it is new. Nothing to say gives no reply.

    Without a `region` the plan names no number to call.
    """
    assessment = assess(case, knowledge)
    if assessment.level is Level.EMERGENCY or case.paused or case.crisis:
        return replace(case, lead=()), ()
    still_open = open_ask_ids(case, assessment, knowledge)
    if still_open:
        return _ask(case, assessment, still_open, knowledge)
    if plan_is_due(case, assessment, knowledge):
        return give_plan(case, assessment, knowledge, region)
    return replace(case, lead=(), pending=None), ()


def plan_is_due(case: Case, assessment: Assessment, knowledge: Knowledge) -> bool:
    """Whether the plan, or why someone should be seen, differs from what was given last."""
    if bout.has_ended(case) and case.plan_key and not assessment.more_urgent_than(case.told_level):
        return False
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
    return put(case, still_open[0], assessment, knowledge, len(still_open) - 1)


def put(
    case: Case, identity: str, assessment: Assessment, knowledge: Knowledge, remaining: int = 0
) -> tuple[Case, tuple[Reply, ...]]:
    """Put the question with this id, whatever else is open; `remaining` counts the questions after it."""
    question = _worded(build(identity, case, knowledge), case, knowledge)
    lead = [knowledge.messages[identity] for identity in case.lead if not identity.startswith(HEARD)]
    lead += bout_turn.before_a_check_in(case, question.id, knowledge)
    lead += _heard(case, question.id, knowledge)
    if not case.introduced:
        lead.append(knowledge.messages["introduction"])
    relief = () if _too_early(case, question) else meanwhile(case, assessment, knowledge)
    if relief:
        tips = " ".join(remedy.how for remedy in relief)
        lead.append(knowledge.messages["meanwhile"].format(remedies=tips))
    lead += _before_a_list(question, case, knowledge)
    reply = replies.ask(question, knowledge, lead, remaining, [remedy.id for remedy in relief])
    case = replace(
        case,
        pending=question.id,
        ignored=case.ignored if case.pending == question.id or _same_list(case, question.id) else 0,
        asked=(*case.asked, question.id),
        lead=(),
        introduced=True,
        meanwhile_given=case.meanwhile_given or bool(relief),
    )
    return case, (reply,)


def _same_list(case: Case, identity: str) -> bool:
    return base(case.pending or "") == base(identity)


def _worded(question: NextAsk, case: Case, knowledge: Knowledge) -> NextAsk:
    """The second time in other words, the third time with a way past it."""
    if case.ignored < SECOND or not _same_list(case, question.id):
        return question
    ask = knowledge.asks.get(question.id)
    if ask is not None and ask.again:
        question = replace(question, text=ask.again)
    if case.ignored < THIRD:
        return question
    skip = Choice(SKIP, knowledge.messages["choice_skip"])
    text = f"{question.text} {knowledge.messages['offer_skip']}"
    return replace(question, text=text, choices=(*question.choices, skip))


def _before_a_list(question: NextAsk, case: Case, knowledge: Knowledge) -> list[str]:
    """Why a list comes again in parts, and that what is old is not meant."""
    if base(question.id) != FIRST:
        return []
    first_part = question.id != FIRST and question.id not in case.asked and not case.lead
    names = (["list_open"] if first_part else []) + (["as_always"] if case.with_statuses(OLD) else [])
    return [knowledge.messages[name] for name in names]


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
    return case.meanwhile_given or not ruled_out or question.id.startswith((FIRST, CONFIRM, CLINICIAN, PERSON))


def give_plan(
    case: Case, assessment: Assessment, knowledge: Knowledge, region: Region | None = None
) -> tuple[Case, tuple[Reply, ...]]:
    """The level and the plan's first card; a plan that was given before is not said again."""
    region = region or knowledge.regions["other"]
    made = make_plan(case, assessment, knowledge, region.id)
    said: list[Reply] = []
    thread = Thread.from_json(case.thread)
    said += bout_turn.helped_last_time(case, made, knowledge)
    new_reason = thread.level != assessment.level.value or not set(assessment.findings) <= set(case.told_findings)
    if assessment.level is not Level.URGENT and new_reason:
        text = knowledge.messages[f"triage_{assessment.level.value}"]
        if assessment.level is Level.SEE_CLINICIAN:
            text = text.format(reason=assessment.reason())
        said.append(replies.triage(assessment, knowledge, text))
    asked_again = case.plan_given and not case.plan_key
    thread, given = plan_turn.give(
        thread, made, assessment, knowledge, region, _heard(case, "", knowledge), asked_again
    )
    after_its_end = bout.has_ended(case)
    case = replace(
        case,
        pending=None,
        lead=(),
        plan_given=True,
        plan_key=plan_key(made, assessment),
        told_level=assessment.level.value,
        told_findings=tuple(dict.fromkeys((*case.told_findings, *assessment.findings))),
        thread=thread.to_json(),
    )
    return case if after_its_end else bout.planned(case, assessment.level.value), (*said, *given)
