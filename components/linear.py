"""Logistic regression over sentence vectors, stored as plain arrays (no pickle). Knows nothing of Rasa."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True)
class LinearModel:
    """Labels and their weights: `weights` has shape (labels, dimensions), `bias` (labels,).

    With `exclusive` the labels share one softmax, otherwise each has a sigmoid of its own.
    """

    labels: tuple[str, ...]
    weights: Matrix
    bias: Matrix
    exclusive: bool

    def probabilities(self, vectors: Matrix) -> Matrix:
        """Probability of each label for each row of `vectors`: shape (rows, labels)."""
        scores = vectors @ self.weights.T + self.bias
        if self.exclusive:
            scores = scores - scores.max(axis=1, keepdims=True)
            powers = np.exp(scores)
            return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)
        return np.asarray(1.0 / (1.0 + np.exp(-scores)), dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write `weights.npz` and `labels.json` into `folder`."""
        np.savez(folder / "weights.npz", weights=self.weights, bias=self.bias)
        (folder / "labels.json").write_text(json.dumps({"labels": self.labels, "exclusive": self.exclusive}))

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        """Read what `save` wrote. Raises OSError or ValueError when it is not there or not readable."""
        about = json.loads((folder / "labels.json").read_text())
        with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
            return cls(tuple(about["labels"]), arrays["weights"], arrays["bias"], bool(about["exclusive"]))


def fit_exclusive(vectors: Matrix, labels: Sequence[str], c: float, max_iter: int = 300) -> LinearModel:
    """Multinomial logistic regression with balanced classes; at least two different labels are needed.

    Args:
        vectors: shape (examples, dimensions).
        labels: one label for each example.
        c: inverse of the regularisation strength.
        max_iter: iterations of the solver.
    """
    model = LogisticRegression(
        C=c, max_iter=max_iter, class_weight="balanced", solver="lbfgs", random_state=0
    )
    model.fit(vectors, list(labels))
    weights, bias, names = model.coef_, model.intercept_, tuple(str(name) for name in model.classes_)
    if len(names) == 2:  # scikit-learn keeps one row for two classes
        weights, bias = np.vstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return LinearModel(names, weights.astype(np.float32), bias.astype(np.float32), exclusive=True)


def fit_each(vectors: Matrix, labels: Sequence[frozenset[str]], c: float, max_iter: int = 300) -> LinearModel:
    """One logistic regression for every label that occurs, each against all other examples.

    Args:
        vectors: shape (examples, dimensions).
        labels: the set of labels of each example, empty for one that has none.
        c: inverse of the regularisation strength.
        max_iter: iterations of the solver.
    """
    names = tuple(sorted(set().union(*labels)))
    weights, bias = [], []
    for name in names:
        wanted = np.array([name in own for own in labels])
        model = LogisticRegression(C=c, max_iter=max_iter, class_weight="balanced", solver="lbfgs")
        model.fit(vectors, wanted)
        weights.append(model.coef_[0])
        bias.append(model.intercept_[0])
    return LinearModel(
        names, np.array(weights, dtype=np.float32), np.array(bias, dtype=np.float32), exclusive=False
    )
