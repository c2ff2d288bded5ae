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

from unknot.encoder.minilm import shared_encoder
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
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
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


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return shared_encoder().encode(TEXTS)


def test_no_near_duplicates_of_different_intents(vectors: np.ndarray) -> None:
    # Facts and emergencies are one thing to the classifier; short answers differ by a word and mean the opposite.
    merged = np.where(INTENTS == "report_emergency", "inform", INTENTS)
    pairs = np.argwhere(np.triu(vectors @ vectors.T > 0.97, 1))
    clashes = [(TEXTS[a], TEXTS[b]) for a, b in pairs if merged[a] != merged[b] and len(TEXTS[a].split()) > 3]
    assert clashes == []


def test_no_two_examples_are_almost_the_same_letters() -> None:
    long = [(text.lower(), intent) for text, intent in ALL if len(text) > 25]
    texts = [text for text, _ in long]
    ratios = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=94, dtype=np.uint8, workers=1)
    assert [(texts[a], texts[b]) for a, b in np.argwhere(np.triu(ratios, 1))] == []


@pytest.mark.skipif(not REAL_PHRASES.exists(), reason="the phrases are kept outside the repository")
def test_nothing_is_taken_from_the_real_phrases(vectors: np.ndarray) -> None:
    real = [json.loads(line)["text"] for line in REAL_PHRASES.read_text(encoding="utf-8").splitlines()]
    close = shared_encoder().encode(real) @ vectors.T
    ratios = process.cdist([r.lower() for r in real], [t.lower() for t in TEXTS], scorer=fuzz.ratio, dtype=np.uint8)
    copies = [
        (TEXTS[b], int(ratios[a, b])) for a, b in np.argwhere((close > 0.97) & (ratios > 85)) if len(real[a]) > 20
    ]
    assert copies == []
    assert not {r.lower().strip(" ?.") for r in real} & {t.lower().strip(" ?.") for t in TEXTS}
