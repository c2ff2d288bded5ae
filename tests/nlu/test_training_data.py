"""The training data: enough of it, nothing twice, nothing taken from the phrases that are kept for testing."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from rapidfuzz import fuzz, process

from unknot.knowledge.loader import load
from unknot.nlu.labels import states_of

ROOT = Path(__file__).resolve().parents[2]
REAL_PHRASES = ROOT.parent / "shared" / "data" / "real_phrases.jsonl"
FEWEST = 20  # examples of a sign of now
SOURCE = [
    "middle_back_treatment",
    "middle_back_causes",
    "severe_spasm_feeling",
    "spasm_duration",
    "releasing_spasms",
    "when_to_go_to_er",
    "walking_it_off",
    "fast_relief",
]


def blocks() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        # libyaml: the pure loader takes half a minute for them.
        for block in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["nlu"]:
            yield path.name, block


def examples(block: dict[str, Any]) -> list[str]:
    return [line[2:].strip() for line in block["examples"].strip().split("\n")]


ALL = [(text, block["intent"]) for _, block in blocks() for text in examples(block)]
TEXTS = [text for text, _ in ALL]
INTENTS = np.array([intent for _, intent in ALL])
COUNTS = Counter(INTENTS.tolist())


def findings() -> Counter[str]:
    counts: Counter[str] = Counter()
    for _, block in blocks():
        states = states_of(str(block.get("metadata", {}).get("findings", "")))
        for finding in (name for name, state in states.items() if state == "now"):
            counts[finding] += len(examples(block))
    return counts


@pytest.mark.parametrize("intent", SOURCE)
def test_sixty_examples_for_each_question_of_the_source(intent: str) -> None:
    assert COUNTS[intent] >= 60


@pytest.mark.parametrize("question", sorted(load().questions))
def test_every_question_can_be_asked(question: str) -> None:
    assert COUNTS[question] >= 30


def test_findings_are_known_and_have_examples() -> None:
    counts = findings()
    known = {id for id, finding in load().findings.items() if finding.floor.value in ("emergency", "urgent")}
    assert set(counts) <= set(load().findings)
    assert {id: counts[id] for id in known if counts[id] < FEWEST} == {}


def test_nothing_stands_twice() -> None:
    places = defaultdict(list)
    for text, intent in ALL:
        places[" ".join(text.lower().split()).rstrip("?.! ") or text].append(intent)
    assert {text: found for text, found in places.items() if len(set(found)) > 1} == {}
    assert {text: found for text, found in Counter(TEXTS).items() if found > 1} == {}


def test_no_near_duplicates_of_different_questions() -> None:
    # Signs come in pairs on purpose, which differ by the one word that makes the difference. Questions do not.
    questions = set(load().questions)
    asked = [(text.lower(), intent) for text, intent in ALL if intent in questions and len(text.split()) > 3]
    texts, intents = [text for text, _ in asked], np.array([intent for _, intent in asked])
    ratios = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=92, dtype=np.uint8)
    pairs = np.argwhere(np.triu(ratios, 1))
    assert [(texts[a], texts[b]) for a, b in pairs if intents[a] != intents[b]] == []


@pytest.mark.skipif(not REAL_PHRASES.exists(), reason="the phrases are kept outside the repository")
def test_nothing_is_taken_from_the_real_phrases() -> None:
    real = [json.loads(line)["text"].lower() for line in REAL_PHRASES.read_text(encoding="utf-8").splitlines()]
    known = [text.lower() for text in TEXTS]
    long = [text for text in real if len(text) > 20]
    ratios = process.cdist(long, known, scorer=fuzz.ratio, score_cutoff=92, dtype=np.uint8)
    assert [(known[b], int(ratios[a, b])) for a, b in np.argwhere(ratios)] == []
    assert not {text.strip(" ?.") for text in real} & {text.strip(" ?.") for text in known}
