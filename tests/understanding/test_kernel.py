"""Kernel ridge regression: it learns, its leave-one-out scores are what they claim, it survives being stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evaluation import ngrams
from evaluation.kernel import Landmarks, Weights, fit
from unknot.encoder.minilm import shared_encoder

EXAMPLES = [
    ("heat or ice", {"heat"}),
    ("should i use a hot water bottle", {"heat"}),
    ("cold pack or warm pack", {"heat"}),
    ("is a heating pad ok", {"heat"}),
    ("how long does it last", {"long"}),
    ("when will it be over", {"long"}),
    ("how many days until it heals", {"long"}),
    ("will it take weeks", {"long"}),
    ("what a nice day", set()),
    ("tell me a joke", set()),
    ("ice pack, and how long for", {"heat", "long"}),
]
TEXTS = [text for text, _ in EXAMPLES]
LABELS = [frozenset(labels) for _, labels in EXAMPLES]


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return shared_encoder().encode(TEXTS)


def learnt(texts: list[str], vectors: np.ndarray, labels: list, lexical: float = 0.2, **settings: float) -> tuple:
    """Landmarks at all texts, the weights fitted on all, and the leave-one-out scores."""
    landmarks = Landmarks.of(texts, vectors, lexical=lexical)
    return landmarks, *fit(landmarks.similarity(texts, vectors), np.arange(len(texts)), labels, **settings)


def test_it_learns(vectors: np.ndarray) -> None:
    landmarks, weights, _ = learnt(TEXTS, vectors, LABELS)
    texts = ["warm or cold compress", "how many weeks will it last", "sing me a song"]
    scores = weights.scores(landmarks.similarity(texts, shared_encoder().encode(texts)))
    assert weights.labels == ("heat", "long")
    assert scores[0].argmax() == 0
    assert scores[1].argmax() == 1
    assert scores[2].max() < scores[:2].max(axis=1).min()


def test_left_out_scores_are_those_of_a_model_that_never_saw_the_example(vectors: np.ndarray) -> None:
    # Rarity of n-grams and balance would change with the example.
    *_, left_out = learnt(TEXTS, vectors, LABELS, lexical=0.0, balance=0.0)
    for at in range(len(TEXTS)):
        rest = [n for n in range(len(TEXTS)) if n != at]
        others, weights, _ = learnt(
            [TEXTS[n] for n in rest], vectors[rest], [LABELS[n] for n in rest], lexical=0.0, balance=0.0
        )
        scores = weights.scores(others.similarity([TEXTS[at]], vectors[at : at + 1]))
        assert np.allclose(scores[0], left_out[at], atol=1e-3)


def test_an_example_may_be_some_of_the_landmarks_and_stand_twice(vectors: np.ndarray) -> None:
    landmarks = Landmarks.of(TEXTS, vectors)
    own = np.array([3, 4, 5, 3])
    similar = landmarks.similarity([TEXTS[n] for n in own], vectors[own])
    weights, left_out = fit(similar, own, [LABELS[n] for n in own])
    assert weights.values.shape == (len(TEXTS), 2)
    assert np.flatnonzero(np.abs(weights.values).sum(axis=1)).tolist() == [3, 4, 5]
    assert np.allclose(left_out[0], left_out[3], atol=1e-3)


def test_weights_solve_the_equations_they_stand_for(vectors: np.ndarray) -> None:
    landmarks, weights, _ = learnt(TEXTS, vectors, LABELS, ridge=0.3, balance=0.0)
    gram = landmarks.similarity(TEXTS, vectors).astype(np.float64)
    targets = np.array([[name in own for name in weights.labels] for own in LABELS], dtype=np.float64)
    groups = len({tuple(row) for row in targets})
    assert groups == 4
    expected = np.linalg.solve(gram + 0.3 * np.eye(len(TEXTS)), targets)
    assert np.allclose(weights.values, expected, atol=1e-3)


def test_examples_that_no_ridge_tells_apart_are_refused(vectors: np.ndarray) -> None:
    same = np.repeat(vectors[:1], 4, axis=0)
    with pytest.raises(ValueError, match="ridge"):
        learnt([TEXTS[0]] * 4, same, [frozenset({"heat"})] * 4, ridge=-0.1)


def test_stored_and_read_again_it_gives_the_same(tmp_path: Path, vectors: np.ndarray) -> None:
    landmarks, weights, _ = learnt(TEXTS, vectors, LABELS)
    landmarks.save(tmp_path)
    weights.save(tmp_path)
    again, weights_again = Landmarks.load(tmp_path), Weights.load(tmp_path)
    assert weights_again.labels == weights.labels
    assert np.allclose(
        weights_again.scores(again.similarity(TEXTS, vectors)),
        weights.scores(landmarks.similarity(TEXTS, vectors)),
    )


@pytest.mark.parametrize("text", [*TEXTS, "", " ", "a", "ab", "abc ab  a", "É\u00a0ü\tß İx", "x" * 200, "😀 ¾"])
def test_buckets_are_those_of_scikit_learn(text: str) -> None:
    from sklearn.feature_extraction.text import HashingVectorizer

    theirs = HashingVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), n_features=2**16, norm=None, alternate_sign=False
    ).transform([text])
    ours = ngrams.counts([text])
    assert ours.shape == theirs.shape
    assert (ours.indices.tolist(), ours.data.tolist()) == (theirs.indices.tolist(), theirs.data.tolist())


def test_ngrams_find_a_misspelt_text() -> None:
    idf = ngrams.rarity(TEXTS)
    known, new = ngrams.rows(TEXTS, idf), ngrams.rows(["", "hot watter botle", *TEXTS, "xqzj"], idf)
    like = new.times(known.turned())
    assert like[1].argmax() == TEXTS.index("should i use a hot water bottle")
    assert np.allclose(like[2:-1].diagonal(), 1, atol=1e-5)
    assert not like[[0, -1]].any()
