"""Structural haplotypes, their configurations and likelihoods."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.records.structures import (
    WHOLE,
    GeneStructure,
    PartnerOdds,
    StructuralHaplotype,
    UnitSegment,
)

__all__ = [
    "DEPTH_OVERDISPERSION",
    "Chromosomes",
    "DepthFit",
    "Expected",
    "Partners",
    "StructuralModels",
    "carried_log_likelihood",
    "depth_fit",
    "distance_kernel",
    "is_shifted",
    "structural_models",
]

UNKNOWN: Final = 0.01
"""Share of persons whose model is any, all alike: rare frequencies come from few chromosomes."""
_LEAST: Final = 1e-300

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


class Chromosomes(NamedTuple):
    """Structural haplotypes of both chromosomes, and the index of the model that they make."""

    first: StructuralHaplotype
    second: StructuralHaplotype
    model: int
    log_prior: float


class Expected(NamedTuple):
    """(M, W) copies that show in each window, (M, U) counts of units, (U, W) spread of one."""

    copies: Floats
    counts: Floats
    spread: Floats


class StructuralModels:
    """The M distinct unit counts of two chromosomes of a gene.

    Attributes
    ----------
    structure
        Structures of the gene in the knowledge base.
    units
        Names of the U units, the whole copy first.
    counts
        (M, U) int64 copies of each unit.
    groups
        Names of the G population groups of frequencies.
    chromosomes
        Pairs of structural haplotypes, each unordered pair once; equal group weights.
    frequency
        (M,) frequency of each model in people; equal group weights.
    log_prior
        (M,) log prior of each model; equal group weights.
    """

    def __init__(self, structure: GeneStructure) -> None:
        self.structure = structure
        self.units = structure.unit_names
        pairs = list(itertools.combinations_with_replacement(structure.haplotypes, 2))
        rows = [self._count(a) + self._count(b) for a, b in pairs]
        self.counts, model = np.unique(np.array(rows, np.int64), axis=0, return_inverse=True)
        self._model = model.ravel()
        self._pairs = pairs
        self.groups = tuple(group for group, _ in structure.haplotypes[0].frequencies)
        self._weights = np.array([self._pair_weights(a, b) for a, b in pairs])
        alike = np.ones(len(self.groups))
        self.frequency = np.bincount(self._model, weights=self._weigh(alike))
        self.log_prior, self.chromosomes = self.prior(alike)

    def _pair_weights(self, one: StructuralHaplotype, two: StructuralHaplotype) -> Floats:
        """Return (G,) shares of people with two structural haplotypes."""
        times = np.array(
            [f * g for (_, f), (_, g) in zip(one.frequencies, two.frequencies, strict=True)]
        )
        return times * (1 if one == two else 2)

    def prior(self, groups: Floats) -> tuple[Floats, tuple[Chromosomes, ...]]:
        """Return (M,) log prior of models, and pairs of haplotypes with theirs.

        ``groups`` are (G,) weights of the population groups in ``groups``. Models have the
        frequencies of the knowledge base, except in a fraction `UNKNOWN` of people.
        """
        weight = self._weigh(groups)
        frequency = np.bincount(self._model, weights=weight)
        # The mixture keeps a model that nobody of the panel had possible; depth can then raise it.
        by_model = (1 - UNKNOWN) * frequency + UNKNOWN / len(frequency)
        weight = weight * (by_model / np.maximum(frequency, _LEAST))[self._model]
        ways = tuple(
            Chromosomes(a, b, int(m), float(w))
            for (a, b), m, w in zip(self._pairs, self._model, np.log(weight), strict=True)
        )
        return np.log(by_model), ways

    def _weigh(self, groups: Floats) -> Floats:
        """Return the frequency of each pair of haplotypes."""
        weight = self._weights @ (groups / groups.sum())
        return np.asarray(weight / weight.sum())

    def _count(self, haplotype: StructuralHaplotype) -> Counts:
        return np.array([haplotype.units.count(unit) for unit in self.units], np.int64)

    @property
    def copies(self) -> Counts:
        """(M,) units of each model: whole copies and hybrids together."""
        return np.asarray(self.counts.sum(axis=1))

    @property
    def usual(self) -> int:
        """Index of the model of two whole copies."""
        plain = [2, *[0] * (len(self.units) - 1)]
        return int(np.flatnonzero((self.counts == plain).all(axis=1))[0])

    def name(self, model: int) -> str:
        """Return a model's name: ``2 gene + 1 *36``; of none ``0 gene``."""
        counts = self.counts[model].tolist()
        parts = [f"{n} {u}" for u, n in zip(self.units, counts, strict=True) if n]
        return " + ".join(parts) or f"0 {WHOLE}"

    def expected(self, starts: Sequence[int], ends: Sequence[int]) -> Expected:
        """Return the copies expected in windows, given where reads of hybrids align.

        ``starts`` and ``ends`` are (W,) 1-based inclusive; the middle of a window is used.
        """
        share = self._of_units(starts, ends, "share")
        spread = self._of_units(starts, ends, "spread")
        spread[0] = 0.0
        return Expected(self.counts @ share, self.counts.astype(np.float64), spread)

    def own(self, positions: Sequence[int]) -> Floats:
        """Return (M, W) copies that have the gene's own sequence at 1-based positions."""
        return np.asarray(self.counts @ self._of_units(positions, positions, "own"))

    def shares(self, positions: Sequence[int]) -> Floats:
        """Return (U, W) copies of each unit that show at 1-based positions."""
        return self._of_units(positions, positions, "share")

    def mismapped_copies(self, positions: Sequence[int], spreads: float = 0.0) -> Floats:
        """Return (M, W) copies with the paralogue's sequence that show at 1-based positions.

        ``spreads`` are standard deviations by which more of a hybrid may show than its share.
        """
        shown = self._of_units(positions, positions, "share")
        shown += spreads * self._of_units(positions, positions, "spread")
        foreign = 1 - self._of_units(positions, positions, "own")
        return np.asarray(self.counts @ (shown * foreign))

    def _of_units(self, starts: Sequence[int], ends: Sequence[int], what: str) -> Floats:
        """Return (U, W) a segment's value for each unit; 1 (spread 0) outside all segments."""
        # The ends of a window may lie in two segments; its middle is in one.
        middle = (np.asarray(starts, np.float64) + np.asarray(ends, np.float64)) / 2
        outside = 0.0 if what == "spread" else 1.0
        found = np.full((len(self.units), len(middle)), outside)
        for row, unit in enumerate(self.structure.units, 1):
            for segment in unit.segments:
                found[row, _inside(segment, middle)] = getattr(segment, what)
        return found


