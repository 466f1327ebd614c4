"""A recipe tried on patients that its model has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from pgx_dosing.equation import Bounds, dose_of, link_of, on_link
from pgx_dosing.inputs import fill
from pgx_dosing.specification import ConformalInterval, Link, Model
from pgx_dosing.tables.matching import columns_for
from pgx_dosing.tables.reading import DataTable
from pgx_dosing.training.conformal import Residuals, interval_from, working_tail
from pgx_dosing.training.fitting import Published, fit
from pgx_dosing.training.recipe import Recipe
from pgx_dosing.training.splits import Split, folds

__all__ = ["Unseen", "train", "try_unseen"]

_Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Unseen:
    """Predictions for patients of sites that were left out.

    ``value`` (n,) on the model's link scale, ``residuals`` with the fold that each patient was
    left out in; ``bounds`` are intervals made from the residuals of the other folds alone.
    """

    value: _Values
    residuals: Residuals
    bounds: Bounds

    @property
    def dose(self) -> _Values:
        """Predicted doses, shape (n,)."""
        return self.residuals.dose


def try_unseen(
    recipe: Recipe,
    table: DataTable,
    published: Published,
    split: Split,
    *,
    race: bool = False,
    level: float = 0.9,
) -> Unseen:
    """Predict each patient by a model that saw no patient of that fold.

    The interval of a fold comes from the residuals of all other folds, each of models that did
    not see the patient (cross-conformal prediction; Vovk 2015, Barber and others 2021).
    """
    value, fold = np.empty(table.n), np.empty(table.n, np.int64)
    for k, left_out in enumerate(folds(table, split)):
        model = fit(recipe, table.take(~left_out), published, race=race)
        value[left_out] = _values(model, table.take(left_out))
        fold[left_out] = k
    residual = link_of(table.dose, recipe.link) - value
    own = Residuals.of(residual, dose_of(value, recipe.link), fold, _balanced(recipe, table))
    return Unseen(value, own, _bounds_of_folds(own, value, recipe.link, level))


def _balanced(recipe: Recipe, table: DataTable) -> npt.NDArray[np.str_] | None:
    return table.columns[recipe.balance].astype(np.str_) if recipe.balance else None


def _bounds_of_folds(own: Residuals, value: _Values, link: Link, level: float) -> Bounds:
    """Return each fold's intervals from the residuals of the other folds alone."""
    lower, upper = value.copy(), value.copy()
    for k in np.unique(own.fold).tolist():
        here = own.fold == k
        others = own.take(~here)
        shifts = interval_from(others, working_tail(others, level)).at(own.dose[here])
        lower[here] += shifts[0]
        upper[here] += shifts[1]
    return Bounds(dose_of(lower, link), dose_of(upper, link))


def _values(model: Model, table: DataTable) -> _Values:
    return on_link(model, fill(model.inputs, columns_for(model.inputs, table, model.unit)))


def train(
    recipe: Recipe,
    table: DataTable,
    published: Published,
    unseen: Unseen,
    *,
    race: bool = False,
    level: float = 0.9,
) -> Model:
    """Return the model of all patients, its interval from residuals of those left out."""
    model = fit(recipe, table, published, race=race)
    shifts = interval_from(unseen.residuals, working_tail(unseen.residuals, level))
    return msgspec.structs.replace(
        model,
        interval=ConformalInterval(
            level=level,
            method="cross-conformal, residuals of sites left out, by predicted dose",
            lower=shifts.lower,
            upper=shifts.upper,
            up_to=shifts.up_to,
        ),
    )
