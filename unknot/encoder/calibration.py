"""From scores to probabilities, fitted on leave-one-out scores. Knows nothing of Rasa."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
_LEAST = 1e-6


@dataclass(frozen=True)
class Calibration:
    """A score becomes a probability through a sigmoid: 1 / (1 + exp(-slope * (score - middle))).

    `sharpness` is the inverse of a temperature for labels that exclude each other: above 1 the likeliest gains.
    """

    slope: float
    middle: float
    sharpness: float = 1.0

    def each(self, scores: Matrix) -> Matrix:
        """Probability of each label by itself; the shape is kept."""
        steep = np.clip(self.slope * (scores - self.middle), -50, 50)
        return np.asarray(1.0 / (1.0 + np.exp(-steep)), dtype=np.float32)

    def shared(self, scores: Matrix) -> Matrix:
        """Probabilities of labels that exclude each other: every row of `scores` (texts, labels) sums to 1."""
        own = np.power(self.each(scores) + _LEAST, self.sharpness)
        return np.asarray(own / own.sum(axis=1, keepdims=True), dtype=np.float32)


def fit_shared(scores: Matrix, index: npt.NDArray[np.int64]) -> Calibration:
    """The calibration under which the right labels, columns `index` of `scores`, are likeliest."""
    rows = np.arange(len(scores))

    def surprise(parameters: npt.NDArray[np.float64]) -> float:
        own = Calibration(float(parameters[0]), float(parameters[1])).shared(scores)[rows, index]
        return float(-np.log(own + _LEAST).mean())

    return _best(surprise)


def fit_each(scores: Matrix, right: npt.NDArray[np.bool_]) -> Calibration:
    """One calibration for all labels: `right` has the shape of `scores` and says where a label applies."""

    def surprise(parameters: npt.NDArray[np.float64]) -> float:
        own = np.clip(Calibration(float(parameters[0]), float(parameters[1])).each(scores), _LEAST, 1 - _LEAST)
        return float(-np.where(right, np.log(own), np.log(1 - own)).mean())

    return _best(surprise)


def _best(surprise: object) -> Calibration:
    from scipy.optimize import minimize  # only training needs it

    found = minimize(surprise, x0=np.array([15.0, 0.45]), method="Nelder-Mead", options={"maxiter": 120})
    return Calibration(float(found.x[0]), float(found.x[1]))
