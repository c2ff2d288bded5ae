"""Replies to everything that is neither a fact nor a question about backs, and to what was not understood."""

from __future__ import annotations

from dataclasses import replace

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Level, Region
from unknot.triage import replies
from unknot.triage.answering import NO, reply_kind
from unknot.triage.case import Case
from unknot.triage.engine import Assessment
from unknot.triage.fold import Folded
from unknot.triage.interview import CONFIRM, FIRST, build, open_ask_ids
from unknot.triage.plan import make_plan
from unknot.triage.replies import Reply
from unknot.triage.summary import summary_facts
from unknot.triage.turn import Turn

# Intent -> notice id; the message has the intent's name.
NOTICES = {
    "bot_challenge": "bot_challenge",
    "privacy": "privacy",
    "out_of_scope": "out_of_scope",
    "help": "help",
    "frustration": "help",
}
SAID = {"thank": ("thanks", "thanks"), "goodbye": ("goodbye", "goodbye")}


def respond(
    case: Case, turn: Turn, folded: Folded, assessment: Assessment, knowledge: Knowledge, region: Region
) -> tuple[Case, list[Reply], bool]:
    """The case, replies, and whether the turn ends here without a further question."""
    m = knowledge.messages
    intent = turn.intent
    # "none of them, thanks" is an answer with manners, "I'd rather not" an answer we already have.
    if folded.answered and intent not in ("request_summary", "privacy", "bot_challenge", "stop"):
        return case, [], False
    if intent == "greet" and not folded.told_something:
        text = m["greeting_again"] if case.started else m["greeting"]
        return replace(case, introduced=True), [replies.notice("greeting", text)], False
    if intent in NOTICES and not (intent == "out_of_scope" and folded.told_something):
        return case, [replies.notice(NOTICES[intent], m[intent])], False
    if intent in SAID:
        kind, message = SAID[intent]
        waiting = case.pending is not None and intent == "thank"
        return case, [replies.notice(kind, m[message])], not waiting
    if intent == "stop":
        return replace(case, paused=True, pending=None), [replies.notice("help", m["stopped"])], True
    if intent == "ask_why":
        why = build(case.pending, case, knowledge).why if case.pending else m["why_nothing"]
        return case, [replies.notice("help", why)], False
    if intent == "request_summary":
        return case, [_summary(case, assessment, knowledge)], case.pending is None
    if intent in ("request_plan", "repeat"):
        return _plan_now(case, intent, assessment, knowledge)
    if intent == "got_better":
        eased = m["feels_better" if case.plan_given else "easing"]
        return replace(case, trend="better", started=True), [replies.notice("help", eased)], False
    if intent in ("cannot_go", "while_waiting") and case.told_level == Level.URGENT.value:
        text = m["cannot_go_urgent"].format(urgent_line=region.urgent_line)
        return case, [replies.notice("help", text)], False
    if case.paused and intent in ("affirm", "inform"):
        return replace(case, paused=False), [], False
    if case.pending is None and intent in ("deny", "refuse", "unknown") and case.started:
        return case, [], False
    return case, [], False


def _plan_now(
    case: Case, intent: str, assessment: Assessment, knowledge: Knowledge
) -> tuple[Case, list[Reply], bool]:
    """ "Just tell me what to do": only the danger signs still come first."""
    if intent == "repeat":
        if case.pending is None and not case.plan_given:
            return case, [replies.notice("help", knowledge.messages["repeat_nothing"])], False
        return (case if case.pending else replace(case, plan_key="")), [], False
    case = replace(case, paused=False, started=True)
    if case.plan_given and case.pending is None:
        return replace(case, plan_key=""), [], False
    still_open = open_ask_ids(case, assessment, knowledge)
    if any(i == FIRST or i.startswith(CONFIRM) for i in still_open):
        return replace(case, lead=("nothing_yet",)), [], False
    return replace(case, declined=tuple(dict.fromkeys((*case.declined, *still_open)))), [], False


def _summary(case: Case, assessment: Assessment, knowledge: Knowledge) -> Reply:
    made = make_plan(case, assessment, knowledge) if case.plan_given else None
    facts = summary_facts(case, made, knowledge)
    if not case.started:
        return replies.notice("help", knowledge.messages["summary_empty"])
    remedies = [item.id for item in made.remedies] if made else []
    return replies.summary(facts, case, remedies, knowledge)


def not_understood(case: Case, turn: Turn, knowledge: Knowledge) -> tuple[Case, Reply]:
    """First a short choice of what was likely meant, then help."""
    m = knowledge.messages
    misses = case.misses + 1
    case = replace(case, misses=misses)
    if case.pending == "consent" and reply_kind(turn) == NO:
        return case, replies.notice("help", m["consent_no"])
    if case.pending is not None:
        return case, replies.notice("clarify", m[_again(case, misses, knowledge)])
    if misses > 1:
        return case, replies.notice("help", m["help"])
    likely = [i for i in (turn.intent, *turn.alternatives) if i in knowledge.questions][:3]
    if not likely:
        return case, replies.notice("clarify", m["clarify_open"])
    choices = [{"id": i, "title": knowledge.questions[i].title} for i in likely]
    choices.append({"id": "something_else", "title": m["clarify_none"]})
    text = "\n".join([m["clarify"], *(f"- {choice['title']}" for choice in choices)])
    return case, replies.notice("clarify", text, choices=choices)


def _again(case: Case, misses: int, knowledge: Knowledge) -> str:
    """Before the question comes again: the second time with a way out."""
    if misses == 1:
        return "clarify_pending"
    ask = knowledge.asks.get(case.pending or "")
    return "clarify_list" if case.pending == FIRST or (ask and ask.none_of_these) else "clarify_skip"
