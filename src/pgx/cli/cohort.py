"""``pgx cohort``: the calls and advice of any number of samples, as columnar tables."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Protocol

import msgspec
import typer

from pgx.base.texts import MAX_AGE_MONTHS
from pgx.cli.console import say
from pgx.cli.options import (
    MaxAge,
    Overlay,
    Privacy,
    PrivacyOptions,
    Quiet,
    Release,
    privacy_of,
    run_app,
    single,
    tell_age,
)
from pgx.cli.progress import Stages
from pgx.cli.run_options import EvidenceOptions, ScopeOptions, asked
from pgx.errors import UsageError
from pgx.inputs.choices import names_of

if TYPE_CHECKING:
    from pgx.engine.plan import CohortPlan
    from pgx.engine.results import CohortOutcome
    from pgx.knowledge.snapshot import KnowledgeBase

__all__ = [
    "CohortOptions",
    "cohort",
    "planned",
    "report",
    "run",
    "use_threads",
]

Inputs = Annotated[
    list[str],
    typer.Argument(metavar="INPUT...", help="VCF, gVCF, BCF or VCF Zarr, or - for stdin"),
]
Output = Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="folder for results")]
_MOST_THREADS: Final = 4_096
_MOST_WORKERS: Final = 1_024
Formats = Annotated[
    str, typer.Option("--format", help="parquet (always written), tsv: the same tables as text")
]
Force = Annotated[
    bool,
    typer.Option("--force", help="replace results in DIR, or another run's unfinished partitions"),
]
Threads = Annotated[
    int,
    typer.Option(
        "--threads", min=0, max=_MOST_THREADS, help="threads of this process; 0: one per core"
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        "--workers",
        min=0,
        max=_MOST_WORKERS,
        help="worker processes; 0: this process only",
    ),
]
Scheduler = Annotated[
    str,
    typer.Option(
        "--scheduler", metavar="ADDRESS", help="address of a Dask cluster that does the work"
    ),
]


class CohortOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of ``pgx cohort``."""

    inputs: Inputs
    output: Output
    scope: ScopeOptions
    kb: Release = None
    max_age: MaxAge = MAX_AGE_MONTHS
    kb_overlay: Overlay = None
    evidence: EvidenceOptions
    formats: Formats = ""
    privacy: PrivacyOptions
    force: Force = False
    quiet: Quiet = False
    threads: Threads = 0
    workers: Workers = 0
    scheduler: Scheduler = ""


class PlannedOptions(Protocol):
    """Options from which a plan is made, whatever the command."""

    @property
    def inputs(self) -> list[str]:
        """Paths and addresses of variants."""

    @property
    def scope(self) -> ScopeOptions:
        """The scope of the run."""

    @property
    def evidence(self) -> EvidenceOptions:
        """Options for reading and calling genotypes."""

    @property
    def kb(self) -> Path | None:
        """The release to use."""

    @property
    def kb_overlay(self) -> Path | None:
        """The folder of a laboratory's own genes and rules."""

    @property
    def formats(self) -> str:
        """Requested table formats."""


def _table_formats(text: str) -> tuple[str, ...]:
    """Return the formats of tables, Parquet first.

    Raises
    ------
    UsageError
        The format does not exist.
    """
    words = names_of(text)
    unknown = [word for word in words if word not in ("parquet", "tsv")]
    if unknown:
        raise UsageError(
            f"no format {unknown[0]!r} of a cohort",
            remedy="choose parquet, tsv; pgx annotate writes reports of samples",
        )
    return ("parquet", "tsv") if "tsv" in words else ("parquet",)


def planned(options: PlannedOptions, privacy: Privacy) -> tuple[CohortPlan, KnowledgeBase]:
    """Return the plan of a run, and the knowledge base used for it.

    Raises
    ------
    PgxError
        See `pgx.engine.plan.make_plan`; or an option is invalid.
    """
    from pgx.engine.plan import make_plan
    from pgx.inputs.release import knowledge_of

    settings = options.evidence.settings(options.scope, with_sites=False)
    knowledge = knowledge_of(options.kb_overlay, options.kb)
    plan = make_plan(
        options.inputs,
        settings,
        sample_info=options.scope.sample_info,
        outside_calls=options.scope.outside_calls,
        overlay=options.kb_overlay,
        formats=_table_formats(options.formats),
        deidentify=privacy.is_on,
        pseudonym_key=privacy.key_file,
        knowledge=knowledge,
    )
    return plan, knowledge


def use_threads(n_threads: int) -> None:
    """Limit the threads of this process; polars reads the limit at its first import."""
    if n_threads:
        os.environ["POLARS_MAX_THREADS"] = str(n_threads)


def report(outcome: CohortOutcome, folder: Path, *, quiet: bool) -> None:
    """Report refused inputs, hints and written files."""
    for error in outcome.refused:
        say(error.line())
    if quiet:
        return
    for hint in outcome.hints:
        say(f"hint: {hint}")
    if not outcome.n_samples and folder.exists():
        say(f"hint: nothing was written; what {folder} holds is of an earlier run")
    if outcome.n_samples:
        say(f"{outcome.n_samples} sample(s), {len(outcome.files)} files in {folder}")


_REFUSED = 3


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(single(cohort, "cohort"), words, "pgx cohort")


@asked(CohortOptions)
def cohort(options: CohortOptions) -> int:
    """Call pharmacogenes of any number of samples and write calls and recommendations as tables.

    Writes calls.parquet, recommendations.parquet and cohort.json into DIR. An interrupted run
    resumes when rerun with the same arguments.

    Examples:
      pgx cohort cohort.vcf.gz -o results/

      pgx cohort chr*.vcf.gz -o results/ --assembly GRCh38 --absent reference

      pgx cohort genomes/*.g.vcf.gz -o results/ --sample-info samples.tsv --format tsv

      pgx cohort chr*.vcf.gz -o results/ --workers 8
    """
    use_threads(options.threads or options.workers)
    output, quiet = options.output, options.quiet
    privacy = privacy_of(options.privacy, output, force=options.force)
    plan, knowledge = planned(options, privacy)
    privacy.check_inputs(plan.paths())
    from pgx.engine.run import check_workers, run_whole

    check_workers(plan, options.workers, options.scheduler)
    with Stages(quiet=quiet) as progress:
        outcome = run_whole(
            plan,
            knowledge,
            output,
            progress,
            force=options.force,
            n_workers=options.workers,
            scheduler=options.scheduler,
            ahead=options.threads != 1,
            apart=privacy.table_of,
        )
    if not quiet:
        tell_age(knowledge.release, options.max_age)
    report(outcome, output, quiet=quiet)
    return _REFUSED if outcome.refused else 0
