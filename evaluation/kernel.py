"""Kernel ridge regression over sentence vectors and character n-grams, kept as plain arrays. Knows nothing of Rasa.

Similarity of two texts: a Gaussian of the distance of their MiniLM vectors, plus a share of the cosine of their
character n-grams. A text is compared once with the landmarks, which are the training texts of all classifiers; what a
classifier learns is one weight for each landmark and label.
Least squares has a closed form, and so has the score that each training example would get had it not been trained on
(leave one out): confidences are calibrated on those.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from evaluation import ngrams
from evaluation.sparse import Sparse

Matrix = npt.NDArray[np.float32]

_AT_ONCE = 500  # texts, or rows, handled in one step, to keep what a step needs small


@dataclass(frozen=True)
class Landmarks:
    """Texts that others are compared with.

    `columns` (384, landmarks) are their MiniLM vectors, which lie so because the product with a few rows then takes a
    third of the time; `by_ngram` (buckets, landmarks) are the rows of `evaluation.ngrams` turned over, `idf`
    (buckets,) weighs n-grams; `gamma`: width of the Gaussian; `lexical`: share of the n-grams.
    """

    columns: Matrix
    by_ngram: Sparse
    idf: Matrix
    gamma: float
    lexical: float

    @classmethod
    def of(cls, texts: Sequence[str], vectors: Matrix, gamma: float = 1.0, lexical: float = 0.2) -> Landmarks:
        """Landmarks at `texts`, whose MiniLM vectors are `vectors`; n-grams are rare or common among these texts."""
        idf = ngrams.rarity(texts)
        return cls(np.ascontiguousarray(vectors.T), ngrams.rows(texts, idf).turned(), idf, gamma, lexical)

    def similarity(self, texts: Sequence[str], vectors: Matrix) -> Matrix:
        """How like the landmarks the texts are, shape (texts, landmarks); `vectors` are the texts' MiniLM vectors."""
        parts = [
            self._similarity(texts[at : at + _AT_ONCE], vectors[at : at + _AT_ONCE])
            for at in range(0, len(texts), _AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, self.columns.shape[1]), np.float32)

    def _similarity(self, texts: Sequence[str], vectors: Matrix) -> Matrix:
        like = vectors @ self.columns
        like -= 1
        like *= 2 * self.gamma
        np.exp(like, out=like)
        like += 1  # the intercept
        if self.lexical:
            like += np.float32(self.lexical) * ngrams.rows(texts, self.idf).times(self.by_ngram)
        return like

    def save(self, folder: Path) -> None:
        """Write them into `folder`."""
        np.savez(folder / "landmarks.npz", columns=self.columns, idf=self.idf)
        self.by_ngram.save(folder / "by_ngram.npz")
        (folder / "landmarks.json").write_text(json.dumps({"gamma": self.gamma, "lexical": self.lexical}))

    @classmethod
    def load(cls, folder: Path) -> Landmarks:
        """Read what `save` wrote. Raises OSError or ValueError when it is not there or not readable."""
        about = json.loads((folder / "landmarks.json").read_text())
        with np.load(folder / "landmarks.npz", allow_pickle=False) as kept:
            by_ngram = Sparse.load(folder / "by_ngram.npz")
            return cls(kept["columns"], by_ngram, kept["idf"], about["gamma"], about["lexical"])


@dataclass(frozen=True)
class Weights:
    """Scores texts: around 1 for a label that fits, around 0 for one that does not. `values`: (landmarks, labels)."""

    labels: tuple[str, ...]
    values: Matrix

    def scores(self, similar: Matrix) -> Matrix:
        """Scores of shape (texts, labels), from the texts' similarity to the landmarks."""
        return np.asarray(similar @ self.values, dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write them into `folder`."""
        np.save(folder / "weights.npy", self.values)
        (folder / "labels.json").write_text(json.dumps(self.labels), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Weights:
        """Read what `save` wrote. Raises OSError or ValueError when it is not there or not readable."""
        labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        return cls(tuple(labels), np.load(folder / "weights.npy", allow_pickle=False))


def fit(
    similar: Matrix,
    own: npt.NDArray[np.int64],
    labels: Sequence[frozenset[str]],
    ridge: float = 0.1,
    balance: float = 0.75,
) -> tuple[Weights, Matrix]:
    """The weights, and the leave-one-out scores of the examples, shape (examples, labels of the weights).

    Takes memory with the square and time with the cube of the examples: some 250 MB and 10 s for 8,000.

    Args:
        similar: similarity of the examples to the landmarks, shape (examples, landmarks).
        own: the landmark that each example is itself.
        labels: the labels that each example has, none, one or several.
        ridge: regularisation.
        balance: 0 weighs examples alike, 1 weighs labels alike.
    """
    names = tuple(sorted(set().union(*labels)))
    targets = np.array([[name in own_labels for name in names] for own_labels in labels], dtype=np.float32)
    inverse = _inverse(np.asfortranarray(similar[:, own]), ridge / _balance(targets, balance))
    learnt = inverse @ targets
    left_out = targets - learnt / np.diag(inverse)[:, None]
    values = np.zeros((similar.shape[1], len(names)), dtype=np.float32)
    np.add.at(values, own, learnt)  # the same text may be an example twice
    return Weights(names, values), left_out


def _inverse(gram: Matrix, ridges: Matrix) -> Matrix:
    """Inverse of the symmetric `gram` with `ridges` on its diagonal, in its place: by Cholesky's factor."""
    from scipy.linalg import lapack  # only training needs it

    gram[np.diag_indices_from(gram)] += ridges
    factor, failed = lapack.spotrf(gram, lower=1, overwrite_a=1, clean=0)
    inverse, failed_too = lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed or failed_too:
        raise ValueError("The examples cannot be told apart by their similarity: raise `ridge`.")
    for at in range(0, len(inverse), _AT_ONCE):  # LAPACK fills the lower triangle alone
        block = inverse[at : at + _AT_ONCE, at : at + _AT_ONCE]
        block[:] = np.tril(block) + np.tril(block, -1).T
        inverse[at : at + _AT_ONCE, at + _AT_ONCE :] = inverse[at + _AT_ONCE :, at : at + _AT_ONCE].T
    return np.asarray(inverse)


def _balance(targets: Matrix, power: float) -> Matrix:
    """Weight of each example: those of rare labels count more; having no label is one label too."""
    groups, index, counts = np.unique(targets, axis=0, return_inverse=True, return_counts=True)
    return np.asarray(((len(targets) / len(groups) / counts) ** power)[index], dtype=np.float32)
