"""What one sample shows of a gene's copies, before its alleles are named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.structures import CopyNumber, SiteBalance, StructuralModel, StructureEvidence
from pgx.structure.models import StructuralModels

__all__ = [
    "CONFLICT",
    "CopyEvidence",
    "SiteReads",
    "balances_of",
    "evidence_of",
    "not_assessed",
    "with_posterior",
]

CONFLICT: Final = "conflict"
"""Reason of evidence that disagrees or fits no known structure: the gene is open."""
LISTED_FROM: Final = 1e-4
"""Probability from which a number of copies or a model is listed."""
LIKELY_WITHIN: Final = 18.5
"""Log likelihood below that of the likeliest model up to which a model is listed."""
_RULED_OUT: Final = -60.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SiteReads:
    """Reads of each allele at one site of the gene.

    ``alleles`` are REF and ALT strings as a VCF writes them, normalised; ``reads`` how many
    reads show each. ``position`` is 1-based on GRCh38.
    """

    position: int
    alleles: tuple[str, ...]
    reads: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CopyEvidence:
    """How probable each structural model makes what one sample shows.

    Attributes
    ----------
    log_likelihood
        (M,) float64 by model of the gene's `StructuralModels`; all alike where nothing is known.
    reads
        Allelic depths at sites of the gene.
    report
        What a result tells of it; its ``reason`` says why the structure is not assessed.
    """

    log_likelihood: Floats
    reads: tuple[SiteReads, ...]
    report: StructureEvidence

    @property
    def is_assessed(self) -> bool:
        """Whether the structure could be assessed."""
        return self.report.is_assessed


def not_assessed(
    gene: str, source: str, reason: str, reads: tuple[SiteReads, ...] = ()
) -> CopyEvidence:
    """Return evidence that says nothing of copies, and why."""
    report = StructureEvidence(gene=gene, source=source, reason=reason, balances=balances_of(reads))
    return CopyEvidence(np.zeros(0), reads, report)


def with_posterior(
    evidence: CopyEvidence, models: StructuralModels, probability: Floats
) -> StructureEvidence:
    """Return a report with the posterior of copies and models, (M,) ``probability``."""
    copies = np.bincount(models.copies, weights=probability)
    counted = [CopyNumber(int(n), float(copies[n])) for n in np.argsort(-copies, kind="stable")]
    order = np.argsort(-probability, kind="stable").tolist()
    likely = evidence.log_likelihood - evidence.log_likelihood.max()
    named = [
        StructuralModel(models.name(m), float(probability[m]), round(float(likely[m]), 4))
        for m in order
        if probability[m] >= LISTED_FROM or likely[m] > -LIKELY_WITHIN
    ]
    return msgspec.structs.replace(
        evidence.report,
        copies=tuple(c for c in counted if c.probability >= LISTED_FROM),
        models=tuple(named),
    )


def balances_of(reads: Iterable[SiteReads]) -> tuple[SiteBalance, ...]:
    """Return reads of sites with two alleles as a report has them."""
    return tuple(
        SiteBalance(
            position=site.position,
            reference_reads=site.reads[0],
            alternative_reads=site.reads[1],
            reference=site.alleles[0],
            alternative=site.alleles[1],
        )
        for site in reads
        if len(site.alleles) == 2
    )


def evidence_of(report: StructureEvidence, models: StructuralModels) -> CopyEvidence:
    """Return the evidence behind a saved report; a model that is not listed is ruled out."""
    reads = tuple(
        SiteReads(
            b.position, (b.reference, b.alternative), (b.reference_reads, b.alternative_reads)
        )
        for b in report.balances
    )
    if not report.is_assessed:
        return CopyEvidence(np.zeros(0), reads, report)
    known = {model.name: model.log_likelihood for model in report.models}
    names = [models.name(m) for m in range(len(models.counts))]
    likely = np.array([known.get(name, _RULED_OUT) for name in names])
    return CopyEvidence(likely, reads, report)
