"""Notes and filters of a call, one sample or a column of samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, Evidence, GeneGenotypes, Unknown
from pgx.haplotypes.matching import Observation
from pgx.haplotypes.outcome import DiplotypeSet
from pgx.haplotypes.whole import WholePair, whole_pairs
from pgx.phenotypes.translate import Phenotype
from pgx.records.calls import CallStatus, GeneCall, SiteObservation
from pgx.records.structures import StructureEvidence

__all__ = [
    "REASON_NOTES",
    "UNCOUNTED",
    "Columns",
    "call_notes",
    "columns_of",
    "failed_sites",
    "left_open",
    "may_be_hybrid",
    "open_sites",
    "reason_notes",
    "site_observations",
    "structure_notes",
    "weak_sites",
]

UNCOUNTED = "copy_number_not_assessed"
"""Note of a gene whose copies are not counted."""
_COMBINED = "combination_or_partial"
_SURE_OF_COPIES = 0.99
WEAK_FROM: Final = 0.1
"""Likelihood by that of the best genotype from which another one is hardly denied by the data."""

REASON_NOTES = {
    Unknown.LOW_GQ: "low_gq",
    Unknown.LOW_DP: "low_dp",
    Unknown.AD_CONTRADICTS: "ad_contradicts_gt",
    Unknown.FILTERED: "filtered",
    Unknown.PLOIDY: "ploidy",
    Unknown.REF_MISMATCH: "ref_mismatch",
    Unknown.CONFLICT: "conflict",
    Unknown.INDEL_NOT_EXCLUDED: "indel_not_excluded",
    Unknown.AMBIGUOUS_BASE: "ambiguous_base",
    Unknown.UNTYPED: "untyped_sites",
    Unknown.PARALOGUE: "paralogue_reads",
    Unknown.LOW_GP: "low_gp",
}


def call_notes(found: DiplotypeSet, best: Phenotype, *, single: bool) -> list[str]:
    """Return the notes on how a call was reached."""
    notes = []
    if best.term is None:
        notes.append("no_phenotype_defined")
    if found.n_candidates > len(found.names) or found.is_partial:
        notes.append("candidates_not_all_listed")
    if found.probabilities and not single:
        notes.append("rests_on_prior")
    if found.uses_likelihoods:
        notes.append("likelihoods_weighed")
    if found.unsettled:
        notes.append("core_position_missing")
    if found.rests_on_cause:
        notes.append("causal_variant_alone")
    return notes


def reason_notes(genotypes: GeneGenotypes) -> list[frozenset[str]]:
    """Return, for each sample, a note for each reason for which positions are unknown."""
    there = np.bincount(genotypes.reason.ravel(), minlength=1).tolist()
    noted = [r for r in REASON_NOTES if r < len(there) and there[r]]
    if not noted:
        return [frozenset()] * len(genotypes.samples)
    has = np.array([(genotypes.reason == r).any(axis=0) for r in noted])
    return [
        frozenset(REASON_NOTES[r] for r, own in zip(noted, column, strict=True) if own)
        for column in has.T.tolist()
    ]


def failed_sites(genotypes: GeneGenotypes, sample: int) -> npt.NDArray[np.bool_]:
    """(P,) bool: positions of which the input has a record that could not be read in full."""
    unknown = (genotypes.call[:, sample] == MISSING).any(axis=1)
    recorded = genotypes.evidence[:, sample] == Evidence.RECORD
    conflict = genotypes.reason[:, sample] == Unknown.CONFLICT
    return np.asarray(unknown & (recorded | conflict))


def open_sites(observation: Observation, sites: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """(P,) bool: those of some positions that have no data that a likelihood could be made of.

    Where genotype likelihoods are known, the posterior says what they leave open; unless they
    contradict what is written: then one of the two is wrong, and neither may settle it.
    """
    soft = np.zeros(len(sites), np.bool_)
    soft[[site.site for site in observation.soft if not site.contradicted]] = True
    return np.asarray(sites & observation.missing & ~soft)


def weak_sites(observation: Observation) -> npt.NDArray[np.bool_]:
    """(P,) bool: positions whose likelihoods hardly tell one genotype from another.

    A flat likelihood is no better than no data, and the prior must not make up for it at a core
    position.
    """
    weak = np.zeros(len(observation.codes), np.bool_)
    for site in observation.soft:
        if site.contradicted:
            continue
        likelihoods = {tuple(sorted(g[:2])): g.likelihood for g in site.genotypes}
        best, *others = sorted(likelihoods.values(), reverse=True)
        weak[site.site] = bool(others) and others[0] >= WEAK_FROM * best
    return weak


def may_be_hybrid(gene_notes: Sequence[str], found: DiplotypeSet, observation: Observation) -> bool:
    """Whether a combination that nobody has described may be a hybrid or a third copy.

    Where copies are not counted, reads of several copies look like unphased variants of two.
    """
    is_unphased = observation.n_blocks > 1
    return is_unphased and UNCOUNTED in gene_notes and _COMBINED in found.notes


def left_open(call: GeneCall) -> GeneCall:
    """A structural variant over the gene leaves every small-variant call open."""
    if call.status not in (CallStatus.CALLED, CallStatus.AMBIGUOUS):
        return call
    return msgspec.structs.replace(
        call,
        status=CallStatus.AMBIGUOUS,
        probability=None,
        depends_on=tuple(dict.fromkeys((*call.depends_on, f"{call.gene}:copy_number"))),
    )


def structure_notes(report: StructureEvidence, *, conflict: bool) -> tuple[str, ...]:
    """Return the notes on gene copies that were assessed: from what, and whether for sure."""
    sure = report.copies[0].probability >= _SURE_OF_COPIES
    doubts = [(not sure, "copy_number_uncertain"), (conflict, "copy_number_conflict")]
    return (f"copy_number_from_{report.source}", *(code for there, code in doubts if there))


_EVIDENCE: Final = {int(code): code.name.lower() for code in Evidence}
_REASON: Final = {int(code): code.name.lower() if code else None for code in Unknown}


def site_observations(genotypes: GeneGenotypes, sample: int) -> tuple[SiteObservation, ...]:
    """Return one sample's observations (``sample`` is a column), in the gene's order."""
    gene = genotypes.gene
    observed = []
    calls = genotypes.call[:, sample].tolist()
    blocks = genotypes.phase_block[:, sample].tolist()
    evidence = genotypes.evidence[:, sample].tolist()
    reasons = genotypes.reason[:, sample].tolist()
    gqs, dps = genotypes.gq[:, sample].tolist(), genotypes.dp[:, sample].tolist()
    for index, variant in enumerate(gene.variants):
        codes = [c for c in calls[index] if c != ABSENT]
        if blocks[index] == UNPHASED:
            codes.sort(key=lambda c: (c == MISSING, c))  # their order in the file says nothing
        alleles = tuple(_name(genotypes, index, c) for c in codes)
        phased = blocks[index] != UNPHASED and len(set(codes)) > 1
        observed.append(
            SiteObservation(
                position=f"{gene.contig}:{variant.position}",
                rsid=variant.rsid,
                alleles=alleles,
                ref=variant.ref,
                evidence=_EVIDENCE[evidence[index]],
                reason=_REASON[reasons[index]],
                phased=phased,
                phase_block=blocks[index] if phased else None,
                gq=gqs[index] if gqs[index] >= 0 else None,
                dp=dps[index] if dps[index] >= 0 else None,
                likelihoods=_likelihoods(genotypes, index, sample),
                heteroplasmy=genotypes.shares.get((index, sample)),
            )
        )
    return tuple(observed)


def _likelihoods(
    genotypes: GeneGenotypes, index: int, sample: int
) -> tuple[tuple[str, str, int], ...]:
    known = genotypes.likelihoods.get((index, sample))
    if not known:
        return ()
    return tuple(
        (_name(genotypes, index, one), _name(genotypes, index, two), phred)
        for one, two, phred in known
    )


def _name(genotypes: GeneGenotypes, index: int, code: int) -> str:
    return "." if code == MISSING else genotypes.label(index, code)


class Columns(NamedTuple):
    """Genotypes of N samples, and of each its whole haplotypes, if any, and notes on gaps.

    ``extra`` stands for the labels of undocumented alleles: equal ones have equal codes.
    """

    genotypes: GeneGenotypes
    pairs: list[WholePair | None]
    reasons: list[frozenset[str]]
    extra: bytes


def columns_of(genotypes: GeneGenotypes, *, whole: bool) -> Columns:
    """Look at all columns; where ``whole`` is False none counts as a pair of whole haplotypes."""
    return Columns(
        genotypes,
        whole_pairs(genotypes) if whole else [None] * len(genotypes.samples),
        reason_notes(genotypes),
        repr(genotypes.extra or "").encode(),
    )
