"""Scanner and cyvcf2 on the same files in one run: best of several, kernels warm.

Run ``python benchmarks/scanner.py``; the validation data folder is found by
``PGX_VALIDATION_DATA`` (default: ``../shared`` beside the repository). Both read the whole
file once without an index; cyvcf2 takes ``genotype.array()`` at the positions that the
scanner keeps, and the arrays are compared.
"""

from __future__ import annotations

import csv
import os
import platform
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

from pgx.base.assemblies import CANONICAL, canonical_contig
from pgx.io.source import open_source
from pgx.io.windows import Windows

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("PGX_VALIDATION_DATA", ROOT.parent / "shared"))
ROUNDS = 7


def best(function, rounds=ROUNDS):
    """Return the shortest wall time in seconds and the last result."""
    shortest = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        result = function()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest, result


def defining_sites():
    """Return windows of a base on each side of every defining position of GRCh38."""
    with (DATA / "reference" / "contexts.tsv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    spans = [(r["chromosome"], int(r["grch38_position"]), len(r["ref"])) for r in rows]
    return Windows.build([(contig, at - 1, at + length) for contig, at, length in spans])


def everything():
    return Windows.build([(contig, 1, 300_000_000) for contig in CANONICAL])


def by_cyvcf2(path, wanted):
    """Return genotype arrays of the wanted (contig, position), in file order."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from cyvcf2 import VCF
    names = {}
    found = []
    for record in VCF(str(path)):
        contig = names.setdefault(record.CHROM, canonical_contig(record.CHROM))
        if (contig, record.POS) in wanted:
            found.append(record.genotype.array())
    return found


def widened(path, folder, n_samples=3_000):
    """Write a copy whose sample columns are repeated under new names."""
    out = folder / f"{path.name.split('.')[0]}_{n_samples}.vcf.gz"
    import pysam

    with pysam.BGZFile(str(path)) as source, pysam.BGZFile(str(out), "w") as target:
        for text in iter(source.readline, b"") if hasattr(source, "readline") else source:
            columns = text.rstrip(b"\n").split(b"\t")
            if not text.startswith(b"##"):
                cells = (columns[9:] * (n_samples // len(columns[9:]) + 1))[:n_samples]
                if text.startswith(b"#CHROM"):
                    cells = [f"S{i}".encode() for i in range(n_samples)]
                columns = columns[:9] + cells
            target.write(b"\t".join(columns) + b"\n")
    return out


def compare(label, path, windows):
    """Print both times and the ratio; stop if the arrays differ."""
    ours, scan = best(lambda: open_source(path).scan(windows))
    wanted = {(r.contig, r.position) for r in scan.records}
    theirs, arrays = best(lambda: by_cyvcf2(path, wanted), 3)
    stacked = np.array([array[:, :2] for array in arrays])
    if not np.array_equal(stacked, scan.genotypes):
        raise SystemExit(f"{label}: the arrays differ")
    print(
        f"{label:34} {scan.n_records:6} records {len(scan.samples):5} samples "
        f"{len(scan.records):6} kept  scanner {ours * 1e3:8.1f} ms  "
        f"cyvcf2 {theirs * 1e3:8.1f} ms  ratio {theirs / ours:5.1f}"
    )


def main():
    """Measure and print."""
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores")
    sites, all_sites = defining_sites(), everything()
    gvcf = DATA / "gvcf" / "HG01190.g.vcf.gz"
    seconds, scan = best(lambda: open_source(gvcf).scan(sites), 15)
    print(
        f"gVCF, {len(sites.windows)} windows: {scan.n_records} records, "
        f"{len(scan.records)} kept, {seconds * 1e3:.1f} ms"
    )
    with tempfile.TemporaryDirectory() as folder:
        for gene in ("CYP2B6", "CFTR"):
            path = DATA / "cohort" / "GRCh38" / f"{gene}.vcf.gz"
            compare(f"{gene}, defining sites", path, sites)
            compare(f"{gene}, every record", path, all_sites)
            wide = widened(path, Path(folder))
            compare(f"{gene} widened, defining sites", wide, sites)
            compare(f"{gene} widened, every record", wide, all_sites)


if __name__ == "__main__":
    main()
