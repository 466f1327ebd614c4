"""How far predicted doses are from those that patients came to need."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx_dosing.equation import Bounds

__all__ = ["Predicted", "Scores", "error", "scores", "within"]

_Values = npt.NDArray[np.float64]
_SHARE: Final = 0.2
_SLACK: Final = 1e-9
"""20% of a dose is itself within 20%, whatever the last bit says."""


class Predicted(NamedTuple):
    """Predicted doses (n,) in the table's unit, their intervals where the model has any."""

    dose: _Values
    bounds: Bounds | None = None

    def take(self, rows: npt.NDArray[Any]) -> Predicted:
        """Return some patients, by index or mask."""
        own = self.bounds and Bounds(self.bounds.lower[rows], self.bounds.upper[rows])
        return Predicted(self.dose[rows], own)


class Scores(NamedTuple):
    """Scores of ``n`` patients; shares are fractions, None where they cannot be had.

    ``bias`` is predicted less actual dose; calibration is the line of actual on predicted dose.
    """

    n: int
    mae_mg_per_week: float | None
    within_20_percent: float | None
    interval_coverage: float | None
    bias_mg_per_week: float | None
    r_squared: float | None
    calibration_slope: float | None
    calibration_intercept: float | None


def error(predicted: _Values, actual: _Values) -> _Values:
    """Return absolute errors, shape (n,)."""
    return np.abs(predicted - actual)


def within(predicted: _Values, actual: _Values) -> npt.NDArray[np.bool_]:
    """Return whose predicted dose is within 20% of the actual one, shape (n,)."""
    return error(predicted, actual) <= _SHARE * actual + _SLACK


def scores(predicted: Predicted, actual: _Values) -> Scores:
    """Return the scores of patients; calibration from 10 patients on."""
    n = len(actual)
    if n == 0:
        return Scores(0, *[None] * 7)
    slope, intercept = _line(predicted.dose, actual) if n >= 10 else (None, None)
    return Scores(
        n,
        _rounded(error(predicted.dose, actual).mean()),
        _rounded(within(predicted.dose, actual).mean()),
        _coverage(predicted.bounds, actual),
        _rounded((predicted.dose - actual).mean()),
        _r_squared(predicted.dose, actual) if n >= 10 else None,
        slope,
        intercept,
    )


def _coverage(bounds: Bounds | None, actual: _Values) -> float | None:
    if bounds is None:
        return None
    return _rounded(((bounds.lower <= actual) & (actual <= bounds.upper)).mean())


def _line(predicted: _Values, actual: _Values) -> tuple[float | None, float | None]:
    centred = predicted - predicted.mean()
    spread = float(centred @ centred)
    if spread == 0.0:
        return None, None
    slope = float(centred @ actual) / spread
    return _rounded(slope), _rounded(actual.mean() - slope * predicted.mean())


def _r_squared(predicted: _Values, actual: _Values) -> float | None:
    """Return 1 − residual over total sum of squares: 0 is as good as the mean, less is worse."""
    total = float(((actual - actual.mean()) ** 2).sum())
    return _rounded(1.0 - float(((predicted - actual) ** 2).sum()) / total) if total else None


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
