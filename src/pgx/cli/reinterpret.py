"""``pgx reinterpret``: saved results by the current knowledge base, and their changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from pgx.base.texts import MAX_AGE_MONTHS
from pgx.cli.console import hint, say
from pgx.cli.issue_options import IssueOptions, LaboratoryFile, issue_of
from pgx.cli.options import (
    MaxAge,
    Overlay,
    Quiet,
    Release,
    run_app,
    single,
    tell_age,
)
from pgx.cli.progress import tracked
from pgx.errors import InputError
from pgx.inputs.choices import names_of
from pgx.reports.files.formats import FORMAT_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgx.engine.reinterpret import Reinterpreter
    from pgx.records.calls import PatientResult

__all__ = ["reinterpret", "run"]

_REFUSED = 3


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(single(reinterpret, "reinterpret"), words, "pgx reinterpret")


def reinterpret(
    results: Annotated[
        list[Path], typer.Argument(metavar="RESULT.json...", help="SAMPLE.pgx.json of pgx annotate")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="folder for results")
    ],
    kb: Release = None,
    max_age: MaxAge = MAX_AGE_MONTHS,
    kb_overlay: Overlay = None,
    formats: Annotated[
        str,
        typer.Option(
            "--format",
            help=FORMAT_NAMES,
        ),
    ] = "html,json",
    laboratory: LaboratoryFile = None,
    force: Annotated[bool, typer.Option("--force", help="replace results in DIR")] = False,  # noqa: FBT002
    quiet: Quiet = False,  # noqa: FBT002
) -> int:
    """Call and advise again on what saved results have observed, without their inputs.

    Writes the same files as annotate, and changes.tsv: one line for each call and each advice
    that is not what it was.

    Examples:
      pgx reinterpret results/*.pgx.json -o results-today/
    """
    from pgx.engine.reinterpret import Reinterpreter, ResultChange, result_changes
    from pgx.inputs.release import knowledge_of
    from pgx.reports.content.release_facts import facts_for
    from pgx.reports.files.output_folder import CHANGES, check_folder, write_results
    from pgx.reports.tables.tsv_tables import render_rows

    saved = list(_read(results))
    if not saved:
        return _REFUSED
    knowledge = knowledge_of(kb_overlay, kb)
    again_one_by_one = _again(saved, Reinterpreter(knowledge))
    pairs = list(tracked(again_one_by_one, len(saved), "results", quiet=quiet))
    if not pairs:
        return _REFUSED
    issue = issue_of(IssueOptions(laboratory=laboratory))
    issue.check_genes(knowledge.genes)
    again = [issue.stated(new) for _, new in pairs]
    facts = issue.facts(replace(facts_for(again[0], knowledge), max_age=max_age))
    read = [*results, kb, kb_overlay, laboratory]
    check_folder(output, force=force, inputs=read, tell=hint)
    changes = [c for old, new in pairs for c in result_changes(old, new)]
    wanted = tuple(f for f in names_of(formats) if f != "tsv")
    names = ResultChange.__struct_fields__
    rows = [[str(getattr(change, name)) for name in names] for change in changes]
    table = {CHANGES: render_rows(names, rows).encode("utf-8")}
    written = write_results(again, output, wanted, facts=facts, force=force, more=table, tell=hint)
    if not quiet:
        tell_age(knowledge.release, max_age)
        done = f"{len(again)} sample(s), {len(changes)} changes, {len(written)} files"
        say(f"{done} in {output}")
    return _REFUSED if len(again) < len(results) else 0


def _again(
    saved: list[tuple[str, PatientResult]], reader: Reinterpreter
) -> Iterator[tuple[PatientResult, PatientResult]]:
    """Yield each saved result with its new version; report the files that cannot be compared."""
    for name, result in saved:
        try:
            again = reader.again(result)
        except InputError as error:
            say(f"{error.line()} (in {name})")
            continue
        yield result, again


def _read(paths: list[Path]) -> list[tuple[str, PatientResult]]:
    """Return the readable results with their file names; report the other files."""
    from pgx.reports.result_json import read_result

    found = []
    for path in paths:
        try:
            found.append((path.name, read_result(path)))
        except InputError as error:
            say(error.line())
    return found
