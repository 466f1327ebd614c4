"""Write the shipped dosing models: ``python -m validation.dosing_models``.

Published equations keep their coefficients; what they lack is measured on the validation table:
estimates of a missing height or weight, prediction intervals, the gain of genotype by group. The
trained models are fitted by their recipes and validated by the protocol beside them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

import pgx
from pgx_dosing.equation import link_of
from pgx_dosing.evaluation import gains_of, judge, predict_table
from pgx_dosing.folders import shipped_folder
from pgx_dosing.json_records import encode
from pgx_dosing.registry.history import LifecycleState, read_protocol
from pgx_dosing.registry.making import make_model
from pgx_dosing.registry.states import Note, advance, note_of
from pgx_dosing.shipped import recipe_of, schema_for
from pgx_dosing.specification import ConformalInterval, Gain, Model, parse_model
from pgx_dosing.tables import DataTable, read_table
from pgx_dosing.training.fitting import with_estimates
from pgx_dosing.training.run import reference_of, train_model
from pgx_dosing.training.validating import Residuals, Split, Unseen, interval_from, working_tail
from validation.data import DATA
from validation.tables import show

TABLE = Path("dosing") / "iwpc_warfarin.csv"
PAIRS = {
    "warfarin-iwpc-pharmacogenetic": "warfarin-iwpc-clinical",
    "warfarin-gage-pharmacogenetic": "warfarin-gage-clinical",
}
AS_PUBLISHED = ("tacrolimus-passey-2011",)
TRAINED = ("warfarin-pgx", "warfarin-pgx-ensemble")
LEVEL = 0.9
DAY = "2026-11-29"
METHOD = "conformal, residuals of 3,926 patients of 16 sites by predicted dose"
DERIVED = "; most of them are those that the equation was derived from"


def main() -> None:
    """Write the models into the checkout's data folder."""
    data = DATA / TABLE
    table = read_table(data, schema_for("iwpc", None, data))
    recipe = recipe_of(TRAINED[0])
    models = {name: _equation(name) for pair in PAIRS.items() for name in pair}
    models = {
        name: msgspec.structs.replace(own, inputs=with_estimates(recipe, own.inputs, table.columns))
        for name, own in models.items()
    }
    for name, own in models.items():
        gains = _gains(models, name, table) if name in PAIRS else ()
        whole = msgspec.structs.replace(own, interval=_interval(own, table), gains=gains)
        _publish(whole, _metrics(whole, table))
    for name in AS_PUBLISHED:
        _publish(_equation(name))
    for name in TRAINED:
        _train(name, table, models)


def _equation(name: str) -> Model:
    path = shipped_folder() / name / "model.json"
    return parse_model(path.read_bytes(), path)


def _residuals(model: Model, table: DataTable) -> Residuals:
    predicted = predict_table(model, table).dose
    residual = link_of(table.dose, model.link) - link_of(predicted, model.link)
    fold = np.unique(table.site, return_inverse=True)[1]
    return Residuals.of(residual, predicted, fold, np.asarray(table.columns["race"], np.str_))


def _metrics(model: Model, table: DataTable) -> dict[str, Any]:
    """Return how a published equation does on the table, which a log is held against."""
    predicted, residuals = predict_table(model, table), _residuals(model, table)
    found = judge(predicted, table, {}, model)
    if predicted.bounds is None:
        return found
    seen = Unseen(link_of(predicted.dose, model.link), residuals, predicted.bounds)
    split = "none: a published equation, judged as it stands"
    return {**found, "split": split, "reference": reference_of(model, table, seen, found)}


def _interval(model: Model, table: DataTable) -> ConformalInterval:
    own = _residuals(model, table)
    shifts = interval_from(own, working_tail(own, LEVEL))
    method = METHOD + (DERIVED if "iwpc" in model.name else "")
    return ConformalInterval(level=LEVEL, method=method, **shifts._asdict())


def _gains(models: Mapping[str, Model], name: str, table: DataTable) -> tuple[Gain, ...]:
    doses = [predict_table(models[n], table).dose for n in (name, PAIRS[name])]
    race = np.asarray(table.columns["race"], np.str_)
    return gains_of(*doses, table.dose, race, name="race", than=PAIRS[name])


def _publish(model: Model, metrics: dict[str, Any] | None = None) -> None:
    note = note_of("pgx maintainers", "published equation, taken over from the paper", DAY)
    documents = {"model.json": json.loads(encode(model))}
    _make(model.name, documents | ({"metrics.json": metrics} if metrics else {}), note)


def _train(name: str, table: DataTable, models: Mapping[str, Model]) -> None:
    made_by = f"pgx {pgx.__version__}"
    trained = train_model(recipe_of(name), table, models.__getitem__, Split.SITE, made_by=made_by)
    documents: dict[str, Any] = {
        "model.json": json.loads(encode(trained.model)),
        "metrics.json": dict(trained.metrics),
        "lineage.json": dict(trained.lineage),
        "change-plan.json": json.loads(_protocol("warfarin-change-plan").read_bytes()),
    }
    if table.schema:
        documents["schema.json"] = json.loads(encode(table.schema))
    folder = _make(name, documents, note_of("pgx maintainers", f"trained by recipe {name}", DAY))
    reason = "sites left out one at a time, by the shipped protocol"
    try:
        advance(
            folder,
            LifecycleState.VALIDATED,
            note_of("pgx maintainers", reason, DAY),
            protocol=read_protocol(_protocol("warfarin")),
        )
    except ValueError as error:
        show(f"{name} stays a draft: {error}")


def _protocol(name: str) -> Path:
    return shipped_folder() / "protocols" / f"{name}.json"


def _make(name: str, documents: dict[str, Any], note: Note) -> Path:
    folder = shipped_folder() / name
    shutil.rmtree(folder, ignore_errors=True)
    make_model(folder, documents, note)
    show(f"{name} written")
    return folder


if __name__ == "__main__":
    main()
