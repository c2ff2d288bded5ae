"""What the assistant says in a turn: the most urgent first, then repairs, then answers; questions come last.

`take_in` reads what a person wrote and replies to it; `ask_or_plan` (in `next_step.py`) goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Level, Region
from unknot.triage import bout, bout_turn, crisis, dose_log, doses, emergency, follow_up, replies, small_talk
from unknot.triage.case import Case
from unknot.triage.checklist import OWN_WORDS
from unknot.triage.engine import Assessment, assess
from unknot.triage.interview import build, next_ask
from unknot.triage.next_step import plan_is_due
from unknot.triage.repairs import leads, repairs
from unknot.triage.replies import Reply
from unknot.triage.reply_kind import NO, YES, reply_kind
from unknot.triage.turn import Turn
from unknot.triage.update import TurnUpdate, update

MOST_ANSWERS = 3
SURE_BESIDE_FACTS = 0.9  # a message that tells something and is not put as a question is one only when surely so
LIKELY_BESIDE_SURE = 0.5  # what a message asks besides, where it surely asks one thing
START_OVER, _NOT_UNDERSTOOD = "start_over", "nlu_fallback"
_OF_A_BOUT = frozenset({bout_turn.LAST_TIME, bout_turn.CHART, dose_log.NEXT})


@dataclass(frozen=True)
class Outcome:
    """Replies in order, what is known after them, and whether the interview goes on in this turn."""

    case: Case
    replies: tuple[Reply, ...]
    go_on: bool


@dataclass(frozen=True)
class Taken:
    """A message that was taken in: what was known before it, and what it came to."""

    before: Case
    turn: Turn
    update: TurnUpdate
    assessment: Assessment
    knowledge: Knowledge
    region: Region


def take_in(case: Case, turns: Sequence[Turn], knowledge: Knowledge, region: Region) -> Outcome:
    """Take in the messages since the last time (usually one) and reply to the last of them."""
    if not turns:
        return Outcome(case, (), case.started and not case.paused and not case.crisis)
    for earlier in turns[:-1]:
        case = update(case, earlier, knowledge).case
    turn = turns[-1]
    taken = update(case, turn, knowledge)
    got = Taken(case, turn, taken, assess(taken.case, knowledge), knowledge, region)
    if got.assessment.level is Level.EMERGENCY:
        return _in_emergency(got)
    if turn.intent == START_OVER and not taken.answered:
        return _start_over(got)
    if taken.case.crisis:
        told, said = crisis.respond(taken.case, taken, turn, got.assessment, knowledge, region)
        return Outcome(told, said, False)
    return _ordinary(got)


def _in_emergency(got: Taken) -> Outcome:
    case = got.update.case
    if got.turn.intent == START_OVER:
        case = emergency.begin_anew(case, got.turn, got.knowledge)
        got = replace(got, assessment=assess(case, got.knowledge))
    told = emergency.respond(case, got.update, got.turn, got.assessment, got.knowledge, got.region)
    return Outcome(told.case, told.replies, False)


def _start_over(got: Taken) -> Outcome:
    """Everything is put aside, only a crisis is not."""
    case = got.update.case
    fresh = Case(
        introduced=case.introduced,
        consent_asked=True,
        crisis=case.crisis,
        messages=case.messages,
        at=case.at,
        offset=case.offset,
        day=case.day,
        episodes=bout.ended(case).episodes,
        seen=case.seen,
        said=case.said,
        repeats=case.repeats,
    )
    notice = replies.notice("help", got.knowledge.messages["start_over"])
    if not case.crisis:
        return Outcome(fresh, (notice,), False)
    fresh, said = crisis.ask(fresh, got.knowledge, got.region)
    return Outcome(fresh, said, False)


def _ordinary(got: Taken) -> Outcome:
    """A turn in which nothing stands: news about the level, repairs, answers, small talk."""
    taken, knowledge = got.update, got.knowledge
    turn = follow_up.about_our_question(got.turn, taken.case, taken.was_pending)
    case, said = _level_news(got)
    said += [*repairs(taken, knowledge), *_kept_words(got), *_on_medicines(case, got)]
    at = bout_turn.At(got.before, case, taken, turn, got.assessment, knowledge, got.region)
    case, of_the_bout = bout_turn.respond(at)
    said += of_the_bout
    if taken.over:
        return Outcome(replace(case, misses=0), tuple(said), False)
    if of_the_bout and not taken.answered and not _asks_besides(turn):
        return Outcome(replace(case, misses=0), tuple(said), True)
    followed = (
        None
        if taken.answered or taken.ticked
        else follow_up.follow(case, turn, got.assessment, knowledge, got.region)
    )
    if followed is not None:
        case, said = replace(followed.case, misses=0), [*said, *followed.replies]
        asked = _questions(got) if followed.asks_on and "asks" in turn.acts() else []
        case, answered = follow_up.answer(case, turn, asked, got.assessment, knowledge, got.region, 1)
        return Outcome(case, (*said, *(answered if asked else ())), True)
    case, answered = follow_up.answer(
        case, turn, _questions(got), got.assessment, knowledge, got.region, MOST_ANSWERS
    )
    said += answered
    if answered and follow_up.was_short(answered):
        return Outcome(_back_to_it(replace(case, misses=0), taken), tuple(said), True)
    talk = small_talk.respond(case, turn, taken, got.assessment, knowledge, got.region)
    case, said = talk.case, [*said, *talk.replies]
    case = leads(case, taken, turn, got.before)
    if answered or talk.replies:
        case = _back_to_it(case, taken)
    understood = bool(said or case.lead) or taken.answered or taken.told_something or _moves_on(case, turn)
    understood = (understood or _mere_reply(case, turn)) and not _unanswered(case, taken, turn, said)
    if understood:
        case = replace(case, misses=0)
    else:
        case, unclear = small_talk.not_understood(case, turn, knowledge)
        said.append(unclear)
    if case.paused or talk.ends:
        said += [] if said else [replies.notice("help", knowledge.messages["noted"])]
        return Outcome(case, tuple(said), False)
    if not case.started:
        return _offer_help(case, said, bool(answered), knowledge)
    nothing_left = not said and next_ask(case, got.assessment, knowledge) is None
    if nothing_left and not plan_is_due(case, got.assessment, knowledge):
        said.append(replies.notice("thanks" if turn.intent == "thank" else "help", knowledge.messages["noted"]))
    return Outcome(case, tuple(said), True)


def _on_medicines(case: Case, got: Taken) -> list[Reply]:
    """What is to be said of medicines that were taken; nothing where the dose that was told is answered anyway."""
    if dose_log.told_now(got.before, case):
        return []
    return list(doses.notes(got.before, case, got.assessment, got.knowledge, got.region))


def _back_to_it(case: Case, taken: TurnUpdate) -> Case:
    """After a side question the one that waits is put again, and nobody is blamed for not having answered it."""
    waits = bool(taken.was_pending) and case.pending is not None and not taken.answered
    return replace(case, lead=("back_to_question",)) if waits and not case.lead else case


def _asks_besides(turn: Turn) -> bool:
    """Whether a message that was answered as one of a bout asks something else."""
    return "asks" in turn.acts() and not turn.wishes() & _OF_A_BOUT


def _level_news(got: Taken) -> tuple[Case, list[Reply]]:
    """Say at once that someone has to be seen today; say openly when a level falls."""
    case, assessment, messages = got.update.case, got.assessment, got.knowledge.messages
    said: list[Reply] = []
    told = got.before.told_level
    if told == Level.EMERGENCY.value:
        back = emergency.taken_back(case, got.update.exit, got.knowledge)
        case, said = back.case, list(back.replies)
    elif told is not None and Level(told).rank < assessment.level.rank:
        if got.update.checked is None:  # a check-in says it in its own words
            text = messages["lowered"].format(old_level=messages[f"level_{told}"])
            said.append(replies.notice("corrected", text))
        case = replace(case, told_level=assessment.level.value, told_findings=())
    new_reason = not set(assessment.findings) <= set(case.told_findings)
    more_urgent = assessment.more_urgent_than(case.told_level) or told == Level.EMERGENCY.value
    if assessment.level is Level.URGENT and (more_urgent or new_reason):
        text = messages["triage_urgent"].format(urgent_line=got.region.urgent_line, reason=assessment.reason())
        said.append(replies.triage(assessment, got.knowledge, text))
        findings = tuple(dict.fromkeys((*case.told_findings, *assessment.findings)))
        case = replace(case, told_level=Level.URGENT.value, told_findings=findings)
    return case, said


def _kept_words(got: Taken) -> list[Reply]:
    """An illness or medicine that is not known here is kept in the person's words, and it is said so."""
    said = got.update.case.latest(OWN_WORDS)
    if said is None or said.message != got.update.case.messages:
        return []
    text = got.knowledge.messages["kept_in_your_words"].format(quote=said.quote)
    return [replies.notice("corrected", text)]


