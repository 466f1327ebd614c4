"""``pgx cohort``: the calls and advice of any number of samples, as columnar tables."""

from __future__ import annotations

from pgx.base.ages import MAX_AGE_MONTHS
from pgx.cli import cohort_options as opt
from pgx.cli.cohort_options import CohortWords, planned, use_threads
from pgx.cli.cohort_steps import report
from pgx.cli.options import MaxAge, OutsideCalls, Overlay, Release, tell_age
from pgx.cli.private import Deidentify, PseudonymKey, PseudonymTable, privacy_of
from pgx.cli.progress import Stages
from pgx.cli.runner import run_app, single

__all__ = ["cohort", "run"]

_REFUSED = 3


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(single(cohort, "cohort"), words, "pgx cohort")


def cohort(
    inputs: opt.Inputs,
    output: opt.Output,
    assembly: opt.AssemblyWord = None,
    genes: opt.Genes = "",
    drugs: opt.Drugs = "",
    samples: opt.Samples = "",
    sample_info: opt.SampleInfoFile = None,
    outside_calls: OutsideCalls = None,
    kb: Release = None,
    max_age: MaxAge = MAX_AGE_MONTHS,
    kb_overlay: Overlay = None,
    absent: opt.AbsentWord = "no-call",
    untyped: opt.Untyped = None,
    prior: opt.PriorWord = "population",
    ancestry: opt.AncestryWord = "average",
    threshold: opt.Threshold = 0.95,
    confidence: opt.Confidence = 0.99,
    min_gq: opt.MinGq = 20,
    min_dp: opt.MinDp = 8,
    formats: opt.Formats = "",
    deidentify: Deidentify = False,  # noqa: FBT002
    pseudonym_key: PseudonymKey = None,
    pseudonym_table: PseudonymTable = None,
    force: opt.Force = False,  # noqa: FBT002
    quiet: opt.Quiet = False,  # noqa: FBT002
    threads: opt.Threads = 0,
    workers: opt.Workers = 0,
    scheduler: opt.Scheduler = "",
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
    from pgx.engine.whole import check_workers, run_whole

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
