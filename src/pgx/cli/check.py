"""``pgx check``: which genes can be called from an input, before anything is called."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from pgx.cli.console import print_table, say
from pgx.cli.options import Overlay, Quiet, Release, run_app, single
from pgx.cli.progress import reading
from pgx.cli.run_options import (
    DEFAULTS,
    AbsentWord,
    AssemblyWord,
    CellLimits,
    Genes,
    SampleInfoFile,
    Samples,
    Untyped,
    asked,
    limits_of,
)
from pgx.inputs.choices import settings_of

if TYPE_CHECKING:
    from pgx.engine.check import CheckRun

__all__ = ["check", "run"]

_REFUSED = 3


JsonLines = Annotated[bool, typer.Option("--json-lines", help="one JSON object per line")]
Positions = Annotated[bool, typer.Option("--positions", help="list positions, not genes")]


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(single(check, "check"), words, "pgx check")


class CheckOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of ``pgx check``."""

    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="VCF, gVCF or BCF files, or - for stdin")
    ]
    positions: Positions = False
    assembly: AssemblyWord = None
    genes: Genes = ""
    samples: Samples = ""
    sample_info: SampleInfoFile = None
    absent: AbsentWord = DEFAULTS.absent.value
    untyped: Untyped = None
    kb: Release = None
    kb_overlay: Overlay = None
    cells: CellLimits
    json_lines: JsonLines = False
    quiet: Quiet = False


@asked(CheckOptions)
def check(options: CheckOptions) -> int:
    """Report which genes an input can call, and which alleles it cannot detect.

    Reads the input like pgx annotate but calls no genes. Useful for exomes, panels and arrays.

    Examples:
      pgx check exome.g.vcf.gz

      pgx check array.vcf.gz --genes CYP2C19,DPYD --positions

      pgx check cohort.bcf --json-lines > check.jsonl
    """
    from pgx.engine.check import check as check_inputs
    from pgx.inputs.release import knowledge_of
    from pgx.inputs.side_files import read_sample_info

    settings = settings_of(
        assembly=options.assembly,
        genes=options.genes,
        samples=options.samples,
        absent=options.absent,
        limits=limits_of(options),
    )
    info = read_sample_info(options.sample_info) if options.sample_info else None
    knowledge = knowledge_of(options.kb_overlay, options.kb)
    inputs, quiet = options.inputs, options.quiet
    with reading(inputs, quiet=quiet):
        done = check_inputs(inputs, settings, knowledge=knowledge, sample_info=info)
    for error in done.refused:
        say(error.line())
    for hint in () if quiet else done.hints:
        say(f"hint: {hint}")
    if done.samples:
        show = _print_lines if options.json_lines else _print_tables
        show(done, positions=options.positions)
    return _REFUSED if done.refused else 0


def _print_lines(done: CheckRun, *, positions: bool) -> None:
    from pgx.reports.safe_text import escape_json

    for tree in _objects(done, positions=positions):
        sys.stdout.write(escape_json(json.dumps(tree, ensure_ascii=False)) + "\n")


def _objects(done: CheckRun, *, positions: bool) -> Iterator[dict[str, Any]]:
    import msgspec

    for gene in done.genes:
        if positions:
            yield from (msgspec.to_builtins(position) for position in gene.positions)
        else:
            tree = msgspec.to_builtins(gene)
            del tree["positions"]
            yield tree


def _print_tables(done: CheckRun, *, positions: bool) -> None:
    from pgx.cli.check_rows import gene_rows, legend, position_rows, summary

    out = sys.stdout
    out.write(f"{summary(done)}\n\n")
    print_table(position_rows(done) if positions else gene_rows(done))
    if not positions:
        out.write("\n")
        out.writelines(f"{verdict}: {meaning}\n" for verdict, meaning in legend(done))
