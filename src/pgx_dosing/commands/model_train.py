"""``pgx model train``, ``evaluate`` and ``recalibrate``: models from tables of patients."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from pgx._version import __version__
from pgx.cli.console import print_table, say
from pgx.errors import UsageError
from pgx.reports.safe_text import escape_json

__all__ = ["Data", "Schema", "evaluated", "print_json", "register"]

Data = Annotated[
    Path, typer.Option("--data", metavar="FILE", help="patients with their stable dose")
]
Schema = Annotated[
    str | None,
    typer.Option("--schema", metavar="FILE", help="meaning of the columns; default: the model's"),
]
JsonLines = Annotated[bool, typer.Option("--json-lines", help="one JSON object per line")]
_COLUMNS = {
    "n": "patients",
    "mae_mg_per_week": "error mg/week",
    "within_20_percent": "within 20%",
    "interval_coverage": "covered",
    "bias_mg_per_week": "bias",
    "r_squared": "R2",
}
By = Annotated[str, typer.Option("--by", metavar="NAME", help="the responsible person")]
RandomAllowed = Annotated[
    bool,
    typer.Option("--allow-random-split", help="allow a random split even if the table has sites"),
]


def evaluate(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="NAME, NAME@VERSION or a folder")],
    data: Data,
    schema: Schema = None,
) -> int:
    """Evaluate a model on patients with a known stable dose; print one JSON object.

    Errors in mg/week with 95% intervals over patients and over sites, share within 20% of the
    dose, coverage of the intervals, by race, sex, age, dose and site, and the published equations
    on the same rows. Models in any state can be evaluated.

    Examples:
      pgx model evaluate warfarin-pgx --data patients.csv
    """
    from pgx_dosing.registry.store import find_model

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
    """Compare several models, and the published equations, on the same patients.

    Examples:
      pgx model compare warfarin-pgx warfarin-pgx-ensemble --data patients.csv
    """
    if len(set(models)) != len(models):
        raise UsageError("a model is listed twice")
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
    """Return the evaluation of a model on a table, with the published equations for comparison."""
    from pgx_dosing.evaluation import judge, predict_table
    from pgx_dosing.registry.store import find_model
    from pgx_dosing.shipped import model_in, published_for, schema_for
    from pgx_dosing.tables import read_table

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
    """Print one JSON object, indented by two spaces."""
    sys.stdout.write(escape_json(json.dumps(found, ensure_ascii=False, indent=2)) + "\n")
    sys.stdout.flush()


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``pgx model``."""
    for command in (train, recalibrate, evaluate, compare):
        app.command()(command)


def train(
    data: Annotated[Path, typer.Argument(metavar="FILE", help="patients at a stable dose")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="a new folder")],
    by: By,
    recipe: Annotated[
        str, typer.Option(metavar="FILE", help="a recipe's file, or the name of a shipped one")
    ] = "warfarin-pgx",
    schema: Schema = None,
    version: Annotated[str, typer.Option(help="version of the model")] = "1",
    with_race: Annotated[bool, typer.Option(help="use race as an input")] = False,  # noqa: FBT002
    split: Annotated[
        str | None,
        typer.Option(help="leave-one-site-out (default where there are sites) or random"),
    ] = None,
    allow_random_split: RandomAllowed = False,  # noqa: FBT002
) -> int:
    """Train a model, validate it on held-out sites, and write it as a draft.

    Race is not an input by default (see --with-race). Metrics of both variants, with and without
    race, are in metrics.json.

    Examples:
      pgx model train patients.csv -o trained/ --by "Anna Beispiel"
    """
    import msgspec

    from pgx.errors import ModelFolderError
    from pgx_dosing.registry.states import note_of
    from pgx_dosing.shipped import published_model, recipe_of, schema_for
    from pgx_dosing.tables import read_table
    from pgx_dosing.training.run import train_model
    from pgx_dosing.training.validating import choose_split

    own = recipe_of(recipe)
    note = note_of(by, f"trained by recipe {own.name}")
    if output.exists():
        raise ModelFolderError(
            "the path already exists", where=str(output), remedy="name a new folder"
        )
    table = read_table(data, schema_for(schema, None, data))
    chosen = choose_split(table, _split(split), allow_random=allow_random_split)
    say(f"{table.n} of {table.n_read} patients, {_n_sites(table)} sites, {chosen.value}")
    made_by = f"pgx {__version__}"
    trained = train_model(own, table, published_model, chosen, race=with_race, made_by=made_by)
    named = msgspec.structs.replace(trained.model, version=version)
    _write(output, named, trained, table, note)
    for line in _told(trained.metrics, trained.lineage):
        say(line)
    return 0


def _split(text: str | None) -> Any:  # noqa: ANN401 - an enum of a module not imported yet
    from pgx.errors import UsageError
    from pgx_dosing.training.validating import Split

    try:
        return Split(text) if text else None
    except ValueError as error:
        known = ", ".join(Split)
        raise UsageError(f"no split {text!r}", remedy=f"choose one of {known}") from error


