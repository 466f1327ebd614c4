"""A site's own intercept from its first patients, shrunk by how much sites differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.errors import UsageError
from pgx_dosing.equation import dose_of, link_of, on_link
from pgx_dosing.inputs import fill
from pgx_dosing.specification import Link, Model, Recalibration
from pgx_dosing.tables.matching import columns_for
from pgx_dosing.tables.reading import DataTable

__all__ = [
    "RecalibrationGain",
    "ResidualSpread",
    "recalibrate",
    "shift_of",
    "spread_in",
    "spread_of",
    "tried",
]

_Values = npt.NDArray[np.float64]
_FEWEST: Final = 5
_DRAWS: Final = 200
_SEED: Final = 3


class ResidualSpread(NamedTuple):
    """Standard deviations of residuals on the link scale: between sites, within one."""

    between: float
    within: float


class RecalibrationGain(NamedTuple):
    """Mean absolute error on the same ``n`` patients, without and with the site's intercept."""

    n: int
    mae_before: float
    mae_after: float


def spread_of(residual: _Values, site: npt.NDArray[np.str_]) -> ResidualSpread:
    """Return how residuals (n,) of unseen sites spread between and within sites.

    Moments of a one-way layout with groups of unequal size (DerSimonian and Laird 1986). With
    one site, or one patient at each, nothing can be told apart: no spread between.
    """
    names, places = np.unique(site, return_inverse=True)
    sizes = np.bincount(places).astype(np.float64)
    means = np.bincount(places, residual) / sizes
    n, k = len(residual), len(names)
    if k < 2 or n == k:
        return ResidualSpread(0.0, float(residual.std()))
    within = float(((residual - means[places]) ** 2).sum() / (n - k))
    spread = float((sizes * (means - residual.mean()) ** 2).sum())
    scale = n - float((sizes**2).sum()) / n
    between = max(0.0, (spread - (k - 1) * within) / scale)
    return ResidualSpread(float(np.sqrt(between)), float(np.sqrt(within)))


def shift_of(residual: _Values, spread: ResidualSpread) -> float:
    """Return the intercept of a site with these residuals, on the link scale.

    The posterior mean under a normal prior of the spread between sites (empirical Bayes).
    """
    n = len(residual)
    if n == 0 or spread.between == 0.0:
        return 0.0
    return float(residual.mean() * n / (n + (spread.within / spread.between) ** 2))


def tried(
    residual: _Values,
    value: _Values,
    dose: _Values,
    site: npt.NDArray[np.str_],
    link: Link,
    n_first: int,
) -> RecalibrationGain | None:
    """Return the error on each site's other patients before and after ``n_first`` of its own.

    A table's order says nothing of time, so who came first is drawn, many times. The spread
    between sites is taken from the other sites; sites without other patients are left out, and
    None is returned where all are. Arrays have shape (n,).
    """
    before, after, n = 0.0, 0.0, 0
    rng = np.random.default_rng(_SEED)
    for name in np.unique(site).tolist():
        own, others = np.flatnonzero(site == name), site != name
        n_later = len(own) - n_first
        if n_later < 1:
            continue
        spread = spread_of(residual[others], site[others])
        for _ in range(_DRAWS):
            order = rng.permutation(own)
            later = order[n_first:]
            shift = shift_of(residual[order[:n_first]], spread)
            before += float(np.abs(dose_of(value[later], link) - dose[later]).sum()) / _DRAWS
            after += float(np.abs(dose_of(value[later] + shift, link) - dose[later]).sum()) / _DRAWS
        n += n_later
    return RecalibrationGain(n, before / n, after / n) if n else None


def recalibrate(
    model: Model, table: DataTable, spread: ResidualSpread, site: str
) -> tuple[Model, RecalibrationGain]:
    """Return the model with this site's intercept, and what it changes, patient by patient unseen.

    The change is measured leave-one-out: each patient by the intercept of the others, so that it
    can be shown before the intercept is accepted.

    Raises
    ------
    UsageError
        Fewer than 5 patients.
    """
    if table.n < _FEWEST:
        raise UsageError(f"{table.n} local patients are too few", remedy=f"give {_FEWEST} or more")
    plain = msgspec.structs.replace(model, recalibration=None)
    value = on_link(plain, fill(plain.inputs, columns_for(plain.inputs, table, plain.unit)))
    residual = link_of(table.dose, model.link) - value
    others = [shift_of(np.delete(residual, i), spread) for i in range(table.n)]
    before = np.abs(dose_of(value, model.link) - table.dose)
    after = np.abs(dose_of(value + np.array(others), model.link) - table.dose)
    found = Recalibration(
        site=site,
        shift=float(f"{shift_of(residual, spread):.6g}"),
        n=table.n,
        sd_between=float(f"{spread.between:.6g}"),
        sd_within=float(f"{spread.within:.6g}"),
    )
    changed = msgspec.structs.replace(plain, recalibration=found)
    return changed, RecalibrationGain(table.n, float(before.mean()), float(after.mean()))


def spread_in(metrics: Mapping[str, Any] | None) -> ResidualSpread:
    """Return the spread between and within sites that a model's metrics name.

    Raises
    ------
    UsageError
        The model was not validated on several sites.
    """
    local = (metrics or {}).get("local") or {}
    try:
        return ResidualSpread(float(local["sd_between"]), float(local["sd_within"]))
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            "the model does not say how much sites differ",
            remedy="only a model trained on several sites can be given a site's intercept",
        ) from error
