"""``pgx report``: a saved result again, without its input."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace

from pgx.base.errors import OutputError, UsageError
from pgx.cli.options import Language, Overlay
from pgx.cli.runner import run_app, single

__all__ = ["report", "run"]


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(single(report, "report"), words, "pgx report")


def report(
    result: Annotated[
        Path, typer.Argument(metavar="RESULT.json", help="SAMPLE.pgx.json of pgx annotate")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help=".html or .json")],
    kind: Annotated[
        str, typer.Option("--format", help="html or json; by default the ending of FILE")
    ] = "",
    language: Language = "en",
    kb_overlay: Overlay = None,
    force: Annotated[bool, typer.Option("--force", help="replace FILE")] = False,  # noqa: FBT002
    quiet: Annotated[bool, typer.Option("--quiet", help="only errors on stderr")] = False,  # noqa: FBT002
) -> int:
    """Write the report of a saved result.

    Nothing is called or looked up again: for that see pgx reinterpret.

    Examples:
      pgx report results/S1.pgx.json -o S1.html

      pgx report results/S1.pgx.json -o S1.html --language de
    """
    from pgx.pipeline.local import knowledge_of
    from pgx.reports.facts import NO_FACTS, facts_for
    from pgx.reports.files import write_file
    from pgx.reports.formats import FORMATS, format_of_file
    from pgx.reports.languages import catalogue
    from pgx.reports.render_json import read_result

    chosen = kind or format_of_file(output.name)
    if chosen not in FORMATS:
        raise UsageError(
            f"no format {chosen or output.suffix!r}", remedy=f"choose from {', '.join(FORMATS)}"
        )
    form = FORMATS[chosen]
    catalogue(language)
    saved = read_result(result)
    if output.exists() and not force:
        raise OutputError(
            "the file is there already", where=str(output), remedy="replace it with --force"
        )
    facts = facts_for(saved, knowledge_of(kb_overlay)) if form.reads_facts else NO_FACTS
    write_file(output, form.render(saved, replace(facts, language=language)))
    if form.reads_facts and not facts.drugs and not quiet:
        sys.stderr.write(
            "hint: the result was made with another release of the knowledge base; guidelines are"
            " not linked\n"
        )
    return 0
