"""Filters of a call, their notes, and the resulting status."""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.copynumber.configurations import StructuralModels
from pgx.copynumber.evidence import CONFLICT, SOURCE, record_evidence, with_posterior
from pgx.haplotypes.definitions import (
    CompiledGene,
    causal_allele_bits,
    core_sites,
    named_sites,
)
from pgx.haplotypes.evidence import SampleEvidence, is_contradicted
from pgx.haplotypes.observation import Observation
from pgx.haplotypes.outcomes import CriticalSites, DiplotypeSet
from pgx.haplotypes.structural import WeighedDiplotypes
from pgx.phenotypes import Phenotype
from pgx.records.calls import CallStatus
from pgx.records.genes import GeneFrequencies
from pgx.records.notes import NoteCode
from pgx.records.structures import StructureEvidence

__all__ = [
    "CallFilter",
    "CopyFindings",
    "CoreSites",
    "best_probability",
    "call_filters",
    "call_notes",
    "call_status",
    "copy_findings",
    "core_tables",
    "critical_sites",
]

# Note codes. They are written to tables and JSON results and never change.

# The structure is one part of a diplotype's probability: a count that is wrong in one of a
# hundred persons is said to be uncertain even where the diplotype as a whole is called.
SURE_OF_COPIES: Final = 0.99
"""Posterior probability of a number of copies from which it is not marked uncertain."""
WEAK_FROM: Final = 0.1
"""Likelihood ratio to the best genotype from which another one is not excluded by the data."""


class CallFilter(Enum):
    """A reason not to call a gene; the value is its meaning."""

    NO_POSITION = "no defining position has a call"
    NO_CANDIDATE = "no diplotype fits"
    CAUSE_ALONE = "a haplotype has its function by a causal variant alone"
    POSSIBLE_HYBRID = "an undescribed combination may be a hybrid or a third copy"
    COMBINATION = "copies of an allele combination have an uncertain function"
    COPIES_OPEN = "the number of copies is open or contradicted"
    NOT_WEIGHED = "several diplotypes fit and have no probability"
    NOT_ALL_TRIED = "more diplotypes fit than were tried"
    CORE_MISSING = "neither the input nor the prior answers a core position"
    HALF_MISSING = "half of the core positions have no call"
    LOW_PROBABILITY = "the posterior of the best diplotype is below the threshold"


def call_status(filters: frozenset[CallFilter]) -> CallStatus:
    """Return the status given the filters: called without any."""
    if not filters:
        return CallStatus.CALLED
    if CallFilter.NO_POSITION in filters:
        return CallStatus.NOT_ASSESSED
    if CallFilter.NO_CANDIDATE in filters:
        return CallStatus.NO_CALL
    return CallStatus.AMBIGUOUS


def best_probability(found: DiplotypeSet) -> float | None:
    """Return the best candidate's probability: 1 if it is the only one."""
    if found.is_single:
        return 1.0
    return found.probabilities[0] if found.probabilities else None


def call_filters(
    found: DiplotypeSet,
    evidence: SampleEvidence,
    weighed: WeighedDiplotypes | None,
    sites: CoreSites,
    threshold: float,
) -> frozenset[CallFilter]:
    """Return the filters of a call, except those of an unresolved SV record.

    Parameters
    ----------
    found, evidence
        Candidates, and the data they explain.
    weighed
        The posterior over structures, None if two copies were assumed or an SV record is used.
    sites
        Core positions of the gene.
    threshold
        Posterior probability from which a diplotype is called, 0-1.
    """
    observation = evidence.observation
    if not observation.answered.any():
        return frozenset({CallFilter.NO_POSITION})
    if not found.n_candidates:
        return frozenset({CallFilter.NO_CANDIDATE})
    is_combined = NoteCode.COMBINATION_OR_PARTIAL in found.notes
    # Where copies are not counted, reads of several copies look like unphased variants of two.
    may_be_hybrid = (
        NoteCode.COPY_NUMBER_NOT_ASSESSED in evidence.genotypes.gene.notes
        and observation.n_blocks > 1
    )
    checks = [(CallFilter.CAUSE_ALONE, found.rests_on_cause)]
    if weighed is None:
        checks.append((CallFilter.POSSIBLE_HYBRID, may_be_hybrid and is_combined))
    else:
        checks.append((CallFilter.COMBINATION, is_combined))
        checks.append((CallFilter.COPIES_OPEN, weighed.conflict))
    # One candidate alone follows from the genotypes: there is nothing for a prior to decide.
    if not found.is_single:
        probability = best_probability(found)
        checks += [
            (CallFilter.NOT_WEIGHED, probability is None),
            (CallFilter.NOT_ALL_TRIED, found.is_partial),
            (CallFilter.CORE_MISSING, bool(found.unresolved_core)),
            (CallFilter.HALF_MISSING, sites.is_half_missing(observation)),
            (CallFilter.LOW_PROBABILITY, probability is not None and probability < threshold),
        ]
    return frozenset(code for code, applies in checks if applies)


