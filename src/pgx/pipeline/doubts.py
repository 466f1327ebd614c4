"""What makes a call doubtful: unreadable positions, structural variants, and the notes on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.alleles.observation import Observation
from pgx.alleles.outcome import DiplotypeSet
from pgx.base.calls import CallStatus, GeneCall
from pgx.base.structures import StructureEvidence
from pgx.genotypes.matrix import MISSING, Evidence, GeneGenotypes, Unknown
from pgx.phenotypes.translate import Phenotype

__all__ = [
    "REASON_NOTES",
    "UNCOUNTED",
    "call_notes",
    "failed_sites",
    "left_open",
    "may_be_hybrid",
    "open_sites",
    "reason_notes",
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
