"""Test messages are no copies of training examples, and the real phrases are in no training example."""

from __future__ import annotations

import re
from functools import cache

import pytest
from rapidfuzz import fuzz, process
from rasa.shared.importers.utils import training_data_from_paths

from components.minilm import shared_encoder
from evaluation import cases
from settings import ROOT

MOST_ALIKE = 92  # of 100, words in any order
MOST_ALIKE_IN_MEANING = 0.985  # cosine
SHORTEST = 4  # words; "yes" and "good morning" can be said in one way only
# The eight questions of the source and the like are asked in nearly the same words by everybody.
LEFT_ALONE = 0.01  # share of the messages


@cache
def training() -> list[str]:
    paths = [str(path) for path in sorted((ROOT / "data" / "nlu").glob("*.yml"))]
    examples = training_data_from_paths(paths, language="en").intent_examples
    return sorted({plain(example.get("text")) for example in examples})


def own() -> list[str]:
    """Every message of the project's own sets, the open ones too."""
    return [case.text for case in (*cases.own(), *cases.open_set())]


def plain(text: str) -> str:
    """Small letters and digits, single spaces."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold().replace("'", "")))


def long_enough(texts: list[str]) -> list[str]:
    return [text for text in texts if len(plain(text).split()) >= SHORTEST]


def test_no_message_is_a_training_example() -> None:
    known = set(training())
    assert [text for text in long_enough(own()) if plain(text) in known] == []


def test_messages_are_not_nearly_training_examples() -> None:
    known = training()
    alike = []
    for text in long_enough(own()):
        found = process.extractOne(plain(text), known, scorer=fuzz.token_sort_ratio, score_cutoff=MOST_ALIKE)
        if found is not None:
            alike.append(text)
    assert len(alike) <= LEFT_ALONE * len(own()), alike


def test_messages_do_not_mean_word_for_word_the_same_as_training_examples() -> None:
    encoder = shared_encoder()
    messages = long_enough(own())
    nearest = (encoder.encode(messages) @ encoder.encode(training()).T).max(axis=1)
    alike = [text for text, near in zip(messages, nearest, strict=True) if near > MOST_ALIKE_IN_MEANING]
    assert len(alike) <= LEFT_ALONE * len(messages), alike


def test_real_phrases_are_no_training_examples() -> None:
    phrases = cases.real_phrases()
    if not phrases:
        pytest.skip("the real phrases are not kept beside this clone")
    known = training()
    # Phrases of a few words are asked in the same words by many people ("how long do back spasms last").
    copied = [
        case.line
        for case in phrases
        if len(plain(case.text).split()) > 8
        and process.extractOne(plain(case.text), known, scorer=fuzz.token_sort_ratio, score_cutoff=90)
    ]
    assert copied == [], "line numbers of real phrases that stand in the training data"
