"""Validation of a recipe on unseen patients: splits, leakage, prediction intervals.

Three choices make the intervals valid where the model is used: residuals are those of left-out
sites; the ends depend on the predicted dose, because high doses scatter more; small groups weigh
more than their number in the calibration, so that intervals do not reflect the largest group
alone. The calibration may use a group that the prediction does not.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.extensions import load_extra
from pgx.errors import UsageError
from pgx_dosing.equation import Bounds, dose_of, link_of, on_link
from pgx_dosing.shipped import Recipe
from pgx_dosing.specification import ConformalInterval, Link, Model, fill
from pgx_dosing.tables import DataTable, columns_for
from pgx_dosing.terms import is_unknown, rounded
from pgx_dosing.training.fitting import Published, fit

__all__ = [
    "Leakage",
    "Residuals",
    "Shifts",
    "Split",
    "Unseen",
    "choose_split",
    "folds",
    "interval_from",
    "leakage_of",
    "train",
    "try_unseen",
    "working_tail",
]

_Mask = npt.NDArray[np.bool_]
# folds of a random split
_N_RANDOM = 10
# the tree that predicts the site: leaves of five patients prevent it from memorising patients
_FOLDS: Final = 5
_LEAF: Final = 5
_SEED: Final = 11
# share of correctly identified sites above which a missing-value pattern must not be an input
_TELLING: Final = 0.5
_Values = npt.NDArray[np.float64]
# residuals per bin of predicted dose: fewer give unstable ends
_LEAST: Final = 200
# ends differ by predicted dose, because high doses scatter more
_BINS: Final = 3
# tails tried, from the nominal one down to its half
_STEPS: Final = 21


class Split(StrEnum):
    """How patients are split for validation."""

    SITE = "leave-one-site-out"
    RANDOM = "random"


def choose_split(table: DataTable, asked: Split | None, *, allow_random: bool) -> Split:
    """Return how a table is split: by site if it has sites.

    Raises
    ------
    UsageError
        A random split of a table with sites without permission; sites if there is only one.
    """
    n_sites = len(np.unique(table.site))
    is_random = asked is Split.RANDOM or (asked is None and n_sites < 3)
    if is_random and n_sites > 1 and not allow_random:
        raise UsageError(
            "a random split flatters the model: patients of one site are alike",
            remedy="use leave-one-site-out (three sites or more), or --allow-random-split where "
            "reason required",
        )
    if asked is Split.SITE and n_sites < 3:
        raise UsageError(f"leave-one-site-out needs three sites, the table has {n_sites}")
    return asked or (Split.SITE if n_sites >= 3 else Split.RANDOM)


def folds(table: DataTable, split: Split, seed: int = 1) -> Iterator[_Mask]:
    """Yield the left-out patients, each once, as masks (n,); sites in order of their names."""
    if split is Split.SITE:
        for site in np.unique(table.site).tolist():
            yield table.site == site
        return
    order = np.random.default_rng(seed).permutation(table.n)
    for k in range(_N_RANDOM):
        left_out = np.zeros(table.n, np.bool_)
        left_out[order[k::_N_RANDOM]] = True
        yield left_out


class Leakage(NamedTuple):
    """Share of patients whose site is correctly identified by a tree that did not see them.

    ``largest`` is the share of the largest site: the accuracy of always naming it.
    """

    n_sites: int
    largest: float
    by_values: float
    by_missing: float

    @property
    def remark(self) -> str:
        """The consequence for the model, in one sentence."""
        if self.by_missing > max(_TELLING, self.largest):
            return (
                "which values are missing names the site in "
                f"{self.by_missing:.0%} of patients: missing-indicators are no inputs"
            )
        return "the pattern of missing values does not name the site"


def leakage_of(recipe: Recipe, table: DataTable) -> Leakage | None:
    """Return how well inputs, and the pattern of missing values alone, identify the site.

    None if the table has one site.

    Raises
    ------
    UsageError
        The extra ``models`` is not installed.
    """
    names, sites, sizes = np.unique(table.site, return_inverse=True, return_counts=True)
    if len(names) < 2:
        return None
    missing = np.stack([is_unknown(table.columns[own.name]) for own in recipe.inputs], axis=1)
    values = np.stack([_coded(table.columns[own.name]) for own in recipe.inputs], axis=1)
    return Leakage(
        len(names),
        float(sizes.max() / table.n),
        _share_named(np.where(missing, -1.0, values), sites),
        _share_named(missing.astype(np.float64), sites),
    )


def _coded(column: npt.NDArray[np.float64] | npt.NDArray[np.str_]) -> npt.NDArray[np.float64]:
    if column.dtype.kind == "f":
        return column.astype(np.float64)
    return np.unique(column, return_inverse=True)[1].astype(np.float64)


def _share_named(values: npt.NDArray[np.float64], sites: npt.NDArray[np.int64]) -> float:
    tree = load_extra("sklearn.tree", "models")
    order = np.random.default_rng(_SEED).permutation(len(sites))
    right = 0
    for k in range(_FOLDS):
        held = order[k::_FOLDS]
        rest = np.setdiff1d(order, held)
        own = tree.DecisionTreeClassifier(min_samples_leaf=_LEAF, random_state=_SEED)
        with warnings.catch_warnings():  # many small sites are expected here
            warnings.simplefilter("ignore", UserWarning)
            named = own.fit(values[rest], sites[rest]).predict(values[held])
        right += int((named == sites[held]).sum())
    return right / len(sites)


class Shifts(NamedTuple):
    """Shifts added to a prediction, by predicted dose: one more end than ``up_to``."""

    lower: tuple[float, ...]
    upper: tuple[float, ...]
    up_to: tuple[float, ...]

    def at(self, dose: _Values) -> tuple[_Values, _Values]:
        """Return lower and upper shift for each predicted dose, shape (n,)."""
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
        """Return the residuals of a subset of patients."""
        return Residuals(self.residual[rows], self.dose[rows], self.weight[rows], self.fold[rows])


def interval_from(own: Residuals, tail: float) -> Shifts:
    """Return the interval's ends: weighted quantiles ``tail`` and 1 − ``tail`` by predicted dose.

    Bins have equal numbers of patients, fewer bins for few patients (conformal prediction,
    Vovk, Gammerman and Shafer 2005; weights: Tibshirani and others 2019).
    """
    n_bins = max(1, min(_BINS, len(own.dose) // _LEAST))
    cuts = np.quantile(own.dose, np.arange(1, n_bins) / n_bins)
    up_to = _filled_bins([rounded(cut, 4) for cut in cuts.tolist()], own.dose)
    place = np.searchsorted(up_to, own.dose, side="right")
    ends = [_ends(own.take(place == k), tail) for k in range(len(up_to) + 1)]
    return Shifts(tuple(e[0] for e in ends), tuple(e[1] for e in ends), up_to)


def _filled_bins(cuts: list[float], dose: _Values) -> tuple[float, ...]:
    """Return the cuts between non-empty bins: equal predictions make empty bins."""
    found: list[float] = []
    for cut in cuts:
        below = dose < cut
        if (below & (dose >= (found[-1] if found else -np.inf))).any() and not below.all():
            found.append(cut)
    return tuple(found)


def _ends(own: Residuals, tail: float) -> tuple[float, float]:
    """Return weighted quantiles; a new patient, of mean weight, counts beyond either end."""
    order = np.argsort(own.residual, kind="stable")
    ordered, weight = own.residual[order], own.weight[order]
    passed = np.cumsum(weight) / (weight.sum() + weight.mean())
    low = max(0, int(np.searchsorted(passed, tail, side="right")) - 1)
    high = min(len(ordered) - 1, int(np.searchsorted(passed, 1.0 - tail, side="left")))
    return rounded(ordered[low], 5), rounded(ordered[high], 5)


def working_tail(own: Residuals, level: float) -> float:
    """Return the tail at which left-out folds are covered at ``level``.

    Sites differ, so quantiles from other sites cover a new one slightly less than nominally.
    """
    nominal = (1.0 - level) / 2.0
    for tail in np.linspace(nominal, nominal / 2.0, _STEPS).tolist():
        if _coverage_of_folds(own, tail) >= level:
            return rounded(tail, 5)
    return nominal / 2.0


def _coverage_of_folds(own: Residuals, tail: float) -> float:
    covered = 0
    for k in np.unique(own.fold).tolist():
        here = own.fold == k
        lower, upper = interval_from(own.take(~here), tail).at(own.dose[here])
        inside = (lower <= own.residual[here]) & (own.residual[here] <= upper)
        covered += int(inside.sum())
    return covered / len(own.dose)


@dataclass(frozen=True, slots=True)
class Unseen:
    """Predictions for patients of left-out sites.

    ``value`` (n,) is on the model's link scale, ``residuals`` include the fold in which each
    patient was left out; ``bounds`` are intervals from the residuals of the other folds only.
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
    """Predict each patient by a model fitted without the patient's fold.

    The interval of a fold comes from the residuals of all other folds, from models that did not
    see the patient (cross-conformal prediction; Vovk 2015, Barber and others 2021).
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
    """Return each fold's intervals from the residuals of the other folds only."""
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
    """Return the model fitted on all patients, with the interval from left-out residuals."""
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
