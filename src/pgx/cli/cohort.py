"""``pgx cohort``: the calls and advice of any number of samples, as columnar tables."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from pgx.base.texts import MAX_AGE_MONTHS
from pgx.cli.console import say
from pgx.cli.options import MaxAge, OutsideCalls, Overlay, Release, run_app, single, tell_age
from pgx.cli.private import Deidentify, Privacy, PseudonymKey, PseudonymTable, privacy_of
from pgx.cli.progress import Stages
from pgx.errors import UsageError
from pgx.inputs.settings import MOST, RunSettings, names_of, settings_of

if TYPE_CHECKING:
    from pgx.engine.plan import CohortPlan
    from pgx.engine.results import CohortOutcome
    from pgx.knowledge.snapshot import KnowledgeBase

__all__ = [
    "CohortWords",
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
AssemblyWord = Annotated[
    str | None, typer.Option("--assembly", help="GRCh37 or GRCh38, where the header does not say")
]
Genes = Annotated[str, typer.Option("--genes", help="only these genes, comma-separated")]
Drugs = Annotated[str, typer.Option("--drugs", help="only these drugs, comma-separated")]
Samples = Annotated[str, typer.Option("--samples", help="only these samples, comma-separated")]
SampleInfoFile = Annotated[
    Path | None,
    typer.Option("--sample-info", metavar="TSV", help="sample, sex, population, superpopulation"),
]
AbsentWord = Annotated[
    str,
    typer.Option("--absent", help="what a position without any record means: no-call or reference"),
]
Untyped = Annotated[
    Path | None,
    typer.Option("--untyped", metavar="TSV", help="contig, pos that the call set cannot type"),
]
PriorWord = Annotated[
    str,
    typer.Option("--prior", help="what open diplotypes are weighed with: population or none"),
]
AncestryWord = Annotated[
    str, typer.Option("--ancestry", help="average, inferred, recorded, or AFR, AMR, EAS, EUR, SAS")
]
Threshold = Annotated[
    float,
    typer.Option(
        "--threshold", min=0.5, max=1.0, help="probability from which a call counts as made"
    ),
]
Confidence = Annotated[
    float,
    typer.Option(
        "--confidence", metavar="C", help="probability from which advice is certain, 0.5 to 1"
    ),
]
_MOST_THREADS: Final = 4_096
_MOST_WORKERS: Final = 1_024
MinGq = Annotated[
    int, typer.Option("--min-gq", min=0, max=MOST, help="genotype quality below it: unknown")
]
MinDp = Annotated[
    int, typer.Option("--min-dp", min=0, max=MOST, help="read depth below it: unknown")
]
Formats = Annotated[
    str, typer.Option("--format", help="parquet (always written), tsv: the same tables as text")
]
Force = Annotated[
    bool, typer.Option("--force", help="replace results in DIR, or another run's unfinished parts")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="only errors on stderr")]
Threads = Annotated[
    int,
    typer.Option(
        "--threads", min=0, max=_MOST_THREADS, help="threads of this process; 0: one a core"
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        "--workers",
        min=0,
        max=_MOST_WORKERS,
        help="processes that read and call; 0: this one alone",
    ),
]
Scheduler = Annotated[
    str,
    typer.Option("--scheduler", metavar="ADDRESS", help="a Dask cluster that reads and calls"),
]


class CohortWords(NamedTuple):
    """The words of the options, as typer gives them."""

    assembly: str | None
    genes: str
    drugs: str
    samples: str
    sample_info: Path | None
    outside_calls: Path | None
    kb: Path | None
    kb_overlay: Path | None
    absent: str
    untyped: Path | None
    prior: str
    ancestry: str
    threshold: float
    confidence: float
    min_gq: int
    min_dp: int
    formats: str
    privacy: Privacy

    def settings(self) -> RunSettings:
        """Return how the run reads, calls and advises.

        Raises
        ------
        UsageError
            A word means nothing.
        """
        return settings_of(
            assembly=self.assembly,
            genes=self.genes,
            drugs=self.drugs,
            samples=self.samples,
            absent=self.absent,
            with_sites=False,
            limits={
                "min_gq": self.min_gq,
                "min_dp": self.min_dp,
                "untyped": self.untyped,
                "prior": self.prior,
                "ancestry": self.ancestry,
                "threshold": self.threshold,
                "confidence": self.confidence,
            },
        )

    def table_formats(self) -> tuple[str, ...]:
        """Return the formats of tables, Parquet first.

        Raises
        ------
        UsageError
            There is no such format.
        """
        words = names_of(self.formats)
        unknown = [word for word in words if word not in ("parquet", "tsv")]
        if unknown:
            raise UsageError(
                f"no format {unknown[0]!r} of a cohort",
                remedy="choose parquet, tsv; pgx annotate writes reports of samples",
            )
        return ("parquet", "tsv") if "tsv" in words else ("parquet",)


def planned(inputs: list[str], words: CohortWords) -> tuple[CohortPlan, KnowledgeBase]:
    """Return the plan of a run, and the knowledge base that it was made with.

    Raises
    ------
    PgxError
        See `pgx.engine.plan.make_plan` and `CohortWords`.
    """
    from pgx.engine.plan import make_plan
    from pgx.inputs.release import knowledge_of

    settings = words.settings()
    knowledge = knowledge_of(words.kb_overlay, words.kb)
    plan = make_plan(
        inputs,
        settings,
        sample_info=words.sample_info,
        outside_calls=words.outside_calls,
        overlay=words.kb_overlay,
        formats=words.table_formats(),
        deidentify=words.privacy.is_on,
        pseudonym_key=words.privacy.key_file,
        knowledge=knowledge,
    )
    return plan, knowledge


def use_threads(n_threads: int) -> None:
    """Bound the threads of this process; polars reads it when it is first imported."""
    if n_threads:
        os.environ["POLARS_MAX_THREADS"] = str(n_threads)


def report(outcome: CohortOutcome, folder: Path, *, quiet: bool) -> None:
    """Name the inputs that were refused, give hints, and say what was written."""
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


def cohort(
    inputs: Inputs,
    output: Output,
    assembly: AssemblyWord = None,
    genes: Genes = "",
    drugs: Drugs = "",
    samples: Samples = "",
    sample_info: SampleInfoFile = None,
    outside_calls: OutsideCalls = None,
    kb: Release = None,
    max_age: MaxAge = MAX_AGE_MONTHS,
    kb_overlay: Overlay = None,
    absent: AbsentWord = "no-call",
    untyped: Untyped = None,
    prior: PriorWord = "population",
    ancestry: AncestryWord = "average",
    threshold: Threshold = 0.95,
    confidence: Confidence = 0.99,
    min_gq: MinGq = 20,
    min_dp: MinDp = 8,
    formats: Formats = "",
    deidentify: Deidentify = False,  # noqa: FBT002
    pseudonym_key: PseudonymKey = None,
    pseudonym_table: PseudonymTable = None,
    force: Force = False,  # noqa: FBT002
    quiet: Quiet = False,  # noqa: FBT002
    threads: Threads = 0,
    workers: Workers = 0,
    scheduler: Scheduler = "",
) -> int:
    """Call pharmacogenes of any number of samples and write calls and therapy advice as tables.

    Writes calls.parquet, recommendations.parquet and cohort.json into DIR. A run that was
    stopped goes on where it was when it is started again with the same words.

    Examples:
      pgx cohort cohort.vcf.gz -o results/

      pgx cohort chr*.vcf.gz -o results/ --assembly GRCh38 --absent reference

      pgx cohort genomes/*.g.vcf.gz -o results/ --sample-info samples.tsv --format tsv

      pgx cohort chr*.vcf.gz -o results/ --workers 8
    """
    use_threads(threads or workers)
    privacy = privacy_of(deidentify, pseudonym_key, pseudonym_table, output, force)
    words = CohortWords(
        assembly, genes, drugs, samples, sample_info, outside_calls, kb, kb_overlay, absent,
        untyped, prior, ancestry, threshold, confidence, min_gq, min_dp, formats, privacy,
    )  # fmt: skip
    plan, knowledge = planned(inputs, words)
    privacy.check_inputs(plan.paths())
    from pgx.engine.run import check_workers, run_whole

    check_workers(plan, workers, scheduler)
    with Stages(quiet=quiet) as progress:
        outcome = run_whole(
            plan,
            knowledge,
            output,
            progress,
            force=force,
            n_workers=workers,
            scheduler=scheduler,
            ahead=threads != 1,
            apart=privacy.table_of,
        )
    if not quiet:
        tell_age(knowledge.release, max_age)
    report(outcome, output, quiet=quiet)
    return _REFUSED if outcome.refused else 0
