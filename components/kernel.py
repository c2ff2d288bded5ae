"""Kernel ridge regression over sentence vectors and character n-grams, kept as plain arrays. Knows nothing of Rasa.

Similarity of two texts: a Gaussian of the distance of their MiniLM vectors, plus a share of the cosine of their
character n-grams, which sees words that the encoder does not know (misspellings, names of medicines, "thx").
Least squares has a closed form, and so has the score that each training example would get had it not been trained on
(leave one out): confidences are calibrated on those.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse
from sklearn.feature_extraction.text import HashingVectorizer

Matrix = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.float64]

_BUCKETS = 2**16
_NGRAMS = HashingVectorizer(
    analyzer="char_wb", ngram_range=(3, 5), n_features=_BUCKETS, norm=None, alternate_sign=False, lowercase=True
)


@dataclass(frozen=True)
class Settings:
    """`gamma`: width of the Gaussian; `lexical`: share of the n-grams; `ridge`: regularisation; `balance`: 0 weighs
    examples alike, 1 weighs labels alike; `landmarks`: most training examples that texts are compared with (a sample
    of them beyond that).
    """

    gamma: float = 1.0
    lexical: float = 0.2
    ridge: float = 0.1
    balance: float = 0.75
    landmarks: int = 8000


@dataclass(frozen=True)
class KernelModel:
    """Scores texts: around 1 for a label that fits, around 0 for one that does not.

    `vectors` (landmarks, 384) and `ngrams` (buckets, landmarks) describe the landmarks, `idf` (buckets,) weighs the
    n-grams, `weights` has shape (landmarks, labels).
    """

    labels: tuple[str, ...]
    settings: Settings
    vectors: Matrix
    ngrams: sparse.csr_matrix
    idf: Matrix
    weights: Matrix

    def scores(self, texts: Sequence[str], vectors: Matrix) -> Matrix:
        """Scores of shape (texts, labels); `vectors` are the texts' MiniLM vectors."""
        similar = _similarity(vectors, _ngrams(texts, self.idf), self.vectors, self.ngrams, self.settings)
        return np.asarray(similar @ self.weights, dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write the model into `folder`."""
        np.savez(folder / "kernel.npz", vectors=self.vectors, idf=self.idf, weights=self.weights)
        sparse.save_npz(folder / "ngrams.npz", self.ngrams)
        about = {"labels": self.labels, "settings": asdict(self.settings)}
        (folder / "kernel.json").write_text(json.dumps(about), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> KernelModel:
        """Read what `save` wrote. Raises OSError or ValueError when it is not there or not readable."""
        about = json.loads((folder / "kernel.json").read_text(encoding="utf-8"))
        with np.load(folder / "kernel.npz", allow_pickle=False) as arrays:
            return cls(
                tuple(about["labels"]),
                Settings(**about["settings"]),
                arrays["vectors"],
                sparse.csr_matrix(sparse.load_npz(folder / "ngrams.npz")),
                arrays["idf"],
                arrays["weights"],
            )


def fit(
    texts: Sequence[str],
    vectors: Matrix,
    labels: Sequence[frozenset[str]],
    settings: Settings,
) -> tuple[KernelModel, Matrix]:
    """The model and the leave-one-out scores of its examples, shape (examples, labels of the model).

    Args:
        texts: the examples.
        vectors: their MiniLM vectors, shape (examples, 384).
        labels: the labels that each has, none, one or several.
        settings: of the kernel.
    """
    names = tuple(sorted(set().union(*labels)))
    targets = np.array([[name in own for name in names] for own in labels], dtype=np.float64)
    balance = _balance(targets, settings.balance)
    idf = _idf(texts)
    ngrams = _ngrams(texts, idf)
    chosen = _landmarks(len(texts), settings.landmarks)
    columns = sparse.csr_matrix(ngrams[chosen].T)
    similar = _similarity(vectors, ngrams, vectors[chosen], columns, settings).astype(np.float64)
    solve = _exact if len(chosen) == len(texts) else _on_landmarks
    weights, left_out = solve(similar, chosen, targets, balance, settings.ridge)
    model = KernelModel(names, settings, vectors[chosen], columns, idf, weights.astype(np.float32))
    return model, left_out.astype(np.float32)


def _exact(
    similar: Numbers, chosen: npt.NDArray[np.int64], targets: Numbers, balance: Numbers, ridge: float
) -> tuple[Numbers, Numbers]:
    """Weights and leave-one-out scores where every example is a landmark."""
    inverse = linalg.inv(similar + np.diag(ridge / balance), overwrite_a=True, check_finite=False)
    weights = inverse @ targets
    return weights, targets - weights / np.diag(inverse)[:, None]


def _on_landmarks(
    similar: Numbers, chosen: npt.NDArray[np.int64], targets: Numbers, balance: Numbers, ridge: float
) -> tuple[Numbers, Numbers]:
    """The same for a sample of landmarks (Nyström): ridge regression in the space that they span."""
    root = np.linalg.cholesky(similar[chosen] + 1e-6 * np.eye(len(chosen)))
    features = linalg.solve_triangular(root, similar.T, lower=True, check_finite=False).T
    weighted = features * balance[:, None]
    factor = linalg.cho_factor(features.T @ weighted + ridge * np.eye(len(chosen)), check_finite=False)
    solution = linalg.cho_solve(factor, weighted.T @ targets, check_finite=False)
    leverage = np.einsum("ij,ji->i", weighted, linalg.cho_solve(factor, features.T, check_finite=False))
    left_out = targets - (targets - features @ solution) / np.maximum(1.0 - leverage, 1e-3)[:, None]
    return linalg.solve_triangular(root, solution, lower=True, trans="T", check_finite=False), left_out


def _balance(targets: Numbers, power: float) -> Numbers:
    """Weight of each example: those of rare labels count more; having no label is one label too."""
    groups, index, counts = np.unique(targets, axis=0, return_inverse=True, return_counts=True)
    return np.asarray(((len(targets) / len(groups) / counts) ** power)[index])


def _landmarks(examples: int, most: int) -> npt.NDArray[np.int64]:
    if examples <= most:
        return np.arange(examples)
    return np.sort(np.random.default_rng(0).choice(examples, most, replace=False))


def _idf(texts: Sequence[str]) -> Matrix:
    counts = (_NGRAMS.transform(texts) > 0).sum(axis=0)
    return np.asarray(np.log((1 + len(texts)) / (1 + np.asarray(counts).ravel())) + 1, dtype=np.float32)


def _ngrams(texts: Sequence[str], idf: Matrix) -> sparse.csr_matrix:
    """Rows of unit length (or empty): damped counts of n-grams times their rarity."""
    rows = sparse.csr_matrix(_NGRAMS.transform(texts), dtype=np.float32)
    rows.data = (1 + np.log(rows.data)) * idf[rows.indices]
    norms = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return sparse.csr_matrix(sparse.diags(1 / np.maximum(norms, 1e-9)) @ rows, dtype=np.float32)


def _similarity(
    vectors: Matrix, ngrams: sparse.csr_matrix, to: Matrix, to_ngrams: sparse.csr_matrix, settings: Settings
) -> Matrix:
    meaning = np.exp(2 * settings.gamma * (vectors @ to.T - 1))
    if settings.lexical:
        meaning += settings.lexical * (ngrams @ to_ngrams).toarray()
    return np.asarray(1 + meaning, dtype=np.float32)  # the 1 is the intercept
