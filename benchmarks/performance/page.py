"""The page ``docs/performance.md`` as text, made of the JSON alone.

First come the chapters on what was measured, then those on what was not: larger cohorts, projected,
and what others have published (PharmCAT, "Run Time and Cost", UK Biobank 200K integrated call set,
cases 2, 3.2 and 4).
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.performance import model
from benchmarks.performance.words import amount, duration, filled, joined, number, table

PHARMCAT = {
    "address": "https://pharmcat.clinpgx.org/using/Runtime-Cost/",
    "samples": 200_044,
    "seconds_a_sample": 1.19,
    "preprocessor": (23, 2 * 3600 + 49 * 60 + 56),
    "table": (40, 10 * 3600 + 9 * 60 + 14),
}


def core_hours(step):
    """Return cores times hours of a step.

    >>> round(core_hours("preprocessor")), round(core_hours("table"))
    (65, 406)
    """
    cores, seconds = PHARMCAT[step]
    return cores * seconds / 3600


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


FUTURE = (500_000, 5_000_000)
SHOWN = {
    "time, one process": lambda p: duration(p["seconds"]),
    "– of it reading": lambda p: duration(p["inputs"]),
    "– calling": lambda p: duration(p["genes"]),
    "– advice, summaries and files": lambda p: duration(p["files"]),
    "core-hours": lambda p: f"{p['core_hours']:.2f}",
    "peak memory": lambda p: amount(p["memory_gb"] * 1e9),
    "results on disk": lambda p: amount(p["results_bytes"]),
    "input on disk": lambda p: amount(p["packed_bytes"]),
    "text that is read": lambda p: amount(p["text_bytes"]),
    "text of the records that are kept": lambda p: amount(p["kept_bytes"]),
    "text of whole chromosomes": lambda p: amount(p["chromosomes_bytes"]),
    "reading whole chromosomes, one core": lambda p: duration(p["chromosomes_seconds"]),
}


def projection(found):
    facts, last = found["turns"]["facts"], model.growth_rows(found)[-1]
    kept, n_records = facts["records_kept"], facts["records"]
    future = [model.projected(found, n) for n in FUTURE]
    rows = [(label, *(show(p) for p in future)) for label, show in SHOWN.items()]
    columns = ("projected", *(f"{number(n)} samples" for n in FUTURE))
    times = FUTURE[-1] / last["samples"]
    packed = last["packed_bytes"] / last["text_bytes"] * model.BYTES_A_CELL
    return f"""## Larger cohorts, not measured

{table(columns, rows)}

What is assumed:

- Times, memory, results and input lie on straight lines (least squares) through the measured
  points from 4 times the real cohort on. {number(FUTURE[-1])} samples are {times:.0f} times
  the largest cohort that was measured.
- The cohort is like the made one: phased genotypes alone, files cut to the genes, no more
  haplotypes than the source has. A larger real cohort has more rare variants, which are more
  records to read and more distinct calls to make. Depths, qualities and likelihoods make cells
  many times as long.
- Reading costs what the text is long: {model.BYTES_A_CELL} bytes a sample and record, {packed:.2f}
  on disk. Of {number(n_records)} records {number(kept)} ({kept / n_records:.1%}) are kept, the
  others are checked and dropped: files cut to the defining positions would be read in about that
  share of the time.
- Whole chromosomes are the {facts["chromosomes"]} that the files lie on, with as many records a
  kilobase ({n_records / facts["span_bases"] * 1e3:.0f}), read at
  {number(model.reading_speed(found))} MB of text a second. Cutting the regions out by an
  index first, or VCF Zarr, saves nearly all of it.
- One process, on the cores of this machine. Inputs and genes can be shared among workers and
  machines ([how](how-to/workflows.md)); what a second worker gains is {gained(found)}. Tables
  are written by one process."""


def gained(found):
    return f"measured above ({model.gain(found):.2f} times)" if found["workers"] else "not measured"


def published(found):
    n_samples = PHARMCAT["samples"]
    own = model.projected(found, n_samples)
    each = (own["genes"] + own["files"]) / n_samples * 1e3
    preparing, tabulating = core_hours("preprocessor"), core_hours("table")
    total = PHARMCAT["seconds_a_sample"] * n_samples / 3600 + preparing + tabulating
    rows = [
        (
            "preparing the input",
            f"{preparing:.0f} core-hours",
            f"{duration(own['inputs'])}, reading",
        ),
        (
            "calling a sample, one core",
            f"{PHARMCAT['seconds_a_sample']} s",
            f"{each:.2f} ms, with advice, summaries and tables",
        ),
        ("a table from the results", f"{tabulating:.0f} core-hours", "in the line above"),
        ("all", f"{total:.0f} core-hours", f"{own['core_hours']:.2f} core-hours"),
    ]
    return f"""## What others have published

