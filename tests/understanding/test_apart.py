"""Test messages are no copies of training examples, and the real phrases are in no training example."""

from __future__ import annotations

import re
from functools import cache

import pytest
from rapidfuzz import fuzz, process
from rasa.shared.importers.utils import training_data_from_paths

from evaluation import cases, labelled
from unknot.encoder.minilm import shared_encoder
from unknot.settings import ROOT

pytestmark = pytest.mark.slow  # every message is encoded and compared with every training example: minutes

MOST_ALIKE = 92  # of 100, words in any order
MOST_ALIKE_IN_MEANING = 0.985  # cosine
SHORTEST = 4  # words; "yes" and "good morning" can be said in one way only
# The eight questions of the source and the like are asked in nearly the same words by everybody.
LEFT_ALONE = 0.01  # share of the messages


@cache
def training() -> list[str]:
    paths = [str(path) for path in sorted((ROOT / "data" / "nlu").rglob("*.yml"))]
    examples = training_data_from_paths(paths, language="en").intent_examples
    return sorted({plain(example.get("text")) for example in examples})


def plain(text: str) -> str:
    """Small letters and digits, single spaces."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold().replace("'", "")))


def own() -> list[str]:
    """Every message of the sets that is long enough."""
    return long_enough([case.text for case in cases.own()] + [m.text for m in labelled.unseen()])


def long_enough(texts: list[str]) -> list[str]:
    return [text for text in texts if len(plain(text).split()) >= SHORTEST]


def copied(texts: list[str]) -> list[int]:
    """Indices of the texts that are training examples."""
    known = set(training())
    return [index for index, text in enumerate(texts) if plain(text) in known]


def nearly_copied(texts: list[str]) -> list[int]:
    """Indices of the texts that have nearly the words of a training example."""
    known = training()
    return [
        index
        for index, text in enumerate(texts)
        if process.extractOne(plain(text), known, scorer=fuzz.token_sort_ratio, score_cutoff=MOST_ALIKE)
    ]


def alike_in_meaning(texts: list[str]) -> list[int]:
    """Indices of the texts whose sentence vector is nearly that of a training example."""
    encoder = shared_encoder()
    nearest = (encoder.encode(texts) @ encoder.encode(training()).T).max(axis=1)
    return [index for index, near in enumerate(nearest) if near > MOST_ALIKE_IN_MEANING]


def test_no_message_is_a_training_example() -> None:
    texts = own()
    assert [texts[index] for index in copied(texts)] == []


def test_messages_are_not_nearly_training_examples() -> None:
    texts = own()
    alike = [texts[index] for index in nearly_copied(texts)]
    assert len(alike) <= LEFT_ALONE * len(texts), alike


def test_messages_do_not_mean_word_for_word_the_same_as_training_examples() -> None:
    texts = own()
    alike = [texts[index] for index in alike_in_meaning(texts)]
    assert len(alike) <= LEFT_ALONE * len(texts), alike


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
