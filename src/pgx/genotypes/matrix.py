"""What was observed at a gene's defining positions: calls, phase, evidence, reasons.

Shapes: P defining positions (in the gene's order), N samples. Allele codes: 0 is the GRCh38
reference allele, k the variant's k-th alternative, larger codes alleles that no definition
names (their labels stand in ``extra``), -1 unknown, -2 no second strand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from pgx.base.errors import InputConflictError
from pgx.base.genes import GeneDefinition

__all__ = ["ABSENT", "MISSING", "UNPHASED", "Evidence", "GeneGenotypes", "Unknown", "combine"]

MISSING = -1
ABSENT = -2
UNPHASED = -1  # phase block of a genotype whose strands are interchangeable


class Evidence(IntEnum):
    """Where the answer at a position came from."""

    NONE = 0
    RECORD = 1
    REFERENCE_BLOCK = 2
    ASSUMED_REFERENCE = 3


class Unknown(IntEnum):
    """Why a position is unknown although something is written there."""

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
        (P, N) int32, -1 where the input has none.
    structural
        (N,) bool: a symbolic structural variant is called over the gene.
    extra
        Labels ``chrN:pos:ref>alt`` of undocumented alleles by position index; the first has
        code ``len(variant.alleles)``.
    """

    gene: GeneDefinition
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

    def add_note(self, sample: int, code: str) -> None:
        """Add a note to one sample (index)."""
        self.notes.setdefault(sample, set()).add(code)

    def label(self, site: int, code: int) -> str:
        """Return the allele string of a code, or the label of an undocumented allele."""
        alleles = self.gene.variants[site].alleles
        return alleles[code] if code < len(alleles) else self.extra[site][code - len(alleles)]

    def code_of_extra(self, site: int, label: str) -> int:
        """Return the code of an undocumented allele, giving it one if it is new."""
        labels = self.extra[site]
        if label not in labels:
            labels.append(label)
        return len(self.gene.variants[site].alleles) + labels.index(label)


def combine(
    parts: list[GeneGenotypes], gene: GeneDefinition, samples: tuple[str, ...]
) -> GeneGenotypes:
    """Join observations of several inputs by sample name.

    Raises
    ------
    InputConflictError
        Two inputs answer one site of one sample differently.
    """
    if len(parts) == 1 and parts[0].samples == samples:
        return parts[0]
    whole = GeneGenotypes.empty(gene, samples)
    column = {name: i for i, name in enumerate(samples)}
    for part in parts:
        _add_part(whole, part, np.array([column[name] for name in part.samples], np.intp))
    return whole


def _add_part(whole: GeneGenotypes, part: GeneGenotypes, columns: npt.NDArray[np.intp]) -> None:
    call = _recoded(whole, part)
    new = part.evidence != Evidence.NONE
    old = whole.evidence[:, columns] != Evidence.NONE
    both = new & old
    if both.any():
        differs = (np.sort(call, axis=2) != np.sort(whole.call[:, columns], axis=2)).any(axis=2)
        if (both & differs).any():
            site = int(np.argwhere(both & differs)[0][0])
            variant = part.gene.variants[site]
            raise InputConflictError(
                "two input files answer this site of one sample differently",
                where=f"{part.gene.contig}:{variant.position}",
                remedy="give each sample's site in one file only",
            )
    fill = new & ~old
    for name in ("phase_block", "evidence", "reason", "gq", "dp"):
        target = getattr(whole, name)
        target[:, columns] = np.where(fill, getattr(part, name), target[:, columns])
    whole.call[:, columns] = np.where(fill[:, :, None], call, whole.call[:, columns])
    unanswered = ~new & ~old & (part.reason != Unknown.NO_RECORD)
    whole.reason[:, columns] = np.where(unanswered, part.reason, whole.reason[:, columns])
    whole.structural[columns] |= part.structural
    for sample, codes in part.notes.items():
        for code in codes:
            whole.add_note(int(columns[sample]), code)


def _recoded(whole: GeneGenotypes, part: GeneGenotypes) -> npt.NDArray[np.int8]:
    """Return the part's calls with its undocumented alleles coded as in the whole."""
    call = part.call
    if not any(part.extra):
        return call
    call = call.copy()
    for site, labels in enumerate(part.extra):
        base = len(part.gene.variants[site].alleles)
        codes = [whole.code_of_extra(site, label) for label in labels]
        before = part.call[site]
        for index, code in enumerate(codes):
            call[site][before == base + index] = code
    return call