class CopyFindings(NamedTuple):
    """Copy-number part of a result: report, note codes, whether it is unresolved."""

    report: StructureEvidence | None = None
    notes: tuple[str, ...] = ()
    is_open: bool = False


_NO_FINDINGS: Final = CopyFindings()


def copy_findings(
    evidence: SampleEvidence,
    weighed: WeighedDiplotypes | None,
    models: StructuralModels | None,
    filters: frozenset[CallFilter],
) -> CopyFindings:
    """Return the copy-number part of a result, including unresolved SV records.

    If ``filters``, those of the alleles, include that no position has a call, depth and reads are
    not noted.
    """
    if evidence.copies is None and evidence.counted is None and not evidence.is_open:
        return _NO_FINDINGS  # most genes of most samples: this runs once a call
    found = _assessed_copies(evidence, weighed, models)
    if weighed is not None and CallFilter.NO_POSITION in filters:
        found = found._replace(notes=())
    if not evidence.is_open:
        return found
    found = CopyFindings(found.report, (*found.notes, NoteCode.STRUCTURAL_VARIANT), is_open=True)
    contradicted = _contradicted_record(evidence, found.report)
    if contradicted is None:
        return found
    return CopyFindings(contradicted, (*found.notes, NoteCode.COPY_NUMBER_CONFLICT), is_open=True)


def _assessed_copies(
    evidence: SampleEvidence, weighed: WeighedDiplotypes | None, models: StructuralModels | None
) -> CopyFindings:
    """Return the copy-number report of the source that was used."""
    if evidence.counted is not None:
        report = record_evidence(evidence.counted, evidence.genotypes.gene)
        return CopyFindings(report, (NoteCode.COPY_NUMBER_FROM_RECORDS,))
    # Reads and depth that were not assessed are reported with their reason all the same.
    copies = evidence.copies
    if copies is None or (copies.is_assessed and not evidence.has_likelihood):
        return _NO_FINDINGS
    report = copies.report
    if weighed is not None and models is not None:
        report = with_posterior(copies, models, weighed.posterior)
        notes = [NoteCode(f"copy_number_from_{report.source}")]
        if report.copies[0].probability < SURE_OF_COPIES:
            notes.append(NoteCode.COPY_NUMBER_UNCERTAIN)
        if weighed.conflict:
            notes.append(NoteCode.COPY_NUMBER_CONFLICT)
        return CopyFindings(report, tuple(notes), is_open=weighed.conflict)
    if copies.is_assessed:  # no structure that the evidence leaves explains the genotypes
        report = msgspec.structs.replace(report, reason=CONFLICT)
    # A record that is contradicted is named by the caller of this function: it is open.
    is_open = report.reason == CONFLICT and report.source != SOURCE
    return CopyFindings(
        report, (NoteCode.COPY_NUMBER_CONFLICT,) if is_open else (), is_open=is_open
    )


def _contradicted_record(
    evidence: SampleEvidence, known: StructureEvidence | None
) -> StructureEvidence | None:
    """Return the report with an SV record contradicted by genotypes or depth, None without."""
    genotypes, sample = evidence.genotypes, evidence.sample
    seen = genotypes.copies.get(sample)
    if seen is None or genotypes.structural[sample]:
        return None
    report = record_evidence(seen, genotypes.gene)
    if genotypes.gene.structure is None:
        return report
    if known is not None and known.is_assessed:
        return msgspec.structs.replace(known, records=report.records)
    if not is_contradicted(genotypes, sample, seen):
        return None  # open for another reason
    return msgspec.structs.replace(report, copies=(), reason=CONFLICT)


