"""Copy-number evidence: from depth or records, with paralogue mis-mapping."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.copynumber.configurations import (
    StructuralModels,
    carried_log_likelihood,
    structural_models,
)
from pgx.genotypes.matrix import (
    ABSENT,
    MISSING,
    UNPHASED,
    GeneGenotypes,
    LikelyGenotype,
    SeenCopies,
    Unknown,
)
from pgx.records.genes import GeneDefinition
from pgx.records.notes import NoteCode
from pgx.records.structures import (
    CopyNumber,
    SiteBalance,
    StructuralModel,
    StructuralRecord,
    StructureEvidence,
)

__all__ = [
    "CONFLICT",
    "MISMAPPED_COPIES",
    "SOURCE",
    "CopyEvidence",
    "MismappedSite",
    "SiteReads",
    "balances_of",
    "evidence_of",
    "not_assessed",
    "record_evidence",
    "records_copies",
    "resolve_mismapping",
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
    """Likelihood of one sample's data under each structural model.

    Attributes
    ----------
    log_likelihood
        (M,) float64 by model of the gene's `StructuralModels`; all alike where nothing is known.
    reads
        Allelic depths at sites of the gene.
    report
        The report in a result; its ``reason`` is set if the structure is not assessed.
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
    """Return evidence with a flat likelihood of copies, and why."""
    report = StructureEvidence(gene=gene, source=source, reason=reason, balances=balances_of(reads))
    return CopyEvidence(np.zeros(0), reads, report)


def with_posterior(
    evidence: CopyEvidence, models: StructuralModels, probability: Floats
) -> StructureEvidence:
    """Return a report with the posterior of copies and models, (M,) ``probability``."""
    copies = np.bincount(models.copies, weights=probability)
    counted = [CopyNumber(int(n), float(copies[n])) for n in np.argsort(-copies, kind="stable")]
    # Stable: models of equal probability keep their order, so results do not depend on the
    # platform.
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
    # A result lists likely models only. An unlisted one gets a value far below every listed one,
    # not minus infinity, so that differences of likelihoods stay finite.
    known = {model.name: model.log_likelihood for model in report.models}
    names = [models.name(m) for m in range(len(models.counts))]
    likely = np.array([known.get(name, _RULED_OUT) for name in names])
    return CopyEvidence(likely, reads, report)


MISMAPPED_COPIES: Final = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8)
"""Copies that the mismapped reads of the paralogue may look like."""
SURE: Final = 1e-4
"""Likelihood by that of the best genotype below which another one does not count."""


class MismappedSite(NamedTuple):
    """A position, 1-based on GRCh38, at which reads may be the paralogue's.

    ``copies`` have the gene's own sequence there; ``mismapped_copies`` are the numbers of copies
    that mismapped reads may look like, each as likely.
    """

    position: int
    copies: int = 2
    mismapped_copies: tuple[float, ...] = MISMAPPED_COPIES


def resolve_mismapping(
    genotypes: GeneGenotypes,
    sample: int,
    reads: Sequence[SiteReads],
    sites: Sequence[MismappedSite],
) -> GeneGenotypes:
    """Return one sample's genotypes, as the reads let them be at some positions.

    Parameters
    ----------
    genotypes, sample
        Observations, and the column of the sample.
    reads
        Allelic depths of the sample.
    sites
        Where reads may be mismapped; only substitutions with a record are genotyped anew;
        at least one copy is assumed.
    """
    known = {site.position: site for site in reads}
    wanted = {site.position: site for site in sites}
    found = genotypes.take(np.array([sample]), (genotypes.samples[sample],))
    for index, variant in enumerate(genotypes.gene.variants):
        site = known.get(variant.position)
        if variant.position not in wanted or site is None or variant.is_indel:
            continue
        if found.call[index, 0, 1] == ABSENT or not _is_documented(site, variant.alleles):
            continue
        _resolve(found, index, site, wanted[variant.position])
    return found


def _is_documented(site: SiteReads, alleles: Sequence[str]) -> bool:
    """Whether the record names two alleles, both of them the definition's."""
    return len(site.alleles) == 2 and set(site.alleles) <= set(alleles) and sum(site.reads) > 0


def _resolve(found: GeneGenotypes, index: int, site: SiteReads, site_: MismappedSite) -> None:
    """Replace a genotype by the one that the reads allow, or by the likelihoods of several."""
    ref, alt = (found.gene.variants[index].alleles.index(a) for a in site.alleles)
    # The written genotype is not used: a caller that took mismapped reads for an allele was wrong
    # in the genotype and in its quality alike. The read counts are what can be trusted.
    likelihood = _genotype_likelihoods(site.reads, max(site_.copies, 1), site_.mismapped_copies)
    sure = likelihood >= SURE * likelihood.max()
    pairs = ((ref, ref), (ref, alt), (alt, alt))
    before = sorted(found.call[index, 0].tolist())
    if sure.sum() == 1:
        pair = sorted(pairs[int(sure.argmax())])
        if pair != before:
            found.call[index, 0] = pair
            found.phase_block[index, 0] = UNPHASED
            found.reason[index, 0] = Unknown.NONE
            found.add_note(0, NoteCode.PARALOGUE_READS)
        found.likelihoods.pop((index, 0), None)
        return
    found.call[index, 0] = MISSING
    found.phase_block[index, 0] = UNPHASED
    found.reason[index, 0] = Unknown.PARALOGUE
    found.likelihoods[index, 0] = tuple(
        LikelyGenotype(min(pair), max(pair), round(-10 * float(np.log10(value))))
        for pair, value in zip(pairs, likelihood / likelihood.max(), strict=True)
        if value >= SURE
    )
    found.add_note(0, NoteCode.PARALOGUE_READS)


def _genotype_likelihoods(
    reads: Sequence[int], copies: int, amounts: Sequence[float]
) -> npt.NDArray[np.float64]:
    """Return (3,) likelihoods of no, some and all copies carrying the alternative."""
    total = sum(reads)
    mismapped_copies = np.array(amounts)
    by_carriers = []
    # How many reads are mismapped is unknown: the mean over amounts integrates it out.
    for carriers in range(copies + 1):
        share = (carriers + mismapped_copies) / (copies + mismapped_copies)
        by_carriers.append(np.exp(carried_log_likelihood(reads[1], total, share)).mean())
    some = np.mean(by_carriers[1:-1]) if copies > 1 else 0.0
    return np.array([by_carriers[0], some, by_carriers[-1]])


SOURCE: Final = "records"
"""``source`` of a `StructureEvidence` whose copies a structural record counts."""

_USUAL_QUALITY: Final = 30.0
"""Phred-scaled quality of a record that has none: one in a thousand is wrong."""
_NONE_WHOLE: Final = math.log(1000)
"""Cost of a model of hybrids alone: a record of all of the gene seldom comes from such."""
_LOWEST, _HIGHEST = 20.0, 60.0  # what any quality counts as: no caller is surer than that


def record_evidence(seen: SeenCopies, gene: GeneDefinition) -> StructureEvidence:
    """Return the report of a copy number from an SV record."""
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
    """Return the copy-number evidence of one sample's structural records.

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
        Not assessed where a record over the gene is unsure, not a known allele, or contradicted by
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
    # Some callers count a hybrid that shows over part of the gene as a copy, others do not.
    off = (np.abs(models.copies - seen.copies) + np.abs(shown - seen.copies)) / 2
    likelihood = -cost * off
    # A caller that saw the whole gene present saw at least one whole copy in most cases.
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