def _n_sites(table: Any) -> int:  # noqa: ANN401
    return len(set(table.site.tolist()))


def _write(folder: Path, model: Any, trained: Any, table: Any, note: Any) -> None:  # noqa: ANN401
    import json

    from pgx_dosing.json_records import encode
    from pgx_dosing.registry.files import configured_key
    from pgx_dosing.registry.making import make_model

    documents = {
        "model.json": json.loads(encode(model)),
        "schema.json": json.loads(encode(table.schema)),
        "metrics.json": dict(trained.metrics) | {"version": model.version},
        "lineage.json": dict(trained.lineage),
    }
    make_model(folder, documents, note, configured_key())


def _told(metrics: Mapping[str, Any], lineage: Mapping[str, Any]) -> list[str]:
    """Return the summary of a model's validation for the screen."""
    bounds = metrics["intervals"]["mae_mg_per_week"]
    sites = f", over sites {_ends(bounds['sites'])}" if bounds["sites"] else ""
    lines = [
        (
            f"unseen patients: error {metrics['mae_mg_per_week']:.2f} mg/week "
            f"(95% over patients {_ends(bounds['patients'])}{sites}), "
            f"{metrics['within_20_percent']:.1%} within 20%, "
            f"{metrics['interval_coverage']:.1%} inside their interval"
        )
    ]
    if other := metrics["race_variant"]:
        kind = "with" if other["uses_race"] else "without"
        lines.append(
            f"{kind} race: error {other['mae_mg_per_week']:.2f} mg/week, "
            f"{other['within_20_percent']:.1%} within 20%"
        )
    if leakage := lineage["leakage"]:
        lines.append(leakage["remark"])
    return [*lines, *metrics["remarks"]]


def _ends(pair: tuple[float, float]) -> str:
    return f"{pair[0]:.2f} to {pair[1]:.2f}"


def recalibrate(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="NAME, NAME@VERSION or a folder")],
    data: Data,
    site: Annotated[str, typer.Option(metavar="NAME", help="name of the site")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="write the new version there"),
    ] = None,
    version: Annotated[str, typer.Option(help="the new version")] = "",
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="the responsible person")] = "",
    schema: Schema = None,
) -> int:
    """Fit a site-specific intercept to a site's first patients, and show its effect.

    Nothing is written without -o, so review the change first. The new version is a draft.

    Examples:
      pgx model recalibrate warfarin-pgx --data ours.csv --site "clinic A"

      pgx model recalibrate warfarin-pgx --data ours.csv --site A -o ours/ --version 1.A --by NAME
    """
    from pgx_dosing.registry.store import find_model
    from pgx_dosing.shipped import model_in, schema_for
    from pgx_dosing.tables import read_table
    from pgx_dosing.training.run import recalibrate as site_intercept
    from pgx_dosing.training.run import spread_in

    folder = find_model(model)
    table = _of_site(read_table(data, schema_for(schema, folder, data)), site)
    changed, change = site_intercept(
        model_in(folder), table, spread_in(folder.document("metrics.json")), site
    )
    found = changed.recalibration
    print_json({"site": site, "shift": found.shift if found else 0.0, **change._asdict()})
    better = change.mae_before - change.mae_after
    say(
        f"{change.n} patients, each by the intercept of the others: error "
        f"{change.mae_before:.2f} without, {change.mae_after:.2f} mg/week with it "
        f"({'better' if better > 0 else 'worse'} by {abs(better):.2f})"
    )
    if output is not None:
        _write_site(output, folder, changed, version or f"{folder.version}.site", by)
    return 0


def _of_site(table: Any, site: str) -> Any:  # noqa: ANN401 - a table of a module not imported yet
    """Return the patients of a site; a table of one site, or without sites, is used whole."""
    from pgx.errors import UsageError

    if _n_sites(table) < 2:
        return table
    rows = table.site == site
    if not rows.any():
        raise UsageError(
            f"the table has {_n_sites(table)} sites and none is {site!r}",
            remedy=f"sites are {', '.join(sorted(set(table.site.tolist())))}",
        )
    return table.take(rows)


def _write_site(output: Path, folder: Any, model: Any, version: str, by: str) -> None:  # noqa: ANN401
    import json

    import msgspec

    from pgx_dosing.json_records import encode
    from pgx_dosing.registry.files import configured_key
    from pgx_dosing.registry.making import make_model
    from pgx_dosing.registry.states import note_of

    named = msgspec.structs.replace(model, version=version)
    documents = {name: folder.document(name) for name in folder.files if name.endswith(".json")}
    documents["model.json"] = json.loads(encode(named))
    note = note_of(by, f"site intercept on {folder.label}")
    make_model(output, documents, note, configured_key())
