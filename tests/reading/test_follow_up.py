"""What people say to go on: wishes, sides of an answer, remedies by their everyday words."""

from __future__ import annotations

import pytest

from unknot.knowledge.loader import load
from unknot.reading.follow_up import _REMEDIES, REMEDY, SIDES, WISH, WISHES, read


def wishes(text: str) -> set[str]:
    return {str(m.value) for m in read(text) if m.kind == WISH and m.value in WISHES}


def sides(text: str) -> set[str]:
    return {str(m.value) for m in read(text) if m.kind == WISH and m.value in SIDES}


def remedies(text: str) -> list[str]:
    return [str(m.value) for m in read(text) if m.kind == REMEDY]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("More", {"more"}),
        ("the rest please", {"more"}),
        ("OK, what else?", {"more"}),
        ("so now what", {"what_now"}),
        ("where do I start", {"what_now"}),
        ("Which of these should I try first?", {"which_first"}),
        ("tldr", {"shorter"}),
        ("that's too much to read", {"shorter"}),
        ("can you show me the plan again", {"again"}),
        ("that doesn\u2019t help at all", {"no_change"}),
        ("it hasn't worked", {"no_change"}),
        ("the ice helped a bit", {"helped"}),
        ("that made it worse", {"worse"}),
        ("the pain is getting worse", {"worse"}),
    ],
)
def test_wishes(text: str, expected: set[str]) -> None:
    assert wishes(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "my lower back since yesterday, 6 out of 10",
        "does heat help",
        "what if heat doesn't help?",
        "it gets worse when I cough",
        "I have had it more than once",
        "how long does a spasm last?",
        "I take one more tablet every day",
        "no",
        "",
    ],
)
def test_facts_and_questions_are_no_wishes(text: str) -> None:
    assert wishes(text) == set()


@pytest.mark.parametrize(
    ("text", "side"),
    [("for how long?", "how_long"), ("how often", "how_often"), ("how much?", "how_much"), ("why", "why")],
)
def test_sides(text: str, side: str) -> None:
    assert side in sides(text)
    assert "elliptic" in sides(text)


@pytest.mark.parametrize(
    "text", ["how long has this been going on for you", "how long does it last", "how long will it take"]
)
def test_a_whole_question_has_no_side(text: str) -> None:
    assert "how_long" not in sides(text)


def test_remedies_in_the_order_of_the_text() -> None:
    assert remedies("first Advil, then a hot water bottle, then a walk") == ["ibuprofen", "heat", "walking"]


def test_every_remedy_of_the_lexicon_exists() -> None:
    assert set(_REMEDIES) <= set(load().remedies)
