"""From copies that a structural record counts to what it says of each structural model."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from pgx.base.genes import GeneDefinition
from pgx.base.structures import CopyNumber, StructuralRecord, StructureEvidence
from pgx.genotypes.matrix import GeneGenotypes, SeenCopies
from pgx.structure.evidence import CopyEvidence, not_assessed
from pgx.structure.models import structural_models

__all__ = ["SOURCE", "record_evidence", "records_copies"]

SOURCE: Final = "records"
"""``source`` of a `StructureEvidence` whose copies a structural record counts."""
CONFLICT: Final = "conflict"
"""Reason of a structure that is not assessed: records disagree, or one is no known allele."""

_USUAL_QUALITY: Final = 30.0
"""Phred-scaled quality of a record that has none: one in a thousand is wrong."""
_LOWEST, _HIGHEST = 20.0, 60.0  # what any quality counts as: no caller is surer than that


def record_evidence(seen: SeenCopies, gene: GeneDefinition) -> StructureEvidence:
    """Return what a result tells of copies that a record counts."""
    record = StructuralRecord(
        allele=seen.allele,
        kind=seen.kind,
        copies=seen.copies,
        positions=tuple(gene.variants[site].position for site in seen.sites),
        quality=seen.quality,
    )
    return StructureEvidence(
        gene=gene.gene,
        source=SOURCE,
        copies=(CopyNumber(seen.copies, 1.0),),
        records=(record,),
    )


def records_copies(genotypes: GeneGenotypes, sample: int) -> CopyEvidence | None:
    """Return what one sample's structural records say of the copies of a gene.

    A count of copies tells whole copies from hybrids as little as one from the other: models
    with as many units are alike. Each copy more or less costs what the quality of the record
    says, so that depth or reads may outweigh it.

    Parameters
    ----------
    genotypes
        Observations of a gene whose structure is known.
    sample
        A column of it.

    Returns
    -------
    CopyEvidence or None
        Not assessed where a record over the gene is unsure, no known allele, or denied by
        another; None without a record.
    """
    gene = genotypes.gene
    if gene.structure is None:
        return None
    if genotypes.structural[sample]:
        return not_assessed(gene.gene, SOURCE, CONFLICT)
    seen = genotypes.copies.get(sample)
    if seen is None:
        return None
    copies = structural_models(gene.structure).copies
    quality = _USUAL_QUALITY if seen.quality is None else float(seen.quality)
    cost = min(max(quality, _LOWEST), _HIGHEST) * math.log(10) / 10
    likelihood = -cost * np.abs(copies - seen.copies).astype(np.float64)
    return CopyEvidence(likelihood, (), record_evidence(seen, gene))
