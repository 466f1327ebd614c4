"""A recipe tried on patients that its model has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.models.equation import Bounds, dose_of, link_of, on_link
from pgx.models.inputs import fill
from pgx.models.specification import Interval, Model
from pgx.models.tables.reading import DataTable
from pgx.models.training.conformal import interval_from
from pgx.models.training.fitting import Published, fit
from pgx.models.training.recipe import Recipe
from pgx.models.training.splits import Split, folds

__all__ = ["Unseen", "train", "try_unseen"]

_Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Unseen:
    """Predictions for patients of sites that were left out.

    ``value`` (n,) on the model's link scale, ``fold`` (n,) which fold a patient was left out in;
    ``bounds`` are intervals made from the residuals of the other folds alone.
    """

    value: _Values
    fold: npt.NDArray[np.int64]
    dose: _Values
    bounds: Bounds


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
    dose = dose_of(value, recipe.link)
    lower, upper = np.empty(table.n), np.empty(table.n)
    for k in np.unique(fold).tolist():
        own = fold == k
        shifts = interval_from(residual[~own], dose[~own], level).at(dose[own])
        lower[own], upper[own] = (value[own] + shift for shift in shifts)
    return Unseen(
        value, fold, dose, Bounds(dose_of(lower, recipe.link), dose_of(upper, recipe.link))
    )


def _values(model: Model, table: DataTable) -> _Values:
    own = {item.name: table.columns[item.name] for item in model.inputs}
    return on_link(model, fill(model.inputs, own))


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
    residual = link_of(table.dose, recipe.link) - unseen.value
    shifts = interval_from(residual, unseen.dose, level)
    return msgspec.structs.replace(
        model,
        interval=Interval(
            level=level,
            method="cross-conformal, residuals of sites left out, by predicted dose",
            lower=shifts.lower,
            upper=shifts.upper,
            up_to=shifts.up_to,
        ),
    )
