"""One voice in everything that is said, wherever its words live."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from unknot.knowledge.loader import load

EXPECTED: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "expected.yml").read_text(encoding="utf-8"))


def everything_said() -> Iterator[tuple[str, str]]:
    knowledge = load()
    for question in knowledge.questions.values():
        yield f"question {question.id}", f"{question.title} {question.text}"
    for remedy in knowledge.remedies.values():
        reasons = " ".join(entry.because for entry in remedy.withheld_by)
        yield f"remedy {remedy.id}", f"{remedy.title} {remedy.how} {remedy.caution} {remedy.dose} {reasons}"
        for advice in remedy.taken_against:
            yield f"remedy {remedy.id}, taken against {advice.any_of[0]}", f"{advice.text} {advice.watch}"
    for finding in knowledge.findings.values():
        questions = f"{finding.question} {finding.new_question}"
        yield f"finding {finding.id}", f"{finding.label} {finding.statement} {questions}"
    for condition in knowledge.conditions.values():
        yield f"condition {condition.id}", f"{condition.label} {condition.statement}"
    for rule in knowledge.rules.values():
        yield f"rule {rule.id}", rule.because
    for ask in knowledge.asks.values():
        yield f"ask {ask.id}", " ".join([ask.text, ask.why, *(choice.title for choice in ask.choices)])
    for region in knowledge.regions.values():
        yield f"region {region.id}", f"{region.emergency_text} {region.crisis_text} {region.urgent_line}"
        yield (
            f"region {region.id}, no phone",
            f"{region.cannot_phone} {region.crisis_by_text} {region.emergency_room}",
        )
    for name, text in knowledge.messages.items():
        yield f"message {name}", text


@pytest.mark.parametrize(
    ("name", "text"), list(everything_said()), ids=lambda value: value if " " in value[:12] else None
)
def test_nothing_forbidden_is_said(name: str, text: str) -> None:
    assert [pattern for pattern in EXPECTED["forbidden"] if re.search(pattern, text, re.IGNORECASE)] == []


BAD = """That hurts!
As an AI, I cannot.
I understand how you feel.
You have a strained muscle.
You are fine.
Do not worry.
This will cure it.
Medically reviewed.
Get well \U0001f600"""


@pytest.mark.parametrize("sentence", BAD.splitlines())
def test_the_patterns_bite(sentence: str) -> None:
    assert [pattern for pattern in EXPECTED["forbidden"] if re.search(pattern, sentence, re.IGNORECASE)]
