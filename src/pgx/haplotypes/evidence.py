"""Evidence on one sample's gene copies: likelihoods, SV records, allelic depths."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.copynumber.configurations import (
    Chromosomes,
    StructuralModels,
    carried_log_likelihood,
    structural_models,
)
from pgx.copynumber.evidence import (
    MISMAPPED_COPIES,
    SOURCE,
    CopyEvidence,
    MismappedSite,
    SiteReads,
    records_copies,
    resolve_mismapping,
)
from pgx.errors import InvariantError
from pgx.genotypes.matrix import MISSING, Evidence, GeneGenotypes, SeenCopies
from pgx.haplotypes.definitions import CompiledGene
from pgx.haplotypes.observation import Observation, SoftGenotype, SoftSite, failed_sites, observe
from pgx.records.structures import WHOLE, GeneStructure

__all__ = [
    "Dosage",
    "SampleEvidence",
    "diploid_observation",
    "haploid_observation",
    "is_contradicted",
    "sample_evidence",
]


_READ: Final = (Evidence.RECORD, Evidence.REFERENCE_BLOCK)
_DELETED: Final = ">*"


@dataclass(frozen=True)
class SampleEvidence:
    """All data of one sample on one gene: alleles, phase, likelihoods and copy number.

    Attributes
    ----------
    genotypes, sample
        Observations, and the sample's column; corrected for paralogue mis-mapping.
    copies
        Log likelihood of each structural model of the gene. None, or not assessed: without
        copy-number data the likelihood is flat, and two complete copies are assumed.
    counted
        The SV record that determines the copy number if there is no likelihood: the gene has no
        structural models, or both copies are deleted. It is consistent with the genotypes. None
        otherwise.
    is_open
        Whether an SV record leaves the copy number unresolved: it is not a known allele, or
        genotypes, depth or reads contradict it.
    has_models
        Whether structural models of the gene exist.
    """

    genotypes: GeneGenotypes
    sample: int
    copies: CopyEvidence | None
    counted: SeenCopies | None
    is_open: bool
    has_models: bool

    @property
    def has_likelihood(self) -> bool:
        """Whether the copies have a likelihood by structural model that is not flat."""
        is_assessed = self.copies is not None and self.copies.is_assessed
        return self.has_models and is_assessed and self.counted is None

    @property
    def is_hemizygous(self) -> bool:
        """Whether a counted deletion leaves one copy."""
        counted = self.counted
        return counted is not None and counted.kind == "deletion" and counted.copies > 0

    @property
    def is_deleted(self) -> bool:
        """Whether an SV record counts no copy."""
        counted = self.counted
        return counted is not None and counted.kind == "deletion" and counted.copies == 0

    # Most samples of a cohort are fully phased and called before: they are known by the bytes
    # of their haplotypes, and building an observation of each would take most of the time.
    @functools.cached_property
    def observation(self) -> Observation:
        """Alleles and phase of the copies that are present."""
        if not self.is_hemizygous:
            return observe(self.genotypes, self.sample)
        single, _ = self._single
        unphased = np.full(len(single), -1, np.int32)
        return Observation(np.stack([single, single], axis=1), unphased, 0, haploid=True)

    @functools.cached_property
    def failed(self) -> npt.NDArray[np.bool_]:
        """(P,) bool: positions with a record that cannot be used."""
        failed = failed_sites(self.genotypes, self.sample)
        return failed | self._single[1] if self.is_hemizygous else failed

    @functools.cached_property
    def _single(self) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.bool_]]:
        if (
            self.counted is None
            or (single := _one_copy(self.genotypes, self.sample, self.counted)) is None
        ):
            raise InvariantError("a counted deletion holds two different alleles")
        return single


def sample_evidence(
    genotypes: GeneGenotypes, sample: int, copies: CopyEvidence | None, *, has_models: bool
) -> SampleEvidence:
    """Return the evidence of one sample (a column of ``genotypes``).

    ``copies`` is the evidence from depth or reads, None without any; ``has_models`` says
    whether structural models of the gene exist.
    """
    is_open = has_open_copies(genotypes, sample)
    if not is_open and copies is None and sample not in genotypes.copies:
        return SampleEvidence(genotypes, sample, None, None, False, has_models)  # noqa: FBT003
    if has_models:
        copies, is_open = with_record_copies(genotypes, sample, copies)
        if copies is not None:
            genotypes, sample = without_mismapping(genotypes, sample, copies), 0
    counted = None if is_open and has_models else counted_copies(genotypes, sample)
    return SampleEvidence(
        genotypes, sample, copies, counted, is_open and counted is None, has_models
    )


def counted_copies(genotypes: GeneGenotypes, sample: int) -> SeenCopies | None:
    """Return the SV record whose copy number is used, None without one.

    The copy number is checked against the dosage of the genotypes, without a likelihood, because
    the caller's error rate is unknown. It is not used if another record, or the genotypes,
    contradict it. In genes with structural models the copy number alone does not distinguish
    complete copies from hybrids; there only a deletion of both copies is used.
    """
    seen = genotypes.copies.get(sample)
    if seen is None or genotypes.structural[sample]:
        return None
    if genotypes.gene.structure is not None and seen.copies > 0:
        return None
    if seen.kind == "deletion" and is_contradicted(genotypes, sample, seen):
        return None
    return seen


def has_open_copies(genotypes: GeneGenotypes, sample: int) -> bool:
    """Whether a structural record leaves a call from small variants unresolved."""
    seen = genotypes.copies.get(sample)
    return bool(genotypes.structural[sample]) or (seen is not None and bool(seen.kind))


def with_record_copies(
    genotypes: GeneGenotypes, sample: int, copies: CopyEvidence | None
) -> tuple[CopyEvidence | None, bool]:
    """Return the copy-number evidence with SV records, and whether it is unresolved.

    For a gene with known structures. If ``copies`` were assessed by other means these take
    precedence, and a record with another copy number leaves the gene unresolved.
    """
    own = records_copies(genotypes, sample)
    if own is None or not own.is_assessed:
        return copies, bool(genotypes.structural[sample])
    if is_contradicted(genotypes, sample, genotypes.copies[sample]):
        return copies, True
    # Depth and reads weigh every structural model; a record gives one number. So it is followed
    # only where these say nothing, and otherwise has to agree.
    if copies is None or not copies.is_assessed or copies.report.source == SOURCE:
        reads = () if copies is None else copies.reads
        return CopyEvidence(own.log_likelihood, reads, own.report), False
    structure = genotypes.gene.structure
    if structure is None:
        return copies, False
    models = structural_models(structure)
    best = int((copies.log_likelihood + models.log_prior).argmax())
    return copies, int(models.copies[best]) != genotypes.copies[sample].copies


def _one_copy(
    genotypes: GeneGenotypes, sample: int, seen: SeenCopies
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.bool_]] | None:
    """Return (P,) codes of the chromosome with the gene, and where two outside differ.

    Within the deletion, ``seen.sites``, callers write the only allele twice, or once. Outside it
    both chromosomes are genotyped: a homozygous allele is known; of two different alleles either
    may be on the other chromosome, so the position fails. None if the deletion contains a
    heterozygous genotype.
    """
    codes = genotypes.call[:, sample].copy()
    inside = _inside(genotypes, seen)
    codes[_deleted(genotypes, codes) & inside[:, None]] = MISSING
    # Unphased outside of the deletion: which of two alleles is in cis with the gene is not known.
    first, second = codes.T
    differs = (codes != MISSING).all(axis=1) & (first != second)
    if (differs & inside).any():
        return None
    outside = np.where(first == second, first, MISSING)
    single = np.where(inside, np.maximum(first, second), outside).astype(np.int8)
    return single, differs & ~inside


def is_contradicted(genotypes: GeneGenotypes, sample: int, seen: SeenCopies) -> bool:
    """Whether genotypes show more alleles than a record has copies."""
    if seen.copies == 0:
        return _shows_deleted(genotypes, sample, seen)
    return seen.copies == 1 and _one_copy(genotypes, sample, seen) is None


def _shows_deleted(genotypes: GeneGenotypes, sample: int, seen: SeenCopies) -> bool:
    """Whether the input has alleles although both copies are deleted."""
    codes = genotypes.call[:, sample]
    there = ((codes >= 0) & ~_deleted(genotypes, codes)).any(axis=1)
    # Positions assumed to be reference were not seen; they cannot contradict a deletion.
    read = np.isin(genotypes.evidence[:, sample], _READ)
    return bool((there & read & _inside(genotypes, seen)).any())


def _inside(genotypes: GeneGenotypes, seen: SeenCopies) -> npt.NDArray[np.bool_]:
    inside = np.zeros(len(genotypes.call), np.bool_)
    inside[list(seen.sites)] = True
    return inside


def _deleted(genotypes: GeneGenotypes, codes: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """(P, 2) bool: haplotypes that another record deletes (``*``)."""
    found = np.zeros(codes.shape, np.bool_)
    for site, labels in enumerate(genotypes.extra):
        first = len(genotypes.gene.variants[site].alleles)
        for place, label in enumerate(labels):
            if label.endswith(_DELETED):
                found[site] |= codes[site] == first + place
    return found


UNLIKELY: Final = 5.0
"""Log probability below that of the likeliest model from which a model's hybrids do not count."""
SPREADS: Final = 2.0
"""Standard deviations by which more of a hybrid may show than is known of it."""
LEAST_MISMAPPED: Final = 0.15
"""Copies of hybrids below which their reads are not looked for: a caller leaves them out."""
_AMOUNTS: Final = 5


