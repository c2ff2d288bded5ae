"""Character n-grams: what the sentence encoder does not see (misspellings, names of medicines, "thx")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from murmurhash.mrmr import hash as murmur

from evaluation.sparse import Sparse

Matrix = npt.NDArray[np.float32]

_BUCKETS = 2**16
_LENGTHS = (3, 4, 5)


def counts(texts: Sequence[str]) -> Sparse:
    """How often each bucket's n-grams are in each text, shape (texts, buckets).

    N-grams are of 3 to 5 characters, within words and with the blank on either side of a word.
    """
    found = [np.unique(np.fromiter(_buckets(text), dtype=np.int32), return_counts=True) for text in texts]
    ends = np.cumsum([0, *(len(buckets) for buckets, _ in found)])
    columns = np.concatenate([np.empty(0, np.int32), *(buckets for buckets, _ in found)])
    values = np.concatenate([np.empty(0, np.float32), *(often.astype(np.float32) for _, often in found)])
    return Sparse(values, columns, ends, _BUCKETS)


def _buckets(text: str) -> Iterator[int]:
    for word in text.lower().split():
        padded = f" {word} "
        for length in _LENGTHS:
            for at in range(max(len(padded) - length, 0) + 1):
                yield abs(murmur(padded[at : at + length])) % _BUCKETS
            if len(padded) <= length:  # it is the n-gram; a longer one would be the same
                break


def rarity(texts: Sequence[str]) -> Matrix:
    """Inverse document frequency of each bucket in `texts`, smoothed; shape (buckets,)."""
    having = np.bincount(counts(texts).indices, minlength=_BUCKETS)
    return np.asarray(np.log((1 + len(texts)) / (1 + having)) + 1, dtype=np.float32)


def rows(texts: Sequence[str], idf: Matrix) -> Sparse:
    """Rows of unit length (or empty), shape (texts, buckets): damped counts of n-grams times their rarity."""
    found = counts(texts)
    values = (1 + np.log(found.data)) * idf[found.indices]
    of = np.repeat(np.arange(len(texts)), np.diff(found.indptr))
    norms = np.sqrt(np.bincount(of, values * values, minlength=len(texts)))
    return replace(found, data=(values / np.maximum(norms, 1e-9)[of]).astype(np.float32))
