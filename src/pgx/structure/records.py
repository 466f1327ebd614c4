"""From copies that a structural record counts to what it says of each structural model."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.base.genes import GeneDefinition
from pgx.base.structures import CopyNumber, StructuralRecord, StructureEvidence
from pgx.genotypes.matrix import GeneGenotypes, SeenCopies
from pgx.structure.evidence import CONFLICT, CopyEvidence, not_assessed
from pgx.structure.models import StructuralModels, structural_models

__all__ = ["SOURCE", "record_evidence", "records_copies"]

SOURCE: Final = "records"
"""``source`` of a `StructureEvidence` whose copies a structural record counts."""

_USUAL_QUALITY: Final = 30.0
"""Phred-scaled quality of a record that has none: one in a thousand is wrong."""
_NONE_WHOLE: Final = math.log(1000)
"""Cost of a model of hybrids alone: a record of all of the gene seldom comes from such."""
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

    A count of copies does not tell whole copies from hybrids, and some callers count a hybrid
    that shows over little of the gene, others do not: the count is held half to the units of a
    model, half to what of them shows over the gene's exons. Each copy more or less costs what
    the quality of the record says, so that depth or reads may outweigh it.

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
    models = structural_models(gene.structure)
    quality = _USUAL_QUALITY if seen.quality is None else float(seen.quality)
    cost = min(max(quality, _LOWEST), _HIGHEST) * math.log(10) / 10
    shown = _shown(models, gene)
    off = (np.abs(models.copies - seen.copies) + np.abs(shown - seen.copies)) / 2
    likelihood = -cost * off
    if seen.copies:
        likelihood[models.counts[:, 0] == 0] -= _NONE_WHOLE
    return CopyEvidence(likelihood, (), record_evidence(seen, gene))


def _shown(models: StructuralModels, gene: GeneDefinition) -> npt.NDArray[np.float64]:
    """Return the copies that show over the gene's exons on average, (M,), by model."""
    own = [exon for exon in models.structure.exons if exon.gene == gene.gene]
    if not own:
        return models.copies.astype(np.float64)
    expected = models.expected([e.start for e in own], [e.end for e in own])
    return np.asarray(expected.copies.mean(axis=1))
