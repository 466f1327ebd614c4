"""Options of `pgx cohort` and `pgx partition plan`: what they mean is said once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from pgx.base.errors import UsageError
from pgx.cli.private import Privacy
from pgx.pipeline.settings import MOST, RunSettings
from pgx.pipeline.words import names_of, settings_of

if TYPE_CHECKING:
    from pgx.engine.plan import CohortPlan
    from pgx.knowledge.snapshot import KnowledgeBase

__all__ = ["CohortWords", "planned", "use_threads"]

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
    from pgx.pipeline.local import knowledge_of

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
