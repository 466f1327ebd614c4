"""Diplotypes that explain one observation, and their posterior probabilities.

Haplotypes are drawn independently from a gene's `HaplotypePrior` (Hardy-Weinberg proportions).
Unknown phase, and genotypes known only by their likelihoods, are marginalized; at missing positions
every haplotype that matches elsewhere remains possible.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.haplotypes.definitions import Floats
from pgx.haplotypes.observation import Observation, known_phasings, phasings, tries_all
from pgx.haplotypes.prior import HaplotypePrior
from pgx.haplotypes.recombination import (
    genotype_keys,
    haplotype_keys,
    weigh_remote,
    weigh_undefined,
)

__all__ = [
    "DECIMALS",
    "LISTED_FROM",
    "Posterior",
    "evidence",
    "infer",
]


LISTED_FROM: Final = 1e-4
"""Probability from which a candidate is listed, and its advice counts."""
DECIMALS: Final = 12
"""Places of a printed probability: what is left is rounding, which may not decide an order."""
NEGLIGIBLE: Final = 1e-12
"""Share of all mass below which a pair of haplotypes is not spelled out."""
MOST_NOVEL: Final = 5_000
"""Haplotypes outside the known ones after which no further orientation is tried, and the result is
partial. Ordinary data stay far below; a made-up file with an undocumented allele at every position
had 150,000 and took 3 GB."""
_DECIMALS: Final = 14  # of probabilities that decide an order: the rest is rounding
Codes = npt.NDArray[np.int8]


class _Pairing(NamedTuple):
    """Two haplotypes that would explain the observation, and the likelihood of their soft sites."""

    first: Codes
    second: Codes
    likelihood: float


@dataclass(slots=True)
class Posterior:
    """Pairs of haplotypes with their probabilities.

    Attributes
    ----------
    pairs
        (M, 2) intp: haplotypes by number, the smaller first; numbers up to K are rows of the
        prior, larger ones index ``novel``. Of a haploid locus both are the same.
    probability
        (M,) float64, decreasing, sums to 1 except for a negligible remainder.
    novel
        Haplotypes of (P,) int8 codes without a matching known haplotype.
    undefined
        (K + N,) bool: haplotypes by number that are neither defined nor counted.
    factors
        Products of haplotype numbers whose union holds every pair.
    is_whole
        Whether every orientation of the phase blocks was tried.
    mass
        Probability of the observation, up to a factor common to all observations of the gene.
    by_group
        (G, M) float64: probabilities in each group of the prior alone, rows sum to 1.
    """

    pairs: npt.NDArray[np.intp]
    probability: Floats
    novel: list[Codes] = field(default_factory=list)
    undefined: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    factors: list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]] = field(default_factory=list)
    is_whole: bool = True
    mass: float = 0.0
    by_group: Floats = field(default_factory=lambda: np.zeros((0, 0)))


def evidence(prior: HaplotypePrior, observation: Observation) -> Floats:
    """Return the (G,) probability of an observation in each group, up to a common factor."""
    total = np.zeros(len(prior.groups))
    for pairing in _worthwhile(prior, observation, _orientations(prior, observation).pairs):
        mass = pairing.likelihood * _mass(prior, pairing.first)
        total += mass if observation.haploid else mass * _mass(prior, pairing.second)
    return total


def infer(
    prior: HaplotypePrior,
    observation: Observation,
    groups: Floats,
    alert: tuple[int, ...] = (),
) -> Posterior:
    """Return every pair of haplotypes that fits, with its probability.

    ``groups`` are prior (G,) weights of the groups; ``alert`` are position indices at which rare
    alternatives are enumerated too.
    """
    found = _Collector(prior, observation, groups, alert)
    found.keep_all(contested=any(site.contradicted for site in observation.soft))
    orientations = _orientations(prior, observation)
    is_cut = False
    for pairing in _worthwhile(prior, observation, orientations.pairs):
        is_cut = found.n_novel > MOST_NOVEL
        if is_cut:
            break
        found.add(pairing)
    result = found.result()
    result.is_whole = orientations.is_whole and not is_cut
    return result


def _mass(prior: HaplotypePrior, haplotype: Codes) -> Floats:
    known = prior.known(haplotype)
    return np.asarray(prior.shares[:, known].sum(axis=1)) if len(known) else prior.novel(haplotype)


class _Orientations(NamedTuple):
    """The two haplotypes in orientations of the phase blocks, and whether these are all."""

    pairs: list[tuple[Codes, Codes]]
    is_whole: bool


def _orientations(prior: HaplotypePrior, observation: Observation) -> _Orientations:
    """Return every orientation; with many blocks those in which a known haplotype fits.

    If one fits, pairs of two undefined haplotypes are not considered.
    """
    if tries_all(observation):
        return _Orientations(list(phasings(observation)), is_whole=True)
    found = known_phasings(observation, prior.codes)
    if found:
        return _Orientations(found, is_whole=True)
    return _Orientations(list(phasings(observation)), is_whole=False)


def _worthwhile(
    prior: HaplotypePrior,
    observation: Observation,
    orientations: Sequence[tuple[Codes, Codes]],
) -> list[_Pairing]:
    """Return the pairings; those of two undefined haplotypes only if there are no others.

    If known haplotypes explain at least one haplotype, two undefined ones are negligible.
    """
    pairings = list(_pairings(observation, orientations))
    # Two unknown haplotypes at once are the product of two tiny masses.
    explained = [len(prior.known(p.first)) > 0 or len(prior.known(p.second)) > 0 for p in pairings]
    if not any(explained):
        return pairings
    return [p for p, good in zip(pairings, explained, strict=True) if good]


def _pairings(
    observation: Observation, orientations: Sequence[tuple[Codes, Codes]]
) -> Iterator[_Pairing]:
    """Yield orientations of the blocks with every genotype of the soft sites."""
    choices = [site.genotypes for site in observation.soft]
    branches = list(itertools.product(*choices))
    for first, second in orientations:
        if not observation.soft:
            yield _Pairing(first, second, 1.0)
            continue
        for branch in branches:
            one, two, likelihood = first.copy(), second.copy(), 1.0
            for site, genotype in zip(observation.soft, branch, strict=True):
                one[site.site], two[site.site] = genotype.first, genotype.second
                likelihood *= genotype.likelihood
            yield _Pairing(one, two, likelihood)


class _Collector:
    """Sums the mass of pairs over pairings."""

    def __init__(
        self,
        prior: HaplotypePrior,
        observation: Observation,
        groups: Floats,
        alert: tuple[int, ...],
    ) -> None:
        self._alert = alert
        self._contested = False
        self._prior, self._groups = prior, groups
        self._haploid = observation.haploid
        # with a heterozygous position each pair stands in one order: its mass counts twice
        self._orders = 2 if observation.n_blocks else 1
        self._novel: dict[bytes, int] = {}
        self._haplotypes: list[Codes] = []
        self._rows: list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Floats]] = []
        self._factors: list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]] = []

    @property
    def n_novel(self) -> int:
        """Number of undefined haplotypes found."""
        return len(self._haplotypes)

    def _options(self, haplotype: Codes) -> tuple[npt.NDArray[np.intp], Floats]:
        """Return the haplotypes compatible with an observed one, and (G, n) frequencies."""
        known = self._prior.known(haplotype)
        codes, shares = self._prior.hidden(haplotype, self._alert)
        numbers = np.concatenate([known, self._numbered(list(codes))])
        return numbers, np.concatenate([self._prior.shares[:, known], shares], axis=1)

    def _numbered(self, haplotypes: list[Codes]) -> npt.NDArray[np.intp]:
        """Return the numbers of undefined haplotypes."""
        numbers = []
        for haplotype in haplotypes:
            key = haplotype.tobytes()
            if key not in self._novel:
                self._novel[key] = len(self._prior.codes) + len(self._haplotypes)
                self._haplotypes.append(haplotype)
            numbers.append(self._novel[key])
        return np.array(numbers, np.intp)

    def keep_all(self, *, contested: bool) -> None:
        """Keep pairs of every pairing, however improbable."""
        self._contested = contested

    def add(self, pairing: _Pairing) -> None:
        """Add the pairs of one pairing."""
        one, shares = self._options(pairing.first)
        if self._haploid:
            self._rows.append((one, one, pairing.likelihood * shares))
            self._factors.append((one, one[:0]))
            return
        two, others = self._options(pairing.second)
        # Hardy-Weinberg within each group; groups are mixed afterwards. Mixing frequencies first
        # would give pairs from two groups that no person has.
        masses = pairing.likelihood * (shares[:, :, None] * others[:, None, :])
        masses = masses.reshape(len(masses), -1)
        mean = self._mean(masses)
        worth = np.flatnonzero(mean > NEGLIGIBLE * mean.sum())  # thousands of pairs are not
        i, j = one[worth // len(two)], two[worth % len(two)]
        self._rows.append((np.minimum(i, j), np.maximum(i, j), masses[:, worth]))
        self._factors.append((one, two))

    def result(self) -> Posterior:
        """Return the pairs, each once, most probable first."""
        number = self._ordered()
        one = number[np.concatenate([row[0] for row in self._rows])]
        two = number[np.concatenate([row[1] for row in self._rows])]
        low, high = np.minimum(one, two), np.maximum(one, two)
        masses = np.concatenate([row[2] for row in self._rows], axis=1)
        mass = self._mean(masses)
        # what reads contradict is improbable, and must be named all the same
        least = 0.0 if self._contested else NEGLIGIBLE * mass.sum()
        worth = mass > least
        width = len(self._prior.codes) + len(self._haplotypes)
        keys, inverse = np.unique(low[worth] * width + high[worth], return_inverse=True)
        total: Floats = np.asarray(
            np.bincount(inverse, weights=mass[worth], minlength=len(keys)), np.float64
        )
        pairs = np.stack([keys // width, keys % width], axis=1)
        novel = sorted(self._haplotypes, key=lambda haplotype: haplotype.tobytes())
        codes = np.array(novel, np.int8).reshape(-1, self._prior.codes.shape[1])
        undefined = self._prior.undefined(codes)
        before = total
        if not self._haploid:
            total = self._weighed(pairs, total, codes, undefined)
        probability = total / total.sum()
        # Ties are broken by the haplotypes, not by rounding, so that every platform has one order.
        order = np.lexsort((keys, -np.round(probability, _DECIMALS)))
        pairs = pairs[order]
        factors = [(number[a], number[b]) for a, b in self._factors]
        found = Posterior(
            pairs, probability[order], novel, undefined, factors, mass=float(total.sum())
        )
        found.by_group = _by_group(masses[:, worth], inverse, total / before)[:, order]
        return found

    def _mean(self, masses: Floats) -> Floats:
        """Return (n,) masses, the weighted sum over the (G, n) groups.

        Summed group by group, so the sum does not depend on the order of a pair.
        """
        mass = np.zeros(masses.shape[1])
        for weight, own in zip(self._groups.tolist(), masses, strict=True):
            mass += weight * own
        return mass

    def _weighed(
        self,
        pairs: npt.NDArray[np.intp],
        mass: Floats,
        novel: Codes,
        undefined: npt.NDArray[np.bool_],
    ) -> Floats:
        """Return the masses of pairs, with the odds of undefined haplotypes applied."""
        some: npt.NDArray[np.bool_] = np.asarray(undefined[pairs].any(axis=1))
        if not some.any():
            return mass
        keys = np.concatenate([self._prior.keys, haplotype_keys(novel)])
        genotypes = genotype_keys(keys, pairs)
        mass = weigh_undefined(mass, genotypes, some, self._expected(pairs, mass))
        likely = some & (mass >= LISTED_FROM * mass.sum())
        alone = likely & ~np.isin(genotypes, genotypes[~some])
        return weigh_remote(mass, genotypes, self._remote(pairs, alone, novel))

    def _expected(self, pairs: npt.NDArray[np.intp], mass: Floats) -> Floats:
        """(M,) expected number of reference-panel members, in all groups, with each pair."""
        prior = self._prior
        persons = prior.chromosomes / 2
        expected = mass * persons.sum() / self._groups.sum()
        inside = pairs[:, 1] < len(prior.codes)
        joint = prior.shares[:, pairs[inside, 0]] * prior.shares[:, pairs[inside, 1]]
        expected[inside] = mass[inside] * (persons @ joint) / (self._groups @ joint)
        return np.asarray(self._orders * expected)

    def _remote(
        self, pairs: npt.NDArray[np.intp], chosen: npt.NDArray[np.bool_], novel: Codes
    ) -> npt.NDArray[np.bool_]:
        """(M,) bool: chosen pairs with a haplotype that no single event produces."""
        size = len(self._prior.codes)
        numbers = np.unique(pairs[chosen])
        remote = np.zeros(size + len(novel), np.bool_)
        for number in numbers[numbers >= size].tolist():
            remote[number] = self._prior.is_remote(novel[number - size])
        return np.asarray(remote[pairs].any(axis=1) & chosen)

    def _ordered(self) -> npt.NDArray[np.intp]:
        """Return new numbers by number: haplotypes in the order of their codes, not of phasings."""
        size, haplotypes = len(self._prior.codes), self._haplotypes
        order = sorted(range(len(haplotypes)), key=lambda i: haplotypes[i].tobytes())
        number = np.arange(size + len(haplotypes))
        number[[size + i for i in order]] = np.arange(size, size + len(haplotypes))
        return number


def _by_group(masses: Floats, pair: npt.NDArray[np.intp], factor: Floats) -> Floats:
    """Return (G, M) probabilities of pairs in each group, of (G, n) masses.

    ``factor``, (M,), is the factor of the undefined-haplotype odds for each pair's mass.
    """
    n_pairs = len(factor)
    if n_pairs == 1:
        return np.ones((len(masses), 1))
    totals = np.array([np.bincount(pair, weights=own, minlength=n_pairs) for own in masses])
    totals *= factor
    sums = totals.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(totals, sums, out=np.zeros_like(totals), where=sums > 0))