def without_mismapping(
    genotypes: GeneGenotypes, sample: int, copies: CopyEvidence
) -> GeneGenotypes:
    """Return one sample's genotypes, those at mis-mapped positions called from their reads."""
    structure = genotypes.gene.structure
    if structure is None or not structure.mismapped or not copies.reads:
        return genotypes.take(np.array([sample]), (genotypes.samples[sample],))
    models = structural_models(structure)
    likely = copies.log_likelihood + models.log_prior if copies.is_assessed else None
    best = models.usual if likely is None else int(likely.argmax())
    sites = _mismapped_sites(structure, models, best)
    if likely is not None:
        left = np.flatnonzero(likely > likely[best] - UNLIKELY)
        sites += _foreign(structure, models, left, copies.reads)
    return resolve_mismapping(genotypes, sample, copies.reads, sites)


def _mismapped_sites(
    structure: GeneStructure, models: StructuralModels, model: int
) -> list[MismappedSite]:
    """Return the sites with mis-mapped reads of the paralogue, or of a model's hybrids."""
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
    """Return where hybrids of the remaining models would show the paralogue's base.

    Their visible fraction is between 0 and the expected value plus `SPREADS` deviations.
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


TEMPER: Final = 0.5
"""Power of the likelihood of reads: sites share their reads and their bias."""
APART: Final = 300
"""Bases between sites of which both count: reads and mates span fewer."""
LIKE_PARTNER: Final = 0.95
"""Probability that a hybrid carries the alleles of the whole copy beside it."""
LIKELIHOOD_DECIMALS: Final = 6
"""Places of a log likelihood: what is left is rounding."""
NEVER: Final = 1e-12
"""Likelihood of one haplotype by that of two below which two different alleles rule it out."""
HETEROZYGOUS: Final = (0.2, 0.35, 0.5, 0.65, 0.8)
"""Shares of reads that an allele of two to five copies has."""
HOMOZYGOUS_FROM: Final = 0.3
"""Likelihood of one allele by that of two from which a heterozygous site is not certain: a caller
saw two, so that reads must hardly favour them."""
MOST_REOPENED: Final = 3
"""Doubted sites up to which they are left open: each has four genotypes to be tried."""
_LEAST: Final = 1e-300


class _Site(NamedTuple):
    """A heterozygous site: its index, allele codes, reads of the second and of both."""

    site: int
    codes: tuple[int, int]
    reads: int
    total: int
    shares: npt.NDArray[np.float64]


class Dosage:
    """Allelic depths at heterozygous defining sites of one sample.

    Attributes
    ----------
    sites
        Sites with reads of both alleles that are informative on copy number.
    """

    def __init__(
        self,
        gene: CompiledGene,
        models: StructuralModels,
        observation: Observation,
        reads: Sequence[SiteReads],
    ) -> None:
        self._units = models.units
        silent = {*models.structure.mismapped, *models.structure.uneven}
        known = {r.position: r for r in reads if r.position not in silent}
        self.sites = [
            site
            for index, variant in enumerate(gene.gene.variants)
            if (own := known.get(variant.position)) is not None
            and (site := _site(index, variant.alleles, own, observation, models)) is not None
        ]
        self._apart = _thinned(self.sites, [v.position for v in gene.gene.variants])
        self._known: dict[tuple[int, float], float] = {}

    def misfit(self, likelihood: float) -> float:
        """Return the deficit of a `likelihood` relative to the observed read fractions.

        As a natural logarithm, without the tempering.
        """
        return self._best - math.log(max(likelihood, _LEAST)) / TEMPER

    @functools.cached_property
    def _best(self) -> float:
        return sum(
            float(carried_log_likelihood(s.reads, s.total, s.reads / s.total)) for s in self._apart
        )

    def likelihood(self, way: Chromosomes, codes: npt.NDArray[np.int8]) -> float:
        """Return the likelihood of the reads, given the codes of two chromosomes, (2, P).

        Hybrids carry the alleles of the complete copy in tandem, or those of the other chromosome,
        at all sites.
        """
        if not self._apart:
            return 1.0
        # A hybrid mostly arose beside the whole copy of its own chromosome and carries its
        # variants; the rest of the probability is that it carries those of the other chromosome.
        beside = self._likelihood(way, codes, codes)
        if all(unit == WHOLE for h in way[:2] for unit in h.units):
            return beside
        crossed = self._likelihood(way, codes, codes[::-1])
        return LIKE_PARTNER * beside + (1 - LIKE_PARTNER) * crossed

    def _likelihood(
        self, way: Chromosomes, codes: npt.NDArray[np.int8], hybrids: npt.NDArray[np.int8]
    ) -> float:
        """Return the likelihood, if hybrids have the codes of these haplotypes, (2, P)."""
        # Tempered: sites share fragments and reference bias, so the full product would be
        # overconfident.
        total = sum(self._log(site, way, codes, hybrids) for site in self._apart)
        return float(np.exp(round(TEMPER * total, LIKELIHOOD_DECIMALS)))

    def _log(
        self,
        site: _Site,
        way: Chromosomes,
        codes: npt.NDArray[np.int8],
        hybrids: npt.NDArray[np.int8],
    ) -> float:
        copies = carried = 0.0
        own = codes[:, site.site].tolist()
        for haplotype, code, like in zip(way[:2], own, hybrids[:, site.site].tolist(), strict=True):
            for unit in haplotype.units:
                share = float(site.shares[self._units.index(unit)])
                copies += share
                carried += share * _carries(site, code if unit == WHOLE else like)
        if copies <= 0:  # reads from elsewhere: any share is as likely
            return -math.log(site.total + 1)
        share = carried / copies
        known = self._known.get((site.site, share))
        if known is None:  # few shares, thousands of candidates
            known = float(carried_log_likelihood(site.reads, site.total, share))
            self._known[site.site, share] = known
        return known

    def one_copy(self, site: int) -> tuple[tuple[int, float], ...]:
        """Return the possible codes of one haplotype at a heterozygous site, with likelihoods.

        The likelihoods are relative to that of a heterozygote; empty if the site has no reads.
        """
        own = next((s for s in self.sites if s.site == site), None)
        if own is None:
            return ()
        # A homozygous site still shows some reads of the other allele where reads are mismapped.
        none, both = carried_log_likelihood(own.reads, own.total, np.array([0.05, 0.95]))
        some = carried_log_likelihood(own.reads, own.total, np.array(HETEROZYGOUS)).max()
        return (
            (own.codes[0], float(np.exp(none - some))),
            (own.codes[1], float(np.exp(both - some))),
        )


def _carries(site: _Site, code: int) -> float:
    """Return whether a code is the site's second allele; half where it is unknown."""
    return 0.5 if code == MISSING else float(code == site.codes[1])


