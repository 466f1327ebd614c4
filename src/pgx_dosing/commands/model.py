"""``pgx model``: dosing models, from training to monitoring."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pgx.cli.console import say
from pgx.cli.options import run_app
from pgx.errors import OutputError, UsageError
from pgx_dosing.commands import model_registry, model_train

if TYPE_CHECKING:
    from pgx_dosing.monitoring.records import MonitoredModel
    from pgx_dosing.monitoring.status import Monitoring

__all__ = ["DASHBOARD", "STATUS", "app", "monitor", "run"]

STATUS = "status.json"
DASHBOARD = "dashboard.html"
# equals `min_n` of the monitoring settings: smaller samples are not assessed
_LEAST = 50
app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def monitor(
    log: Annotated[Path, typer.Argument(metavar="LOG", help="log of predictions, JSON lines")],
    model: Annotated[
        str,
        typer.Option(metavar="MODEL", help="NAME, NAME@VERSION or a folder; default: the log's"),
    ] = "",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help=f"write {STATUS} and {DASHBOARD} here"),
    ] = None,
    last: Annotated[
        int, typer.Option(metavar="N", help="number of latest predictions and outcomes to use")
    ] = 500,
    force: Annotated[bool, typer.Option("--force", help="replace the contents of DIR")] = False,  # noqa: FBT002
    quiet: Annotated[bool, typer.Option("--quiet", help="no alerts on stderr")] = False,  # noqa: FBT002
) -> int:
    """Monitor whether patients, errors and prediction intervals match the validation.

    Prints the status as one JSON object, or writes it to DIR with an HTML page. Alerts go to
    stderr; the exit status is 0 even with alerts.

    Examples:
      pgx model monitor predictions.jsonl

      pgx model monitor predictions.jsonl --model models/warfarin-local -o monitoring/
    """
    from pgx_dosing.json_records import encode
    from pgx_dosing.monitoring.records import Settings
    from pgx_dosing.monitoring.status import alert_lines
    from pgx_dosing.monitoring.status import monitor as monitor_log

    if last < _LEAST:
        raise UsageError(f"--last is {last}", remedy=f"give at least {_LEAST}")
    if output is not None:
        _check_output(output, force=force)
    found = monitor_log(log, _monitored(log, model), Settings(window=last))
    if output is None:
        sys.stdout.write(encode(found.status).decode("utf-8"))
    else:
        _write(output, found)
    for line in () if quiet else alert_lines(found.status):
        say(line)
    return 0


def _monitored(log: Path, model: str) -> MonitoredModel:
    """Return the named model, or the model of the log's newest prediction."""
    from pgx_dosing.monitoring.joined import last_model
    from pgx_dosing.monitoring.records import monitored_model
    from pgx_dosing.registry.store import find_model

    if not model:
        newest = last_model(log)
        model = f"{newest.model}@{newest.version}"
    return monitored_model(find_model(model))


def _check_output(folder: Path, *, force: bool) -> None:
    """Create the folder; refuse one that already holds a status.

    Raises
    ------
    OutputError
        It holds a status and ``force`` is not set, or it cannot be created.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = [name for name in (STATUS, DASHBOARD) if (folder / name).exists()]
    except OSError as error:
        raise OutputError(
            f"cannot be used: {error.strerror or type(error).__name__}",
            where=str(folder),
            remedy="check path and permissions",
        ) from error
    if held and not force:
        raise OutputError(
            f"the folder already holds results ({', '.join(held)})",
            where=str(folder),
            remedy="choose another folder, or replace them with --force",
        )


def _write(folder: Path, found: Monitoring) -> None:
    from pgx.reports.files.output_folder import write_file
    from pgx_dosing.json_records import encode
    from pgx_dosing.report.dashboard import render_dashboard

    write_file(folder / DASHBOARD, render_dashboard(found).encode("utf-8"))
    write_file(folder / STATUS, encode(found.status))


for _part in (model_registry, model_train):
    _part.register(app)
app.command()(monitor)


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(app, words, "pgx model")
