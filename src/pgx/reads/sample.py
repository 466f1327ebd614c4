"""Results of one sample's reads at one gene: copy number, genotypes, phase."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from pgx.base.assemblies import Assembly
from pgx.copynumber.evidence import CopyEvidence, not_assessed
from pgx.genotypes.matrix import GeneGenotypes, Unknown
from pgx.reads.columns import Reads
from pgx.reads.copies import copies_from_reads, normaliser_of, read_regions, with_reads
from pgx.reads.genotyping import ReadLimits, genotype, site_reads, unreadable
from pgx.reads.locus import ReadLocus, assign, read_locus
from pgx.reads.source import ReadsFile, Region, open_reads, refusal
from pgx.reads.votes import votes_of
from pgx.records.genes import GeneDefinition

__all__ = ["ReadsEvidence", "ReadsInput", "can_be_read", "read_gene"]

ALTERNATIVE: Final = re.compile(
    r"^(chr)?(22_.*_alt$|.*(KI270928|GL383582|KB663609|KN196485|KN196486|KQ458387|KQ458388|KQ759761))"
)
"""Contigs beside chromosome 22 that hold another copy of the gene."""
MOST_ALTERNATIVE: Final = 0.05
"""Share of the gene's reads on such contigs above which chromosome 22 lacks too many."""

SURE_OF_ONE: Final = 0.99
"""Probability of one copy or none from which a genotype is taken for one copy's."""


@dataclass(frozen=True, slots=True)
class ReadsInput:
    """A BAM or CRAM file, the FASTA file of a CRAM, and a BED file of normaliser regions."""

    path: str | Path
    reference: str | Path | None = None
    normaliser: str | Path | None = None


@dataclass(frozen=True, slots=True)
class ReadsEvidence:
    """Results of one sample's reads at one gene.

    Attributes
    ----------
    name
        The file's name without its folder.
    sample
        Of the read groups; empty if they have none.
    digest
        SHA-256 of the reads that were used; not of the whole file.
    genotypes
        Of one sample, with the name ``sample``.
    copies
        Likelihood of the reads under each structural model.
    """

    name: str
    sample: str
    digest: str
    assembly: Assembly
    genotypes: GeneGenotypes
    copies: CopyEvidence


def can_be_read(gene: GeneDefinition) -> bool:
    """Whether the knowledge base has sites that distinguish the gene from its paralogue."""
    return gene.structure is not None and bool(gene.structure.sites)


def read_gene(
    source: ReadsInput,
    gene: GeneDefinition,
    limits: ReadLimits,
    *,
    controls: Mapping[Assembly, Sequence[Region]] | None = None,
    assembly: Assembly | None = None,
) -> ReadsEvidence:
    """Analyze one gene in a single-sample file.

    Parameters
    ----------
    source
        The file, its reference and normalization regions.
    gene
        A gene for which `can_be_read` is true.
    limits
        Thresholds below which a genotype is missing.
    controls
        Normalization regions on other chromosomes, by assembly; used if the file has reads there
        and no BED file was given.
    assembly
        The required assembly, if given by the user.

    Raises
    ------
    ReadsFileError
        The file, its index, its reference or the BED file cannot be used; it has no reads there.
    AssemblyMismatchError
        It is on another assembly.
    """
    with open_reads(source.path, source.reference, assembly) as file:
        locus = read_locus(gene, file.assembly)
        chosen = None if source.normaliser is None else read_regions(source.normaliser, file, locus)
        reads = file.columns([locus.region])
        n_here = _n_over(reads, locus)
        if not n_here:
            raise refusal("no_reads", file.name)
        elsewhere = _n_alternative(file)
        normaliser = normaliser_of(
            file, reads, locus, chosen, (controls or {}).get(file.assembly, ())
        )
    assignment = assign(reads, locus)
    votes = votes_of(reads, locus, assignment)
    copies = copies_from_reads(reads, locus, assignment, normaliser)
    single = _probability_of(copies, most=1) >= SURE_OF_ONE
    genotypes = genotype(locus, votes, file.sample, limits, single=single)
    copies = with_reads(copies, site_reads(genotypes, votes))
    if elsewhere > MOST_ALTERNATIVE * (n_here + elsewhere):
        copies = not_assessed(gene.gene, "reads", "alternative_contigs")
        genotypes = unreadable(locus, file.sample, Unknown.UNREADABLE)
    elif copies.report.reason == "depth_too_low":
        copies = not_assessed(gene.gene, "reads", "depth_too_low")
        genotypes = unreadable(locus, file.sample, Unknown.LOW_DP)
    return ReadsEvidence(file.name, file.sample, _digest(reads), file.assembly, genotypes, copies)


def _probability_of(copies: CopyEvidence, *, most: int) -> float:
    """Return the probability of at most so many copies, 0 if not assessed."""
    return sum(c.probability for c in copies.report.copies if c.copies <= most)


def _n_over(reads: Reads, locus: ReadLocus) -> int:
    """Return the number of reads over the gene or its paralogue."""
    spans = locus.gene_span, locus.paralogue_span
    return sum(int(((reads.end >= a) & (reads.start <= b)).sum()) for a, b in spans)


def _n_alternative(file: ReadsFile) -> int:
    return sum(file.count(name) for name in file.other_contigs if ALTERNATIVE.match(name))


def _digest(reads: Reads) -> str:
    found = hashlib.sha256()
    for column in (reads.start, reads.end, reads.mapping_quality, reads.first):
        found.update(np.ascontiguousarray(column, "<i8").tobytes())
    found.update(reads.bases.tobytes())
    found.update(reads.qualities.tobytes())
    return found.hexdigest()
