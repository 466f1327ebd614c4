"""What one sample shows of a gene's copies, before its alleles are named."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.structures import CopyNumber, StructuralModel, StructureEvidence
from pgx.structure.models import StructuralModels

__all__ = ["CopyEvidence", "SiteReads", "not_assessed", "with_posterior"]

LISTED_FROM = 1e-4
"""Probability from which a number of copies or a model is listed."""

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
    report = StructureEvidence(gene=gene, source=source, reason=reason)
    return CopyEvidence(np.zeros(0), reads, report)


def with_posterior(
    report: StructureEvidence, models: StructuralModels, probability: Floats
) -> StructureEvidence:
    """Add the posterior of copies and models, (M,) ``probability``, to a report."""
    copies = np.bincount(models.copies, weights=probability)
    counted = [CopyNumber(int(n), float(copies[n])) for n in np.argsort(-copies, kind="stable")]
    order = np.argsort(-probability, kind="stable").tolist()
    named = [StructuralModel(models.name(m), float(probability[m])) for m in order]
    return msgspec.structs.replace(
        report,
        copies=tuple(c for c in counted if c.probability >= LISTED_FROM),
        models=tuple(m for m in named if m.probability >= LISTED_FROM),
    )
