"""How much a person has to read: words in the turn that gives the plan, and words before the first help.

    python -m evaluation.plan_words

Persons are generated: every place and a range of strengths, ages and health, each told in one message and then asked
whatever the interview asks, which they deny. The measure counts the `text` of replies: what a text-only channel
shows.
"""

from __future__ import annotations

import itertools
import json
import statistics
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from unknot.knowledge.loader import Knowledge, load
from unknot.triage.case import Case
from unknot.triage.conversation import take_in
from unknot.triage.next_step import ask_or_plan
from unknot.triage.replies import Reply
from unknot.triage.turn import Turn

LOCATIONS = ("neck", "upper", "middle", "lower", "whole")
SEVERITIES = (2, 5, 8)
AGES = (16, 34, 67)
HEALTH = ((), ("anticoagulant",), ("pregnant",), ("kidney_disease", "asthma"), ("fever",), ("leg_tingling",))
MOST_TURNS = 15


@dataclass(frozen=True)
class Read:
    """Words of one generated talk: of the plan's turn, of the plan's own message, and up to the first help."""

    level: str
    turn: int
    plan: int
    to_help: int


def persons() -> Iterator[dict[str, Any]]:
    """Facts of each person, by entity kind."""
    for location, severity, age, health in itertools.product(LOCATIONS, SEVERITIES, AGES, HEALTH):
        yield {"location": location, "severity": severity, "age": age, "health": health}


def read(person: Mapping[str, Any], knowledge: Knowledge, region: str = "us") -> Read | None:
    """What one person reads up to their plan; None where no plan comes."""
    here = knowledge.regions[region]
    case, before = Case(), 0
    to_help: int | None = None
    turn = _told(person, knowledge)
    for number in range(MOST_TURNS):
        outcome = take_in(case, [turn], knowledge, here)
        case, said = outcome.case, list(outcome.replies)
        if outcome.go_on:
            case, more = ask_or_plan(case, knowledge, here)
            said += more
        words = sum(_words(reply) for reply in said)
        if to_help is None and any(_helps(reply) for reply in said):
            to_help = before + words
        plans = [reply for reply in said if reply["type"] == "plan"]
        if plans:
            return Read(plans[0]["level"], words, _words(plans[0]), to_help or before + words)
        before += words
        turn = _parsed("no", "deny", [("act", "no")], number + 2)
    return None


def _told(person: Mapping[str, Any], knowledge: Knowledge) -> Turn:
    facts = [(kind, person[kind]) for kind in ("location", "severity", "age")]
    facts += [("finding" if i in knowledge.findings else "condition", i) for i in person["health"]]
    return _parsed("my back", "inform", [*facts, ("injury", "strain"), ("duration_days", 1)], 1)


def _parsed(text: str, intent: str, entities: list[tuple[str, Any]], number: int) -> Turn:
    parse = {
        "intent": {"name": intent, "confidence": 0.9},
        "entities": [{"entity": kind, "value": value} for kind, value in entities],
    }
    return Turn.from_parse(text, parse, str(number))


def _helps(reply: Reply) -> bool:
    return reply["type"] == "plan" or bool(reply.get("meanwhile"))


def _words(reply: Reply) -> int:
    return len(str(reply["text"]).split())


def report() -> dict[str, Any]:
    """Median and most of each measure over all generated persons."""
    knowledge = load()
    found = [result for person in persons() if (result := read(person, knowledge)) is not None]
    return {
        "persons": len(found),
        **{
            name: {"median": statistics.median(values), "most": max(values)}
            for name, values in (
                ("words_in_the_plans_turn", [item.turn for item in found]),
                ("words_in_the_plan", [item.plan for item in found]),
                ("words_to_the_first_help", [item.to_help for item in found]),
            )
        },
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(report(), indent=1) + "\n")
