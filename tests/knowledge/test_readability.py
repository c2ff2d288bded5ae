"""A reading age of about 11, which is the end of grade 5 or 6 in US schools.

Measured with the Flesch-Kincaid grade of the `textstat` library: 0.39 x words per sentence + 11.8 x syllables per
word - 15.59. Grade + 5 is about the reading age. The average has to stay at or below 6, and no single text may pass
8, because words such as "acetaminophen" cannot be avoided.
"""

from __future__ import annotations

import re
import statistics
import warnings
from typing import Any

import pytest

from unknot.knowledge.loader import load

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import textstat

MOST = 8.0
MEAN = 6.0


def grade(text: str) -> float:
    return float(textstat.flesch_kincaid_grade(text))


def texts() -> dict[str, str]:
    knowledge = load()
    found: dict[str, str] = {}
    for question in knowledge.questions.values():
        found[f"questions: {question.id}"] = question.text
        if question.brief:
            found[f"questions: {question.id}, brief"] = question.brief
    for remedy in knowledge.remedies.values():
        found[f"remedies: {remedy.id}"] = f"{remedy.how} {remedy.caution} {remedy.dose}".strip()
        found[f"remedies: {remedy.id}, short"] = " ".join((remedy.short, *(asked.text for asked in remedy.asked)))
        for advice in remedy.taken_against:
            text = f"{advice.text} {advice.watch}".format(urgent_line="your doctor")
            found[f"remedies: {remedy.id}, taken against {advice.any_of[0]}"] = text
    for finding in knowledge.findings.values():
        found[f"findings: {finding.id}"] = f"{finding.question} {finding.new_question}".strip()
    for ask in knowledge.asks.values():
        found[f"asks: {ask.id}"] = f"{ask.text} {ask.why}"
    for name, message in knowledge.messages.items():
        if len(message.split()) >= 12 and "{" not in message:
            found[f"messages: {name}"] = message
    for region in knowledge.regions.values():
        found[f"regions: {region.id}, emergency"] = region.emergency_text
        found[f"regions: {region.id}, crisis"] = region.crisis_text
        found[f"regions: {region.id}, without a phone"] = region.cannot_phone
        found[f"regions: {region.id}, crisis by text"] = region.crisis_by_text
    return found


@pytest.mark.parametrize(("name", "text"), texts().items(), ids=list(texts()))
def test_no_text_is_hard_to_read(name: str, text: str) -> None:
    assert grade(text) <= MOST


@pytest.mark.parametrize("kind", ["questions", "remedies", "findings", "asks", "messages", "regions"])
def test_average_grade(kind: str) -> None:
    assert statistics.mean(grade(text) for name, text in texts().items() if name.startswith(kind)) <= MEAN


@pytest.mark.parametrize(("name", "text"), texts().items(), ids=list(texts()))
def test_sentences_are_short(name: str, text: str) -> None:
    sentences = [sentence for sentence in re.split(r"[.?:]\s+|\n", text) if sentence.strip()]
    longest = max(sentences, key=lambda sentence: len(sentence.split()))
    assert len(longest.split()) <= 36, longest
    assert statistics.mean(len(sentence.split()) for sentence in sentences) <= 22


@pytest.mark.parametrize(("name", "text"), texts().items(), ids=list(texts()))
def test_no_sentence_is_very_hard(name: str, text: str) -> None:
    """A hard sentence must not hide in a long plain text. One long word decides a very short one."""
    sentences = re.split(r"(?<=[.?:])\s+|\n", text)
    assert [sentence for sentence in sentences if len(sentence.split()) >= 8 and grade(sentence) > 12] == []


def test_the_measure_tells_plain_from_hard() -> None:
    plain: Any = grade("Put a warm pack on the sore spot. Keep a thin cloth between it and your skin.")
    hard: Any = grade("Superficial thermotherapeutic application demonstrates statistically significant analgesia.")
    assert plain < 4
    assert hard > 12
