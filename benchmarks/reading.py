"""What reading costs beside decompressing: isal alone, this reader, and cyvcf2, in one run.

Run ``python benchmarks/reading.py``; the validation data folder is found by
``PGX_VALIDATION_DATA`` (default: ``../shared`` beside the repository). All files of a cohort
are read whole, by the windows that ``pgx annotate`` asks for; cyvcf2 reads the genotypes of
every record. Rounds take turns, so that a busy machine slows all alike. The shortest wall and
processor times are printed, their ratios to decompression alone, and the median of the ratios
of wall times round by round.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
import warnings
from pathlib import Path

from isal import igzip

from pgx.base.assemblies import Assembly
from pgx.engine.reading import read_inputs
from pgx.inputs.settings import RunSettings
from pgx.io.source import Source, open_source
from pgx.knowledge.snapshot import KnowledgeBase

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("PGX_VALIDATION_DATA", ROOT.parent / "shared"))
ROUNDS = 9
TIMES_WIDER = 16


class Counting:
    """A sink that does nothing but count."""

    def __init__(self):
        self.restart()

    def restart(self):
        self.n_records = 0

    def take(self, block):
        self.n_records += len(block.records)


def asked_of(path, assembly):
    """Return what reading asks of the scanner for a file: windows and contig lengths."""
    asked = {}
    usual = Source.scan

    def scan(self, windows, **options):
        asked.update(windows=windows, contig_lengths=options["contig_lengths"])
        return usual(self, windows, **options)

    Source.scan = scan
    try:
        settings = RunSettings(assembly=Assembly(assembly))
        read_inputs([path], list(KnowledgeBase().genes.values()), settings, {})
    finally:
        Source.scan = usual
    return asked


def by_isal(paths):
    n_bytes = 0
    for path in paths:
        with igzip.open(path) as handle:
            while piece := handle.read(1 << 20):
                n_bytes += len(piece)
    return n_bytes


def by_pgx(paths, asked, *, ahead):
    found = Counting()
    n_records = n_kept = 0
    for path in paths:
        with open_source(path) as source:
            n_records += source.scan(**asked, sink=found, ahead=ahead).n_records
        n_kept += found.n_records
    return n_records, n_kept


def by_cyvcf2(paths):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from cyvcf2 import VCF
    n_records = 0
    for path in paths:
        for record in VCF(str(path)):
            record.genotype.array()
            n_records += 1
    return n_records


def widened(path, folder):
    """Write a copy with all samples many times over, under new names."""
    import pysam

    out = folder / f"wide_{path.name}"
    with igzip.open(path) as source, pysam.BGZFile(str(out), "w") as target:
        for text in source:
            columns = text.rstrip(b"\n").split(b"\t")
            if text.startswith(b"#CHROM"):
                n_samples = TIMES_WIDER * len(columns[9:])
                columns[9:] = [f"S{i}".encode() for i in range(n_samples)]
            elif not text.startswith(b"#"):
                columns[9:] = TIMES_WIDER * columns[9:]
            target.write(b"\t".join(columns) + b"\n")
    return out


def compare(label, paths, asked, rounds=ROUNDS):
    """Print the times of all ways, taken in turns."""
    ways = {
        "isal alone": lambda: by_isal(paths),
        "pgx": lambda: by_pgx(paths, asked, ahead=False),
        "pgx, ahead": lambda: by_pgx(paths, asked, ahead=True),
        "cyvcf2, genotypes": lambda: by_cyvcf2(paths),
    }
    times = {name: [] for name in ways}
    said = {}
    for way in ways.values():
        way()
    for turn in range(rounds):
        for name, way in ways.items():
            if name.startswith("cyvcf2") and turn % 3:
                continue
            start, spent = time.perf_counter(), time.process_time()
            said[name] = way()
            times[name].append((time.perf_counter() - start, time.process_time() - spent, turn))
    if said["pgx"] != said["pgx, ahead"] or said["pgx"][0] != said["cyvcf2, genotypes"]:
        raise SystemExit(f"{label}: the ways disagree: {said}")
    n_records, n_kept = said["pgx"]
    megabytes = said["isal alone"] / 1e6
    print(f"{label}: {len(paths)} files, {megabytes:.0f} MB of text, {n_records} records")
    base = times["isal alone"]
    least, least_spent = min(t[0] for t in base), min(t[1] for t in base)
    for name, taken in times.items():
        wall, spent = min(t[0] for t in taken), min(t[1] for t in taken)
        usual = statistics.median(t[0] / base[t[2]][0] for t in taken)
        print(
            f"  {name:18} wall {wall * 1e3:7.1f} ms ({wall / least:5.2f}; median {usual:5.2f})"
            f"  processor {spent * 1e3:7.1f} ms ({spent / least_spent:5.2f})"
        )
    print(f"  {n_kept} records kept; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def main():
    """Measure and print."""
    for assembly in ("GRCh38", "GRCh37"):
        paths = sorted((DATA / "cohort" / assembly).glob("*.vcf.gz"))
        asked = asked_of(paths[-1], assembly)
        compare(assembly, paths, asked)
        if assembly == "GRCh38":
            with tempfile.TemporaryDirectory() as folder:
                wide = widened(paths[-1].with_name("CYP2C9.vcf.gz"), Path(folder))
                compare(f"CYP2C9, {TIMES_WIDER} times wider", [wide], asked, 5)


if __name__ == "__main__":
    main()
