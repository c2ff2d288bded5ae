"""Turns in which an emergency stands: what to do now first, and an honest way back by one question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Level, Region
from unknot.triage import bout, confirm, crisis, replies
from unknot.triage.answers import answers
from unknot.triage.case import Case
from unknot.triage.claims import is_emergency
from unknot.triage.confirm import CONFIRM, EXAMINED, EXITS, GONE
from unknot.triage.derive import UNNAMED_EMERGENCY
from unknot.triage.engine import Assessment, assess
from unknot.triage.interview import FIRST, build
from unknot.triage.replies import Reply
from unknot.triage.reply_kind import YES, reply_kind
from unknot.triage.statement import NOW, Statement
from unknot.triage.summary import summary_facts
from unknot.triage.turn import Turn
from unknot.triage.update import TurnUpdate, asked_anew, update

OVERDOSE = "overdose"
MOST_ANSWERS = 2  # what to do now must not drown
TIMES_IN_THE_SAME_WORDS = 1  # then the question is put in others
_BEGINS_ANEW = frozenset({"start_over", "new_episode"})


@dataclass(frozen=True)
class Told:
    """Replies in order and what is known after them."""

    case: Case
    replies: tuple[Reply, ...]


@dataclass(frozen=True)
class _Now:
    """What a reply in an emergency is made from."""

    case: Case
    turn: Turn
    assessment: Assessment
    knowledge: Knowledge
    region: Region

    def note(self, message: str, kind: str = "help") -> Reply:
        """A notice with a message of the knowledge, its gaps filled."""
        call = replies.call_text(self.region, self.knowledge)
        text = self.knowledge.messages[message].format(call=call, reason=self.assessment.reason())
        return replies.notice(kind, text)


def is_news(before: Case, after: Case, assessment: Assessment) -> bool:
    """Whether an emergency stands after a message that had not been said before it."""
    if assessment.level is not Level.EMERGENCY:
        return False
    return before.told_level != Level.EMERGENCY.value or not set(assessment.findings) <= set(before.told_findings)


def explain(case: Case, turns: Sequence[Turn], knowledge: Knowledge, region: Region) -> Told:
    """Why: the second message of an emergency turn, after the plain response that needs no action server."""
    for turn in turns:
        case = update(case, turn, knowledge).case
    assessment = assess(case, knowledge)
    if assessment.level is not Level.EMERGENCY:
        if not any(turn.alarmed for turn in turns):
            return Told(case, ())
        # The person was told to call: whatever is read differently here, that is not forgotten in the next turn.
        quote = turns[-1].text
        case = case.told(Statement(UNNAMED_EMERGENCY, quote=quote, message=case.messages))
        assessment = assess(case, knowledge)
    said = [_in_full(assessment, "", knowledge, region)]
    if turns and turns[-1].in_crisis:
        said.append(crisis.line(region, knowledge))
    return Told(_told(case, assessment), tuple(said))


def respond(
    case: Case, taken: TurnUpdate, turn: Turn, assessment: Assessment, knowledge: Knowledge, region: Region
) -> Told:
    """A later message while the emergency stands: the advice first, then what the message asks for."""
    now = _Now(case, turn, assessment, knowledge, region)
    if case.told_level != Level.EMERGENCY.value or not set(assessment.findings) <= set(case.told_findings):
        return Told(_told(case, assessment), (_in_full(assessment, region.emergency_text, knowledge, region),))
    said: list[Reply] = [replies.emergency_reminder(region, knowledge, assessment)]
    said += _to_the_message(now, taken)
    said += _answers(now, taken)
    case = replace(case, misses=0)
    if case.crisis:
        case, more = crisis.ask(case, knowledge, region)
        return Told(case, (*said, *more))
    case, question = _way_back(case, taken, assessment, knowledge)
    return Told(case, (*said, *question))


def begin_anew(case: Case, turn: Turn, knowledge: Knowledge) -> Case:
    """A new start while an emergency stands: all else is put aside, the sign and its question are not."""
    standing = set(assess(case, knowledge).findings) | {UNNAMED_EMERGENCY}
    kept = case.without(lambda said: said.what not in standing)
    if assess(kept, knowledge).level is not Level.EMERGENCY:  # it took more than the signs: a place, an age
        kept = kept.told(Statement(UNNAMED_EMERGENCY, message=case.messages))
    return Case(
        statements=kept.statements,
        patient=case.patient,
        pronoun=case.pronoun,
        asked=tuple(identity for identity in case.asked if identity.startswith(CONFIRM)),
        started=True,
        crisis=case.crisis,
        told_level=case.told_level,
        told_findings=case.told_findings,
        introduced=True,
        consent_asked=True,
        messages=case.messages,
        at=case.at,
        offset=case.offset,
        day=case.day,
        episodes=bout.ended(case).episodes,
        seen=case.seen,
        said=case.said,
        repeats=case.repeats,
    )


def taken_back(case: Case, given: str, knowledge: Knowledge) -> Told:
    """The emergency does not fit after all, because the person says so: openly, and the signs are asked again."""
    m = knowledge.messages
    message = {GONE: "emergency_taken_back_gone", EXAMINED: "emergency_taken_back_examined"}.get(given)
    text = m[message or "emergency_taken_back"]
    if given == EXAMINED:
        text = f"{text} {m['plan_safety_net']}"
    notice = replies.notice("corrected", text, lifts=Level.EMERGENCY.value)
    level = assess(case, knowledge).level.value
    case = asked_anew(case, FIRST)
    return Told(replace(case, told_level=level, told_findings=(), plan_key="", pending=None), (notice,))


def _in_full(assessment: Assessment, before: str, knowledge: Knowledge, region: Region) -> Reply:
    """The alarm with its reasons."""
    text = knowledge.messages["emergency_because"].format(reason=assessment.reason())
    if OVERDOSE in assessment.findings and region.poison_line:
        text += " " + knowledge.messages["overdose_poison_line"].format(poison_line=region.poison_line)
    reply = replies.triage(assessment, knowledge, f"{before} {text}".strip())
    reply["number"] = region.emergency_number
    reply["choices"] = _exits(knowledge)
    return reply


def _exits(knowledge: Knowledge) -> list[dict[str, str]]:
    """What a person may want to say next, to tap. None takes the advice back at once: that asks what is right."""
    words = {key: f"exit_{key}" for key in ("called", "coming", "cannot_phone")} | {
        key: f"choice_{key}" for key in EXITS
    }
    return [{"id": key, "title": knowledge.messages[message]} for key, message in words.items()]


# Intent -> the message that answers it while an emergency stands. In doubt: what to do while waiting.
_MESSAGES = {
    "cannot_go": "cannot_go",
    "got_better": "emergency_eased",
    "unknown": "emergency_sure",
    "ask_why": "emergency_sure",
    "frustration": "emergency_sure",
    "refuse": "will_not_go",
    "stop": "will_not_go",
    "start_over": "emergency_before_new",
    "new_episode": "emergency_before_new",
    "bot_challenge": "bot_challenge",
    "privacy": "privacy",
    "goodbye": "while_waiting",
    **dict.fromkeys(
        ("while_waiting", "affirm", "thank", "help", "repeat", "request_plan", "greet", "nlu_fallback"),
        "while_waiting",
    ),
}
_ABOUT_THE_CALL = {"coming": "coming_reply", "called": "called_reply"}
_KINDS = {"goodbye": "goodbye", "bot_challenge": "bot_challenge", "privacy": "privacy"}


def _to_the_message(now: _Now, taken: TurnUpdate) -> list[Reply]:
    intent = now.turn.intent
    if taken.exit == GONE:
        return [now.note("emergency_stays_gone")]
    if taken.exit or taken.ticked:
        return []
    if intent == "request_summary":
        facts = summary_facts(now.case, None, now.knowledge)
        return [replies.summary(facts, now.case, (), now.knowledge)]
    of_the_call = _of_the_call(now)
    if of_the_call:
        return of_the_call
    if intent in _MESSAGES:
        return [now.note(_MESSAGES[intent], _KINDS.get(intent, "help"))]
    if reply_kind(now.turn) == YES:
        return [now.note("while_waiting")]
    if intent == "deny" and now.turn.acts() & {"no", "none"} and not taken.was_pending and not taken.contested:
        return [now.note("will_not_go")]
    return []


def _of_the_call(now: _Now) -> list[Reply]:
    """ "I called", "they are coming", "I cannot phone": each has an answer, and the emergency stands."""
    acts = now.turn.acts()
    if "cannot_phone" in acts:
        return [replies.notice("help", now.region.cannot_phone)]
    said = next((message for act, message in _ABOUT_THE_CALL.items() if act in acts), "")
    return [now.note(said), now.note("while_waiting")] if said else []


def _answers(now: _Now, taken: TurnUpdate) -> list[Reply]:
    if taken.ticked:
        return []
    asked = [now.turn.intent, *(str(m.value) for m in now.turn.of("question"))]
    answered = answers(asked, now.assessment, now.knowledge, MOST_ANSWERS, now.region)
    if any(_offers_more(str(reply["question"]), now.knowledge) for reply in answered):
        return [now.note("emergency_not_now"), *answered]
    return answered


def _offers_more(question: str, knowledge: Knowledge) -> bool:
    """Whether an answer names medicines or exercise, which can do harm before an emergency has been looked at."""
    return any(knowledge.remedies[identity].group != "first" for identity in knowledge.questions[question].remedies)


def _way_back(
    case: Case, taken: TurnUpdate, assessment: Assessment, knowledge: Knowledge
) -> tuple[Case, tuple[Reply, ...]]:
    """The question with three answers: when a sign is spoken against, and until it is answered."""
    waiting = case.pending if confirm.about(case.pending or "") else None
    if taken.exit == GONE or (not taken.exit and not taken.contested and waiting is None):
        return replace(case, pending=None), ()
    finding = confirm.about(waiting or "") or _to_ask_about(case, taken.contested, assessment, knowledge)
    if not finding:
        return replace(case, pending=None), ()
    question = build(CONFIRM + finding, case, knowledge)
    asked_before = case.asked.count(question.id)
    if asked_before >= TIMES_IN_THE_SAME_WORDS:
        again = knowledge.messages["three_way_again"].format(sign=confirm.words(finding, case, knowledge))
        question = replace(question, text=again)
    reply = replies.ask(question, knowledge, (), 0, ())
    return replace(case, pending=question.id, asked=(*case.asked, question.id)), (reply,)


def _to_ask_about(case: Case, contested: Sequence[str], assessment: Assessment, knowledge: Knowledge) -> str:
    """The sign that was spoken against, else the first that stands."""
    among = [i for i in (*contested, *assessment.findings) if i in assessment.findings]
    plain = [i for i in among if case.status(i) == NOW and (i in knowledge.findings or i in knowledge.conditions)]
    passed = [i for i in among if is_emergency(i, knowledge) and confirm.stands(case, i, knowledge)]
    return next(iter([*plain, *passed]), UNNAMED_EMERGENCY)


def _told(case: Case, assessment: Assessment) -> Case:
    findings = tuple(dict.fromkeys((*case.told_findings, *assessment.findings)))
    return replace(
        case,
        told_level=Level.EMERGENCY.value,
        told_findings=findings,
        pending=None,
        misses=0,
        ignored=0,
        introduced=True,
    )
