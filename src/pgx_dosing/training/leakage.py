"""Whether inputs give the site away: a model that knows it learns habits, not medicine."""

from __future__ import annotations

import warnings
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.base.extras import load_extra
from pgx_dosing.tables.reading import DataTable
from pgx_dosing.terms import is_unknown
from pgx_dosing.training.recipe import Recipe

__all__ = ["Leakage", "leakage_of"]

_FOLDS: Final = 5
_LEAF: Final = 5
_SEED: Final = 11
_TELLING: Final = 0.5
"""Share of sites named rightly above which a missing-value pattern must not be an input."""


class Leakage(NamedTuple):
    """Share of patients whose site is named rightly by a tree that did not see them.

    ``largest`` is the share of the largest site, which one reaches by always naming it.
    """

    n_sites: int
    largest: float
    by_values: float
    by_missing: float

    @property
    def remark(self) -> str:
        """What follows for the model, in a sentence."""
        if self.by_missing > max(_TELLING, self.largest):
            return (
                "which values are missing names the site in "
                f"{self.by_missing:.0%} of patients: missing-indicators are no inputs"
            )
        return "the pattern of missing values does not name the site"


def leakage_of(recipe: Recipe, table: DataTable) -> Leakage | None:
    """Return how well inputs, and the pattern of missing ones alone, name the site.

    None where the table has one site.

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
        with warnings.catch_warnings():  # many small sites are no mistake
            warnings.simplefilter("ignore", UserWarning)
            named = own.fit(values[rest], sites[rest]).predict(values[held])
        right += int((named == sites[held]).sum())
    return right / len(sites)
