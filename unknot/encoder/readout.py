"""Learning readouts over a fixed encoder: a few steps of logistic regression from where they are. Knows no Rasa.

The encoder, its attention and the first readouts come from `make tune`, which takes an hour and needs torch. What is
learnt here takes seconds: how what a label sees is weighed. It is held to the first readouts by a penalty, so that
new examples count and what was learnt from more than is at hand (real messages that stay outside) is not forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from unknot.encoder.one_pass import STATES, Array, Heads

Half = npt.NDArray[np.float16]

MOST_OTHERS = 4000  # examples that say nothing of a label, in its regression: more add time and nothing else


@dataclass(frozen=True)
class Labelled:
    """What one example is: `states` by finding (not named: "none"); None where only the absence of a sign of now is
    known. `intent` is its intent, None where that is not to be learnt from it.
    """

    states: Mapping[str, str] | None
    intent: str | None


def fit(
    start: Heads, vectors: Sequence[Half], labelled: Sequence[Labelled], pull: float = 0.02, seed: int = 1
) -> Heads:
    """Readouts that fit the examples and stay near `start`.

    Args:
        start: the readouts to begin from; an intent that they do not know gets a new one.
        vectors: of every example the vectors of its tokens, shape (tokens, 384).
        labelled: one for each example.
        pull: weight of the squared distance to `start`, against the mean loss of an example.
        seed: of the choice of examples that say nothing of a label.
    """
    chance = np.random.default_rng(seed)
    finding, bias = start.finding.copy(), start.finding_bias.copy()
    for row, name in enumerate(start.findings):
        wanted = np.array([_state(item, name) for item in labelled])
        rows = _chosen(wanted, chance)
        if not (wanted > 0).any():
            continue
        finding[row], bias[row] = _softmax_regression(
            _seen(vectors, rows, start.query[row]), wanted[rows], finding[row], bias[row], pull
        )
    intent, intent_bias = start.intent.copy(), start.intent_bias.copy()
    for row, name in enumerate(start.intents):
        wanted = np.array([-1 if item.intent is None else int(item.intent == name) for item in labelled])
        rows = _chosen(wanted, chance)
        if not (wanted > 0).any():
            continue
        x = _seen(vectors, rows, start.query[len(start.findings) + row])
        two = np.stack([np.zeros_like(intent[row]), intent[row]]), np.array([0.0, intent_bias[row]], np.float32)
        weights, offsets = _softmax_regression(x, wanted[rows], *two, pull)
        intent[row], intent_bias[row] = weights[1] - weights[0], offsets[1] - offsets[0]
    return replace(start, finding=finding, finding_bias=bias, intent=intent, intent_bias=intent_bias)


def _seen(vectors: Sequence[Half], rows: npt.NDArray[np.int64], query: Array) -> Array:
    """What one label sees of the examples `rows`, shape (rows, 384)."""
    found = np.empty((len(rows), len(query)), np.float32)
    for at, row in enumerate(rows):
        tokens = vectors[row].astype(np.float32)
        scores = tokens @ query
        weights = np.exp(scores - scores.max())
        found[at] = weights @ tokens / weights.sum()
    return found


def _state(item: Labelled, finding: str) -> int:
    """Index of the state, -1 where it is not known."""
    return -1 if item.states is None else STATES.index(item.states.get(finding, "none"))


def _chosen(wanted: npt.NDArray[np.int64], chance: np.random.Generator) -> npt.NDArray[np.int64]:
    """All examples that say something of the label, and some of the others."""
    others = np.flatnonzero(wanted == 0)
    if len(others) > MOST_OTHERS:
        others = chance.choice(others, MOST_OTHERS, replace=False)
    return np.concatenate([np.flatnonzero(wanted > 0), others])


def _softmax_regression(
    x: Array, wanted: npt.NDArray[np.int64], weights: Array, bias: Array, pull: float
) -> tuple[Array, Array]:
    """Multinomial logistic regression (examples, 384) to classes, penalised by the distance from the start."""
    from scipy.optimize import minimize  # only training needs it

    first = np.concatenate([weights, bias[:, None]], axis=1).astype(np.float64)
    x = np.concatenate([x, np.ones((len(x), 1), np.float32)], axis=1)
    one_hot = np.eye(len(first), dtype=np.float32)[wanted]

    def loss(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        now = flat.reshape(first.shape)
        scores = x @ now.T.astype(np.float32)
        scores -= scores.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(scores).sum(axis=1, keepdims=True))
        likelihood = float(((scores - log_sum) * one_hot).sum()) / len(x)
        away = now - first
        gradient = ((np.exp(scores - log_sum) - one_hot).T @ x) / len(x) + 2 * pull * away
        return pull * float((away**2).sum()) - likelihood, gradient.ravel().astype(np.float64)

    found = minimize(loss, first.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 12})
    fitted = found.x.reshape(first.shape).astype(np.float32)
    return fitted[:, :-1], fitted[:, -1]
