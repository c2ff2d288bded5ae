"""Kernel ridge regression: it learns, its leave-one-out scores are what they claim, it survives being stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from components.calibration import fit_each, fit_shared
from components.kernel import KernelModel, Settings, fit
from components.minilm import shared_encoder

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


def test_it_learns(vectors: np.ndarray) -> None:
    model, _ = fit(TEXTS, vectors, LABELS, Settings())
    texts = ["warm or cold compress", "how many weeks will it last", "sing me a song"]
    scores = model.scores(texts, shared_encoder().encode(texts))
    assert model.labels == ("heat", "long")
    assert scores[0].argmax() == 0
    assert scores[1].argmax() == 1
    assert scores[2].max() < scores[:2].max(axis=1).min()


@pytest.mark.parametrize("settings", [Settings(), Settings(landmarks=7), Settings(lexical=0.0)])
def test_left_out_scores_are_those_of_a_model_that_never_saw_the_example(
    settings: Settings, vectors: np.ndarray
) -> None:
    _, left_out = fit(TEXTS, vectors, LABELS, settings)
    if settings.landmarks < len(TEXTS):  # the landmarks are chosen from all examples: a finite score is all to ask
        assert np.isfinite(left_out).all()
        return
    settings = Settings(lexical=0.0, balance=0.0)  # rarity of n-grams and balance would change with the example
    _, left_out = fit(TEXTS, vectors, LABELS, settings)
    for at in range(len(TEXTS)):
        rest = [n for n in range(len(TEXTS)) if n != at]
        model, _ = fit([TEXTS[n] for n in rest], vectors[rest], [LABELS[n] for n in rest], settings)
        assert np.allclose(model.scores([TEXTS[at]], vectors[at : at + 1])[0], left_out[at], atol=1e-3)


def test_landmarks_come_close_to_the_exact_solution(vectors: np.ndarray) -> None:
    exact, _ = fit(TEXTS, vectors, LABELS, Settings())
    sampled, _ = fit(TEXTS, vectors, LABELS, Settings(landmarks=len(TEXTS) - 1))
    difference = exact.scores(TEXTS, vectors) - sampled.scores(TEXTS, vectors)
    assert len(sampled.vectors) == len(TEXTS) - 1
    assert np.abs(difference).mean() < 0.1


def test_stored_and_read_again_it_gives_the_same(tmp_path: Path, vectors: np.ndarray) -> None:
    model, _ = fit(TEXTS, vectors, LABELS, Settings(gamma=0.7))
    model.save(tmp_path)
    again = KernelModel.load(tmp_path)
    assert again.labels == model.labels
    assert again.settings == model.settings
    assert np.allclose(again.scores(TEXTS, vectors), model.scores(TEXTS, vectors))


def test_calibration_follows_the_scores() -> None:
    rng = np.random.default_rng(0)
    right = rng.random((4000, 1)) < 0.3
    scores = np.where(right, 0.7, 0.2).astype(np.float32) + rng.normal(0, 0.2, right.shape).astype(np.float32)
    probability = fit_each(scores, right).each(scores)
    for low in np.arange(0.1, 0.9, 0.2):
        band = (probability >= low) & (probability < low + 0.2)
        assert abs(right[band].mean() - probability[band].mean()) < 0.08


def test_shared_probabilities_sum_to_one() -> None:
    scores = np.random.default_rng(0).normal(0.2, 0.3, (50, 6)).astype(np.float32)
    shared = fit_shared(scores, scores.argmax(axis=1)).shared(scores)
    assert np.allclose(shared.sum(axis=1), 1, atol=1e-5)
    assert (shared.argmax(axis=1) == scores.argmax(axis=1)).all()
