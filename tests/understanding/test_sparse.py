"""Sparse matrices against SciPy's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from evaluation.sparse import Sparse

SHAPES = [(5, 7, 4), (1, 1, 1), (3, 50, 900), (4, 6, 0), (0, 6, 4)]


def drawn(rows: int, columns: int, seed: int) -> sparse.csr_matrix:
    """A matrix of which a third is not zero."""
    numbers = np.random.default_rng(seed)
    dense = numbers.normal(size=(rows, columns)) * (numbers.random((rows, columns)) < 0.3)
    return sparse.csr_matrix(dense.astype(np.float32))


def ours(theirs: sparse.csr_matrix) -> Sparse:
    return Sparse(theirs.data, theirs.indices, theirs.indptr, theirs.shape[1])


def dense(matrix: Sparse) -> np.ndarray:
    return sparse.csr_matrix((matrix.data, matrix.indices, matrix.indptr), shape=matrix.shape).toarray()


@pytest.mark.parametrize(("rows", "between", "columns"), SHAPES)
def test_products_and_transposes_are_those_of_scipy(rows: int, between: int, columns: int) -> None:
    left, right = drawn(rows, between, 1), drawn(between, columns, 2)
    product = ours(left).times(ours(right))
    assert product.shape == (rows, columns)
    assert product.dtype == np.float32
    assert np.allclose(product, (left @ right).toarray(), atol=1e-5)
    turned = ours(right).turned()
    assert turned.shape == (columns, between)
    assert np.array_equal(dense(turned), right.T.toarray())


def test_rows_without_anything_stay_empty() -> None:
    left = sparse.csr_matrix(np.array([[0, 0, 0], [0, 2, 0], [1, 0, 3]], np.float32))
    right = sparse.csr_matrix(np.array([[1, 0], [0, 0], [0, 4]], np.float32))
    assert ours(left).times(ours(right)).tolist() == [[0, 0], [0, 0], [1, 12]]


def test_stored_and_read_again_it_is_the_same(tmp_path: Path) -> None:
    matrix = ours(drawn(6, 9, 3))
    matrix.save(tmp_path / "matrix.npz")
    again = Sparse.load(tmp_path / "matrix.npz")
    assert again.shape == matrix.shape
    assert np.array_equal(dense(again), dense(matrix))
    with pytest.raises(OSError):
        Sparse.load(tmp_path / "absent.npz")
