"""What the assistant says in a turn: the most urgent first, then repairs, then answers; questions come last.

`take_in` reads what a person wrote and replies to it; `ask_or_plan` (in `next_step.py`) goes on from there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Level, Region
from unknot.triage import emergency, replies, small_talk
from unknot.triage.answering import YES, reply_kind
from unknot.triage.answers import answers
from unknot.triage.case import ABSENT, Case
from unknot.triage.engine import Assessment, assess
from unknot.triage.fold import Change, Folded, fold
from unknot.triage.interview import build, next_ask
from unknot.triage.next_step import plan_is_due
from unknot.triage.replies import Reply
from unknot.triage.summary import HEARD, new_facts, place, since
from unknot.triage.turn import Turn

MOST_ANSWERS = 3
SURE = 0.8  # an answer to our question is read as a question too only when it surely is one
SURE_BESIDE_FACTS = 0.9  # the same for a message that tells something and is not put as a question
SEVERE = 7
_ASKING = re.compile(
    r"\?|\b(?:what|whats|how|hows|why|which|should i|can i|could i|may i|tell me|best|advice|wonder\w*)\b"
    r"|(?:^|[.,;!]\s*|\b(?:and|but|so|also)\s+)(?:can|could|should|would|will|is|are|do|does|may|when|where|who|any)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Outcome:
    """Replies in order, what is known after them, and whether the interview goes on in this turn."""

    case: Case
    replies: tuple[Reply, ...]
    go_on: bool


def take_in(case: Case, turns: Sequence[Turn], knowledge: Knowledge, region: Region) -> Outcome:
    """Take in the messages since the last time (usually one) and reply to the last of them."""
    if not turns:
        return Outcome(case, (), case.started and not case.paused)
    told_before = case.told_level
    for earlier in turns[:-1]:
        case = fold(case, earlier, knowledge).case
    turn = turns[-1]
    if turn.intent == "start_over":
        fresh = Case(seen_until=turn.timestamp, introduced=case.introduced, consent_asked=True)
        notice = replies.notice("help", knowledge.messages["start_over"], lifts=Level.EMERGENCY.value)
        return Outcome(fresh, (notice,), False)
    before = case
    folded = fold(case, turn, knowledge)
    case = folded.case
    assessment = assess(case, knowledge)
    if assessment.level is Level.EMERGENCY:
        told = emergency.respond(case, folded, turn, assessment, knowledge, region)
        return Outcome(told.case, told.replies, False)

    said: list[Reply] = []
    case = _level_news(case, told_before, assessment, knowledge, region, said)
    said += _repairs(folded, knowledge)
    answered = answers(_questions(turn, folded, knowledge), assessment, knowledge, MOST_ANSWERS)
    said += answered
    case, talk, stop = small_talk.respond(case, turn, folded, assessment, knowledge, region)
    said += talk
    case = _leads(case, folded, turn, before)
    understood = bool(said or case.lead) or folded.answered or folded.told_something or _moves_on(case, turn)
    if understood:
        case = replace(case, misses=0)
    else:
        case, unclear = small_talk.not_understood(case, turn, knowledge)
        said.append(unclear)
    if case.paused or stop:
        return Outcome(case, tuple(said), False)
    if not case.started:
        return _offer_help(case, said, bool(answered), folded, knowledge)
    if not said and next_ask(case, assessment, knowledge) is None and not plan_is_due(case, assessment, knowledge):
        said.append(replies.notice("thanks" if turn.intent == "thank" else "help", knowledge.messages["noted"]))
    return Outcome(case, tuple(said), True)


def _level_news(
    case: Case,
    told: str | None,
    assessment: Assessment,
    knowledge: Knowledge,
    region: Region,
    said: list[Reply],
) -> Case:
    """Say at once that someone has to be seen today; say openly when a level falls."""
    messages = knowledge.messages
    if told is not None and Level(told).rank < assessment.level.rank:
        old = messages[f"level_{told}"]
        if told == Level.EMERGENCY.value:
            said.append(replies.notice("corrected", messages["emergency_taken_back"], lifts=told))
        else:
            said.append(replies.notice("corrected", messages["lowered"].format(old_level=old)))
        case = replace(case, told_level=assessment.level.value, told_findings=())
    new_reason = not set(assessment.findings) <= set(case.told_findings)
    if assessment.level is Level.URGENT and (assessment.more_urgent_than(case.told_level) or new_reason):
        text = messages["triage_urgent"].format(urgent_line=region.urgent_line, reason=assessment.reason())
        said.append(replies.triage(assessment, knowledge, text))
        findings = tuple(dict.fromkeys((*case.told_findings, *assessment.findings)))
        case = replace(case, told_level=Level.URGENT.value, told_findings=findings)
    return case


def _repairs(folded: Folded, knowledge: Knowledge) -> list[Reply]:
    """One line for what was corrected: "Got it: upper back, not middle of the back." """
    news = [text for change in folded.changes if (text := _repair(change, folded.case, knowledge))]
    return [replies.notice("corrected", " ".join(news))] if news else []


def _repair(change: Change, case: Case, knowledge: Knowledge) -> str:
    m = knowledge.messages
    if change.kind == "location":
        old = m[f"location_{change.old}"]
        return m["corrected"].format(new=place(case, knowledge), old=old)
    if change.kind == "severity":
        return m["corrected"].format(new=m["value_severity"].format(severity=change.new), old=change.old)
    if change.kind == "side":
        return m["corrected"].format(new=m[f"side_{change.new}"], old=m[f"side_{change.old}"])
    if change.kind == "injury":
        return m["corrected"].format(new=m[f"injury_{change.new}"], old=m[f"injury_{change.old}"])
    if change.kind == "duration_days":
        new, old = since(change.new, knowledge), since(change.old, knowledge)
        return m["corrected"].format(new=new, old=old) if new != old else ""
    if change.kind == "age":
        return m["corrected"].format(new=change.new, old=change.old)
    record = knowledge.findings.get(change.kind) or knowledge.conditions.get(change.kind)
    return m["corrected_absent"].format(old=record.label) if record and change.new == ABSENT else ""


def _questions(turn: Turn, folded: Folded, knowledge: Knowledge) -> list[str]:
    """What the message asks."""
    put_as_one = _ASKING.search(turn.text) is not None
    needed = SURE if folded.answered else 0.0
    if folded.told_something:
        # "Lower back spasm, 7" names what the questions are about and asks none of them.
        needed = SURE_BESIDE_FACTS
    asked = [str(m.value) for m in turn.of("question") if put_as_one or not folded.told_something]
    if turn.intent in knowledge.questions and (put_as_one or turn.confidence >= needed):
        asked.insert(0, turn.intent)
    return asked


def _leads(case: Case, folded: Folded, turn: Turn, before: Case) -> Case:
    """Short lines that belong before the next question."""
    lead: list[str] = []
    if turn.intent == "new_episode" and before.plan_given:
        lead.append("new_episode")
    elif turn.intent == "got_worse" and case.trend == "worse" and case.severity is None:
        lead.append("got_worse")
    elif turn.first("severity") is not None and (case.severity or 0) >= SEVERE and not case.plan_given:
        lead.append("severe_ack")
    if folded.needs_naming:
        lead.append("clarify_which" if reply_kind(turn) == YES else "clarify_one_by_one")
    if folded.gave_up:
        lead.append("going_on")
    elif folded.was_pending == "onset" and not folded.answered and turn.first("number") is not None:
        lead.append("clarify_unit")
    elif folded.was_pending == "injury" and not folded.answered and not folded.told_something:
        lead += ["clarify_cause"] if turn.intent in ("inform", "nlu_fallback") else []
    news = new_facts(before, folded.case)
    # A person who said much at once, or something else than was asked, wants to see that it arrived.
    if len(news) > 1 or (news and (before.plan_given or (folded.was_pending and not folded.answered))):
        lead += [HEARD + name for name in news]
    return replace(case, lead=tuple(lead))


def _moves_on(case: Case, turn: Turn) -> bool:
    """Messages that need no reply of their own because the interview answers them."""
    if case.pending is None:
        return case.started and (turn.intent in ("inform", "affirm", "got_worse", "new_episode") or not case.asked)
    return turn.intent in ("inform", "request_plan", "new_episode", "got_worse") and not case.misses


def _offer_help(case: Case, said: list[Reply], answered: bool, folded: Folded, knowledge: Knowledge) -> Outcome:
    """Nothing about the person's own back so far: offer once to look at it."""
    if answered and not case.consent_asked:
        question = knowledge.asks["consent"]
        built = build(question.id, case, knowledge)
        lead = [] if case.introduced else [knowledge.messages["introduction"]]
        said.append(replies.ask(built, knowledge, lead, 0, ()))
        case = replace(
            case, pending=question.id, asked=(*case.asked, question.id), consent_asked=True, introduced=True
        )
    if not said:
        said.append(replies.notice("help", knowledge.messages["consent_no"]))
    return Outcome(case, tuple(said), False)
