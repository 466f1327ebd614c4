"""From a table and a recipe to all that a model's folder holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np

from pgx.base.errors import DataTableError
from pgx_dosing.equation import link_of
from pgx_dosing.evaluation.gains import gains_of
from pgx_dosing.evaluation.judging import judge, predict_table
from pgx_dosing.evaluation.metrics import Predicted, scores
from pgx_dosing.specification import Model
from pgx_dosing.tables.reading import DataTable
from pgx_dosing.training.fitting import Published
from pgx_dosing.training.leakage import leakage_of
from pgx_dosing.training.recalibration import spread_of, tried
from pgx_dosing.training.recipe import Recipe
from pgx_dosing.training.reference import reference_of
from pgx_dosing.training.splits import Split
from pgx_dosing.training.validating import Unseen, train, try_unseen

__all__ = ["Trained", "train_model"]

_FEWEST: Final = 50
_LOCAL: Final = (10, 20, 50)
"""How many local patients the site's intercept is tried with."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, how it did on patients that it had not seen, and where it comes from."""

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
    """Train and validate a model; the other answer to race is validated beside it.

    ``made_by`` names the program and its version in the lineage.

    Raises
    ------
    UsageError
        The extra ``models`` is not installed.
    DataTableError
        Fewer than 50 patients; the table does not fit the recipe.
    """
    if table.n < _FEWEST:
        raise DataTableError(
            f"{table.n} patients are too few to train a model", remedy=f"give {_FEWEST} or more"
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
    """Return the model with what genotype gains by group over the first equation without it."""
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
    """Return the scores of the same recipe with the other answer to race."""
    if not recipe.race_inputs:
        return {}
    other = try_unseen(recipe, table, published, split, race=race)
    return {"uses_race": race, **scores(Predicted(other.dose, other.bounds), table.dose)._asdict()}


def _local(model: Model, table: DataTable, unseen: Unseen) -> dict[str, Any]:
    """Return what a site's own intercept changes, by the number of its first patients."""
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
            "sites": _counts(names.tolist(), counts.tolist()),
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


def _counts(names: Sequence[str], counts: Sequence[int]) -> dict[str, int]:
    return dict(zip(names, counts, strict=True))
