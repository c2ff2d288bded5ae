"""Character n-grams: what the sentence encoder does not see (misspellings, names of medicines, "thx")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

Matrix = npt.NDArray[np.float32]

_BUCKETS = 2**16
_NGRAMS = HashingVectorizer(
    analyzer="char_wb", ngram_range=(3, 5), n_features=_BUCKETS, norm=None, alternate_sign=False, lowercase=True
)


def rarity(texts: Sequence[str]) -> Matrix:
    """Inverse document frequency of each bucket in `texts`, smoothed; shape (buckets,)."""
    counts = np.bincount(_NGRAMS.transform(texts).indices, minlength=_BUCKETS)
    return np.asarray(np.log((1 + len(texts)) / (1 + counts)) + 1, dtype=np.float32)


def rows(texts: Sequence[str], idf: Matrix) -> sparse.csr_matrix:
    """Rows of unit length (or empty), shape (texts, buckets): damped counts of n-grams times their rarity."""
    found = _NGRAMS.transform(texts)
    values = (1 + np.log(found.data)) * idf[found.indices]
    of = np.repeat(np.arange(len(texts)), np.diff(found.indptr))
    norms = np.sqrt(np.bincount(of, values * values, minlength=len(texts)))
    found.data = (values / np.maximum(norms, 1e-9)[of]).astype(np.float32)
    return found


@dataclass(frozen=True)
class Postings:
    """For each bucket the texts that have it: `starts` (buckets + 1,) into `texts` and `values` (entries,)."""

    starts: npt.NDArray[np.int32]
    texts: npt.NDArray[np.int32]
    values: Matrix
    size: int

    @classmethod
    def of(cls, ngrams: sparse.csr_matrix) -> Postings:
        """The postings of rows that `rows` gave."""
        columns = ngrams.tocsc()
        return cls(
            columns.indptr.astype(np.int32),
            columns.indices.astype(np.int32),
            columns.data.astype(np.float32),
            ngrams.shape[0],
        )

    def similarity(self, ngrams: sparse.csr_matrix) -> Matrix:
        """Cosine of each row of `ngrams` with each text, shape (rows, texts).

        A product of sparse matrices, written out: for the few rows of a message SciPy's checks cost more than the
        product itself.
        """
        first = self.starts[ngrams.indices]
        counts = self.starts[ngrams.indices + 1] - first
        skipped = np.cumsum(counts) - counts
        entries = np.arange(int(counts.sum())) + np.repeat(first - skipped, counts)
        row = np.repeat(np.arange(ngrams.shape[0]), np.diff(ngrams.indptr))
        cells = np.repeat(row * self.size, counts) + self.texts[entries]
        products = np.repeat(ngrams.data, counts) * self.values[entries]
        sums = np.bincount(cells, products, minlength=ngrams.shape[0] * self.size)
        return np.asarray(sums.reshape(ngrams.shape[0], self.size), dtype=np.float32)
