"""``pgx partition``: `pgx cohort` in separate steps, for workflow systems."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from pgx.cli.cohort import Force, Formats, Inputs, Output, Threads, planned, report, use_threads
from pgx.cli.console import say
from pgx.cli.options import (
    Deidentify,
    Overlay,
    PrivacyOptions,
    PseudonymKey,
    PseudonymTable,
    Quiet,
    Release,
    privacy_of,
    run_app,
)
from pgx.cli.progress import Stages
from pgx.cli.run_options import EvidenceOptions, ScopeOptions, asked
from pgx.errors import UsageError

__all__ = ["app", "run"]

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Split a cohort into partitions for several machines: plan, run, merge.",
)
_REFUSED = 3

PlanFolder = Annotated[
    Path, typer.Argument(metavar="PLAN", help="folder that pgx partition plan wrote")
]
Replace = Annotated[bool, typer.Option("--force", help="replace a plan and its parts")]
JsonLines = Annotated[
    bool, typer.Option("--json-lines", help="print one JSON object per component")
]
Numbers = Annotated[
    str, typer.Option("--part", metavar="N", help="number of a part, or several: 3-27, 1,4")
]


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(app, words, "pgx partition")


class PlanOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of ``pgx partition plan``."""

    inputs: Inputs
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="PLAN", help="folder for plan and parts")
    ]
    scope: ScopeOptions
    kb: Release = None
    kb_overlay: Overlay = None
    evidence: EvidenceOptions
    formats: Formats = ""
    deidentify: Deidentify = False
    pseudonym_key: PseudonymKey = None
    force: Replace = False
    json_lines: JsonLines = False


@app.command()
@asked(PlanOptions)
def plan(options: PlanOptions) -> None:
    """Write the plan of a cohort run into a folder, and print how many parts it has.

    Inputs are not opened. All machines must see the folder and the inputs under the same paths.

    Examples:
      pgx partition plan cohort/*.vcf.gz -o plan --assembly GRCh38
    """
    named = PrivacyOptions(deidentify=options.deidentify, pseudonym_key=options.pseudonym_key)
    privacy = privacy_of(named, options.output, force=options.force)
    if "-" in options.inputs:
        raise UsageError("parts cannot read standard input", remedy="give the path of a file")
    own, knowledge = planned(options, privacy)
    from pgx.engine.run import numbers_as_text, save_plan

    save_plan(own, options.output, force=options.force, knowledge=knowledge)
    n_reads = len(own.reads)
    if options.json_lines:
        for number, numbers in enumerate(own.reads):
            _print({"part": number, "does": "read", "n_inputs": len(numbers)})
        for number, gene in enumerate(own.genes, n_reads):
            _print({"part": number, "does": "call", "gene": gene})
        return
    reads = numbers_as_text(range(n_reads))
    calls = numbers_as_text(range(n_reads, own.n_parts))
    sys.stdout.write(f"{own.n_parts} parts: {reads} read, {calls} call a gene each\n")


def _print(tree: object) -> None:
    sys.stdout.write(msgspec.json.encode(tree).decode() + "\n")


@app.command("run")
def run_parts(
    folder: PlanFolder,
    part: Numbers,
    quiet: Quiet = False,  # noqa: FBT002
    threads: Threads = 0,
) -> None:
    """Run partitions of a plan; finished ones are skipped.

    A part that calls needs all parts that read. Inputs that are refused are named here, and by
    the merge, which has their exit status.

    Examples:
      pgx partition run plan --part 0

      pgx partition run plan --part 3-27
    """
    use_threads(threads)
    from pgx.engine.run import Partition

    own = Partition.read(folder)
    for number in _numbers(part, own.plan.n_parts):
        if own.is_done(number):
            _say(f"part {number} was finished already", quiet=quiet)
            continue
        for error in own.do(number):
            say(error.line())
        _say(f"part {number} finished", quiet=quiet)


def _say(text: str, *, quiet: bool) -> None:
    if not quiet:
        say(text)


def _numbers(text: str, n_parts: int) -> list[int]:
    """Return the numbers of parts in a text.

    Raises
    ------
    UsageError
        It has no number, or one that is not in the plan.

    >>> _numbers("3-5,1", 6)
    [3, 4, 5, 1]
    """
    found: list[int] = []
    for word in text.split(","):
        first, dash, last = word.strip().partition("-")
        last = last if dash else first
        if not (first.isdecimal() and last.isdecimal()):
            raise UsageError(f"--part is a number or a range, not {text!r}", remedy="such as 3-27")
        found += range(int(first), int(last) + 1)
    if not found or max(found) >= n_parts:
        raise UsageError(f"the plan has no part {text}", remedy=f"choose of 0 to {n_parts - 1}")
    return list(dict.fromkeys(found))


@app.command()
def merge(
    folder: PlanFolder,
    output: Output,
    pseudonym_table: PseudonymTable = None,
    force: Force = False,  # noqa: FBT002
    quiet: Quiet = False,  # noqa: FBT002
    threads: Threads = 0,
) -> int:
    """Write the results of finished parts, byte by byte those of `pgx cohort`.

    Examples:
      pgx partition merge plan -o results/
    """
    use_threads(threads)
    from pgx.engine.folder import finish_folder, working_folder
    from pgx.engine.results import write_cohort
    from pgx.engine.run import Partition

    own = Partition.read(folder)
    own.check()
    key = own.plan.pseudonym_key
    key_file = Path(key.path) if key else None
    named = PrivacyOptions(
        deidentify=own.plan.deidentify, pseudonym_key=key_file, pseudonym_table=pseudonym_table
    )
    privacy = privacy_of(named, output, force=force)
    privacy.check_inputs(own.plan.paths())
    with working_folder(output, own.plan, force=force) as place, Stages(quiet=quiet) as progress:
        outcome = write_cohort(own.steps, output, progress, apart=privacy.table_of)
        finish_folder(place)
    report(outcome, output, quiet=quiet)
    return _REFUSED if outcome.refused else 0
