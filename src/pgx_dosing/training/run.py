"""From a table and a recipe to the content of a model folder; site-specific intercepts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.errors import DataTableError, UsageError
from pgx_dosing.equation import dose_of, link_of, on_link
from pgx_dosing.evaluation import Predicted, gains_of, judge, predict_table, scores
from pgx_dosing.shipped import Recipe
from pgx_dosing.specification import Input, InputKind, Link, Model, Recalibration, fill
from pgx_dosing.tables import DataTable, columns_for
from pgx_dosing.terms import is_unknown, rounded
from pgx_dosing.training.fitting import Published
from pgx_dosing.training.validating import Split, Unseen, leakage_of, train, try_unseen

__all__ = [
    "RecalibrationGain",
    "ResidualSpread",
    "Trained",
    "recalibrate",
    "reference_of",
    "shift_of",
    "spread_in",
    "spread_of",
    "train_model",
    "tried",
]

# bins of an input in the monitoring reference
_BINS: Final = 10
_Values = npt.NDArray[np.float64]
# fewest patients for estimating a site's intercept
_FEWEST_LOCAL: Final = 5
# random orders of each site's patients: the table does not record who came first
_DRAWS: Final = 200
_SEED: Final = 3
# fewest patients for training a model
_FEWEST_TRAINED: Final = 50
# numbers of local patients for which the site's intercept is evaluated
_LOCAL: Final = (10, 20, 50)


def reference_of(
    model: Model, table: DataTable, unseen: Unseen, judged: Mapping[str, Any]
) -> dict[str, Any]:
    """Return distributions of inputs, spread of residuals, and results by group.

    Residuals are on the model's link scale and of patients unseen by the model.
    """
    residual = link_of(table.dose, model.link) - unseen.value
    error = np.abs(unseen.dose - table.dose)
    return {
        "n": table.n,
        "inputs": {own.name: _input(own, table.columns[own.name]) for own in model.inputs},
        "residual": {
            "scale": model.link.value,
            "mean": rounded(residual.mean()),
            "sd": rounded(residual.std(ddof=1)),
        },
        "coverage": judged["interval_coverage"],
        "mae": judged["mae_mg_per_week"],
        "mae_sd": rounded(error.std(ddof=1)),
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
    missing = rounded(unknown.mean())
    if own.kind is not InputKind.NUMBER or not len(known):
        names, counts = np.unique(_levels(own, known), return_counts=True)
        shares = {n: rounded(c / len(known)) for n, c in zip(names.tolist(), counts, strict=True)}
        return {"kind": "levels", "shares": shares, "missing": missing}
    values = known.astype(np.float64)
    cuts = _between(values)
    counts = np.bincount(np.searchsorted(cuts, values, side="right"), minlength=len(cuts) + 1)
    return {
        "kind": "number",
        "edges": [rounded(cut) for cut in cuts],
        "shares": [rounded(count / len(values)) for count in counts],
        "missing": missing,
    }


def _between(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return about nine cuts of equal shares, each midway between two observed values.

    Ages may be coded by decade: 65 for 60 to 69. A cut at 70 separates exact ages in the same way
    as those codes, one at 65 would not.
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
    """Return the spread of residuals (n,) of unseen sites, between and within sites.

    Moments of a one-way layout with groups of unequal size (DerSimonian and Laird 1986). With one
    site, or one patient per site, the two are not identifiable: the spread between sites is 0.
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

    A table's order is not temporal, so the first patients are drawn at random, many times. The
    spread between sites is estimated from the other sites; sites without other patients are
    excluded, and None is returned if all are. Arrays have shape (n,).
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
    """Return the model with this site's intercept, and the change per left-out patient.

    The change is measured leave-one-out: each patient by the intercept of the others, so that it
    can be shown before the intercept is accepted.

    Raises
    ------
    UsageError
        Fewer than 5 patients.
    """
    if table.n < _FEWEST_LOCAL:
        raise UsageError(
            f"{table.n} local patients are too few", remedy=f"give {_FEWEST_LOCAL} or more"
        )
    plain = msgspec.structs.replace(model, recalibration=None)
    value = on_link(plain, fill(plain.inputs, columns_for(plain.inputs, table, plain.unit)))
    residual = link_of(table.dose, model.link) - value
    others = [shift_of(np.delete(residual, i), spread) for i in range(table.n)]
    before = np.abs(dose_of(value, model.link) - table.dose)
    after = np.abs(dose_of(value + np.array(others), model.link) - table.dose)
    found = Recalibration(
        site=site,
        shift=rounded(shift_of(residual, spread)),
        n=table.n,
        sd_between=rounded(spread.between),
        sd_within=rounded(spread.within),
    )
    changed = msgspec.structs.replace(plain, recalibration=found)
    return changed, RecalibrationGain(table.n, float(before.mean()), float(after.mean()))


