"""The test sets load, are large enough, and a mistake in them is found."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from evaluation import cases, ids
from unknot.knowledge.loader import load

# Findings that are younger than the open set.
YOUNGER = {
    "anaphylaxis",
    "autonomic_dysreflexia",
    "ectopic_pregnancy_signs",
    "gastrointestinal_bleeding",
    "hypoxia",
    "obstetric_bleeding",
    "sepsis",
    "stroke_signs",
    "testicular_torsion",
}


@pytest.mark.parametrize("kind", cases.KINDS)
def test_every_kind_of_lookalike_is_there(kind: str) -> None:
    assert sum(case.group == kind for case in cases.lookalikes()) >= 30


def test_ids_are_those_of_the_knowledge() -> None:
    knowledge = load()
    assert {f.id for f in knowledge.findings.values()} >= ids.EMERGENCIES | ids.URGENT
    assert {c.id for c in knowledge.conditions.values()} >= ids.CONDITIONS
    assert {q.id for q in knowledge.questions.values()} >= ids.QUESTIONS


def test_no_message_stands_in_two_sets() -> None:
    # Short answers are measured twice: as an intent and as a value.
    count = Counter(case.text.casefold() for case in cases.own() if case.set != "facts")
    assert [text for text, times in count.items() if times > 1] == []


SIZES_OF_ALL = {
    "questions": 200,
    "emergencies": 300,
    "urgent": 115,
    "lookalikes": 300,
    "crisis": 80,
    "oos": 60,
    "facts": 100,
    "multi": 60,
}


def test_the_set_is_large_enough() -> None:
    count = Counter(case.set for case in cases.own())
    assert {name: count[name] for name, least in SIZES_OF_ALL.items() if count[name] < least} == {}


def test_the_set_states_every_finding_and_asks_every_source_question() -> None:
    found = cases.own()
    stated = Counter(case.findings[0] for case in found if case.findings)
    assert {finding for finding in ids.EMERGENCIES - YOUNGER if stated[finding] < 10} == set()
    assert {finding for finding in ids.URGENT if stated[finding] < 6} == set()
    asked = Counter(case.intents[0] for case in found if case.set == "questions")
    assert {question for question in ids.SOURCE_QUESTIONS if asked[question] < 15} == set()


def test_the_set_repeats_no_message() -> None:
    count = Counter(case.text.casefold() for case in cases.own())
    assert [text for text, times in count.items() if times > 1] == []


BROKEN = {
    "unknown key": ("questions", "questions:\n  affirm:\n    - {text: a, as_well: [deny]}\n"),
    "unknown intent": ("questions", "questions:\n  affirmative:\n    - a\n"),
    "unknown alternative": ("questions", "questions:\n  affirm:\n    - {text: a, also: [denied]}\n"),
    "twice": ("questions", "questions:\n  affirm:\n    - Yes I do\n    - yes I do\n"),
    "not a text": ("questions", "questions:\n  affirm:\n    - 5\n"),
    "unknown finding": ("urgent", "urgent:\n  feverish:\n    - a\n"),
    "unknown kind": ("lookalikes", "lookalikes:\n  joking:\n    - a\n"),
    "unknown value": ("facts", "facts:\n  - text: a\n    expect: {location: [bottom]}\n"),
    "unknown entity": ("facts", "facts:\n  - text: a\n    expect: {place: [lower]}\n"),
    "unknown condition": ("facts", "facts:\n  - text: a\n    expect: {condition.gout: [present]}\n"),
    "unknown assertion": ("facts", "facts:\n  - text: a\n    expect: {condition.asthma: [yes_he_has]}\n"),
    "no expectation": ("facts", "facts:\n  - text: a\n"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_mistake_in_a_set_raises(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, content = BROKEN[name]
    (tmp_path / f"{file}.yml").write_text(content)
    monkeypatch.setattr(cases, "SETS", tmp_path)
    cases._document.cache_clear()
    try:
        with pytest.raises(cases.SetError):
            getattr(cases, file)()
    finally:
        cases._document.cache_clear()


@pytest.mark.parametrize(
    ("value", "today", "days"),
    [
        ("weekday:1", date(2026, 3, 4), {1}),  # a Wednesday; Tuesday was yesterday
        ("weekday:2", date(2026, 3, 4), {7}),  # "since Wednesday" on a Wednesday is a week ago
        ("weekend", date(2026, 3, 4), {3, 4}),
        (14, date(2026, 3, 4), {14}),
    ],
)
def test_days_of_the_week_become_days_ago(value: str | int, today: date, days: set[int]) -> None:
    assert cases.resolve((value,), today) == days