def _questions(got: Taken) -> list[str]:
    """What the message asks. A tick asks nothing."""
    taken, turn = got.update, got.turn
    put_as_one = "asks" in turn.acts()
    if taken.ticked or (taken.answered and not put_as_one):
        return []
    # "Lower back spasm, 7" names what the questions are about and asks none of them.
    needed = SURE_BESIDE_FACTS if taken.told_something else 0.0
    least = LIKELY_BESIDE_SURE if turn.confidence >= SURE_BESIDE_FACTS else 0.0
    further = [m for m in turn.of("question") if m.confidence >= least]
    asked = [str(m.value) for m in further if put_as_one or not taken.told_something]
    if turn.intent in got.knowledge.questions and (put_as_one or turn.confidence >= needed):
        asked.insert(0, turn.intent)
    return follow_up.one_for_each_clause(asked, turn, got.knowledge)


def _moves_on(case: Case, turn: Turn) -> bool:
    """Messages that need no reply of their own because the interview answers them."""
    if bout.CHECK_IN in turn.wishes():
        return True
    if case.pending is None:
        return case.started and (turn.intent in ("inform", "affirm", "got_worse", "new_episode") or not case.asked)
    return turn.intent in ("inform", "request_plan", "new_episode", "got_worse") and not case.misses


def _unanswered(case: Case, taken: TurnUpdate, turn: Turn, said: Sequence[Reply]) -> bool:
    """A question that nothing here answers is not passed over, whatever else was read in it."""
    asks = "asks" in turn.acts() and turn.intent == _NOT_UNDERSTOOD
    return asks and case.pending is not None and not said and not taken.answered


def _mere_reply(case: Case, turn: Turn) -> bool:
    """A yes or a no where nothing was asked: after a plan it is taken note of."""
    return case.plan_given and case.pending is None and reply_kind(turn) in (YES, NO)


def _offer_help(case: Case, said: list[Reply], answered: bool, knowledge: Knowledge) -> Outcome:
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