def _inside(segment: UnitSegment, middle: Floats) -> npt.NDArray[np.bool_]:
    return np.asarray((segment.start <= middle) & (middle <= segment.end))


@functools.lru_cache(maxsize=64)
def structural_models(structure: GeneStructure) -> StructuralModels:
    """Return the models of a gene's structure; made once."""
    return StructuralModels(structure)


_ODDS_DECIMALS: Final = 6
"""Places of odds: what is left is rounding."""


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
        """Return the odds of an allele; a single hybrid has the odds of a tandem with a copy."""
        key = haplotype.units, allele
        known = self._known.get(key)
        if known is None:
            # Odds were counted for hybrids beside a whole copy; a hybrid alone borrows them.
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
        return round(found / total, _ODDS_DECIMALS) if total else row.odds


READ_CORRELATION: Final = 0.02
"""Correlation of reads of one site (beta-binomial rho): reads of one allele cluster."""
ERROR: Final = 0.01
"""Share of reads that show an allele which no copy carries."""


def carried_log_likelihood(reads: int, total: int, share: Floats | float) -> Floats:
    """Return the log likelihood of ``reads`` of ``total`` by the allele's share of copies.

    Parameters
    ----------
    reads, total
        Reads that show the allele, and all reads of the site.
    share
        Share of the copies at the site that carry the allele, 0-1, of any shape.
    """
    # Beta-binomial with mean ``share`` and a and b so that 1 / (a + b + 1) is the correlation: a
    # binomial likelihood would take reads that share fragments and bias for independent ones.
    mean = np.clip(np.asarray(share, np.float64), ERROR, 1 - ERROR)
    scale = 1 / READ_CORRELATION - 1
    a, b = mean * scale, (1 - mean) * scale
    choose = math.lgamma(total + 1) - math.lgamma(reads + 1) - math.lgamma(total - reads + 1)
    return np.asarray(choose + _log_beta(reads + a, total - reads + b) - _log_beta(a, b))


def _log_beta(a: Floats, b: Floats) -> Floats:
    return np.asarray(_log_gamma(a) + _log_gamma(b) - _log_gamma(a + b))