class CoreSites(NamedTuple):
    """Core positions of a gene, (P,) each: bool, bool and uint64 (alleles as bits by code).

    ``core`` ones must have a call, ``named`` ones of them are listed in a recommendation for
    clinical tests, ``causal`` are the causal alleles.
    """

    core: npt.NDArray[np.bool_]
    named: npt.NDArray[np.bool_]
    causal: npt.NDArray[np.uint64]

    def is_half_missing(self, observation: Observation) -> bool:
        """Whether half of the core positions are missing; of all positions if none is core."""
        # A prior makes up for single gaps. With half of the core positions gone the call would
        # be that of the population, not of the sample.
        wanted = self.core if self.core.any() else np.ones(len(self.core), np.bool_)
        return bool(2 * observation.missing[wanted].sum() >= wanted.sum())


def core_tables(gene: CompiledGene, frequencies: GeneFrequencies | None) -> CoreSites:
    """Return the core positions of a gene."""
    return CoreSites(
        core_sites(gene, frequencies), named_sites(gene, frequencies), causal_allele_bits(gene)
    )


def critical_sites(gene: CompiledGene, sites: CoreSites, evidence: SampleEvidence) -> CriticalSites:
    """Return the positions at which the posterior alone is not sufficient."""
    observation, failed = evidence.observation, evidence.failed
    unanswered = open_sites(observation, ~failed) | weak_sites(observation)
    is_open = without_proxy(gene, unanswered, ~observation.missing)
    return CriticalSites(
        failed=open_sites(observation, failed),
        open_core=np.where(is_open, sites.causal, np.uint64(0)),
        core=sites.core,
        named=sites.named,
    )


PROXY_FINDS: Final = 0.99
"""Least share of the chromosomes with a causal allele that a proxy has to find."""


def without_proxy(
    gene: CompiledGene, sites: npt.NDArray[np.bool_], answered: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """(P,) bool: those of some positions without a called proxy.

    A proxy is used if its strength is known, and it misses at most one in a hundred chromosomes
    with the causal allele; the posterior accounts for the remaining uncertainty.
    """
    place = {v.position: i for i, v in enumerate(gene.gene.variants)}
    left = sites.copy()
    for core in gene.gene.core_positions:
        strong = [place[p.position] for p in core.proxies if p.sensitivity >= PROXY_FINDS]
        if any(answered[site] for site in strong):
            left[place[core.position]] = False
    return left


def call_notes(found: DiplotypeSet, best: Phenotype, *, single: bool) -> list[NoteCode]:
    """Return the notes on the method of a call."""
    notes = []
    if best.term is None:
        notes.append(NoteCode.NO_PHENOTYPE_DEFINED)
    if found.n_candidates > len(found.names) or found.is_partial:
        notes.append(NoteCode.CANDIDATES_NOT_ALL_LISTED)
    if found.probabilities and not single:
        notes.append(NoteCode.RESTS_ON_PRIOR)
    if found.uses_likelihoods:
        notes.append(NoteCode.LIKELIHOODS_WEIGHED)
    if found.unresolved_core:
        notes.append(NoteCode.CORE_POSITION_MISSING)
    if found.rests_on_cause:
        notes.append(NoteCode.CAUSAL_VARIANT_ALONE)
    return notes


def open_sites(observation: Observation, sites: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """(P,) bool: those of some positions without data for a likelihood.

    With genotype likelihoods the posterior covers the uncertainty, unless they contradict the
    written genotype: then one of the two is wrong, and neither is decisive.
    """
    soft = np.zeros(len(sites), np.bool_)
    soft[[site.site for site in observation.soft if not site.contradicted]] = True
    return np.asarray(sites & observation.missing & ~soft)


def weak_sites(observation: Observation) -> npt.NDArray[np.bool_]:
    """(P,) bool: positions whose likelihoods hardly discriminate between genotypes.

    A flat likelihood is equivalent to missing data, and the prior must not replace it at a core
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
