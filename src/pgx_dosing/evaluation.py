"""Performance of a model: errors, calibration, groups and net benefit, with intervals.

Net benefit follows decision curves (Vickers and Elkin 2006), for a start dose instead of a test:
the share of patients started within 20% of their dose, minus the share started more than 20% above
it times a weight: the number of well-dosed starts that one overdosed start outweighs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx_dosing.equation import Bounds, dose_of, interval_of, on_link
from pgx_dosing.specification import Gain, Model, fill, n_outside
from pgx_dosing.tables import DataTable, columns_for
from pgx_dosing.terms import rounded

__all__ = [
    "DOSE_BINS",
    "FIXED_DOSE",
    "Predicted",
    "Scores",
    "by_patients",
    "by_sites",
    "error",
    "gains_of",
    "groups_of",
    "judge",
    "net_benefits",
    "predict_table",
    "scores",
    "within",
]

_Values = npt.NDArray[np.float64]
# fraction of the actual dose within which a prediction counts as close
_SHARE: Final = 0.2
# tolerance for floating-point error: a deviation of exactly 20% counts as within 20%
_SLACK: Final = 1e-9
_Ends = tuple[float, float]
# bootstrap samples; the seed is fixed so that equal tables give equal intervals
_DRAWS: Final = 1000
_SEED: Final = 7
_TAILS: Final = (2.5, 97.5)
FIXED_DOSE: Final = 35.0
"""mg/week: 5 mg a day, the usual start of warfarin without an equation."""
# well-dosed starts that one overdosed start outweighs: a value judgement, so several are shown
_WEIGHTS: Final = (0.25, 0.5, 1.0, 2.0)
_Mask = npt.NDArray[np.bool_]
_AGES: Final = ((0.0, 50.0, "below 50"), (50.0, 70.0, "50 to 69"), (70.0, np.inf, "70 or more"))
DOSE_BINS: Final = ((0.0, 21.0, "at most 21"), (21.0, 49.0, "21 to 49"), (49.0, np.inf, "above 49"))
"""Weekly doses of warfarin in mg, lower end exclusive, as in the paper of the IWPC."""
# smallest group that is reported
_FEWEST: Final = 100
_NOT_A_GROUP: Final = ("", "Unknown")
# decrease in the share of high doses within 20% that is worth a remark
_TOLERATED: Final = 0.02
_HIGH_DOSE: Final = ("dose", "above 49")


class Predicted(NamedTuple):
    """Predicted doses (n,) in the table's unit, and their intervals if the model has any."""

    dose: _Values
    bounds: Bounds | None = None

    def take(self, rows: npt.NDArray[Any]) -> Predicted:
        """Return a subset of patients, by index or mask."""
        own = self.bounds and Bounds(self.bounds.lower[rows], self.bounds.upper[rows])
        return Predicted(self.dose[rows], own)


