"""Chapters of the page that tell what was measured."""

from __future__ import annotations

from benchmarks.performance import model
from benchmarks.performance.words import amount, joined, number, table

WAYS = {
    "cohort": "`pgx cohort`, from opening inputs to written files",
    "reading": "reading with all checks, cells dropped",
    "isal": "isal, decompressing alone",
    "cyvcf2": "cyvcf2, `genotype.array()` of every record",
}
PROCESSES = {
    "cohort": "`pgx cohort`",
    "imports": "imports of `pgx cohort` alone",
    "cyvcf2": "numpy and cyvcf2, imported, genotypes read",
    "annotate": "`pgx annotate`, which calls sample after sample, tables alone",
}
STAGES = {"inputs": "reading", "genes": "calling", "files": "advice, summaries and files"}


def real_cohort(found):
    turns, facts = found["turns"], found["turns"]["facts"]
    last = turns["last"]
    stages = joined([f"{label} {last['stages'][stage]:.2f} s" for stage, label in STAGES.items()])
    rate = facts["samples"] * last["genes"] / last["calling"]
    best = {name: min(times) for name, times in found["whole"].items()}
    processes = [(label, f"{best[name]:.2f}") for name, label in PROCESSES.items()]
    return f"""## The real cohort

{number(facts["samples"])} samples of the 1000 Genomes Project on GRCh38: {facts["files"]} files,
{amount(facts["text_bytes"])} of text in {amount(facts["packed_bytes"])},
{number(facts["records"])} records of which {number(facts["records_kept"])} concern a
defining position. The ways take turns; least times of {len(turns["times"]["cohort"])} rounds.
The first run in the process took {turns["first"]["seconds"]:.2f} s.

{in_one_process(found)}

Of the last round: {stages}. Calling alone: {number(rate)} samples × genes a second.

{table(("whole processes", "wall s"), processes)}

`pgx annotate` takes {best["annotate"] / best["cohort"]:.1f} times as long as `pgx cohort`, for the
same rows."""


def in_one_process(found):
    rows = []
    for name, label in WAYS.items():
        wall, spent = model.least(found, name)
        of_least, median = model.ratio(found, name, "cyvcf2")
        each = wall / found["turns"]["facts"]["samples"] * 1e3
        times = (f"{x:.2f}" for x in (wall, spent, each, of_least, median))
        rows.append((label, *times))
    columns = ("in one process, warm", "wall s", "processor s", "ms a sample", "of cyvcf2's wall")
    return table((*columns, "median of rounds"), rows)


def growth(found, picture):
    rows = model.growth_rows(found)
    last = rows[-1]
    thinned = (
        f"\nOf the records that say nothing of a defining position each {found['every']}th is kept."
        if found["every"] > 1
        else ""
    )
    return f"""## More samples

The first samples are the real ones; every other has, in each gene's file, two haplotypes of the
real ones drawn at random (`benchmarks/cohorts.py`): combinations that nobody of the source has,
but no new haplotypes.{thinned}
Each size is a process of its own, warmed by one small file; the quickest of its
runs, the start of Python apart. Memory is the peak of the whole process.

{table(*growth_table(rows))}

![Wall time and peak memory against the number of samples](images/{picture})

Reading gets through {number(model.reading_speed(found))} MB of text a second. At 64 times the real
cohort a sample takes {model.slope(found):.2f} times as long as at 4 times.
{number(last["samples"])} samples are {amount(last["text_bytes"])} of text in
{amount(last["packed_bytes"])}."""


def growth_table(rows):
    columns = (
        "samples", "times the real", "runs", "wall s", "processor s", "ms a sample", "reading s",
        "calling s", "writing s", "samples × genes called a second", "peak memory", "results",
    )  # fmt: skip
    cells = [
        (
            number(row["samples"]),
            row["copies"] or "",
            row["runs"],
            f"{row['seconds']:.1f}",
            f"{row['processor']:.1f}",
            f"{row['ms_a_sample']:.2f}",
            *(f"{row[stage]:.1f}" for stage in model.STAGES),
            number(row["calls_a_second"]),
            amount(row["peak_mb"] * 1e6),
            amount(row["results_bytes"]),
        )
        for row in rows
    ]
    return columns, cells


def genes(found):
    rows = []
    for row in found["genes"]:
        seconds = model.best_run(row)["seconds"]
        each = f"{seconds / row['genes']:.2f}"
        rows.append((row["genes"], f"{seconds:.2f}", each, amount(row["peak_mb"] * 1e6)))
    return f"""## More genes

{number(found["genes"][0]["samples"])} samples; only the files of these genes are read (of all:
some have none). Genes differ in size: the time is no multiple of one gene's.

{table(("genes", "wall s", "s a gene", "peak memory"), rows)}"""


def workers(found):
    if not found["workers"]:
        return ""
    first = found["workers"][0]
    times = ("parts", "confined", "seconds")
    rows = [
        (row["workers"], *(text for name in times for text in beside(first, row, name)))
        for row in found["workers"]
    ]
    faster = "times as fast"
    names = ("workers", "parts s", faster, "own cores s", faster, "all cores s", faster)
    return f"""## More workers

`pgx cohort --workers`, {number(first["samples"])} samples. Parts are what workers do: reading,
calling, finding advice. The whole command has the start of the workers before them and the
tables after them, which one process writes. On own cores it has as many as there are workers; on
all cores one worker is helped a little by the second, on which tables are prepared.

{table(names, rows)}"""


def beside(first, row, name):
    """Return seconds, and how many times as fast they are as those of the first row."""
    return f"{row[name]:.1f}", f"{first[name] / row[name]:.2f}"


def genomes(found):
    own = found["genomes"]
    n = own["samples"]
    ways = {
        "`pgx cohort`, in one process, warm": (model.best_run(own["cohort"])["seconds"], n),
        "`pgx annotate` of all, whole process": (min(own["annotate_all"]), n),
        "`pgx annotate` of one, whole process": (min(own["annotate_one"]), 1),
    }
    rows = [
        (label, f"{seconds:.2f}", f"{seconds / n * 1e3:.0f}")
        for label, (seconds, n) in ways.items()
    ]
    return f"""## Genomes, a file each

{own["samples"]} gVCFs at pharmacogenes, {amount(own["packed_bytes"])}; tables alone.

{table(("", "wall s", "ms a sample"), rows)}"""
