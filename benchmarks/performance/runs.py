"""Runs of the commands: the real cohort, genomes, more samples, more genes, a second worker."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.cohorts import facts_of, smallest_file, source_files, write_cohort
from benchmarks.performance.child import SETTINGS, runs_of
from benchmarks.reading import DATA

ROUNDS = 5
WHOLE_ROUNDS = 3
YARDSTICK = """
import sys
import numpy
from cyvcf2 import VCF
for path in sys.argv[1:]:
    for record in VCF(path):
        record.genotype.array()
"""
IMPORTS = """
import pgx.cli.cohort, pgx.engine.work, pgx.engine.results, pgx.engine.tables
import numpy, polars
"""


def pgx(command, paths, folder, *words):
    """Return the words that run a command of pgx."""
    head = [sys.executable, "-m", "pgx.cli.main", command, *map(str, paths)]
    return [*head, "-o", str(folder), "--force", "--quiet", *words]


def seconds(command):
    """Run a command; return its wall time in seconds."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def by_turns():
    """Return the times of one process that does all by turns; see `turns`."""
    command = [sys.executable, "-m", "benchmarks.performance.turns", str(ROUNDS)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def whole_processes():
    """Return seconds of whole processes on the real cohort, by turns, and of the others."""
    paths = source_files()
    with tempfile.TemporaryDirectory() as place:
        ways = {
            "cohort": pgx("cohort", paths, place, *SETTINGS),
            "cyvcf2": [sys.executable, "-c", YARDSTICK, *map(str, paths)],
            "imports": [sys.executable, "-c", IMPORTS],
        }
        times = {name: [] for name in ways}
        for turn in range(WHOLE_ROUNDS + 1):
            for name, command in ways.items():
                taken = seconds(command)
                if turn:
                    times[name].append(taken)
        annotate = pgx("annotate", paths, place, *SETTINGS, "--format", "tsv")
        times["annotate"] = [seconds(annotate)]
    return times


def genomes():
    """Return what gVCFs of one genome each cost: together, and by `pgx annotate`."""
    paths = sorted((DATA / "gvcf").glob("*.g.vcf.gz"))
    together = runs_of(paths, smallest_file(), runs=2)
    with tempfile.TemporaryDirectory() as place:
        one = pgx("annotate", paths[:1], place, "--format", "tsv")
        each = pgx("annotate", paths, place, "--format", "tsv")
        seconds(one)
        return {
            "samples": len(paths),
            "packed_bytes": sum(Path(path).stat().st_size for path in paths),
            "cohort": together,
            "annotate_all": [seconds(each) for _ in range(2)],
            "annotate_one": [seconds(one) for _ in range(WHOLE_ROUNDS)],
        }


COPIES = (1, 4, 16, 64)
MOST = 100_000
RUNS = {"1": 3, "4": 3, "16": 2, "64": 2, "most": 1}
FIVE = ("CYP2C19", "CYP2C9", "NAT2", "TPMT", "VKORC1")
GENES_AT = 16
WORKERS_AT = 64
SEED = 1


def sizes():
    """Return the numbers of samples, by name."""
    n_real, _ = facts_of(source_files()[0])
    return {f"{k}": k * n_real for k in COPIES} | {"most": MOST}


def made(folder, n_samples, every):
    """Return the files of a cohort, written unless the folder has them already."""
    note = folder / "made.json"
    asked = {"samples": n_samples, "every": every, "seed": SEED}
    paths = [folder / path.name for path in source_files()]
    if not note.exists() or json.loads(note.read_text()) != asked:
        write_cohort(folder, n_samples, every=every, seed=SEED)
        note.write_text(json.dumps(asked))
    return paths


def of_genes(paths, genes):
    return [path for path in paths if path.name.partition(".")[0] in genes]


def row_of(name, n_samples, paths, most_runs):
    """Measure one size."""
    n_runs = min(RUNS[name], most_runs)
    found = runs_of(
        [*paths, *SETTINGS], smallest_file(), runs=n_runs, folder=paths[0].parent.parent
    )
    return {
        "copies": None if name == "most" else int(name),
        "samples": n_samples,
        "packed_bytes": sum(path.stat().st_size for path in paths),
        **found,
    }


def by_samples(data, every, most_runs):
    """Return a row for each number of samples."""
    rows = []
    for name, n_samples in sizes().items():
        rows.append(row_of(name, n_samples, made(data / name, n_samples, every), most_runs))
        best = min(run["seconds"] for run in rows[-1]["runs"])
        print(f"  {n_samples} samples: {best:.1f} s, {rows[-1]['peak_mb']:.0f} MB", flush=True)
    return rows


def by_genes(data, every, most_runs):
    """Return a row for one gene, five and all, of which only the files are read."""
    n_samples = sizes()[str(GENES_AT)]
    paths = made(data / str(GENES_AT), n_samples, every)
    rows = []
    for genes in (FIVE[:1], FIVE, ()):
        own = of_genes(paths, genes) if genes else paths
        words = [*own, *SETTINGS, "--genes", ",".join(genes)]
        found = runs_of(words, smallest_file(), runs=min(2, most_runs), folder=data)
        rows.append({"genes": found["runs"][0]["genes"], "samples": n_samples, **found})
    return rows


def has_workers():
    """Whether `pgx cohort` can share its parts among workers."""
    command = [sys.executable, "-m", "pgx.cli.main", "cohort", "--help"]
    return "--workers" in subprocess.run(command, check=True, capture_output=True, text=True).stdout


@contextlib.contextmanager
def confined(n_cores):
    """Let what is started in the block use so many cores only."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(cores)[:n_cores])
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def by_workers(data, every):
    """Return times with one worker and two, None where there are none.

    ``seconds`` are those of whole processes on all cores, ``confined`` on as many cores as there
    are workers, ``parts`` those of what workers do, from another run.
    """
    if not has_workers():
        print("  pgx cohort has no --workers here: left out")
        return None
    n_samples = sizes()[str(WORKERS_AT)]
    paths = made(data / str(WORKERS_AT), n_samples, every)
    rows = []
    with tempfile.TemporaryDirectory(dir=data) as place:
        for n_workers in (1, 2):
            command = pgx("cohort", paths, place, *SETTINGS, "--workers", str(n_workers))
            whole = seconds(command)
            words = [*paths, *SETTINGS, "--workers", str(n_workers)]
            [run] = runs_of(words, smallest_file(), folder=data)["runs"]
            parts = run["stages"]["inputs"] + run["stages"]["genes"]
            with confined(n_workers):
                own = seconds(command)
            row = {"seconds": whole, "confined": own, "parts": parts}
            rows.append({"workers": n_workers, "samples": n_samples, **row})
            print(
                f"  {n_workers}: {whole:.1f} s, of it parts {parts:.1f} s; confined {own:.1f} s",
                flush=True,
            )
    return rows