class Scores(NamedTuple):
    """Scores of ``n`` patients; shares are fractions, None where not computable.

    ``bias`` is predicted minus actual dose; calibration is the regression of actual on predicted
    dose.
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
    """Return which predicted doses are within 20% of the actual ones, shape (n,)."""
    return error(predicted, actual) <= _SHARE * actual + _SLACK


def scores(predicted: Predicted, actual: _Values) -> Scores:
    """Return the scores of patients; calibration needs at least 10 patients."""
    n = len(actual)
    if n == 0:
        return Scores(0, *[None] * 7)
    slope, intercept = _line(predicted.dose, actual) if n >= 10 else (None, None)
    return Scores(
        n,
        rounded(error(predicted.dose, actual).mean()),
        rounded(within(predicted.dose, actual).mean()),
        _coverage(predicted.bounds, actual),
        rounded((predicted.dose - actual).mean()),
        _r_squared(predicted.dose, actual) if n >= 10 else None,
        slope,
        intercept,
    )


def _coverage(bounds: Bounds | None, actual: _Values) -> float | None:
    if bounds is None:
        return None
    return rounded(((bounds.lower <= actual) & (actual <= bounds.upper)).mean())


def _line(predicted: _Values, actual: _Values) -> tuple[float | None, float | None]:
    centred = predicted - predicted.mean()
    spread = float(centred @ centred)
    if spread == 0.0:
        return None, None
    slope = float(centred @ actual) / spread
    return rounded(slope), rounded(actual.mean() - slope * predicted.mean())


def _r_squared(predicted: _Values, actual: _Values) -> float | None:
    """Return 1 − residual over total sum of squares: 0 equals predicting the mean."""
    total = float(((actual - actual.mean()) ** 2).sum())
    return rounded(1.0 - float(((predicted - actual) ** 2).sum()) / total) if total else None


def by_patients(values: _Values) -> _Ends:
    """Return the 95% bootstrap interval of the mean of values (n,), resampling patients."""
    rng = np.random.default_rng(_SEED)
    means = [values[rng.integers(0, len(values), len(values))].mean() for _ in range(_DRAWS)]
    return _ends(np.array(means))


def by_sites(values: _Values, site: npt.NDArray[np.str_]) -> _Ends | None:
    """Return the 95% bootstrap interval of the mean, resampling sites; None below three sites."""
    names, places = np.unique(site, return_inverse=True)
    if len(names) < 3:
        return None
    sums, sizes = np.bincount(places, values), np.bincount(places)
    drawn = np.random.default_rng(_SEED).integers(0, len(names), (_DRAWS, len(names)))
    return _ends(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1))


def _ends(means: _Values) -> _Ends:
    low, high = np.percentile(means, _TAILS)
    return rounded(low), rounded(high)


def net_benefits(predicted: Mapping[str, _Values], actual: _Values) -> list[dict[str, float]]:
    """Return the net benefit of each model by name, for each weight of an overdosed start.

    ``fixed`` is added: `FIXED_DOSE` for everyone.
    """
    doses = {**predicted, "fixed": np.full(len(actual), FIXED_DOSE)}
    good = {name: within(dose, actual) for name, dose in doses.items()}
    high = {name: ~good[name] & (dose > actual) for name, dose in doses.items()}
    return [
        {"weight": weight}
        | {n: rounded(good[n].mean() - weight * high[n].mean(), 4) for n in doses}
        for weight in _WEIGHTS
    ]


def groups_of(table: DataTable, names: Sequence[str]) -> Iterator[tuple[str, str, _Mask]]:
    """Yield (group, value, mask of shape (n,)): the named inputs, age, dose and site."""
    for name in names:
        column = table.columns[name].astype(np.str_)
        for value in np.unique(column).tolist():
            yield name, value or "unknown", column == value
    if "age_years" in table.columns:
        age = np.asarray(table.columns["age_years"], np.float64)
        for low, high, label in _AGES:
            yield "age", label, (low <= age) & (age < high)
    for low, high, label in DOSE_BINS:
        yield "dose", label, (low < table.dose) & (table.dose <= high)
    sites = np.unique(table.site).tolist()
    for value in sites if len(sites) > 1 else []:
        yield "site", value, table.site == value


def gains_of(
    own: _Values,
    other: _Values,
    actual: _Values,
    group: npt.NDArray[np.str_],
    *,
    name: str,
    than: str,
) -> tuple[Gain, ...]:
    """Return the mean decrease of the absolute error in each group, with 95% interval.

    ``own`` and ``other`` are doses by the model and by the equation ``than``; ``group`` holds
    the values of the input ``name``. Arrays have shape (n,).
    """
    closer = error(other, actual) - error(own, actual)
    found = []
    for value in np.unique(group).tolist():
        mask = group == value
        if value in _NOT_A_GROUP or mask.sum() < _FEWEST:
            continue
        lower, upper = (round(end, 3) for end in by_patients(closer[mask]))
        gain = round(float(closer[mask].mean()), 3)
        found.append(
            Gain(
                input=name,
                value=value,
                n=int(mask.sum()),
                gain=gain,
                lower=lower,
                upper=upper,
                than=than,
            )
        )
    return tuple(found)


def predict_table(model: Model, table: DataTable) -> Predicted:
    """Return a model's predictions for the patients of a table.

    All patients are kept: unknown values are imputed by the model, and numbers outside a model's
    range are used as they are (`judge` counts them), so that all models are compared on equal rows.

    Raises
    ------
    MissingCovariateError
        The model needs an input that a patient lacks.
    DataTableError
        See `pgx_dosing.tables.columns_for`.
    """
    columns = fill(model.inputs, columns_for(model.inputs, table, model.unit))
    return Predicted(dose_of(on_link(model, columns), model.link), interval_of(model, columns))


def judge(
    own: Predicted, table: DataTable, baselines: Mapping[str, Predicted], model: Model
) -> dict[str, Any]:
    """Return the JSON object that `pgx model evaluate` prints."""
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
    """Return, as text, where the model performs worse than a baseline equation."""
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
