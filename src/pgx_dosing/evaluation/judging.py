"""A model judged on a table: errors with intervals, groups, baselines, benefit, plain remarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pgx_dosing.equation import dose_of, interval_of, on_link
from pgx_dosing.evaluation.benefit import net_benefits
from pgx_dosing.evaluation.groups import groups_of
from pgx_dosing.evaluation.metrics import Predicted, error, scores, within
from pgx_dosing.evaluation.resampling import by_patients, by_sites
from pgx_dosing.inputs import fill, n_outside
from pgx_dosing.specification import Model
from pgx_dosing.tables.matching import columns_for
from pgx_dosing.tables.reading import DataTable

__all__ = ["judge", "predict_table"]

_Mask = npt.NDArray[np.bool_]
_TOLERATED: Final = 0.02
_HIGH_DOSE: Final = ("dose", "above 49")


def predict_table(model: Model, table: DataTable) -> Predicted:
    """Return what a model predicts for the patients of a table.

    Nobody is left out: what is unknown is filled as the model says, and numbers outside a model's
    range are taken as they are (`judge` counts them), so that all models speak of the same rows.

    Raises
    ------
    MissingCovariateError
        The model needs an input that a patient lacks.
    DataTableError
        See `pgx_dosing.tables.matching.columns_for`.
    """
    columns = fill(model.inputs, columns_for(model.inputs, table, model.unit))
    return Predicted(dose_of(on_link(model, columns), model.link), interval_of(model, columns))


def judge(
    own: Predicted, table: DataTable, baselines: Mapping[str, Predicted], model: Model
) -> dict[str, Any]:
    """Return the contract's JSON object of `pgx model evaluate`, and what stands beside it."""
    names = table.schema.groups if table.schema else ()
    groups = _by_group(own, table, names)
    found = {
        "model": model.name,
        "version": model.version,
        "uses_race": model.uses_race,
        **scores(own, table.dose)._asdict(),
        "n_dropped": sum(table.dropped.values()),
        "dropped": dict(table.dropped),
        "n_outside_range": n_outside(model.inputs, table.columns),
        "unreadable": dict(table.unreadable),
        "data_sha256": table.sha256,
        "intervals": _intervals(own, table),
        "by_baseline": {n: _baseline(p, table, names) for n, p in baselines.items()},
        "groups": groups,
        "net_benefit": net_benefits(
            {"model": own.dose, **{n: p.dose for n, p in baselines.items()}}, table.dose
        ),
    }
    return found | {"remarks": _remarks(found)}


def _baseline(own: Predicted, table: DataTable, names: Sequence[str]) -> dict[str, Any]:
    return {
        **scores(own, table.dose)._asdict(),
        "intervals": _intervals(own, table),
        "groups": _by_group(own, table, names),
    }


def _by_group(own: Predicted, table: DataTable, names: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for group, value, mask in groups_of(table, names):
        if mask.any():
            part = scores(own.take(mask), table.dose[mask])._asdict()
            found.setdefault(group, {})[value] = part
    return found


def _intervals(own: Predicted, table: DataTable) -> dict[str, Any]:
    """Return 95% intervals of error and share within 20%, over patients and over sites."""
    values = {
        "mae_mg_per_week": error(own.dose, table.dose),
        "within_20_percent": within(own.dose, table.dose).astype(np.float64),
    }
    return {
        name: {"patients": by_patients(value), "sites": by_sites(value, table.site)}
        for name, value in values.items()
    }


def _remarks(found: Mapping[str, Any]) -> list[str]:
    """Return in words where the model is worse than an equation beside it."""
    said = []
    group, value = _HIGH_DOSE
    own = found["groups"].get(group, {}).get(value)
    for name, other in found["by_baseline"].items():
        if other["mae_mg_per_week"] < found["mae_mg_per_week"]:
            said.append(
                f"{name} has the smaller error here: {other['mae_mg_per_week']:.2f} against "
                f"{found['mae_mg_per_week']:.2f} mg/week"
            )
        theirs = other["groups"].get(group, {}).get(value)
        if own and theirs and own["within_20_percent"] < theirs["within_20_percent"] - _TOLERATED:
            said.append(
                f"above 49 mg/week the model is worse than {name}: "
                f"{own['within_20_percent']:.1%} of {own['n']} within 20%, against "
                f"{theirs['within_20_percent']:.1%}"
            )
    return said
