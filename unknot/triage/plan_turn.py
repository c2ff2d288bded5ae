"""The turn that gives a plan: whole the first time; later what changed and why, with the cards brought up to date."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Level, Region
from unknot.triage import replies
from unknot.triage.cards import NOW, Card, make_cards
from unknot.triage.engine import Assessment, join
from unknot.triage.plan import Plan, PlanItem, by_reason
from unknot.triage.replies import Reply
from unknot.triage.thread import PLAN, Thread

FEEDBACK = ("helped", "no_change", "worse")


def give(
    thread: Thread,
    made: Plan,
    assessment: Assessment,
    knowledge: Knowledge,
    region: Region,
    news: Sequence[str] = (),
    again: bool = False,
) -> tuple[Thread, list[Reply]]:
    """The plan, or what changed in it. `news`: sentences about what was heard; `again`: the person asked for it."""
    cards = make_cards(made, assessment, knowledge, region, thread.passed)
    after = _given(thread, made, cards)
    same = thread.plan == after.plan and thread.level == after.level
    if not thread.plan or (again and same):
        return after, [_first_card(made, cards, knowledge)]
    if same:
        kept = " ".join([*news, knowledge.messages["plan_same"]])
        return after, [_first_card(made, cards, knowledge, kept, update=True)]
    said = replies.notice("corrected", " ".join([*news, *_changes(thread, made, knowledge)]))
    same_steps = cards[0].steps == thread.offered and thread.level == after.level
    text = knowledge.messages["plan_updated"] if same_steps else cards[0].text
    return after, [said, _first_card(made, cards, knowledge, text, update=True)]


def first_card(
    made: Plan, assessment: Assessment, knowledge: Knowledge, region: Region, thread: Thread
) -> tuple[Thread, Reply]:
    """The first card once more."""
    cards = make_cards(made, assessment, knowledge, region, thread.passed)
    return _given(thread, made, cards), _first_card(made, cards, knowledge)


def choices(names: Sequence[str], knowledge: Knowledge) -> list[dict[str, str]]:
    """What can be tapped, by id."""
    return [{"id": name, "title": knowledge.messages[f"choice_{name}"]} for name in names]


def _first_card(
    made: Plan, cards: Sequence[Card], knowledge: Knowledge, text: str = "", update: bool = False
) -> Reply:
    feedback = () if made.level is Level.URGENT else FEEDBACK
    note = text if text != cards[0].text else knowledge.messages["plan_updated"]
    more = {"update": True, "changed": note} if update else {}
    picks = choices(("more", *feedback), knowledge)
    return replies.plan(made, cards, knowledge, text or cards[0].text, NOW, choices=picks, **more)


def _given(thread: Thread, made: Plan, cards: Sequence[Card]) -> Thread:
    return replace(
        thread,
        last=PLAN,
        shown=0,
        plan=_fingerprints(made.remedies),
        level=made.level.value,
        card=cards[0].steps,
        offered=cards[0].steps,
    )


def _fingerprints(items: Sequence[PlanItem]) -> dict[str, str]:
    return {item.id: hashlib.blake2s(item.how.encode(), digest_size=4).hexdigest() for item in items}


def _changes(before: Thread, made: Plan, knowledge: Knowledge) -> list[str]:
    """One sentence for each kind of change, with its reason where there is one."""
    m = knowledge.messages
    now = {item.id: item for item in made.remedies}
    prints = _fingerprints(made.remedies)
    gone = [identity for identity in before.plan if identity not in now]
    forbidden = [held for held in made.withheld if held.id in gone]
    barred = {held.id for held in forbidden}
    said = by_reason(forbidden, "plan_took_out", knowledge, "and")
    for message, ids in (
        ("plan_took_out_plain", [i for i in gone if i not in barred]),
        ("plan_added", [i for i in now if i not in before.plan]),
        ("plan_reworded", [i for i in now if i in before.plan and before.plan[i] != prints[i]]),
    ):
        if ids:
            said.append(m[message].format(titles=join([knowledge.remedies[i].title for i in ids])))
    return said or [m["plan_same"]]
