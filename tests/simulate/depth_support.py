"""Simulated gVCFs with depth, and their lines taken apart."""

from __future__ import annotations

import functools

import numpy as np

from pgx.base.assemblies import Assembly
from pgx.copynumber.depth import default_panel
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.simulator.depth.gvcf import DepthSimulator
from pgx.simulator.depth.noise import DepthSettings, panel_windows
from pgx.simulator.haplotypes import common_spellings
from pgx.simulator.settings import AmbiguityChoice, SimulationSettings, WriteStyle

GENE = "CYP2D6"
BODY = (42127700, 42130400)
EXON_9_CORE = (42126605, 42126700)


@functools.cache
def kb():
    return KnowledgeBase()


@functools.cache
def windows():
    return panel_windows(default_panel())[0]


def settings(**options):
    return SimulationSettings(
        style=WriteStyle.GVCF,
        ambiguity=AmbiguityChoice.COMMON,
        common=common_spellings(kb().genes, kb().frequencies),
        **options,
    )


@functools.cache
def simulator(coverage=40.0, noise=0.02, seed=0, assembly=Assembly.GRCH38, whole=True):
    """Make a simulator; not ``whole``: of the gene alone, which is quick."""
    depth = DepthSettings(coverage=coverage, noise=noise, seed=seed)
    chosen = settings(assembly=assembly, only_named=not whole)
    return DepthSimulator(kb().genes, chosen, depth, windows() if whole else None)


@functools.cache
def text(one, two, *, sample="S1", **options):
    return simulator(**options).render(sample, {GENE: (one, two)})


def gene_text(one, two, **options):
    """Text of a file of the gene alone."""
    return text(one, two, whole=False, **options)


class Line:
    """One line of a gVCF with one sample."""

    def __init__(self, line):
        columns = line.split("\t")
        self.contig, self.position, self.ref = columns[0], int(columns[1]), columns[3]
        self.alts = columns[4].split(",")
        self.is_block = columns[7].startswith("END=")
        self.end = int(columns[7][4:]) if self.is_block else self.position + len(self.ref) - 1
        self.values = dict(zip(columns[8].split(":"), columns[9].split(":"), strict=True))

    def numbers(self, key):
        return [int(n) for n in self.values[key].split(",")]


def lines(content):
    return [Line(line) for line in content.splitlines() if not line.startswith("#")]


def mean_depth(content, span, contig="chr22"):
    """Mean over bases of a span."""
    total = covered = 0
    for line in lines(content):
        start, end = max(line.position, span[0]), min(line.end, span[1])
        if line.contig == contig and start <= end:
            total += (end - start + 1) * int(line.values["DP"])
            covered += end - start + 1
    return total / covered


def mean_share(one, two, position, samples=12, **options):
    """Share of all samples' reads at a position that show the first alternative."""
    reads = np.zeros(2)
    for number in range(samples):
        for line in lines(gene_text(one, two, sample=f"S{number}", **options)):
            if line.contig == "chr22" and line.position == position and not line.is_block:
                reads += line.numbers("AD")[:2]
    return reads[1] / reads.sum()
