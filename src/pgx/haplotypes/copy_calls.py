"""Calls of genes with copy-number evidence, from depth or from records."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.copynumber.configurations import StructuralModels, structural_models
from pgx.copynumber.evidence import CONFLICT as CONFLICT_REASON
from pgx.copynumber.evidence import (
    MISMAPPED_COPIES,
    SOURCE,
    CopyEvidence,
    MismappedSite,
    SiteReads,
    judge_mismapping,
    record_evidence,
    records_copies,
)
from pgx.genotypes.matrix import MISSING, Evidence, GeneGenotypes, SeenCopies
from pgx.haplotypes.filters import failed_sites, left_open
from pgx.haplotypes.matching import Observation, observe
from pgx.haplotypes.outcome import DiplotypeSet, Haplotype, with_lost, with_one_more
from pgx.haplotypes.structural import StructuralCalls
from pgx.records.calls import CallStatus, GeneCall
from pgx.records.genes import GeneDefinition
from pgx.records.structures import GeneStructure, StructureEvidence

__all__ = [
    "CONFLICT",
    "FROM_RECORDS",
    "Change",
    "CopyReading",
    "copy_reading",
    "denied",
    "has_open_copies",
    "heard_records",
    "is_sure",
    "judged",
    "structural_status",
    "unassessed",
    "with_evidence",
]

Change = Callable[[DiplotypeSet], DiplotypeSet]
"""What other than two copies make of the diplotypes that genotypes alone allow."""

FROM_RECORDS: Final = "copy_number_from_records"
"""Note of a call whose copies come from structural records of the input."""
CONFLICT: Final = "copy_number_conflict"
"""Note of a call whose genotypes deny what a structural record says."""

_READ: Final = (Evidence.RECORD, Evidence.REFERENCE_BLOCK)
_DELETED: Final = ">*"


class CopyReading(NamedTuple):
    """How genotypes are read that a structural record speaks of.

    ``failed`` are positions, (P,) bool, at which the input has something that is not read.
    ``change`` applies to the diplotypes that fit; where both chromosomes have lost the gene
    ``lost`` is what they carry, and nothing else counts.
    """

    observation: Observation
    failed: npt.NDArray[np.bool_]
    change: Change | None = None
    lost: Haplotype | None = None


def copy_reading(gene: GeneDefinition, genotypes: GeneGenotypes, sample: int) -> CopyReading | None:
    """Return how one sample's genotypes are read; None where no record is to be followed.

    That is so without a record, where another one or the genotypes deny it, and in genes of
    which more is known than whole copies, unless there is none.
    """
    seen = genotypes.copies.get(sample)
    if seen is None or genotypes.structural[sample]:
        return None
    if gene.structure is not None and seen.copies > 0:
        return None
    default = gene.default_allele
    if seen.kind != "deletion":
        more = functools.partial(
            with_one_more, uncertain=gene.uncertain_function, default_allele=default
        )
        failed = failed_sites(genotypes, sample)
        return CopyReading(observe(genotypes, sample), failed, more)
    lost = _lost_haplotype(gene, seen)
    if seen.copies == 0:
        if _shows_lost(genotypes, sample, seen):
            return None
        return CopyReading(observe(genotypes, sample), failed_sites(genotypes, sample), lost=lost)
    beside = functools.partial(with_lost, lost=lost, default_allele=default)
    return _hemizygous(genotypes, sample, seen, beside)


def has_open_copies(genotypes: GeneGenotypes, sample: int) -> bool:
    """Whether a structural record over the gene leaves a call from small variants open."""
    seen = genotypes.copies.get(sample)
    return bool(genotypes.structural[sample]) or (seen is not None and bool(seen.kind))


def heard_records(
    genotypes: GeneGenotypes, sample: int, copies: CopyEvidence | None
) -> tuple[CopyEvidence | None, bool]:
    """Return what is known of copies once records are heard, and whether they leave it open.

    For a gene of which structures are known. Where ``copies`` were assessed by other means
    these count, and a record that counts another number leaves the gene open.
    """
    own = records_copies(genotypes, sample)
    if own is None or not own.is_assessed:
        return copies, bool(genotypes.structural[sample])
    if _is_denied(genotypes, sample, genotypes.copies[sample]):
        return copies, True
    if copies is None or not copies.is_assessed or copies.report.source == SOURCE:
        reads = () if copies is None else copies.reads
        return CopyEvidence(own.log_likelihood, reads, own.report), False
    structure = genotypes.gene.structure
    if structure is None:
        return copies, False
    models = structural_models(structure)
    best = int((copies.log_likelihood + models.log_prior).argmax())
    return copies, int(models.copies[best]) != genotypes.copies[sample].copies


def denied(call: GeneCall, genotypes: GeneGenotypes, sample: int) -> GeneCall:
    """Return an open call that says whether genotypes or depth deny what a record says."""
    seen = genotypes.copies.get(sample)
    if seen is None or genotypes.structural[sample]:
        return call
    evidence = record_evidence(seen, genotypes.gene)
    if genotypes.gene.structure is not None:
        known = call.structure
        is_other = known is not None and known.is_assessed
        if not is_other and not _is_denied(genotypes, sample, seen):
            return call  # open for another reason
        evidence = msgspec.structs.replace(
            known if known is not None and is_other else evidence, records=evidence.records
        )
        if not is_other:
            evidence = msgspec.structs.replace(evidence, copies=(), reason="conflict")
    return msgspec.structs.replace(call, notes=(*call.notes, CONFLICT), structure=evidence)


def with_evidence(call: GeneCall, gene: GeneDefinition, seen: SeenCopies) -> GeneCall:
    """Return a call that says where its number of copies comes from."""
    notes = (*call.notes, FROM_RECORDS)
    return msgspec.structs.replace(call, notes=notes, structure=record_evidence(seen, gene))


def _hemizygous(
    genotypes: GeneGenotypes, sample: int, seen: SeenCopies, change: Change
) -> CopyReading | None:
    """Read genotypes as those of one chromosome, the other of which lacks ``seen.sites``.

    Within the deletion callers write the only allele twice, or once. Outside of it two
    chromosomes show: what both have is known, of two different alleles the one on the other
    chromosome is not. None where the deletion holds two different alleles.
    """
    found = _one_copy(genotypes, sample, seen)
    if found is None:
        return None
    single, differs = found
    unphased = np.full(len(single), -1, np.int32)
    observation = Observation(np.stack([single, single], axis=1), unphased, 0, haploid=True)
    return CopyReading(observation, failed_sites(genotypes, sample) | differs, change)


def _one_copy(
    genotypes: GeneGenotypes, sample: int, seen: SeenCopies
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.bool_]] | None:
    """Return (P,) codes of the chromosome with the gene, and where two outside differ."""
    codes = genotypes.call[:, sample].copy()
    inside = _inside(genotypes, seen)
    codes[_deleted(genotypes, codes) & inside[:, None]] = MISSING
    first, second = codes.T
    differs = (codes != MISSING).all(axis=1) & (first != second)
    if (differs & inside).any():
        return None
    outside = np.where(first == second, first, MISSING)
    single = np.where(inside, np.maximum(first, second), outside).astype(np.int8)
    return single, differs & ~inside


def _is_denied(genotypes: GeneGenotypes, sample: int, seen: SeenCopies) -> bool:
    """Whether genotypes show more alleles than a record leaves copies."""
    if seen.copies == 0:
        return _shows_lost(genotypes, sample, seen)
    return seen.copies == 1 and _one_copy(genotypes, sample, seen) is None


def _shows_lost(genotypes: GeneGenotypes, sample: int, seen: SeenCopies) -> bool:
    """Whether the input shows alleles where both chromosomes are said to have none."""
    codes = genotypes.call[:, sample]
    there = ((codes >= 0) & ~_deleted(genotypes, codes)).any(axis=1)
    read = np.isin(genotypes.evidence[:, sample], _READ)
    return bool((there & read & _inside(genotypes, seen)).any())


def _inside(genotypes: GeneGenotypes, seen: SeenCopies) -> npt.NDArray[np.bool_]:
    inside = np.zeros(len(genotypes.call), np.bool_)
    inside[list(seen.sites)] = True
    return inside


def _deleted(genotypes: GeneGenotypes, codes: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """(P, 2) bool: haplotypes that another record says are deleted (``*``)."""
    found = np.zeros(codes.shape, np.bool_)
    for site, labels in enumerate(genotypes.extra):
        first = len(genotypes.gene.variants[site].alleles)
        for place, label in enumerate(labels):
            if label.endswith(_DELETED):
                found[site] |= codes[site] == first + place
    return found


def _lost_haplotype(gene: GeneDefinition, seen: SeenCopies) -> Haplotype:
    """Return the haplotype of a deleted gene, with the function of the knowledge base."""
    known = {allele.name: allele for allele in gene.alleles}.get(seen.allele)
    function = known.function if known is not None else None
    value = known.activity_value if known is not None else None
    return Haplotype(
        seen.allele, function or gene.uncertain_function or None, value, (seen.allele,)
    )


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
