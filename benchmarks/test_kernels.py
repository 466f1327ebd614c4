"""The compiled kernels beside numpy or plain Python that does the same, on sizes of a cohort.

    python -m pytest benchmarks/test_kernels.py -s

Each first compares results, then times both and prints how many times as fast the kernel is, by
least processor times. Run by ``make bench``, not by ``make test``. Inputs are made with a fixed
seed.
"""

from __future__ import annotations

import time
import timeit

import numpy as np
import pytest

from pgx.base.assemblies import canonical_contig
from pgx.genotypes._kernels import pack_cell, refine
from pgx.haplotypes._kernels import find_mismatches, fit_diplotypes
from pgx.io.header import parse_header
from pgx.io.records import ScanLimits
from pgx.io.scanner import Scanner
from pgx.io.windows import Windows
from reference import grouping as plain_grouping
from reference import match as plain_match

SAMPLES = 2_000
RECORDS = 100
HEADER = "##fileformat=VCFv4.2\n##contig=<ID=chr10,length=133797422>\n"
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"


pytestmark = pytest.mark.benchmark(timer=time.process_time)


@pytest.fixture
def draw():
    return np.random.default_rng(1)


def compare(benchmark, kernel, baseline, name):
    """Time both and print the ratio of their least times."""
    benchmark(kernel)
    least = min(timeit.repeat(baseline, timer=time.process_time, number=1, repeat=5))
    ratio = least / benchmark.stats.stats.min
    benchmark.extra_info["ratio"] = ratio
    print(f"\n{benchmark.name}: {ratio:.1f} times as fast as {name}")


def lines_of(draw, *, rich):
    """Return lines of records, most genotypes of them the reference's."""
    alleles = (draw.random((RECORDS, SAMPLES, 2)) < 0.05).astype(int)
    tail = ":31:99" if rich else ""
    lines = []
    for row, pairs in enumerate(alleles.tolist()):
        cells = "\t".join(f"{a}|{b}{tail}" for a, b in pairs)
        keys = "GT:DP:GQ" if rich else "GT"
        lines.append(f"chr10\t{94_000_000 + row}\t.\tA\tC\t.\tPASS\t.\t{keys}\t{cells}\n")
    return alleles, "".join(lines).encode()


def scanned(text, windows):
    """Return the genotypes (R, N, 2) that the scanner reads."""
    names = "\t".join(f"S{i}" for i in range(SAMPLES))
    header = parse_header((HEADER + COLUMNS + names + "\n").encode(), "made")

    def scan():
        scanner = Scanner(header, windows, "made", limits=ScanLimits())
        scanner.feed([text])
        return scanner.finish().genotypes

    return scan


def by_numpy(text):
    """Return genotypes of cells of three bytes, unchecked."""
    found = []
    for line in text.splitlines():
        cells = line.split(b"\t", 9)[9] + b"\t"
        found.append(np.frombuffer(cells, np.uint8).reshape(-1, 4)[:, :3:2] - 48)
    return np.array(found, np.int8)


def by_python(text):
    """Return genotypes of cells with other fields, unchecked."""
    found = []
    for line in text.splitlines():
        cells = line.split(b"\t")[9:]
        found.append([cell.split(b":", 1)[0].split(b"|") for cell in cells])
    return np.array(found).astype(np.int8)


@pytest.mark.parametrize(
    ("rich", "way"), [(False, by_numpy), (True, by_python)], ids=["GT", "GT:DP:GQ"]
)
def test_scan_of_wanted_records(benchmark, draw, rich, way):
    alleles, text = lines_of(draw, rich=rich)
    windows = Windows.build([(canonical_contig("chr10"), 1, 130_000_000)])
    scan = scanned(text, windows)
    assert (scan() == alleles).all()
    assert (way(text) == alleles).all()
    compare(benchmark, scan, lambda: way(text), f"{way.__name__}, which checks nothing")


def test_scan_of_records_elsewhere(benchmark, draw):
    alleles, text = lines_of(draw, rich=False)
    windows = Windows.build([(canonical_contig("chr10"), 1, 10)])
    scan = scanned(text, windows)
    assert len(scan()) == 0
    assert (by_numpy(text) == alleles).all()
    compare(benchmark, scan, lambda: by_numpy(text), "by_numpy, which checks nothing")


def grouping_problem(draw):
    groups = np.sort(draw.integers(0, 50, SAMPLES)).astype(np.int32)
    genotypes = (draw.random((SAMPLES, 2)) < 0.05).astype(np.int8)
    phased, reason = np.ones(SAMPLES, np.uint8), np.zeros(SAMPLES, np.uint8)
    return groups, genotypes, phased, reason, np.zeros(SAMPLES, np.int32)


