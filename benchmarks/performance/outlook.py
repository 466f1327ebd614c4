"""Chapters of the page that tell what was not measured here."""

from __future__ import annotations

from benchmarks.performance import model
from benchmarks.performance.published import PHARMCAT, core_hours
from benchmarks.performance.words import amount, duration, number, table

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
