"""``pgx model evaluate|compare``: how good models are on a table of patients."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from pgx.base.errors import UsageError
from pgx.cli.console import print_table, say
from pgx.reports.text import escape_json

__all__ = ["Data", "Schema", "evaluated", "print_json", "register"]

Data = Annotated[
    Path, typer.Option("--data", metavar="FILE", help="patients with the dose they came to need")
]
Schema = Annotated[
    str | None,
    typer.Option("--schema", metavar="FILE", help="what its columns mean; default the model's"),
]
JsonLines = Annotated[bool, typer.Option("--json-lines", help="one JSON object a line")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``pgx model``."""
    for command in (evaluate, compare):
        app.command()(command)


def evaluate(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="NAME, NAME@VERSION or a folder")],
    data: Data,
    schema: Schema = None,
) -> int:
    """Judge a model on patients whose dose is known; print one JSON object.

    Errors in mg/week with 95% intervals over patients and over sites, share within 20% of the
    dose, coverage of the intervals, by race, sex, age, dose and site, and the published equations
    on the same rows. A model in any state is judged: no dose is given to anyone.

    Examples:
      pgx model evaluate warfarin-pgx --data patients.csv
    """
    from pgx.models.registry.store import find_model

    folder = find_model(model)
    found = evaluated(model, data, schema)
    if _trained_on(folder.document("lineage.json"), found["data_sha256"]):
        found["remarks"].insert(0, "the model was trained on this very table: it looks better here")
    print_json({**found, "digest": folder.digest, "state": folder.state.value})
    for remark in found["remarks"]:
        say(remark)
    return 0


def _trained_on(lineage: Mapping[str, Any] | None, sha256: str) -> bool:
    return bool(lineage) and (lineage or {}).get("data", {}).get("sha256") == sha256


def compare(
    models: Annotated[list[str], typer.Argument(metavar="MODEL...", help="two models or more")],
    data: Data,
    schema: Schema = None,
    json_lines: JsonLines = False,  # noqa: FBT002
) -> int:
    """Judge several models on the same patients, side by side; the published ones too.

    Examples:
      pgx model compare warfarin-pgx warfarin-pgx-ensemble --data patients.csv
    """
    if len(set(models)) != len(models):
        raise UsageError("a model is named twice")
    rows: dict[str, dict[str, Any]] = {}
    for name in models:
        found = evaluated(name, data, schema)
        rows[name] = found
        rows |= {n: own for n, own in found["by_baseline"].items() if n not in rows}
    if json_lines:
        for name, own in rows.items():
            line = {"model": name, **{k: own[k] for k in _COLUMNS}}
            sys.stdout.write(escape_json(json.dumps(line)) + "\n")
        return 0
    print_table([_row(name, own) for name, own in rows.items()])
    return 0


_COLUMNS = {
    "n": "patients",
    "mae_mg_per_week": "error mg/week",
    "within_20_percent": "within 20%",
    "interval_coverage": "covered",
    "bias_mg_per_week": "bias",
    "r_squared": "R2",
}


def _row(name: str, own: Mapping[str, Any]) -> dict[str, str]:
    row = {"model": name}
    for key, title in _COLUMNS.items():
        value = own[key]
        is_share = key in ("within_20_percent", "interval_coverage") and value is not None
        row[title] = f"{value:.1%}" if is_share else _number(value)
    bounds = own["intervals"]["mae_mg_per_week"]
    for kind in ("patients", "sites"):
        ends = bounds[kind]
        row[f"95% over {kind}"] = f"{ends[0]:.2f} to {ends[1]:.2f}" if ends else ""
    return row


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.2f}"


def evaluated(name: str, data: Path, schema: str | None) -> dict[str, Any]:
    """Return what `judge` finds of a model on a table, published equations beside it."""
    from pgx.models.evaluation.judging import judge, predict_table
    from pgx.models.registry.store import find_model
    from pgx.models.shipped import model_in, published_for, schema_for
    from pgx.models.tables.reading import read_table

    folder = find_model(name)
    model = model_in(folder)
    table = read_table(data, schema_for(schema, folder, data))
    baselines = published_for(model.drug, model.unit)
    predicted = {
        n: predict_table(own, table)
        for n, own in baselines.items()
        if n != model.name and {i.name for i in own.inputs} <= set(table.columns)
    }
    return judge(predict_table(model, table), table, predicted, model)


def print_json(found: Mapping[str, Any]) -> None:
    """Print one JSON object, two spaces a level."""
    sys.stdout.write(escape_json(json.dumps(found, ensure_ascii=False, indent=2)) + "\n")
    sys.stdout.flush()
