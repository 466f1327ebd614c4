"""Whole processes on the real cohort and on genomes as files of one sample."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.cohorts import smallest_file, source_files
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
