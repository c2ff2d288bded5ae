"""Turns in which an emergency stands: what to do now, nothing asked, and an honest way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Level, Region
from unknot.triage import replies
from unknot.triage.answering import YES, reply_kind
from unknot.triage.answers import answers
from unknot.triage.case import PRESENT, Case
from unknot.triage.engine import Assessment, assess
from unknot.triage.fold import Folded, fold
from unknot.triage.interview import CONFIRM, FIRST, build
from unknot.triage.replies import Reply
from unknot.triage.summary import summary_facts
from unknot.triage.turn import Turn

OVERDOSE = "overdose"
MOST_ANSWERS = 2  # what to do now must not drown
# "ok", "calling now", and what was not understood: in an emergency the best reply is what to do while waiting.
WAITING_INTENTS = frozenset(
    {"while_waiting", "affirm", "thank", "help", "repeat", "request_plan", "greet", "nlu_fallback"}
)
UNNAMED = "emergency_sign_unnamed"


@dataclass(frozen=True)
class Told:
    """Replies in order and what is known after them."""

    case: Case
    replies: tuple[Reply, ...]


def is_news(before: Case, after: Case, assessment: Assessment) -> bool:
    """Whether an emergency stands after a message that had not been said before it."""
    if assessment.level is not Level.EMERGENCY:
        return False
    return before.told_level != Level.EMERGENCY.value or not set(assessment.findings) <= set(before.told_findings)


def explain(case: Case, turns: Sequence[Turn], knowledge: Knowledge, region: Region) -> Told:
    """Why: the second message of an emergency turn, after the plain response that needs no action server."""
    for turn in turns:
        case = fold(case, turn, knowledge).case
    assessment = assess(case, knowledge)
    if assessment.level is not Level.EMERGENCY:
        if not any(turn.alarmed for turn in turns):
            return Told(case, ())
        # The person was told to call: whatever is read differently here, that is not forgotten in the next turn.
        case = case.with_status({UNNAMED: PRESENT})
        assessment = assess(case, knowledge)
    text = knowledge.messages["emergency_because"].format(reason=assessment.reason())
    if OVERDOSE in assessment.findings and region.poison_line:
        text += " " + knowledge.messages["overdose_poison_line"].format(poison_line=region.poison_line)
    said = [replies.triage(assessment, knowledge, text)]
    said[0]["number"] = region.emergency_number
    if turns and turns[-1].of("crisis"):
        said.append(replies.notice("crisis", region.crisis_text))
    return Told(_told(case, assessment), tuple(said))


def respond(
    case: Case, folded: Folded, turn: Turn, assessment: Assessment, knowledge: Knowledge, region: Region
) -> Told:
    """A later message while the emergency stands."""
    messages = knowledge.messages
    reminder = replies.emergency_reminder(region, knowledge, assessment)
    if case.told_level != Level.EMERGENCY.value or not set(assessment.findings) <= set(case.told_findings):
        full = replies.triage(assessment, knowledge, region.emergency_text)
        why = messages["emergency_because"].format(reason=assessment.reason())
        full["text"] = f"{region.emergency_text} {why}"
        full["number"] = region.emergency_number
        return Told(_told(case, assessment), (full,))
    if turn.intent == "false_alarm":
        return _take_back(case, assessment, reminder, knowledge)
    if folded.was_pending.startswith(CONFIRM) and folded.answered:
        return _take_back(case, assessment, reminder, knowledge, folded.was_pending)
    said: list[Reply] = [reminder]
    if turn.intent == "cannot_go":
        text = messages["cannot_go"].format(call=replies.call_text(region, knowledge))
        said.append(replies.notice("help", text))
    elif turn.intent == "got_better":
        said.append(replies.notice("help", messages["emergency_eased"]))
    elif turn.intent in ("unknown", "ask_why", "frustration"):
        said.append(replies.notice("help", messages["emergency_sure"].format(reason=assessment.reason())))
    elif turn.intent in WAITING_INTENTS or reply_kind(turn) == YES:
        said.append(replies.notice("help", messages["while_waiting"]))
    elif turn.intent in ("refuse", "stop") or (turn.intent == "deny" and turn.acts() & {"no", "none"}):
        said.append(replies.notice("help", messages["will_not_go"]))
    elif turn.intent == "request_summary":
        said.append(replies.summary(summary_facts(case, None, knowledge), case, (), knowledge))
    elif turn.intent == "goodbye":
        said.append(replies.notice("goodbye", messages["while_waiting"]))
    elif turn.intent in ("bot_challenge", "privacy"):
        said.append(replies.notice(turn.intent, messages[turn.intent]))
    asked = [turn.intent, *(str(m.value) for m in turn.of("question"))]
    answered = answers(asked, assessment, knowledge, MOST_ANSWERS)
    if any(_offers_more(str(reply["question"]), knowledge) for reply in answered):
        said.append(replies.notice("help", messages["emergency_not_now"]))
    said += answered
    return Told(replace(case, pending=None, misses=0), tuple(said))


def _offers_more(question: str, knowledge: Knowledge) -> bool:
    """Whether an answer names medicines or exercise, which can do harm before an emergency has been looked at."""
    return any(knowledge.remedies[identity].group != "first" for identity in knowledge.questions[question].remedies)


def _take_back(
    case: Case, assessment: Assessment, reminder: Reply, knowledge: Knowledge, just_asked: str = ""
) -> Told:
    """They say it does not fit: ask about each sign plainly before the advice is taken back."""
    if UNNAMED in assessment.findings:
        status = {i: s for i, s in case.status.items() if i != UNNAMED}
        answered = tuple(i for i in case.answered if i != FIRST)
        case = replace(case, status=status, answered=answered)
        question = build(FIRST, case, knowledge)
    else:
        asked = next((i for i in assessment.findings if i in knowledge.findings), None)
        if asked is None or f"{CONFIRM}{asked}" == just_asked:
            return Told(replace(case, pending=None), (reminder,))
        question = build(CONFIRM + asked, case, knowledge)
    ask = replies.ask(question, knowledge, (), 0, ())
    return Told(replace(case, pending=question.id, asked=(*case.asked, question.id)), (reminder, ask))


def _told(case: Case, assessment: Assessment) -> Case:
    findings = tuple(dict.fromkeys((*case.told_findings, *assessment.findings)))
    return replace(
        case,
        told_level=Level.EMERGENCY.value,
        told_findings=findings,
        pending=None,
        misses=0,
        introduced=True,
    )
