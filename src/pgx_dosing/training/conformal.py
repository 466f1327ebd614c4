"""Prediction intervals from residuals of patients that a model has not seen.

Three things make them hold where the model is used: residuals are those of sites left out; the
ends depend on the predicted dose, as high doses scatter more; small groups weigh more than their
number in the calibration, so that intervals are not those of the largest group alone. A model may
do so without using the group for a prediction.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Residuals", "Shifts", "interval_from", "working_tail"]

_Values = npt.NDArray[np.float64]
_LEAST: Final = 200
"""Residuals of each bin of predicted dose: fewer give unsteady ends."""
_BINS: Final = 3
_STEPS: Final = 21


class Shifts(NamedTuple):
    """What is added to a prediction, by predicted dose: one more end than ``up_to``."""

    lower: tuple[float, ...]
    upper: tuple[float, ...]
    up_to: tuple[float, ...]

    def at(self, dose: _Values) -> tuple[_Values, _Values]:
        """Return lower and upper shift of each predicted dose, shape (n,)."""
        place = np.searchsorted(self.up_to, dose, side="right")
        return np.array(self.lower)[place], np.array(self.upper)[place]


class Residuals(NamedTuple):
    """Residuals on the link scale, predicted doses, weights and folds, each of shape (n,)."""

    residual: _Values
    dose: _Values
    weight: _Values
    fold: npt.NDArray[np.int64]

    @classmethod
    def of(
        cls,
        residual: _Values,
        dose: _Values,
        fold: npt.NDArray[np.int64],
        group: npt.NDArray[np.str_] | None = None,
    ) -> Residuals:
        """Return residuals; a member of a group of n patients weighs 1/√n."""
        weight = np.ones(len(residual))
        if group is not None:
            _, places, sizes = np.unique(group, return_inverse=True, return_counts=True)
            weight = 1.0 / np.sqrt(sizes[places])
        return cls(residual, dose, weight, fold)

    def take(self, rows: npt.NDArray[np.bool_]) -> Residuals:
        """Return those of some patients."""
        return Residuals(self.residual[rows], self.dose[rows], self.weight[rows], self.fold[rows])


def interval_from(own: Residuals, tail: float) -> Shifts:
    """Return the interval's ends: weighted quantiles ``tail`` and 1 − ``tail`` by predicted dose.

    Bins have equal numbers of patients, fewer bins where patients are few (conformal prediction,
    Vovk, Gammerman and Shafer 2005; weights: Tibshirani and others 2019).
    """
    n_bins = max(1, min(_BINS, len(own.dose) // _LEAST))
    cuts = np.quantile(own.dose, np.arange(1, n_bins) / n_bins)
    up_to = _filled_bins([float(f"{cut:.4g}") for cut in cuts.tolist()], own.dose)
    place = np.searchsorted(up_to, own.dose, side="right")
    ends = [_ends(own.take(place == k), tail) for k in range(len(up_to) + 1)]
    return Shifts(tuple(e[0] for e in ends), tuple(e[1] for e in ends), up_to)


def _filled_bins(cuts: list[float], dose: _Values) -> tuple[float, ...]:
    """Return the cuts between which there are patients: equal predictions make empty bins."""
    found: list[float] = []
    for cut in cuts:
        below = dose < cut
        if (below & (dose >= (found[-1] if found else -np.inf))).any() and not below.all():
            found.append(cut)
    return tuple(found)


def _ends(own: Residuals, tail: float) -> tuple[float, float]:
    """Return weighted quantiles; a new patient, of mean weight, lies beyond either end."""
    order = np.argsort(own.residual, kind="stable")
    ordered, weight = own.residual[order], own.weight[order]
    passed = np.cumsum(weight) / (weight.sum() + weight.mean())
    low = max(0, int(np.searchsorted(passed, tail, side="right")) - 1)
    high = min(len(ordered) - 1, int(np.searchsorted(passed, 1.0 - tail, side="left")))
    return float(f"{ordered[low]:.5g}"), float(f"{ordered[high]:.5g}")


def working_tail(own: Residuals, level: float) -> float:
    """Return the tail at which left-out folds are covered at ``level``.

    Sites differ, so that quantiles of other sites cover a new one a little less than they say.
    """
    nominal = (1.0 - level) / 2.0
    for tail in np.linspace(nominal, nominal / 2.0, _STEPS).tolist():
        if _coverage_of_folds(own, tail) >= level:
            return float(f"{tail:.5g}")
    return nominal / 2.0


def _coverage_of_folds(own: Residuals, tail: float) -> float:
    covered = 0
    for k in np.unique(own.fold).tolist():
        here = own.fold == k
        lower, upper = interval_from(own.take(~here), tail).at(own.dose[here])
        inside = (lower <= own.residual[here]) & (own.residual[here] <= upper)
        covered += int(inside.sum())
    return covered / len(own.dose)
