"""What a model's own training data looked like: what a log of predictions is held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pgx_dosing.equation import link_of
from pgx_dosing.inputs import Input, InputKind
from pgx_dosing.specification import Model
from pgx_dosing.tables.reading import DataTable
from pgx_dosing.terms import is_unknown
from pgx_dosing.training.validating import Unseen

__all__ = ["reference_of"]

_BINS: Final = 10


def reference_of(
    model: Model, table: DataTable, unseen: Unseen, judged: Mapping[str, Any]
) -> dict[str, Any]:
    """Return distributions of inputs, spread of residuals, and results by group.

    Residuals are those on the model's link scale of patients that it had not seen.
    """
    residual = link_of(table.dose, model.link) - unseen.value
    error = np.abs(unseen.dose - table.dose)
    return {
        "n": table.n,
        "inputs": {own.name: _input(own, table.columns[own.name]) for own in model.inputs},
        "residual": {
            "scale": model.link.value,
            "mean": _rounded(residual.mean()),
            "sd": _rounded(residual.std(ddof=1)),
        },
        "coverage": judged["interval_coverage"],
        "mae": judged["mae_mg_per_week"],
        "mae_sd": _rounded(error.std(ddof=1)),
        "within_20_percent": judged["within_20_percent"],
        "groups": {
            group: {
                value: {
                    "n": own["n"],
                    "mae": own["mae_mg_per_week"],
                    "coverage": own["interval_coverage"],
                }
                for value, own in values.items()
            }
            for group, values in judged["groups"].items()
            if group not in ("site", "dose")
        },
    }


def _input(own: Input, column: npt.NDArray[Any]) -> dict[str, Any]:
    unknown = is_unknown(column)
    known = column[~unknown]
    missing = _rounded(unknown.mean())
    if own.kind is not InputKind.NUMBER or not len(known):
        names, counts = np.unique(_levels(own, known), return_counts=True)
        shares = {n: _rounded(c / len(known)) for n, c in zip(names.tolist(), counts, strict=True)}
        return {"kind": "levels", "shares": shares, "missing": missing}
    values = known.astype(np.float64)
    cuts = _between(values)
    counts = np.bincount(np.searchsorted(cuts, values, side="right"), minlength=len(cuts) + 1)
    return {
        "kind": "number",
        "edges": [_rounded(cut) for cut in cuts],
        "shares": [_rounded(count / len(values)) for count in counts],
        "missing": missing,
    }


def _between(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return about nine cuts of equal shares, each midway between two values that occur.

    Ages may be coded by decade: 65 for 60 to 69. A cut at 70 tells exact ages apart as those
    codes do, one at 65 would not.
    """
    distinct = np.unique(values)
    wanted = np.quantile(values, np.arange(1, _BINS) / _BINS)
    place = np.clip(np.searchsorted(distinct, wanted), 1, max(1, len(distinct) - 1))
    if len(distinct) < 2:
        return np.empty(0)
    cuts: npt.NDArray[np.float64] = np.unique((distinct[place - 1] + distinct[place]) / 2.0)
    return cuts


def _levels(own: Input, known: npt.NDArray[Any]) -> npt.NDArray[np.str_]:
    if own.kind is InputKind.FLAG:
        return np.where(known.astype(np.float64) > 0, "yes", "no")
    return known.astype(np.str_)


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