PharmCAT's authors give run times for {n_samples:,} samples of the UK Biobank, of December 2022
([Run Time and Cost]({PHARMCAT["address"]})). **These were measured
elsewhere, by others**: on other machines, with an earlier version, other data, genes and outputs (a
file a sample). They are printed as published and show an order of size; they are no comparison
under equal conditions. Ours are read off the lines of the projection at the same number of samples.

{table(("", "PharmCAT, published", "pgx, projected"), rows)}"""


ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "performance.json"
PAGE = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "images" / "cohort-growth.svg"

# what a release should keep to: ratios of one run, so that they hold on any machine
MOST_OF_CYVCF2 = 1.0
MOST_OF_ISAL = 3.0
MOST_SLOPE = 1.15
MOST_MEMORY_MB = 1_500
LEAST_CALLS_A_SECOND = 200_000
LEAST_GAIN = 1.7
WORKER_TIMES = (
    ("parts", "in their parts"),
    ("confined", "the whole command on as many cores"),
    ("seconds", "the whole command on all cores"),
)


def render(found):
    """Return the page."""
    parts = [head(found), targets(found), real_cohort(found), growth(found, PICTURE.name)]
    parts += [genes(found), workers(found), genomes(found), projection(found), published(found)]
    return filled("\n\n".join(part for part in (*parts, again()) if part)) + "\n"


def head(found):
    machine = found["machine"]
    libraries = ", ".join(f"{name} {version}" for name, version in machine["libraries"].items())
    load = ", ".join(f"{x:.1f}" for x in found["load_before"])
    return f"""# What a cohort costs

Made by `python -m benchmarks.performance`; every number measured here comes from one run
([how to repeat it](#how-to-repeat-it)), on {found["date"]}, with pgx {found["version"]},
commit `{found["commit"]}`{apart(found)}.

{state(found)}

Machine: {machine["processor"]}, {machine["cores"]} cores, {machine["memory_gb"]:.0f} GB of memory,
{machine["system"]}, Python {machine["python"]}, {libraries}. Load average before: {load}."""


def apart(found):
    """Return which chapters come from another run of the same day, if any does."""
    names = found.get("measured_apart", ())
    return f", but for {' and '.join(names)}: from a later run of that day" if names else ""


def state(found):
    busy = max(found["others_before"], *found["others"].values())
    if found["is_busy"]:
        return (
            f"!!! warning\n    Other work kept up to {busy:.1f} cores of the machine busy"
            " meanwhile. Times are longer than they should be;\n    ratios of one run, and"
            " processor times, say more."
        )
    return f"Other work kept at most {busy:.2f} cores busy meanwhile."


def targets(found):
    of_cyvcf2, _ = model.ratio(found, "cohort", "cyvcf2")
    of_isal, _ = model.ratio(found, "reading", "isal")
    slope, last = model.slope(found), model.growth_rows(found)[-1]
    memory, most = last["peak_mb"], MOST_MEMORY_MB
    rows = [
        (
            "`pgx cohort` of the real cohort, beside cyvcf2 reading its genotypes",
            *at_most(of_cyvcf2, MOST_OF_CYVCF2),
        ),
        ("reading with all checks, beside decompressing alone", *at_most(of_isal, MOST_OF_ISAL)),
        ("a sample at 64 times the real cohort, beside 4 times", *at_most(slope, MOST_SLOPE)),
        (
            "each further sample from 16 to 64 times, beside 4 to 16 times",
            *at_most(model.bend(found), MOST_SLOPE),
        ),
        (
            f"peak memory with {number(last['samples'])} samples",
            f"at most {amount(most * 1e6)}",
            amount(memory * 1e6),
            reached(memory <= most),
        ),
        (
            f"calling alone, {number(last['samples'])} samples × genes, a second and core",
            f"at least {number(LEAST_CALLS_A_SECOND)}",
            number(round(last["calls_a_second"], -3)),
            reached(last["calls_a_second"] >= LEAST_CALLS_A_SECOND),
        ),
    ]
    if found["workers"]:
        aim = f"at least {LEAST_GAIN:.2f} times"
        for name, label in WORKER_TIMES:
            gain = model.gain(found, name)
            measured = f"{gain:.2f} times"
            rows.append(
                (f"two workers beside one, {label}", aim, measured, reached(gain >= LEAST_GAIN))
            )
    return "## Targets\n\n" + table(("", "target", "measured", "reached"), rows)


def at_most(value, most):
    return f"at most {most:.2f} times", f"{value:.2f} times", reached(value <= most)


def reached(yes):
    return "yes" if yes else "**no**"


def again():
    return """## How to repeat it

```text
make performance                                    # measures, writes this page
python -m benchmarks.performance --page             # this page again, from the JSON
python -m benchmarks.cohorts FOLDER --copies 64     # a cohort of 64 times the size
make bench                                          # the other benchmarks
```

The first needs the validation data folder (`PGX_VALIDATION_DATA`) and 2 GB of disk. It refuses a
machine that others keep busy; with `--busy` it measures all the same, and the page says so. All
figures, run by run, are in `benchmarks/results/performance.json`."""
