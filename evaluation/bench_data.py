"""The two public sets, read from where they are kept beside the repository, and their sentence vectors."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from unknot.encoder.minilm import shared_encoder

Vectors = npt.NDArray[np.float32]

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
CACHE = Path(__file__).resolve().parents[1] / ".cache" / "bench"


@dataclass(frozen=True)
class Split:
    """Messages with their labels and vectors, shape (messages, 384)."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    vectors: Vectors

    def pick(self, rows: Sequence[int]) -> Split:
        """Some of the messages."""
        return Split(
            tuple(self.texts[row] for row in rows),
            tuple(self.labels[row] for row in rows),
            self.vectors[list(rows)],
        )

    def join(self, other: Split) -> Split:
        """Both, one after the other."""
        vectors = np.concatenate([self.vectors, other.vectors])
        return Split(self.texts + other.texts, self.labels + other.labels, vectors)


def banking77(folder: Path = DATA) -> dict[str, Split]:
    """BANKING77 (Casanueva et al. 2020): `train` and `test`; empty where the files are absent."""
    found = {}
    for part in ("train", "test"):
        path = folder / f"banking77_{part}.csv"
        if not path.is_file():
            return {}
        with path.open(encoding="utf-8", newline="") as file:
            rows = [(row["text"], row["category"]) for row in csv.DictReader(file)]
        found[part] = _split(rows)
    return found


def clinc150(folder: Path = DATA) -> dict[str, Split]:
    """CLINC150 (Larson et al. 2019): `train`, `val`, `test` in scope, `oos_val` and `oos_test`; or empty."""
    path = folder / "clinc150_full.json"
    if not path.is_file():
        return {}
    parts = json.loads(path.read_text(encoding="utf-8"))
    return {name: _split(parts[name]) for name in ("train", "val", "test", "oos_val", "oos_test")}


def few(split: Split, each: int, seed: int) -> Split:
    """`each` examples of every label, drawn by chance."""
    chance = np.random.default_rng(seed)
    labels = np.array(split.labels)
    rows = [
        int(row)
        for label in sorted(set(split.labels))
        for row in chance.choice(np.flatnonzero(labels == label), each, replace=False)
    ]
    return split.pick(rows)


def names(split: Split) -> Split:
    """The name of each label as an example of it."""
    labels = sorted(set(split.labels))
    return _split([(label.replace("_", " "), label) for label in labels])


def _split(rows: Sequence[Sequence[str]]) -> Split:
    texts, labels = tuple(row[0] for row in rows), tuple(row[1] for row in rows)
    return Split(texts, labels, encode(texts))


def encode(texts: Sequence[str]) -> Vectors:
    """Vectors of the texts, kept on disk, since encoding tens of thousands takes minutes."""
    path = CACHE / f"{hashlib.sha256(json.dumps(texts).encode()).hexdigest()}.npy"
    if path.is_file():
        return np.asarray(np.load(path, allow_pickle=False), dtype=np.float32)
    vectors = shared_encoder(cache_size=0).encode(list(texts))
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, vectors)
    return vectors
