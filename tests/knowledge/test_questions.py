"""The answers: complete, honest about their sources, and in the house style."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from unknot.knowledge.loader import load
from unknot.knowledge.schema import Question, Strength
from unknot.triage.lead import MOST_WORDS, lead_of, split_first

SOURCE = Path(__file__).resolve().parents[3] / "shared" / "source_questions.txt"

EXPECTED: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "expected.yml").read_text(encoding="utf-8"))
ITEMS: dict[str, list[str]] = EXPECTED["items"]
DANGER: dict[str, list[str]] = EXPECTED["danger"]


def all_questions() -> list[Question]:
    return list(load().questions.values())


@pytest.mark.parametrize(("question", "items"), ITEMS.items())
def test_everything_the_source_names_is_in_the_answer(question: str, items: list[str]) -> None:
    text = load().questions[question].text.lower()
    assert [item for item in items if item not in text] == []


@pytest.mark.parametrize("question", all_questions(), ids=lambda q: q.id)
def test_own_items_are_in_the_answer(question: Question) -> None:
    assert [item for item in question.items if item.lower() not in question.text.lower()] == []
    assert bool(question.items) == (question.id in ITEMS)


def source_items() -> Iterator[tuple[int, str]]:
    """(index of the question, head of the list item) for each numbered item of the source document."""
    number = -1
    for line in SOURCE.read_text(encoding="utf-8").splitlines():
        if line.endswith("?") and not line.startswith(" "):
            number += 1
        elif item := re.match(r"\s+\d+\. (.*)", line):
            yield number, re.split(r"[.:]", item.group(1))[0]


@pytest.mark.skipif(not SOURCE.exists(), reason="the source document is not beside the repository")
def test_the_source_document_is_covered_word_for_word() -> None:
    ids = load().ids["questions"]
    found = list(source_items())
    assert len(found) == 16
    for number, head in found:
        text = load().questions[ids[number]].text.lower()
        words = set(re.findall(r"[a-z-]+", head.lower())) - {"that", "are", "and"}
        assert {word for word in words if word.removesuffix("s") not in text} == set(), (ids[number], head)


def test_every_planned_question_is_answered() -> None:
    assert set(load().questions) == {*ITEMS, *EXPECTED["further_questions"]}


@pytest.mark.parametrize(("question", "signs"), DANGER.items())
def test_answers_next_to_a_danger_name_its_signs(question: str, signs: list[str]) -> None:
    text = load().questions[question].text.lower()
    assert [sign for sign in signs if sign not in text] == []


@pytest.mark.parametrize("question", ["fast_relief", "breathing_and_hyperventilation"])
def test_the_truth_about_hyperventilation(question: str) -> None:
    text = load().questions[question].text.lower()
    for part in ("hyperventilation", "3 people", "not back spasms", "dizzy", "slowly"):
        assert part in text
    assert re.search(r"do not (?:do it|recommend it)", text)


@pytest.mark.parametrize("question", all_questions(), ids=lambda q: q.id)
def test_sources_are_honest(question: Question) -> None:
    knowledge = load()
    assert question.sources or question.strength is Strength.NONE
    if question.strength is Strength.NONE:
        assert "no good evidence" in question.text.lower()
    else:
        # An answer may not claim more than its best source.
        best = {knowledge.sources[source].strength for source in question.sources}
        assert question.strength in best


@pytest.mark.parametrize("question", all_questions(), ids=lambda q: q.id)
def test_house_style(question: Question) -> None:
    limit = 200 if question.id == "when_to_go_to_er" else 165 if question.id in (*ITEMS, "whom_to_see") else 130
    assert 50 <= len(question.text.split()) <= limit
    assert question.title.endswith("?")
    assert 2 <= len(question.related) <= 3 or question.id == "combining_painkillers"
    assert question.id not in question.related
    assert question.text[-1] == "."


def test_titles_differ() -> None:
    titles = [question.title for question in all_questions()]
    assert len(set(titles)) == len(titles)


US_AND_UK = [("acetaminophen", "paracetamol"), ("er", "a&e")]


@pytest.mark.parametrize("question", all_questions(), ids=lambda q: q.id)
@pytest.mark.parametrize(("us", "uk"), US_AND_UK)
def test_us_terms_come_with_the_other_name(question: Question, us: str, uk: str) -> None:
    text = question.text if us == "er" else question.text.lower()
    if re.search(rf"\b{us.upper() if us == 'er' else us}\b", text):
        assert uk in question.text.lower()


@pytest.mark.parametrize("question", all_questions(), ids=lambda q: q.id)
def test_the_first_sentence_decides_in_a_breath(question: Question) -> None:
    assert 10 <= len(split_first(question.text)[0].split()) <= 25
    assert all(10 <= len(variant.text.split()) <= 25 for variant in question.variants)


@pytest.mark.parametrize("question", all_questions(), ids=lambda q: q.id)
def test_the_short_form_is_short_and_stands_alone(question: Question) -> None:
    first = split_first(question.text)[0]
    lead = lead_of([first], question, False, "")
    assert lead.startswith(first)
    assert len(lead.split()) <= 25 + MOST_WORDS
    assert not lead.rstrip().endswith(":")
    if "- " in question.text:
        assert question.brief


def test_what_is_asked_about_a_remedy_is_decided_in_a_breath() -> None:
    knowledge = load()
    for remedy in knowledge.remedies.values():
        assert len({asked.about for asked in remedy.asked}) == len(remedy.asked)
        for asked in remedy.asked:
            assert 3 <= len(asked.text.split()) <= 25, (remedy.id, asked.about)
            assert asked.sources
        if remedy.step:
            assert 5 <= len(remedy.short.split()) <= 26, remedy.id
