"""Assignment of alleles to the copies of a structural configuration."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.copynumber.configurations import Chromosomes, StructuralModels, carried_log_likelihood
from pgx.copynumber.evidence import SiteReads
from pgx.genotypes.matrix import MISSING
from pgx.haplotypes.definitions import CompiledGene
from pgx.haplotypes.matching import Observation, SoftGenotype, SoftSite
from pgx.records.structures import WHOLE, PartnerOdds, StructuralHaplotype

__all__ = [
    "Dosage",
    "Partners",
    "haploid_observation",
]

DECIMALS: Final = 6
"""Places of odds: what is left is rounding."""

Floats = npt.NDArray[np.float64]


class Partners:
    """Odds of alleles on chromosomes with copies and hybrids, in a mix of population groups.

    Parameters
    ----------
    models
        The gene's models.
    groups
        (G,) weights of the models' groups.
    """

    def __init__(self, models: StructuralModels, groups: Floats) -> None:
        self._groups = dict(zip(models.groups, groups.tolist(), strict=True))
        self._rows = {(p.units, p.allele): p for p in models.structure.partners}
        self._known: dict[tuple[tuple[str, ...], str], float] = {}

    def odds(self, haplotype: StructuralHaplotype, allele: str) -> float:
        """Return the odds of an allele; a hybrid alone is like what is seen beside it."""
        key = haplotype.units, allele
        known = self._known.get(key)
        if known is None:
            units = haplotype.units if WHOLE in haplotype.units else (*haplotype.units, WHOLE)
            row = self._rows.get((units, allele), self._rows.get((units, "")))
            known = self._known[key] = 1.0 if row is None else self._mixed(haplotype, row)
        return known

    def _mixed(self, haplotype: StructuralHaplotype, row: PartnerOdds) -> float:
        """Return odds among the groups, by how many of their chromosomes have the structure."""
        if not row.others:
            return row.odds
        shares = {group: self._groups[group] * share for group, share in haplotype.frequencies}
        total = sum(shares.values())
        found = sum(share * row.of(group) for group, share in shares.items())
        return round(found / total, DECIMALS) if total else row.odds


TEMPER: Final = 0.5
"""Power of the likelihood of reads: sites share their reads and their bias."""
APART: Final = 300
"""Bases between sites of which both count: reads and mates span fewer."""
LIKE_PARTNER: Final = 0.95
"""Probability that a hybrid carries the alleles of the whole copy beside it."""
"""Places of a log likelihood: what is left is rounding."""
NEVER: Final = 1e-12
"""Likelihood of one haplotype by that of two below which two different alleles rule it out."""
HETEROZYGOUS: Final = (0.2, 0.35, 0.5, 0.65, 0.8)
"""Shares of reads that an allele of two to five copies has."""
DOUBTED: Final = 0.3
"""Likelihood of one allele by that of two from which a heterozygous site is not certain: a caller
saw two, so that reads must hardly favour them."""
MOST_DOUBTED: Final = 3
"""Doubted sites up to which they are left open: each has four genotypes to be tried."""
_LEAST: Final = 1e-300


class _Site(NamedTuple):
    """A heterozygous site: its index, the codes of its alleles, reads of the second, of both."""

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
        Sites with reads of both alleles that tell something of copies.
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
        """Return how far a `likelihood` is below what shares of reads as they are would have.

        As a natural logarithm, without the tempering.
        """
        return self._best - math.log(max(likelihood, _LEAST)) / TEMPER

    @functools.cached_property
    def _best(self) -> float:
        return sum(
            float(carried_log_likelihood(s.reads, s.total, s.reads / s.total)) for s in self._apart
        )

    def likelihood(self, way: Chromosomes, codes: npt.NDArray[np.int8]) -> float:
        """Return how likely the reads are, if two chromosomes carry these codes, (2, P).

        Hybrids carry the alleles of the whole copy beside them, or those of the other
        chromosome, at all sites alike.
        """
        if not self._apart:
            return 1.0
        beside = self._likelihood(way, codes, codes)
        if all(unit == WHOLE for h in way[:2] for unit in h.units):
            return beside
        crossed = self._likelihood(way, codes, codes[::-1])
        return LIKE_PARTNER * beside + (1 - LIKE_PARTNER) * crossed

    def _likelihood(
        self, way: Chromosomes, codes: npt.NDArray[np.int8], hybrids: npt.NDArray[np.int8]
    ) -> float:
        """Return the likelihood, if hybrids have the codes of these haplotypes, (2, P)."""
        total = sum(self._log(site, way, codes, hybrids) for site in self._apart)
        return float(np.exp(round(TEMPER * total, DECIMALS)))

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
        """Return the codes that one haplotype may have at a heterozygous site, with likelihoods.

        They are likelihoods by that of a heterozygote; empty where the site has no reads.
        """
        own = next((s for s in self.sites if s.site == site), None)
        if own is None:
            return ()
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
    """Return a site whose two haplotypes differ, None where its reads say nothing."""
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
    """Return sites that are apart, those with more reads first."""
    kept: list[_Site] = []
    for site in sorted(sites, key=lambda s: (-s.total, s.site)):
        near = (abs(positions[site.site] - positions[k.site]) < APART for k in kept)
        if not any(near):
            kept.append(site)
    return kept


def diploid_observation(observation: Observation, dosage: Dosage) -> tuple[Observation, bool]:
    """Return an observation of two haplotypes, whose reads leave some heterozygous sites open.

    A few mismapped reads look like a second allele to a caller. One haplotype is free of them, so
    that two must be: else a rare haplotype would be held against two, and never against one.
    The most doubted ones are tried. Says as well whether one allele is likelier than two at
    more sites than these, as in reads of two persons.
    """
    found: list[tuple[float, SoftSite]] = []
    for index in np.flatnonzero(observation.block >= 0).tolist():
        alike = [(c, p) for c, p in dosage.one_copy(index) if p >= DOUBTED]
        if alike:
            one, two = observation.codes[index].tolist()
            genotypes = [SoftGenotype(c, c, p) for c, p in alike]
            genotypes += [SoftGenotype(one, two, 1.0), SoftGenotype(two, one, 1.0)]
            found.append((max(p for _, p in alike), SoftSite(index, tuple(genotypes))))
    if not found:
        return observation, False
    is_mixed = sum(likelihood >= 1 for likelihood, _ in found) > MOST_DOUBTED
    found.sort(key=lambda item: (-item[0], item[1].site))
    doubted = [site for _, site in found[:MOST_DOUBTED]]
    codes, block = observation.codes.copy(), observation.block.copy()
    places = [site.site for site in doubted]
    codes[places], block[places] = MISSING, -1
    left, numbers = np.unique(block[block >= 0], return_inverse=True)
    block[block >= 0] = numbers
    soft = (*observation.soft, *doubted)
    return Observation(codes, block, len(left), haploid=observation.haploid, soft=soft), is_mixed


def haploid_observation(observation: Observation, dosage: Dosage) -> Observation | None:
    """Return an observation as that of one haplotype, None where two are certain.

    A heterozygous site leaves the codes that its reads allow for one copy.
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
    """Return the genotypes of a site that one haplotype may have."""
    return SoftSite(site.site, tuple(g for g in site.genotypes if g.first == g.second))
