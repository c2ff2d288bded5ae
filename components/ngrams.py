"""Character n-grams: what the sentence encoder does not see (misspellings, names of medicines, "thx")."""

from __future__ import annotations

from collections.abc import Sequence

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
