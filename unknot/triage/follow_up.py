"""Where a message goes on from a plan or an answer: what it wishes, and what it asks, given what was said last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Region
from unknot.triage import after_plan, answers, bout, replies
from unknot.triage.answers import Person, Query
from unknot.triage.case import Case
from unknot.triage.engine import Assessment
from unknot.triage.episode import current, helped_before
from unknot.triage.plan import make_plan, may_give_dose
from unknot.triage.replies import Reply
from unknot.triage.statement import DENIED, PATIENT, Statement
from unknot.triage.thread import ANSWER, Thread
from unknot.triage.turn import Turn

REMEDY, ELLIPTIC = "remedy", "elliptic"
# A message with one of these wishes may hold a question too; the others are the question.
BESIDE_A_QUESTION = frozenset({after_plan.HELPED, after_plan.NO_CHANGE, after_plan.WORSE})
_WHY = "ask_why"


@dataclass(frozen=True)
class Followed:
    """The case and the replies after a wish; `asks_on`: questions of the message are still to be answered."""

    case: Case
    replies: tuple[Reply, ...]
    asks_on: bool


def one_for_each_clause(asked: Sequence[str], turn: Turn, knowledge: Knowledge) -> list[str]:
    """A question for each clause that asks; those about a remedy or medicine that the message names go first."""
    named = {str(m.value) for m in turn.of(REMEDY)}
    several = len(named) > 1
    taken_as = {str(m.value) for m in turn.of("condition")}
    named |= {remedy.id for remedy in knowledge.remedies.values() if remedy.taken_as in taken_as and remedy.taken_as}
    of_these = [q for q in asked if q in knowledge.questions and named & set(knowledge.questions[q].remedies)]
    clauses = 1 + sum(act.value == "further_question" for act in turn.of("act"))
    rest = [q for q in asked if q not in of_these]
    return [*of_these, *rest][: max(clauses, len(of_these) if several else 1)]


def about_our_question(turn: Turn, case: Case, waited: str) -> Turn:
    """The message without its wishes where it is a bare why and what was said last is a question of ours."""
    said_last = Thread.from_json(case.thread).at == case.messages - 1
    if turn.intent != _WHY or not waited or said_last:
        return turn
    return replace(turn, mentions=tuple(m for m in turn.mentions if m.kind != "wish"))


def follow(case: Case, turn: Turn, assessment: Assessment, knowledge: Knowledge, region: Region) -> Followed | None:
    """The reply to a wish about the plan or the last answer; None where the message holds none."""
    wishes = turn.wishes()
    if not wishes or case.pending is not None or case.paused:
        return None
    thread = Thread.from_json(case.thread)
    if thread.last == ANSWER and (said := _of_answer(thread, wishes, knowledge, region)):
        return Followed(case, (said,), False)
    if not case.plan_given:
        return None
    made = make_plan(case, assessment, knowledge, region.id)
    named = tuple(str(mention.value) for mention in turn.of(REMEDY))
    helped = (*(episode.helped() if (episode := current(case)) else ()), *helped_before(case))
    done = after_plan.respond(after_plan.Given(thread, made, assessment, knowledge, region, named, helped), wishes)
    if done is None:
        return None
    before, (thread, given) = thread, done
    case = replace(case, thread=thread.to_json())
    said_to_help = given[0].get("feedback") == after_plan.HELPED
    one_of_them = named or (before.offered if len(before.offered) == 1 else ())
    case = bout.remember(case, before, one_of_them if said_to_help else ())
    if given[0].get("feedback") == after_plan.HELPED:
        case = case.told(Statement("trend", value="better", quote=turn.text, message=case.messages))
    return Followed(case, tuple(given), bool(wishes & BESIDE_A_QUESTION))


def answer(
    case: Case,
    turn: Turn,
    questions: Sequence[str],
    assessment: Assessment,
    knowledge: Knowledge,
    region: Region,
    most: int,
) -> tuple[Case, list[Reply]]:
    """Answers to what a message asks, short questions included, and the case that remembers them."""
    thread = Thread.from_json(case.thread)
    wishes = turn.wishes()
    named = tuple(dict.fromkeys(str(mention.value) for mention in turn.of(REMEDY)))
    query = Query(
        tuple(questions),
        named,
        tuple(side for side in answers.SIDES if side in wishes),
        _supposed(turn, knowledge),
        ELLIPTIC in wishes,
    )
    person = Person(assessment, may_give_dose(case, assessment), region)
    after, said = answers.reply(thread, query, person, knowledge, most)
    return (replace(case, thread=replace(after, at=case.messages).to_json()), said) if said else (case, [])


def _supposed(turn: Turn, knowledge: Knowledge) -> tuple[str, ...]:
    """Illnesses and medicines beside which somebody asks about a remedy.

    A painkiller in a question is what the question is about, by whatever name: it is not thereby taken.
    """
    painkillers = {remedy.taken_as for remedy in knowledge.remedies.values()}
    wishes = turn.wishes()
    if "may" in wishes and "with" not in wishes and not turn.of(REMEDY) and len(turn.of("condition")) == 1:
        return ()  # "can you prescribe diazepam": it is what is asked about
    said = (m for m in turn.of("condition") if m.certainty != DENIED and m.owner == PATIENT)
    return tuple(str(m.value) for m in said if m.value not in painkillers)


def was_short(answered: Sequence[Reply]) -> bool:
    """Whether these are the answer to a short question, which the message then was as a whole."""
    return any(reply.get("about") for reply in answered)


def _of_answer(thread: Thread, wishes: frozenset[str], knowledge: Knowledge, region: Region) -> Reply | None:
    """More of the last answer, or less."""
    if "more" in wishes:
        return answers.rest(thread, knowledge, region)
    short = answers.shorter(thread, knowledge, region) if "shorter" in wishes else ""
    return replies.notice("help", short) if short else None
