"""Replies to everything that is neither a fact nor a question about backs, and to what was not understood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Level, Region
from unknot.triage import replies
from unknot.triage.after_plan import STUCK, getting_up
from unknot.triage.case import Case
from unknot.triage.confirm import CONFIRM
from unknot.triage.engine import Assessment
from unknot.triage.interview import FIRST, base, build, open_ask_ids
from unknot.triage.plan import make_plan
from unknot.triage.replies import Reply
from unknot.triage.reply_kind import NO, reply_kind
from unknot.triage.statement import Statement
from unknot.triage.summary import summary_facts
from unknot.triage.turn import Turn
from unknot.triage.update import LOOPING, TurnUpdate

# Intent -> notice id; the message has the intent's name.
NOTICES = {
    "bot_challenge": "bot_challenge",
    "privacy": "privacy",
    "out_of_scope": "out_of_scope",
    "help": "help",
    "frustration": "help",
}
SAID = {"thank": ("thanks", "thanks"), "goodbye": ("goodbye", "goodbye")}
_SAID_IN_WORDS = frozenset({"what_now", "which_first", "shorter", "again", "no_change", "worse", "lacks", "stuck"})
# What is answered even in a message that also answers our question.
_BESIDE_AN_ANSWER = frozenset({"request_summary", "privacy", "bot_challenge", "stop"})


@dataclass(frozen=True)
class Talk:
    """The case, the replies, and whether the turn ends here without a further question."""

    case: Case
    replies: tuple[Reply, ...] = ()
    ends: bool = False


@dataclass(frozen=True)
class _At:
    case: Case
    turn: Turn
    taken: TurnUpdate
    assessment: Assessment
    knowledge: Knowledge
    region: Region

    def note(self, message: str, kind: str = "help") -> Reply:
        """A notice with a message of the knowledge."""
        return replies.notice(kind, self.knowledge.messages[message])


def respond(
    case: Case, turn: Turn, taken: TurnUpdate, assessment: Assessment, knowledge: Knowledge, region: Region
) -> Talk:
    """What the message is besides: a greeting, thanks, a wish."""
    # "none of them, thanks" is an answer with manners, "I'd rather not" an answer we already have.
    free_text = taken.answered and taken.was_pending == "injury"
    if taken.ticked or free_text or (taken.answered and turn.intent not in _BESIDE_AN_ANSWER):
        return Talk(case)
    at = _At(case, turn, taken, assessment, knowledge, region)
    if "not_helped" in turn.acts() and case.plan_given and turn.intent not in _RESPONDERS_OF_WISHES:
        return Talk(case, (at.note("not_helped"),))
    if STUCK in turn.wishes() and FIRST in case.answered and case.pending is not None:
        return Talk(case, (replies.notice("help", getting_up(knowledge)),))
    if "no_change" in turn.wishes() and not case.plan_given and turn.intent not in _RESPONDERS_OF_WISHES:
        return Talk(case, (at.note("not_helped_yet"),))
    responder = _RESPONDERS.get(turn.intent)
    if responder is not None:
        talk = responder(at)
        # Said again and again, it ends no turn: the questions that lead to advice go on.
        looping = case.repeats >= LOOPING and case.started and not case.plan_given and not talk.case.paused
        return replace(talk, ends=talk.ends and not looping)
    if case.paused and turn.intent in ("affirm", "inform"):
        return Talk(replace(case, paused=False))
    return Talk(case)


def _greet(at: _At) -> Talk:
    if at.taken.told_something:
        return Talk(at.case)
    text = "greeting_again" if at.case.started else "greeting"
    return Talk(replace(at.case, introduced=True), (at.note(text, "greeting"),))


def _notice(at: _At) -> Talk:
    if at.turn.intent == "out_of_scope" and at.taken.told_something:
        return Talk(at.case)
    return Talk(at.case, (at.note(at.turn.intent, NOTICES[at.turn.intent]),))


def _manners(at: _At) -> Talk:
    kind, message = SAID[at.turn.intent]
    waiting = at.case.pending is not None and at.turn.intent == "thank"
    return Talk(at.case, (at.note(message, kind),), not waiting)


def _stop(at: _At) -> Talk:
    return Talk(replace(at.case, paused=True, pending=None), (at.note("stopped"),), True)


def _why(at: _At) -> Talk:
    """The reason for the question that waits: in full the first time, in a breath when asked again."""
    waiting = at.case.pending
    if at.taken.gave_up:
        return Talk(at.case)  # it is left open, and that is said
    if waiting is None:
        return Talk(at.case, (at.note("why_nothing"),))
    if at.case.explained == base(waiting):
        return Talk(at.case, (at.note("why_again"),))
    why = build(waiting, at.case, at.knowledge).why
    return Talk(replace(at.case, explained=base(waiting)), (replies.notice("help", why),))


def _summary(at: _At) -> Talk:
    reply = summary(at.case, at.assessment, at.knowledge)
    return Talk(at.case, (reply,), at.case.pending is None)


def _better(at: _At) -> Talk:
    # "It isn't any better" and "what now" are near to it for a classifier: what the words say outranks it.
    if "not_helped" in at.turn.acts() or at.turn.wishes() & _SAID_IN_WORDS:
        return Talk(at.case)
    eased = at.note("feels_better" if at.case.plan_given else "easing")
    told = at.case.told(Statement("trend", value="better", quote=at.turn.text, message=at.case.messages))
    return Talk(replace(told, started=True), (eased,))


def _cannot_go(at: _At) -> Talk:
    if at.case.told_level != Level.URGENT.value:
        return Talk(at.case)
    text = at.knowledge.messages["cannot_go_urgent"].format(urgent_line=at.region.urgent_line)
    return Talk(at.case, (replies.notice("help", text),))


def _repeat(at: _At) -> Talk:
    if at.case.pending is None and not at.case.plan_given:
        return Talk(at.case, (at.note("repeat_nothing"),))
    return Talk(at.case if at.case.pending else replace(at.case, plan_key=""))


def _plan(at: _At) -> Talk:
    """ "Just tell me what to do": only the danger signs still come first."""
    case = replace(at.case, paused=False, started=True)
    if case.plan_given and case.pending is None:
        return Talk(replace(case, plan_key=""))
    still_open = open_ask_ids(case, at.assessment, at.knowledge)
    if any(base(i) == FIRST or i.startswith(CONFIRM) for i in still_open):
        return Talk(replace(case, lead=("nothing_yet",)))
    return Talk(replace(case, declined=tuple(dict.fromkeys((*case.declined, *map(base, still_open))))))


_RESPONDERS: dict[str, Callable[[_At], Talk]] = {
    "greet": _greet,
    **dict.fromkeys(NOTICES, _notice),
    **dict.fromkeys(SAID, _manners),
    "stop": _stop,
    "ask_why": _why,
    "request_summary": _summary,
    "request_plan": _plan,
    "repeat": _repeat,
    "got_better": _better,
    "cannot_go": _cannot_go,
    "while_waiting": _cannot_go,
}
# Wishes that are met whatever else the message says of a plan that did not help.
_RESPONDERS_OF_WISHES = frozenset({"stop", "request_summary", "request_plan", "repeat", "privacy", "bot_challenge"})


def summary(case: Case, assessment: Assessment, knowledge: Knowledge) -> Reply:
    """The summary as it can be given now."""
    if not case.started:
        return replies.notice("help", knowledge.messages["summary_empty"])
    made = make_plan(case, assessment, knowledge) if case.plan_given else None
    remedies = [item.id for item in made.remedies] if made else []
    return replies.summary(summary_facts(case, made, knowledge), case, remedies, knowledge)


def not_understood(case: Case, turn: Turn, knowledge: Knowledge) -> tuple[Case, Reply]:
    """First a short choice of what was likely meant, then help."""
    m = knowledge.messages
    misses = case.misses + 1
    case = replace(case, misses=misses)
    if case.pending == "consent" and reply_kind(turn) == NO:
        return case, replies.notice("help", m["consent_no"])
    if case.pending is not None:
        return case, replies.notice("clarify", m[_again(case, knowledge)])
    if misses > 1:
        return case, replies.notice("help", m["help"])
    likely = [i for i in (turn.intent, *turn.alternatives) if i in knowledge.questions][:3]
    if not likely:
        return case, replies.notice("clarify", m["clarify_open"])
    choices = [{"id": i, "title": knowledge.questions[i].title} for i in likely]
    choices.append({"id": "something_else", "title": m["clarify_none"]})
    text = "\n".join([m["clarify"], *(f"- {choice['title']}" for choice in choices)])
    return case, replies.notice("clarify", text, choices=choices)


def _again(case: Case, knowledge: Knowledge) -> str:
    """Before the question comes again: the second time with a way out."""
    if case.ignored <= 1:
        return "clarify_pending"
    ask = knowledge.asks.get(base(case.pending or ""))
    return "clarify_list" if ask is not None and ask.none_of_these else "clarify_skip"
