"""`python -m evaluation.bench_variants`: variants of the classifier's similarity, with ten examples a label.

Draws and messages are of the training part alone, so that what is chosen by them is not chosen on the test messages.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from evaluation.bench_data import DATA, Split, banking77, clinc150, few, names
from evaluation.kernel import Landmarks, Matrix, fit
from unknot.encoder.minilm import shared_encoder

SEEDS = (100, 101)
EACH = 10
MESSAGES = 1500
Hidden = list[Matrix]  # vectors of the tokens of each text, shape (tokens, 384)


def gaussian(cosine: Matrix, gamma: float) -> Matrix:
    """Similarity from the cosine of vectors."""
    return np.asarray(np.exp(2 * gamma * (cosine - 1)), dtype=np.float32)


def unit(vectors: Matrix) -> Matrix:
    """Rows of length 1."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def hidden(texts: tuple[str, ...]) -> Hidden:
    """The last layer's vectors of each text's tokens."""
    encoder = shared_encoder(cache_size=0)
    return [encoder.tokens(text) for text in texts]


def by_tokens(left: Hidden, right: Hidden) -> Matrix:
    """Mean over tokens of the best cosine with a token of the other text, both ways (as in ColBERT)."""
    tokens, ends = unit(np.concatenate(right)), np.cumsum([len(each) for each in right])
    starts, sizes = np.concatenate([[0], ends[:-1]]), np.diff(np.concatenate([[0], ends]))
    rows = []
    for text in left:
        like = unit(text) @ tokens.T
        there = np.maximum.reduceat(like, starts, axis=1).mean(axis=0)
        back = np.add.reduceat(like.max(axis=0), starts) / sizes
        rows.append((there + back) / 2)
    return np.asarray(rows, dtype=np.float32)


def variants(train: Split, test: Split) -> Iterator[tuple[str, Matrix, Matrix]]:
    """Name, similarity among the examples, and of the messages to the examples, of each variant."""
    for gamma in (0.5, 1.0, 1.5, 2.0, 3.0):
        for lexical in (0.1, 0.2, 0.5):
            marks = Landmarks.of(train.texts, train.vectors, gamma, lexical)
            parts = [marks.similarity(part.texts, part.vectors) for part in (train, test)]
            yield f"width {gamma}, n-grams {lexical}", parts[0], parts[1]
            if gamma == 1.0 and lexical == 0.2:
                now = parts
    for power, shrink in ((0.25, 1.0), (0.5, 1.0)):
        a, b = whitened(train.vectors, test.vectors, power, shrink)
        marks = Landmarks.of(train.texts, a)
        whitened_parts = marks.similarity(train.texts, a), marks.similarity(test.texts, b)
        yield f"whitened, power {power}, shrinkage {shrink}", *whitened_parts
    left, right = hidden(train.texts), hidden(test.texts)
    pooled: dict[str, Callable[[Hidden], Matrix]] = {
        "first token": lambda texts: unit(np.stack([text[0] for text in texts])),
        "largest of each number": lambda texts: unit(np.stack([text.max(axis=0) for text in texts])),
    }
    cosines = {name: (pool(left) @ pool(left).T, pool(right) @ pool(left).T) for name, pool in pooled.items()}
    cosines["token by token"] = by_tokens(left, left), by_tokens(right, left)
    for name, (among, to) in cosines.items():
        for gamma in (1.0, 4.0):
            yield f"and {name}, width {gamma}", now[0] + gaussian(among, gamma), now[1] + gaussian(to, gamma)


def whitened(train: Matrix, test: Matrix, power: float, shrink: float) -> tuple[Matrix, Matrix]:
    """Vectors with their principal components more alike in size; the components are those of `train`."""
    middle = train.mean(axis=0)
    sizes, axes = np.linalg.eigh(np.cov((train - middle).T))
    turn = axes / (sizes + shrink * sizes.mean()) ** power
    return unit((train - middle) @ turn), unit((test - middle) @ turn)


def main(arguments: list[str] | None = None) -> int:
    """Print the mean percent right of each variant, best first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the public sets")
    parser.add_argument("--set", choices=["banking77", "clinc150"], default="banking77", dest="name")
    chosen = parser.parse_args(arguments)
    parts = {"banking77": banking77, "clinc150": clinc150}[chosen.name](chosen.data)
    if not parts:
        sys.stderr.write("The set is not in the data folder.\n")
        return 2
    found: dict[str, list[float]] = {}
    for seed in SEEDS:
        drawn = few(parts["train"], EACH, seed)
        used = set(drawn.texts)
        train, chance = drawn.join(names(drawn)), np.random.default_rng(seed)
        others = [at for at, text in enumerate(parts["train"].texts) if text not in used]
        test = parts["train"].pick([int(at) for at in chance.choice(others, MESSAGES, replace=False)])
        for name, among, to in variants(train, test):
            weights, _ = fit(among, np.arange(len(train.texts)), [frozenset([label]) for label in train.labels])
            said = [weights.labels[column] for column in weights.scores(to).argmax(axis=1)]
            right = float(np.mean([s == label for s, label in zip(said, test.labels, strict=True)]))
            found.setdefault(name, []).append(100 * right)
    for name in sorted(found, key=lambda one: -sum(found[one])):
        sys.stdout.write(f"{sum(found[name]) / len(found[name]):.2f} {name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
