"""Prediction intervals from residuals of patients that a model has not seen."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Shifts", "interval_from"]

_Values = npt.NDArray[np.float64]
_LEAST: Final = 200
"""Residuals of each bin of predicted dose: fewer give unsteady ends."""


class Shifts(NamedTuple):
    """What is added to a prediction, by predicted dose: one more end than ``up_to``."""

    lower: tuple[float, ...]
    upper: tuple[float, ...]
    up_to: tuple[float, ...]

    def at(self, dose: _Values) -> tuple[_Values, _Values]:
        """Return lower and upper shift of each predicted dose, shape (n,)."""
        place = np.searchsorted(self.up_to, dose, side="right")
        return np.array(self.lower)[place], np.array(self.upper)[place]


def interval_from(residual: _Values, dose: _Values, level: float, n_bins: int = 3) -> Shifts:
    """Return the interval's ends from residuals (n,) on the link scale, by predicted dose.

    Bins have equal numbers of patients, fewer bins where patients are few; within a bin the ends
    are the conformal quantiles, half of the error on each side (Vovk, Gammerman, Shafer 2005).
    """
    n_bins = max(1, min(n_bins, len(dose) // _LEAST))
    cuts = np.quantile(dose, np.arange(1, n_bins) / n_bins)
    up_to = [float(f"{cut:.4g}") for cut in cuts.tolist()]
    place = np.searchsorted(up_to, dose, side="right")
    ends = [_ends(residual[place == k], (1.0 - level) / 2.0) for k in range(n_bins)]
    return Shifts(tuple(e[0] for e in ends), tuple(e[1] for e in ends), tuple(up_to))


def _ends(residual: _Values, tail: float) -> tuple[float, float]:
    """Return the conformal quantiles: the k-th smallest and largest with k = ⌊tail (n + 1)⌋."""
    ordered = np.sort(residual)
    k = max(1, math.floor(tail * (len(ordered) + 1)))
    return float(f"{ordered[k - 1]:.5g}"), float(f"{ordered[-k]:.5g}")
