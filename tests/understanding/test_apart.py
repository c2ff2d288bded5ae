"""Test messages are no copies of training examples, and the real phrases are in no training example."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest
import yaml
from rapidfuzz import fuzz, process

from evaluation import cases, labelled
from unknot.encoder.minilm import shared_encoder
from unknot.settings import ROOT

pytestmark = pytest.mark.slow  # every message is encoded and compared with every training example: minutes

MOST_ALIKE = 92  # of 100, words in any order
MOST_ALIKE_IN_MEANING = 0.985  # cosine
LEAST_ALIKE = 75  # of 100, below which two texts are not compared in meaning: that takes the encoder
SHORTEST = 4  # words; "yes" and "good morning" can be said in one way only
# The eight questions of the source and the like are asked in nearly the same words by everybody.
LEFT_ALONE = 0.01  # share of the messages


@cache
def training() -> list[str]:
    found: set[str] = set()
    for path in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        # libyaml: the pure loader takes half a minute for them.
        for block in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["nlu"]:
            found |= {plain(line[2:]) for line in block["examples"].strip().split("\n")}
    return sorted(found)


@cache
def training_in_order_of_words() -> list[str]:
    return [in_order_of_words(text) for text in training()]


def plain(text: str) -> str:
    """Small letters and digits, single spaces."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold().replace("'", "")))


def in_order_of_words(text: str) -> str:
    """Its words sorted once, so that `fuzz.ratio` gives `fuzz.token_sort_ratio` without sorting for each pair."""
    return " ".join(sorted(plain(text).split()))


def own() -> list[str]:
    """Every message of the sets that is long enough."""
    return long_enough([case.text for case in cases.own()] + [m.text for m in labelled.unseen()])


def long_enough(texts: list[str]) -> list[str]:
    return [text for text in texts if len(plain(text).split()) >= SHORTEST]


def copied(texts: list[str]) -> list[int]:
    """Indices of the texts that are training examples."""
    known = set(training())
    return [index for index, text in enumerate(texts) if plain(text) in known]


def nearest(texts: list[str], least: int) -> list[tuple[int, int]]:
    """Pairs of a text's index and a training example's that have nearly the same words, `least` of 100 or more."""
    asked = [in_order_of_words(text) for text in texts]
    pairs: list[tuple[int, int]] = []
    for at in range(0, len(asked), 500):  # a whole table of scores would take gigabytes
        scores = process.cdist(
            asked[at : at + 500], training_in_order_of_words(), scorer=fuzz.ratio, score_cutoff=least, dtype=np.uint8
        )
        pairs += [(at + int(text), int(example)) for text, example in np.argwhere(scores)]
    return pairs


def nearly_copied(texts: list[str], most: int = MOST_ALIKE) -> list[int]:
    """Indices of the texts that have nearly the words of a training example."""
    return sorted({text for text, _ in nearest(texts, most)})


def alike_in_meaning(texts: list[str]) -> list[int]:
    """Indices of the texts whose sentence vector is nearly that of a training example with similar words."""
    pairs = nearest(texts, LEAST_ALIKE)
    encoder, known = shared_encoder(), training()
    at = sorted({text for text, _ in pairs})
    examples = sorted({example for _, example in pairs})
    if not pairs:
        return []
    mine = dict(zip(at, encoder.encode([texts[index] for index in at]), strict=True))
    theirs = dict(zip(examples, encoder.encode([known[index] for index in examples]), strict=True))
    return sorted({text for text, example in pairs if mine[text] @ theirs[example] > MOST_ALIKE_IN_MEANING})


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
    # Phrases of a few words are asked in the same words by many people ("how long do back spasms last").
    long = [case for case in phrases if len(plain(case.text).split()) > 8]
    copied = [long[index].line for index in nearly_copied([case.text for case in long], 90)]
    assert copied == [], "line numbers of real phrases that stand in the training data"
