"""``pgx verify``: a saved result recomputed from its inputs, and compared."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pgx.cli.console import say
from pgx.cli.options import Overlay, Quiet, Release, run_app, single
from pgx.errors import ResultFileError, UsageError, printable

if TYPE_CHECKING:
    from pgx.records.calls import PatientResult, Provenance

__all__ = ["run", "verify"]

_MOST_LINES = 50


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(single(verify, "verify"), words, "pgx verify")


def verify(
    result: Annotated[
        Path, typer.Argument(metavar="RESULT.json", help="SAMPLE.pgx.json of pgx annotate")
    ],
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE...",
            help="inputs or their folders, unless beside the result or in this folder",
        ),
    ] = None,
    kb: Release = None,
    kb_overlay: Overlay = None,
    quiet: Quiet = False,  # noqa: FBT002
) -> int:
    """Recompute a result from its inputs, release and settings, and compare.

    Inputs are recognized by their SHA-256. Each difference is printed with its path in the result;
    the exit status is then 3.

    Examples:
      pgx verify results/S1.pgx.json

      pgx verify results/S1.pgx.json /data/s1.g.vcf.gz
    """
    from pgx.engine.derive import check_release, derived, differences, found_files
    from pgx.inputs.release import knowledge_of
    from pgx.reports.result_json import parse_result, read_result, render_json

    saved = read_result(result)
    made = saved.provenance
    _check_named(saved, result)
    knowledge = knowledge_of(kb_overlay, kb)
    check_release(made, knowledge)
    places = [*(files or []), result.parent, result.parent.parent, Path()]
    again = derived(saved, found_files(made, places), knowledge)
    if not quiet:
        _tell_program(made, again.provenance)
    data = result.read_bytes()
    if parse_result(data, result.name) != saved:
        raise ResultFileError("the file was changed meanwhile", where=result.name)
    written = data if saved.schema_version == again.schema_version else render_json(saved)
    found = differences(written, render_json(again))
    for one in found[:_MOST_LINES]:
        line = f"{one.where}: saved {one.saved}, derived {one.derived}"
        sys.stdout.write(printable(line) + "\n")
    if found:
        raise ResultFileError(
            f"the result is not what its inputs give: {len(found)} values differ",
            where=result.name,
            remedy="do not use it; annotate again",
        )
    if not quiet:
        n_calls, n_rows = len(saved.calls), len(saved.recommendations)
        say(f"derived again, and the same: {n_calls} calls, {n_rows} rows of advice")
    return 0


def _check_named(saved: PatientResult, path: Path) -> None:
    from pgx.reports.content.deidentification import is_deidentified

    if is_deidentified(saved):
        raise UsageError(
            "a result without names cannot be derived again",
            where=path.name,
            remedy="verify the result that it was made of",
        )


def _tell_program(made: Provenance, now: Provenance) -> None:
    """Report possible causes of a difference: other code, other shipped data."""
    if made.code_digest != now.code_digest:
        say(f"the result was made by another build of the program (version {made.version})")
    if made.data_digest != now.data_digest:
        say("the shipped data (models, panels, alerts) are not those of the result")