def _site(
    index: int,
    alleles: Sequence[str],
    reads: SiteReads,
    observation: Observation,
    models: StructuralModels,
) -> _Site | None:
    """Return a heterozygous site, None if its reads are not informative."""
    one, two = observation.codes[index].tolist()
    if observation.block[index] < 0 or min(one, two) < 0 or max(one, two) >= len(alleles):
        return None
    counted = dict(zip(reads.alleles, reads.reads, strict=True))
    first, second = counted.get(alleles[one]), counted.get(alleles[two])
    if first is None or second is None or not first + second:
        return None
    shares = models.shares([reads.position])[:, 0]
    return _Site(index, (one, two), second, first + second, shares)


def _thinned(sites: Sequence[_Site], positions: Sequence[int]) -> list[_Site]:
    """Return sites that are far enough apart, those with more reads first."""
    kept: list[_Site] = []
    for site in sorted(sites, key=lambda s: (-s.total, s.site)):
        near = (abs(positions[site.site] - positions[k.site]) < APART for k in kept)
        if not any(near):
            kept.append(site)
    return kept


def diploid_observation(observation: Observation, dosage: Dosage) -> tuple[Observation, bool]:
    """Return an observation of two haplotypes, with some heterozygous sites uncertain.

    A few mis-mapped reads look like a second allele to a caller. One haplotype may disregard them,
    so two must too: otherwise a rare haplotype would count against two, and never against one. The
    most suspect sites are tried. Also returns whether one allele is more likely than two at more
    sites than these, as in contaminated reads.
    """
    found: list[tuple[float, SoftSite]] = []
    for index in np.flatnonzero(observation.block >= 0).tolist():
        alike = [(c, p) for c, p in dosage.one_copy(index) if p >= HOMOZYGOUS_FROM]
        if alike:
            one, two = observation.codes[index].tolist()
            genotypes = [SoftGenotype(c, c, p) for c, p in alike]
            genotypes += [SoftGenotype(one, two, 1.0), SoftGenotype(two, one, 1.0)]
            found.append((max(p for _, p in alike), SoftSite(index, tuple(genotypes))))
    if not found:
        return observation, False
    is_mixed = sum(likelihood >= 1 for likelihood, _ in found) > MOST_REOPENED
    found.sort(key=lambda item: (-item[0], item[1].site))
    reopened = [site for _, site in found[:MOST_REOPENED]]
    codes, block = observation.codes.copy(), observation.block.copy()
    places = [site.site for site in reopened]
    codes[places], block[places] = MISSING, -1
    left, numbers = np.unique(block[block >= 0], return_inverse=True)
    block[block >= 0] = numbers
    soft = (*observation.soft, *reopened)
    return Observation(codes, block, len(left), haploid=observation.haploid, soft=soft), is_mixed


def haploid_observation(observation: Observation, dosage: Dosage) -> Observation | None:
    """Return an observation as that of one haplotype, None if two are certain.

    At a heterozygous site the codes compatible with its reads for one copy remain.
    """
    codes = observation.codes.copy()
    soft = [_alike(site) for site in observation.soft]
    for index in np.flatnonzero(observation.block >= 0).tolist():
        choices = dosage.one_copy(index)
        if max((likelihood for _, likelihood in choices), default=0.0) < NEVER:
            return None
        codes[index] = MISSING
        soft.append(SoftSite(index, tuple(SoftGenotype(c, c, p) for c, p in choices)))
    if not all(site.genotypes for site in soft):
        return None
    known = codes[:, 0] != MISSING
    codes[:, 0] = np.where(known, codes[:, 0], codes[:, 1])
    codes[:, 1] = codes[:, 0]
    block = np.full(len(codes), -1, np.int32)
    return Observation(codes, block, 0, haploid=True, soft=tuple(soft))


def _alike(site: SoftSite) -> SoftSite:
    """Return the possible genotypes of one haplotype at a site."""
    return SoftSite(site.site, tuple(g for g in site.genotypes if g.first == g.second))
