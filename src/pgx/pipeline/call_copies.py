"""What is known of gene copies, for the call of one sample: genotypes, status, doubts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.alleles.structural import StructuralCalls
from pgx.base.calls import CallStatus, GeneCall
from pgx.base.genes import GeneDefinition
from pgx.base.structures import GeneStructure, StructureEvidence
from pgx.genotypes.matrix import GeneGenotypes
from pgx.pipeline.doubts import left_open
from pgx.pipeline.record_copies import CONFLICT
from pgx.structure.evidence import CONFLICT as CONFLICT_REASON
from pgx.structure.evidence import CopyEvidence, SiteReads
from pgx.structure.mismapping import MISMAPPED_COPIES, MismappedSite, judge_mismapping
from pgx.structure.models import StructuralModels, structural_models
from pgx.structure.records import SOURCE

__all__ = ["is_sure", "judged", "structural_status", "unassessed"]

UNLIKELY: Final = 5.0
"""Log probability below that of the likeliest model from which a model's hybrids do not count."""
SPREADS: Final = 2.0
"""Standard deviations by which more of a hybrid may show than is known of it."""
LEAST_MISMAPPED: Final = 0.15
"""Copies of hybrids below which their reads are not looked for: a caller leaves them out."""
_AMOUNTS: Final = 5


def judged(
    gene: GeneDefinition, genotypes: GeneGenotypes, sample: int, copies: CopyEvidence
) -> GeneGenotypes:
    """Return one sample's genotypes; those at mismapped positions are judged by their reads."""
    structure = gene.structure
    if structure is None or not structure.mismapped or not copies.reads:
        return genotypes.take(np.array([sample]), (genotypes.samples[sample],))
    models = structural_models(structure)
    likely = copies.log_likelihood + models.log_prior if copies.is_assessed else None
    best = models.usual if likely is None else int(likely.argmax())
    sites = _mismapped_sites(structure, models, best)
    if likely is not None:
        left = np.flatnonzero(likely > likely[best] - UNLIKELY)
        sites += _foreign(structure, models, left, copies.reads)
    return judge_mismapping(genotypes, sample, copies.reads, sites)


def _mismapped_sites(
    structure: GeneStructure, models: StructuralModels, model: int
) -> list[MismappedSite]:
    """Return the sites to which reads of the paralogue, or of a model's hybrids, are mismapped."""
    added = models.mismapped_copies(structure.mismapped)[model].tolist()
    copies = int(models.counts[model, 0])
    return [
        MismappedSite(position, copies, tuple(amount + more for amount in MISMAPPED_COPIES))
        for position, more in zip(structure.mismapped, added, strict=True)
    ]


def _foreign(
    structure: GeneStructure,
    models: StructuralModels,
    left: npt.NDArray[np.intp],
    reads: Sequence[SiteReads],
) -> list[MismappedSite]:
    """Return where hybrids of models that are left show the paralogue's base, as reads seem to.

    How much of them shows lies between nothing and `SPREADS` above what is known of them.
    """
    bases = {site.position: {site.base, site.paralogue_base} for site in structure.sites}
    seen = [
        r.position
        for r in reads
        if set(r.alleles) == bases.get(r.position) and r.position not in structure.mismapped
    ]
    most = models.mismapped_copies(seen, SPREADS)[left].max(axis=0).tolist()
    copies = np.rint(models.own(seen)[left].max(axis=0)).astype(int).tolist()
    return [
        MismappedSite(position, n, tuple((amount * np.linspace(0, 1, _AMOUNTS)).tolist()))
        for position, n, amount in zip(seen, copies, most, strict=True)
        if amount >= LEAST_MISMAPPED
    ]


def is_sure(called: StructuralCalls, threshold: float) -> bool:
    """Whether the best diplotype with structure has the probability, and nothing contradicts."""
    return not called.conflict and called.found.probabilities[0] >= threshold


def structural_status(
    called: StructuralCalls, threshold: float, *, half_unanswered: bool
) -> CallStatus:
    """Called: copies and alleles together are sure enough, and nothing contradicts."""
    found = called.found
    is_open = called.conflict or found.is_partial or bool(found.unsettled) or half_unanswered
    if is_open or "combination_or_partial" in found.notes:
        return CallStatus.AMBIGUOUS
    return CallStatus.CALLED if is_sure(called, threshold) else CallStatus.AMBIGUOUS


def unassessed(core: GeneCall, report: StructureEvidence) -> GeneCall:
    """Return a call from small variants, open where these deny what depth or reads count."""
    if report.reason == CONFLICT_REASON and report.source != SOURCE:
        core = left_open(core)
        core = msgspec.structs.replace(core, notes=(*core.notes, CONFLICT))
    return msgspec.structs.replace(core, structure=report)