def spread_in(metrics: Mapping[str, Any] | None) -> ResidualSpread:
    """Return the spread between and within sites from a model's metrics.

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
            remedy="only a model trained on several sites can have a site-specific intercept",
        ) from error


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, its performance on unseen patients, and its lineage."""

    model: Model
    metrics: Mapping[str, Any]
    lineage: Mapping[str, Any]


def train_model(
    recipe: Recipe,
    table: DataTable,
    published: Published,
    split: Split,
    *,
    race: bool = False,
    level: float = 0.9,
    made_by: str = "",
) -> Trained:
    """Train and validate a model, and validate the other race setting for comparison.

    ``made_by`` is the program and its version for the lineage.

    Raises
    ------
    UsageError
        The extra ``models`` is not installed.
    DataTableError
        Fewer than 50 patients; the table does not fit the recipe.
    """
    if table.n < _FEWEST_TRAINED:
        raise DataTableError(
            f"{table.n} patients are too few to train a model",
            remedy=f"give {_FEWEST_TRAINED} or more",
        )
    unseen = try_unseen(recipe, table, published, split, race=race, level=level)
    model = train(recipe, table, published, unseen, race=race, level=level)
    baselines = {name: published(name) for name in recipe.baselines}
    predicted = {name: predict_table(own, table) for name, own in baselines.items()}
    model = _with_gains(recipe, model, table, unseen, baselines, predicted)
    metrics = judge(Predicted(unseen.dose, unseen.bounds), table, predicted, model)
    metrics |= {"split": split.value, "local": _local(model, table, unseen)}
    metrics |= {"race_variant": _variant(recipe, table, published, split, race=not race)}
    metrics |= {"reference": reference_of(model, table, unseen, metrics)}
    lineage = _lineage(recipe, table, split, race=race, level=level)
    return Trained(model, metrics, {"made_by": made_by, **lineage})


def _with_gains(
    recipe: Recipe,
    model: Model,
    table: DataTable,
    unseen: Unseen,
    baselines: Mapping[str, Model],
    predicted: Mapping[str, Predicted],
) -> Model:
    """Return the model with the benefit of genotype by group over the first equation without it."""
    than = next((name for name, own in baselines.items() if not own.uses_genotype), "")
    if not than or not recipe.balance:
        return model
    group = np.asarray(table.columns[recipe.balance], np.str_)
    doses = (unseen.dose, predicted[than].dose, table.dose)
    gains = gains_of(*doses, group, name=recipe.balance, than=than)
    return msgspec.structs.replace(model, gains=gains)


def _variant(
    recipe: Recipe, table: DataTable, published: Published, split: Split, *, race: bool
) -> dict[str, Any]:
    """Return the scores of the same recipe with the other race setting."""
    if not recipe.race_inputs:
        return {}
    other = try_unseen(recipe, table, published, split, race=race)
    return {"uses_race": race, **scores(Predicted(other.dose, other.bounds), table.dose)._asdict()}


def _local(model: Model, table: DataTable, unseen: Unseen) -> dict[str, Any]:
    """Return the effect of a site's own intercept, by the number of its first patients."""
    if len(np.unique(table.site)) < 3:
        return {}
    residual = link_of(table.dose, model.link) - unseen.value
    spread = spread_of(residual, table.site)
    changes = {
        str(n): tried(residual, unseen.value, table.dose, table.site, model.link, n) for n in _LOCAL
    }
    after = {n: change._asdict() for n, change in changes.items() if change}
    return {"sd_between": spread.between, "sd_within": spread.within, "after": after}


def _lineage(
    recipe: Recipe, table: DataTable, split: Split, *, race: bool, level: float
) -> dict[str, Any]:
    names, counts = np.unique(table.site, return_counts=True)
    leakage = leakage_of(recipe, table)
    return {
        "recipe": recipe.name,
        "data": {
            "sha256": table.sha256,
            "schema": table.schema.name if table.schema else "",
            "source": table.schema.source if table.schema else "",
            "n_read": table.n_read,
            "n": table.n,
            "dropped": dict(table.dropped),
            "unreadable": dict(table.unreadable),
            "sites": dict(zip(names.tolist(), counts.tolist(), strict=True)),
        },
        "settings": {
            "split": split.value,
            "race": race,
            "interval_level": level,
            "penalty": recipe.penalty,
        },
        "leakage": leakage and {**leakage._asdict(), "remark": leakage.remark},
        "fixed_members": [own.model for own in recipe.fixed],
    }
