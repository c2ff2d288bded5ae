"""Matrices that are mostly zero, in plain NumPy: the little that is needed of SciPy's, whose import costs 20 MB."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
_NONE, _NOTHING = np.empty(0, np.int32), np.empty(0, np.float32)


@dataclass(frozen=True)
class Sparse:
    """Rows of what is not zero, laid out as in SciPy's `csr_matrix`.

    `data` and `indices` (its columns) of row `n` are those from `indptr[n]` to `indptr[n + 1]`; `width`: columns.
    """

    data: Matrix
    indices: npt.NDArray[np.int32]
    indptr: npt.NDArray[np.int64]
    width: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.indptr) - 1, self.width

    def turned(self) -> Sparse:
        """The transpose."""
        rows, columns = self.shape
        order = np.argsort(self.indices, kind="stable")
        of = np.repeat(np.arange(rows, dtype=np.int32), np.diff(self.indptr))
        ends = np.cumsum([0, *np.bincount(self.indices, minlength=columns)], dtype=np.int64)
        return Sparse(self.data[order], of[order], ends, rows)

    def times(self, other: Sparse) -> Matrix:
        """The product with another one, dense; shape (rows of this, columns of the other)."""
        product = np.empty((self.shape[0], other.width), np.float32)
        for at, row in enumerate(product):
            own = slice(self.indptr[at], self.indptr[at + 1])
            named = self.indices[own]
            columns, values = [_NONE], [_NOTHING]
            starts, ends = other.indptr[named].tolist(), other.indptr[named + 1].tolist()
            for start, end, value in zip(starts, ends, self.data[own], strict=True):
                places = slice(start, end)
                columns.append(other.indices[places])
                values.append(other.data[places] * value)
            row[:] = np.bincount(np.concatenate(columns), np.concatenate(values), other.width)
        return product

    def save(self, path: Path) -> None:
        """Write it as an `.npz` file."""
        np.savez(path, data=self.data, indices=self.indices, indptr=self.indptr, width=self.width)

    @classmethod
    def load(cls, path: Path) -> Sparse:
        """Read what `save` wrote. Raises OSError, KeyError or ValueError when it is not there or not readable."""
        with np.load(path, allow_pickle=False) as kept:
            return cls(kept["data"], kept["indices"], kept["indptr"], int(kept["width"]))
