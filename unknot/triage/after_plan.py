"""After the plan: the rest of it, what to do first, and what to do when it helped, did not, or made it worse.

What was tried is remembered, the next thing is offered; two things that did not help raise seeing somebody.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Level, Region
from unknot.triage import replies
from unknot.triage.cards import MEDICINES, make_cards, parts, stands_alone, step_line, steps_now, watch
from unknot.triage.engine import Assessment, join
from unknot.triage.plan import MEDICINE, Plan, PlanItem
from unknot.triage.plan_turn import FEEDBACK, choices, first_card
from unknot.triage.replies import Reply
from unknot.triage.thread import PLAN, Thread

TWO = 2  # so many things that did not help raise the question of seeing somebody
HELPED, NO_CHANGE, WORSE, MORE = "helped", "no_change", "worse", "more"
LACKS, STUCK, STEP = "lacks", "stuck", "step:"
GETTING_UP = "getting_up_from_the_floor"  # the remedy for somebody who is stuck down there


@dataclass(frozen=True)
class Given:
    """The plan as it stands, and the talk about it."""

    thread: Thread
    plan: Plan
    assessment: Assessment
    knowledge: Knowledge
    region: Region
    named: tuple[str, ...] = ()  # remedies that the message names
    helped: tuple[str, ...] = ()  # remedies that helped in this bout or an earlier one

    def note(self, text: str, picks: Sequence[str] = FEEDBACK, **more: object) -> Reply:
        """A notice with what can be tapped next."""
        return replies.notice("help", text, choices=choices(picks, self.knowledge), **more)

    def text(self, message: str, **gaps: str) -> str:
        """A message of the knowledge with its gaps filled."""
        line = self.region.urgent_line
        return self.knowledge.messages[message].format(urgent_line=line, **gaps)


Answered = tuple[Thread, list[Reply]]


def respond(given: Given, wishes: Collection[str]) -> Answered | None:
    """The reply to the first of these wishes that there is one for; None if there is none."""
    for wish, answer in _ANSWERS.items():
        if wish in wishes:
            return answer(given)
    numbers = sorted(int(wish.removeprefix(STEP)) for wish in wishes if wish.startswith(STEP))
    return _step(given, numbers[0]) if numbers else None


def next_step(given: Given, tried: Collection[str], passed_over: Collection[str] = ()) -> PlanItem | None:
    """What to try next: what helped before, else a first-card step that was not tried, else what stands alone."""
    first = [*steps_now(given.plan, given.knowledge, tuple(tried)), *given.plan.remedies]
    open_items = (i for i in first if i.step and i.id not in tried and i.id not in passed_over and stands_alone(i))
    return next(iter(sorted(open_items, key=lambda item: item.id not in given.helped)), None)


def _no_change(given: Given) -> Answered:
    thread = given.thread
    known = tuple(i for i in given.named if i not in thread.tried)
    tried = tuple(dict.fromkeys((*thread.tried, *(known or thread.offered))))
    step = next_step(given, (*tried, *thread.lacks))
    thread = replace(thread, last=PLAN, tried=tried, failed=thread.failed + max(1, len(known)))
    if step is None:
        text = [given.text("after_no_change_last")]
    else:
        text = [given.text("after_no_change", step=step_line(step, given.plan, given.knowledge))]
        thread = replace(thread, offered=(step.id,))
    if thread.failed >= TWO or step is None:
        text.append(given.text("after_see_someone"))
    text.append(watch(given.knowledge, given.region, "after_net"))
    steps = [step.id] if step else []
    return thread, [given.note(" ".join(text), steps=steps, feedback=NO_CHANGE)]


def _worse(given: Given) -> Answered:
    tried = tuple(dict.fromkeys((*given.thread.tried, *given.named)))
    thread = replace(given.thread, last=PLAN, tried=tried, failed=given.thread.failed + 1)
    text = f"{given.text('after_worse')} {watch(given.knowledge, given.region, 'after_net')}"
    return thread, [given.note(text, feedback=WORSE)]


def _helped(given: Given) -> Answered:
    thread = replace(given.thread, last=PLAN, failed=0)
    return thread, [given.note(given.text("after_helped"), (MORE,), feedback=HELPED)]


def _start(given: Given, message: str) -> Answered:
    step = next_step(given, given.thread.passed)
    if step is None:
        return given.thread, [given.note(f"{given.text('after_no_change_last')} {given.text('after_see_someone')}")]
    thread = replace(given.thread, last=PLAN, offered=(step.id,))
    line = step_line(step, given.plan, given.knowledge)
    if given.plan.level is Level.URGENT:
        line = f"{given.text('card_urgent')} {line}"
    return thread, [given.note(given.text(message, step=line), steps=[step.id])]


def _what_now(given: Given) -> Answered:
    return _start(given, "after_what_now")


def _which_first(given: Given) -> Answered:
    return _start(given, "after_first")


def _shorter(given: Given) -> Answered:
    steps = steps_now(given.plan, given.knowledge, given.thread.passed)
    titles = ["" if item.group == MEDICINE else item.title for item in steps]
    shown = [title for title in titles if title] or [given.knowledge.messages[f"level_{given.plan.level.value}"]]
    if given.plan.level is Level.URGENT:
        shown = [given.text("card_urgent").rstrip("."), *shown]
    text = given.text("after_shorter", steps=join(shown), watch=watch(given.knowledge, given.region, "after_net"))
    return given.thread, [given.note(text, (MORE, *FEEDBACK))]


def _lacks(given: Given) -> Answered:
    """Something that the plan names is not at hand: it is left out from now on, and the next thing is offered."""
    thread = replace(given.thread, last=PLAN, lacks=tuple(dict.fromkeys((*given.thread.lacks, *given.named))))
    return _start(replace(given, thread=thread), "after_lacks")


def _stuck(given: Given) -> Answered:
    return given.thread, [given.note(getting_up(given.knowledge))]


def getting_up(knowledge: Knowledge) -> str:
    """How to get up, and when to get help instead."""
    remedy = knowledge.remedies[GETTING_UP]
    return f"{remedy.how} {remedy.caution}"


def _step(given: Given, number: int) -> Answered | None:
    """The step with this number on the card that was read; None where it has no such step."""
    read = given.thread.card or given.thread.offered
    lines = [item for item in given.plan.remedies if item.id in read]
    lines.sort(key=lambda item: read.index(item.id))
    steps = list({item.choice or item.id: item for item in lines}.values())
    at = len(steps) if number < 0 else number
    if not 0 < at <= len(steps):
        return None
    line = step_line(steps[at - 1], given.plan, given.knowledge)
    text = given.text("after_step", number=str(at), step=line)
    return replace(given.thread, last=PLAN), [given.note(text, steps=[steps[at - 1].id])]


def _again(given: Given) -> Answered:
    thread, reply = first_card(given.plan, given.assessment, given.knowledge, given.region, given.thread)
    return thread, [reply]


def _medicine(given: Given) -> Answered:
    places = [i for i, (card, _) in enumerate(_parts(given)) if card == MEDICINES]
    if not places:
        return given.thread, [given.note(given.text("card_no_medicine"), (MORE,))]
    return _part(given, places[0])


def _more(given: Given) -> Answered:
    return _part(given, given.thread.shown)


def _part(given: Given, number: int) -> Answered:
    every = _parts(given)
    if number >= len(every):
        return replace(given.thread, last=PLAN), [given.note(given.text("card_none_left"))]
    card, text = every[number]
    cards = make_cards(given.plan, given.assessment, given.knowledge, given.region, given.thread.passed)
    picks = (MORE,) if number + 1 < len(every) else FEEDBACK
    reply = replies.plan(
        given.plan, cards, given.knowledge, text, card, part=True, choices=choices(picks, given.knowledge)
    )
    return replace(given.thread, last=PLAN, shown=number + 1), [reply]


def _parts(given: Given) -> list[tuple[str, str]]:
    cards = make_cards(given.plan, given.assessment, given.knowledge, given.region, given.thread.passed)
    return parts(cards, given.knowledge)


# The most telling first: "it did not help, what now?" is about what did not help.
_ANSWERS: dict[str, Callable[[Given], Answered]] = {
    WORSE: _worse,
    NO_CHANGE: _no_change,
    HELPED: _helped,
    LACKS: _lacks,
    STUCK: _stuck,
    "shorter": _shorter,
    "which_first": _which_first,
    "what_now": _what_now,
    "again": _again,
    "medicine": _medicine,
    MORE: _more,
}