def packed(genotypes, phased, reason, phase_set):
    """Return `pack_cell` of all cells at once."""
    low = (genotypes[:, 0].astype(np.int64) + 2) | (genotypes[:, 1].astype(np.int64) + 2) << 8
    low |= phased.astype(np.int64) << 16 | reason.astype(np.int64) << 17
    return low | phase_set.astype(np.int64) << 25


def test_refine(benchmark, draw):
    problem = grouping_problem(draw)
    room, out = 1 << 10, np.empty(SAMPLES, np.int32)
    scratch = np.empty((50, 2), np.int64), np.empty((2 * room, 3), np.int64)
    born = np.empty(room, np.int32), np.empty(room, np.int64)

    def kernel():
        return refine(*problem, np.zeros(0, np.int64), *scratch, *born, out)

    def by_unique():
        keys = problem[0].astype(np.int64) << 32 | packed(*problem[1:])
        return np.unique(keys, return_inverse=True)

    count, (keys, inverse) = kernel(), by_unique()
    rows = zip(*(array.tolist() for array in problem[1:]), strict=True)
    cells = [pack_cell(a, b, p, r, s) for (a, b), p, r, s in rows]
    expected, _ = plain_grouping.refine(problem[0].tolist(), cells)
    assert out.tolist() == expected
    assert count == len(keys) == len(set(zip(out.tolist(), inverse.tolist(), strict=True)))
    compare(benchmark, kernel, by_unique, "np.unique")


def matching_problem(draw, n_alleles=160, n_positions=140):
    """Return masks of alleles with few variants, and two haplotypes that two of them explain."""
    varied = draw.random((n_alleles, n_positions)) < 0.03
    masks = np.where(varied, 2, 1).astype(np.uint64)
    codes = np.ascontiguousarray(varied[[3, 7]].T.astype(np.int8))
    block = np.where(codes[:, 0] == codes[:, 1], -1, 0).astype(np.int32)
    return masks, codes, block


def pairs_by_numpy(masks, codes, block):
    """Return (A, A) whether a pair fits, for one phase block."""
    allowed = masks[:, :, None] >> codes.astype(np.uint64)[None] & np.uint64(1)
    one, two = (allowed[:, :, haplotype].astype(bool) for haplotype in (0, 1))
    same, free = block < 0, block >= 0
    both = one[:, same].all(1) & two[:, same].all(1)
    first, second = one[:, free].all(1), two[:, free].all(1)
    fits = np.outer(first, second) | np.outer(second, first)
    return np.triu(fits & np.outer(both, both))


def test_fit_diplotypes(benchmark, draw):
    masks, codes, block = matching_problem(draw)
    n = len(masks)
    haplotype, out = np.zeros((2, 2, n), np.uint8), np.zeros((n, n), np.uint8)

    def kernel():
        return fit_diplotypes(masks, codes, block, 1, haplotype, out)

    assert kernel() > 0
    assert (out.astype(bool) == pairs_by_numpy(masks, codes, block)).all()
    few = slice(0, 12)
    some = plain_match.fit_diplotypes(masks[few].tolist(), codes.tolist(), block.tolist(), 1)
    assert {(int(i), int(j)) for i, j in np.argwhere(out[few, few])} == some
    compare(benchmark, kernel, lambda: pairs_by_numpy(masks, codes, block), "numpy")


def mismatches_by_numpy(haplotypes, haplotype):
    """Return the number of haplotypes without a contradiction, and (K, 3) places."""
    differs = (haplotypes != haplotype) & (haplotype != -1)
    counts = differs.cumsum(1)
    total = counts[:, -1]
    first = np.where(total > 0, differs.argmax(1), -1)
    second = np.where(total > 1, (counts == 2).argmax(1), -1)
    last = np.where(total > 0, differs.shape[1] - 1 - differs[:, ::-1].argmax(1), -1)
    return int((total == 0).sum()), np.stack([first, second, last], 1)


def test_find_mismatches(benchmark, draw):
    haplotypes = (draw.random((1_000, 140)) < 0.03).astype(np.int8)
    haplotype = haplotypes[5].copy()
    haplotype[draw.random(140) < 0.1] = -1
    where = np.zeros((len(haplotypes), 3), np.int64)

    def kernel():
        return find_mismatches(haplotypes, haplotype, where)

    count, places = mismatches_by_numpy(haplotypes, haplotype)
    assert kernel() == count
    assert (where == places).all()
    compare(benchmark, kernel, lambda: mismatches_by_numpy(haplotypes, haplotype), "numpy")
