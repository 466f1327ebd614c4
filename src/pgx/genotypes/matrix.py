"""Observations at a gene's defining positions: calls, phase, evidence, reasons.

Shapes: P defining positions (in the gene's order), N samples. Allele codes: 0 is the GRCh38
reference allele, k the variant's k-th alternative, larger codes undocumented alleles (labels in
``extra``), -1 missing, -2 no second haplotype.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from pgx.records.genes import GeneDefinition

__all__ = [
    "ABSENT",
    "MISSING",
    "UNPHASED",
    "Evidence",
    "GeneGenotypes",
    "LikelyGenotype",
    "SeenCopies",
    "Unknown",
]

_T = TypeVar("_T")

MISSING = -1
ABSENT = -2
LAST_CODE = 62  # definitions allow codes as bits of 64
UNPHASED = -1  # phase block of a genotype whose haplotypes are interchangeable


class Evidence(IntEnum):
    """Source of the genotype at a position."""

    NONE = 0
    RECORD = 1
    REFERENCE_BLOCK = 2
    ASSUMED_REFERENCE = 3


class Unknown(IntEnum):
    """Reason why a position with data is set to missing."""

    NONE = 0
    NO_RECORD = 1
    NO_GENOTYPE = 2
    LOW_GQ = 3
    LOW_DP = 4
    AD_CONTRADICTS = 5
    FILTERED = 6
    PLOIDY = 7
    REF_MISMATCH = 8
    CONFLICT = 9
    HAPLOID_ON_AUTOSOME = 10
    MALE_HETEROZYGOUS = 11
    INDEL_NOT_EXCLUDED = 12
    UNTYPED = 14
    HALF_CALL = 15
    AMBIGUOUS_BASE = 16
    UNREADABLE = 17
    PARALOGUE = 18
    LOW_GP = 19


class LikelyGenotype(NamedTuple):
    """One unordered genotype of a site, and its phred-scaled likelihood, the best being 0."""

    first: int
    second: int
    phred: int


class SeenCopies(NamedTuple):
    """Copy number of a gene from a structural record, and the matching allele.

    ``allele`` is the name of a deletion, ``xN`` for a duplication, and empty if a record counted
    two copies; ``kind`` is ``deletion``, ``duplication`` or empty. ``sites`` are the indices of the
    positions certainly within it; ``quality`` is phred-scaled.
    """

    allele: str
    kind: str
    copies: int
    sites: tuple[int, ...]
    quality: int | None


@dataclass(slots=True)
class GeneGenotypes:
    """Observations of one gene in N samples.

    Attributes
    ----------
    call
        (P, N, 2) int8 allele codes.
    phase_block
        (P, N) int32: `UNPHASED`, 0 for file-wide phase, > 0 for one phase set.
    evidence, reason
        (P, N) uint8: `Evidence` and `Unknown`.
    gq, dp
        (P, N) int32, -1 if the input has none, `NOT_KEPT` (-2) if samples are read in groups, as in
        cohorts, so that filters distinguish the two. structural (N,) bool: a symbolic structural
        variant over the gene that is not a known allele. extra Labels ``chrN:pos:ref>alt`` of
        undocumented alleles by position index; the first has code ``len(variant.alleles)``.
        likelihoods Genotypes by (position index, sample), at positions with a genotype below the
        thresholds, if the input has genotype likelihoods. shares Fraction of reads (0-1) of the
        alternate allele by (position index, sample), of mitochondrial positions with reads by
        allele. haploid_samples Samples (indices) with haploid genotypes on chrX in the input,
        regardless of sex. copies Copy number from structural records, by sample (index).
    """

    gene: GeneDefinition
    # Arrays have positions first: a caller reads one position of all samples at a time.
    samples: tuple[str, ...]
    call: npt.NDArray[np.int8]
    phase_block: npt.NDArray[np.int32]
    evidence: npt.NDArray[np.uint8]
    reason: npt.NDArray[np.uint8]
    gq: npt.NDArray[np.int32]
    dp: npt.NDArray[np.int32]
    structural: npt.NDArray[np.bool_]
    extra: list[list[str]] = field(default_factory=list)
    notes: dict[int, set[str]] = field(default_factory=dict)
    likelihoods: dict[tuple[int, int], tuple[LikelyGenotype, ...]] = field(default_factory=dict)
    shares: dict[tuple[int, int], float] = field(default_factory=dict)
    haploid_samples: set[int] = field(default_factory=set)
    copies: dict[int, SeenCopies] = field(default_factory=dict)

    @classmethod
    def empty(cls, gene: GeneDefinition, samples: tuple[str, ...]) -> GeneGenotypes:
        """Return observations in which every position is without a record."""
        p, n = len(gene.variants), len(samples)
        return cls(
            gene=gene,
            samples=samples,
            call=np.full((p, n, 2), MISSING, np.int8),
            phase_block=np.full((p, n), UNPHASED, np.int32),
            evidence=np.zeros((p, n), np.uint8),
            reason=np.full((p, n), Unknown.NO_RECORD, np.uint8),
            gq=np.full((p, n), -1, np.int32),
            dp=np.full((p, n), -1, np.int32),
            structural=np.zeros(n, np.bool_),
            extra=[[] for _ in range(p)],
        )

    def take(self, columns: npt.NDArray[np.intp], names: tuple[str, ...]) -> GeneGenotypes:
        """Return some columns, in the given order and renamed; a column may be repeated."""
        places: dict[int, list[int]] = {}
        for place, column in enumerate(columns.tolist()):
            places.setdefault(column, []).append(place)

        def moved(table: dict[tuple[int, int], _T]) -> dict[tuple[int, int], _T]:
            """Return what is kept by position and sample, with the new samples."""
            return {(site, p): v for (site, c), v in table.items() for p in places.get(c, ())}

        return GeneGenotypes(
            gene=self.gene,
            samples=names,
            call=self.call[:, columns],
            phase_block=self.phase_block[:, columns],
            evidence=self.evidence[:, columns],
            reason=self.reason[:, columns],
            gq=self.gq[:, columns],
            dp=self.dp[:, columns],
            structural=self.structural[columns],
            extra=[list(labels) for labels in self.extra],
            notes={p: set(codes) for c, codes in self.notes.items() for p in places.get(c, ())},
            likelihoods=moved(self.likelihoods),
            shares=moved(self.shares),
            haploid_samples={p for c in self.haploid_samples for p in places.get(c, ())},
            copies={p: seen for c, seen in self.copies.items() for p in places.get(c, ())},
        )

    def add_note(self, sample: int, code: str) -> None:
        """Add a note to one sample (index)."""
        self.notes.setdefault(sample, set()).add(code)

    def label(self, site: int, code: int) -> str:
        """Return the allele string of a code, or the label of an undocumented allele."""
        alleles = self.gene.variants[site].alleles
        return alleles[code] if code < len(alleles) else self.extra[site][code - len(alleles)]

    def code_of_extra(self, site: int, label: str) -> int:
        """Return the code of an undocumented allele, giving it one if it is new.

        `MISSING` where the site has as many alleles as there are codes: who carries one more
        is unknown there.
        """
        labels, first = self.extra[site], len(self.gene.variants[site].alleles)
        if label not in labels:
            if first + len(labels) > LAST_CODE:
                return MISSING
            labels.append(label)
        return first + labels.index(label)
