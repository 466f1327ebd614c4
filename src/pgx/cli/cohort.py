"""``pgx cohort``: the calls and advice of any number of samples, as columnar tables."""

from __future__ import annotations

from pgx.cli import cohort_options as opt
from pgx.cli.cohort_options import CohortWords, planned, use_threads
from pgx.cli.console import say
from pgx.cli.options import Overlay
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
    outside_calls: opt.OutsideCalls = None,
    kb_overlay: Overlay = None,
    absent: opt.AbsentWord = "no-call",
    untyped: opt.Untyped = None,
    prior: opt.PriorWord = "population",
    ancestry: opt.AncestryWord = "average",
    threshold: opt.Threshold = 0.95,
    min_gq: opt.MinGq = 20,
    min_dp: opt.MinDp = 8,
    formats: opt.Formats = "",
    deidentify: Deidentify = False,  # noqa: FBT002
    pseudonym_key: PseudonymKey = None,
    pseudonym_table: PseudonymTable = None,
    force: opt.Force = False,  # noqa: FBT002
    quiet: opt.Quiet = False,  # noqa: FBT002
    threads: opt.Threads = 0,
) -> int:
    """Call pharmacogenes of any number of samples and write calls and therapy advice as tables.

    Writes calls.parquet, recommendations.parquet and cohort.json into DIR. A run that was
    stopped goes on where it was when it is started again with the same words.

    Examples:
      pgx cohort cohort.vcf.gz -o results/

      pgx cohort chr*.vcf.gz -o results/ --assembly GRCh38 --absent reference

      pgx cohort genomes/*.g.vcf.gz -o results/ --sample-info samples.tsv --format tsv
    """
    use_threads(threads)
    privacy = privacy_of(deidentify, pseudonym_key, pseudonym_table, output, force)
    words = CohortWords(
        assembly, genes, drugs, samples, sample_info, outside_calls, kb_overlay, absent, untyped,
        prior, ancestry, threshold, min_gq, min_dp, formats, privacy,
    )  # fmt: skip
    plan, knowledge = planned(inputs, words)
    from pgx.cohort.running.folder import finish_folder, working_folder
    from pgx.cohort.running.run import do_parts, parts_of
    from pgx.cohort.work import CohortWork
    from pgx.cohort.writing.results import write_cohort

    work = CohortWork(plan, knowledge)
    with working_folder(output, plan, force=force) as place, Stages(quiet=quiet) as progress:
        parts = parts_of(plan, place)
        do_parts(work, parts, progress)
        outcome = write_cohort(work, parts, output, progress)
        privacy.write_table(outcome.samples)
        finish_folder(place)
    for error in outcome.refused:
        say(error.line())
    for hint in [] if quiet else outcome.hints:
        say(f"hint: {hint}")
    if outcome.n_samples and not quiet:
        say(f"{outcome.n_samples} sample(s), {len(outcome.files)} files in {output}")
    return _REFUSED if outcome.refused else 0