# scipy.special.gammaln would be faster on long arrays, but loading it takes half a second and every
# run that reads depth would pay for it; the arrays here have a few entries.
_log_gamma = np.vectorize(math.lgamma, otypes=[np.float64])


DEPTH_OVERDISPERSION: Final = 0.9
"""Variance of a window's depth by its mean, of reads that overlap the window."""
NOISE: Final = 0.05
"""Standard deviation of a window's depth beside counting, by its mean: 0.047 in 30 genomes.

As much is shared by all windows of the gene: 0.02 to 0.04 in these, more in others may be.
"""
FLOOR: Final = 0.02
"""Standard deviation, in copies, where nothing is expected."""
STRAY: Final = 0.03
"""Copies that mismapped reads look like."""
FREEDOM: Final = 20.0
"""Degrees of freedom of the t distribution: some windows may be far off."""
MOST_SHIFT: Final = 0.25
"""Share by which the gene's windows together may be off what a model expects.

Half way between one and two copies neither is supported; the levels of genomes differ by a tenth.
"""
_SHOWN: Final = 0.8
_LEAST_SHOWN: Final = 5


class DepthFit(NamedTuple):
    """(M,) log likelihood and misfit (squared distance a window) of models; (M, W) spread."""

    log_likelihood: Floats
    misfit: Floats
    spread: Floats


def distance_kernel(distance: Floats) -> Floats:
    """Return the correlation of depths at a distance in bases: fragments, then wider waves."""
    return np.asarray(0.75 * np.exp(-distance / 90) + 0.25 * np.exp(-((distance / 450) ** 2)))


def depth_fit(
    copies: Floats, reads: Floats, middle: Floats, expected: Expected, noise: float = NOISE
) -> DepthFit:
    """Return how well models explain the depth along a gene.

    Parameters
    ----------
    copies
        (W,) depth in copies; all finite.
    reads
        (W,) reads that one copy is expected to have.
    middle
        (W,) middle of each window, in bases.
    expected
        Copies that show, and the spread of hybrids.
    noise
        Standard deviation of the sample's depth beside counting, by its mean; `NOISE` at least.
    """
    # Multivariate t: the squared Mahalanobis distance enters through log1p, so that a few windows
    # that are far off lower the likelihood less than they would under a normal distribution.
    mean = expected.copies + STRAY
    covariance = _covariance(mean, reads, middle, expected, max(noise, NOISE))
    diagonal = np.arange(len(copies))
    root = np.linalg.cholesky(covariance)
    distance = np.linalg.solve(root, (copies - mean)[:, :, None])[:, :, 0]
    squared = (distance**2).sum(axis=1)
    n = len(copies)
    spread = np.sqrt(covariance[:, diagonal, diagonal])
    constant = math.lgamma((FREEDOM + n) / 2) - math.lgamma(FREEDOM / 2) - n / 2 * math.log(FREEDOM)
    log_likelihood = (
        constant
        - np.log(root[:, diagonal, diagonal]).sum(axis=1)
        - (FREEDOM + n) / 2 * np.log1p(squared / FREEDOM)
    )
    return DepthFit(log_likelihood, squared / n, spread)


def _covariance(
    mean: Floats, reads: Floats, middle: Floats, expected: Expected, noise: float
) -> Floats:
    """Return (M, W, W): reads that are counted, waves along the gene, where hybrids show."""
    # Near windows are not independent: they share fragments and waves of coverage. A diagonal
    # covariance would count the same deviation once per window and make any model look sure.
    correlation = distance_kernel(np.abs(middle[:, None] - middle[None, :]))
    counting = np.sqrt(DEPTH_OVERDISPERSION * mean / reads)
    products = mean[:, :, None] * mean[:, None, :]
    alike = counting[:, :, None] * counting[:, None, :]
    alike += np.einsum("mu,ui,uj->mij", expected.counts**2, expected.spread, expected.spread)
    covariance = correlation * alike + (correlation + 1) * noise**2 * products
    return np.asarray(covariance + FLOOR**2 * np.eye(len(reads)))


def is_shifted(copies: Floats, expected: Floats) -> bool:
    """Whether all of the gene has far more or less depth than the copies of a model.

    ``copies`` and ``expected`` are (W,): the depth in copies, and the copies predicted by the
    model.
    """
    # Windows where little is expected are left out: their ratio is mostly noise.
    shown = expected >= _SHOWN
    if shown.sum() < _LEAST_SHOWN:
        return False
    return bool(abs(np.median(copies[shown] / expected[shown]) - 1) > MOST_SHIFT)
