"""A plan as cards: short first, nothing lost behind it, nothing in it that this person may not have."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.plan_words import report
from tests.support.talk import Talk
from unknot.knowledge.loader import load
from unknot.knowledge.schema import Level
from unknot.triage.cards import MOST_WORDS, make_cards, parts
from unknot.triage.case import Case
from unknot.triage.engine import assess
from unknot.triage.plan import Plan, make_plan
from unknot.triage.statement import Statement
from unknot.triage.thread import Thread

KNOWLEDGE = load()
REGIONS = sorted(KNOWLEDGE.regions)
FACTS = sorted({*KNOWLEDGE.findings, *KNOWLEDGE.conditions})
ORAL = {"ibuprofen", "naproxen", "acetaminophen"}


def case_of(ids: tuple[str, ...], **values: object) -> Case:
    said = [Statement(identity) for identity in ids]
    said += [Statement(name, value=value) for name, value in values.items() if value is not None]
    return Case(answered=("safety",)).told(*said)


def planned(*ids: str, **values: object) -> Talk:
    talk = Talk()
    talk.tell(*ids, **{"location": "lower", **values})
    talk.to_plan(age=values.get("age", 40), onset=2, injury="strain", severity=values.get("severity", 5))
    return talk


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(FACTS), max_size=5, unique=True),
    st.sampled_from(["neck", "upper", "middle", "lower", "whole", None]),
    st.one_of(st.none(), st.integers(0, 10)),
    st.one_of(st.none(), st.integers(5, 95)),
    st.sampled_from(REGIONS),
)
def test_no_part_is_long_and_nothing_is_lost(
    ids: list[str], location: str | None, severity: int | None, age: int | None, region: str
) -> None:
    case = case_of(tuple(ids), location=location, severity=severity, age=age)
    assessment = assess(case, KNOWLEDGE)
    made = make_plan(case, assessment, KNOWLEDGE, region)
    cards = make_cards(made, assessment, KNOWLEDGE, KNOWLEDGE.regions[region])
    if len(assessment.labels) <= 3:
        assert len(cards[0].text.split()) <= MOST_WORDS
    further = parts(cards, KNOWLEDGE)
    assert all(len(text.split()) <= MOST_WORDS or len(made.withheld) > 4 for _, text in further)
    behind = "\n".join(text for _, text in further)
    for item in made.remedies:
        assert item.how in behind, item.id
        assert item.caution in behind, item.id
    assert KNOWLEDGE.messages["plan_safety_net"] in behind
    _check_now(made, cards[0].steps)


def _check_now(made: Plan, steps: tuple[str, ...]) -> None:
    """At most three steps; the medicines among them are one, and each may be taken without asking."""
    offered = {item.id: item for item in made.remedies}
    kinds = {offered[step].step for step in steps}
    assert len(kinds) <= (2 if made.level is Level.URGENT else 3)
    assert set(steps) <= set(offered)
    assert all(offered[step].dosed and not offered[step].ask_first for step in steps if step in ORAL)


@pytest.mark.parametrize(
    ("location", "severity", "kinds"),
    itertools.product(["neck", "lower"], [2, 5, 8], [None]),
)
def test_the_steps_follow_the_strength_of_the_pain(location: str, severity: int, kinds: None) -> None:
    plan = planned(location=location, severity=severity).of("plan")[0]
    first = plan["cards"][0]["steps"][0]
    assert first == {2: "walking", 5: "heat", 8: "reclined_position"}[severity]
    assert ("walking" in plan["cards"][0]["steps"]) == (severity < 8)


def test_painkillers_are_a_choice_and_one_step() -> None:
    plan = planned(severity=8).of("plan")[0]
    assert {r["id"] for r in plan["remedies"] if r.get("choice") == "painkiller"} == ORAL
    assert set(plan["cards"][0]["steps"]) >= ORAL
    assert sum(line[:1].isdigit() for line in plan["text"].splitlines()) == 3
    labels = {r["id"]: r["label"]["day_mg"] for r in plan["remedies"] if "label" in r}
    assert labels == {"ibuprofen": 1200, "naproxen": 660, "acetaminophen": 3000}


def test_the_label_of_the_region_counts() -> None:
    talk = Talk("uk")
    talk.tell(location="lower", severity=8)
    talk.to_plan(age=40, onset=2, injury="strain")
    labels = {r["id"]: r["label"]["day_mg"] for r in talk.of("plan")[0]["remedies"] if "label" in r}
    assert labels["acetaminophen"] == 4000
    assert "999" in talk.of("plan")[0]["text"]


@pytest.mark.parametrize("values", [{"age": 15}, {"age": 70, "ids": ("anticoagulant",)}])
def test_no_medicine_step_for_whom_it_is_not(values: dict[str, object]) -> None:
    plan = planned(*values.pop("ids", ()), severity=8, **values).of("plan")[0]
    assert not ORAL & set(plan["cards"][0]["steps"])
    assert not [r for r in plan["remedies"] if "label" in r and r["id"] in {"ibuprofen", "naproxen"}]


def test_an_urgent_card_says_whom_to_call_and_what_to_say() -> None:
    plan = planned("fever", location="upper", severity=5).of("plan")[0]
    urgent_line = KNOWLEDGE.regions["us"].urgent_line
    assert plan["level"] == "urgent"
    assert urgent_line in plan["text"]
    assert KNOWLEDGE.findings["fever"].label in plan["text"]
    assert "upper back" in plan["text"]
    assert [choice["id"] for choice in plan["choices"]] == ["more"]


def test_what_to_say_names_an_illness_that_makes_it_urgent() -> None:
    plan = planned("anticoagulant", severity=8).of("plan")[0]
    assert plan["level"] == "urgent"
    assert "and a blood thinner" in plan["text"]


def test_more_brings_every_card_once_and_then_ends() -> None:
    talk = planned()
    seen = []
    for _ in range(20):
        talk.say("more", "nlu_fallback")
        if not talk.of("plan"):
            break
        seen.append(talk.of("plan")[0])
    assert list(dict.fromkeys(part["card"] for part in seen)) == ["today", "medicine", "easing", "help"]
    assert all(part["part"] for part in seen)
    assert len({part["text"] for part in seen}) == len(seen)
    assert talk.replies[0]["text"] == KNOWLEDGE.messages["card_none_left"]


def test_a_changed_plan_says_what_and_why_and_is_not_sent_again() -> None:
    talk = planned()
    talk.tell("anticoagulant")
    notice, plan = talk.replies
    assert (notice["notice"], plan["update"]) == ("corrected", True)
    assert "because of a blood thinner" in notice["text"]
    assert len(plan["text"].split()) < 20
    assert not ORAL & {r["id"] for r in plan["remedies"]} - {"acetaminophen"}


def test_a_fact_that_changes_nothing_sends_no_plan() -> None:
    talk = planned("anticoagulant")
    talk.tell("ssri")
    (plan,) = talk.of("plan")
    assert KNOWLEDGE.messages["plan_same"] in plan["text"]
    assert len(plan["text"].split()) < 20


def test_the_thread_survives_as_json() -> None:
    talk = planned()
    talk.say("it didn't help", "inform")
    thread = Thread.from_json(talk.case.thread)
    assert thread.tried
    assert Thread.from_json(json.loads(json.dumps(thread.to_json()))) == thread


def test_how_much_has_to_be_read() -> None:
    """Bounds for the figures of `evaluation/plan_words.py`."""
    found = report()
    assert found["persons"] == 270
    assert found["words_in_the_plan"]["median"] <= 122
    assert found["words_in_the_plan"]["most"] <= MOST_WORDS
    assert found["words_in_the_plans_turn"]["most"] <= MOST_WORDS + 10
