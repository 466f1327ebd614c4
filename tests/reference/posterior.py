"""Plain twin of the posterior: every ordered pair of haplotypes, every way to read the data.

Haplotypes are tuples of codes, shares plain floats of one group. Slow, obvious, without numpy.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pgx.haplotypes.posterior import LISTED_FROM, NEGLIGIBLE
from pgx.haplotypes.prior import RECOMBINATION_WEIGHT
from pgx.haplotypes.recombination import (
    ANYTHING,
    HIDDEN_FROM,
    MOST,
    RARE_CIS,
    RARE_CIS_SEEN,
    RECOMBINATION,
    RECOMBINATION_SEEN,
    UNSEEN_ALLELE,
)
from reference.match import mismatches

Haplotype = tuple[int, ...]
Shares = Mapping[Haplotype, float]
Soft = Mapping[int, Mapping[tuple[int, int], float]]
Reading = tuple[Haplotype, Haplotype, float]


@dataclass(frozen=True)
class Population:
    """Known haplotypes with their shares, the share of those outside them, persons counted."""

    shares: Shares
    novelty: float
    persons: float = 0.0

    @property
    def crossover(self) -> float:
        return RECOMBINATION_WEIGHT * self.novelty

    @property
    def conversion(self) -> float:
        """Return the crossovers' share, spread over the positions at which two are unlike."""
        unlike = sum(
            one * two * sum(x != y for x, y in zip(a, b, strict=True))
            for (a, one), (b, two) in itertools.product(self.shares.items(), repeat=2)
        )
        return RECOMBINATION_WEIGHT * self.novelty / max(unlike, 1.0)

    def carried(self, position: int, code: int) -> float:
        """Return the frequency of an allele at a position."""
        return sum(share for h, share in self.shares.items() if h[position] == code)


def readings(
    codes: Sequence[tuple[int, int]],
    block: Sequence[int],
    n_blocks: int,
    soft: Soft,
    population: Population,
) -> list[Reading]:
    """Return both haplotypes and a likelihood for every phasing and genotype of the soft sites.

    ``soft`` maps a position to likelihoods of ordered genotypes. Every block is turned both
    ways, the first as well. Readings of two unknown haplotypes only where there is no other.
    """
    every = list(_readings(codes, block, n_blocks, soft))
    shares = population.shares
    return [r for r in every if fitting(r[0], shares) or fitting(r[1], shares)] or every


def _readings(
    codes: Sequence[tuple[int, int]], block: Sequence[int], n_blocks: int, soft: Soft
) -> Iterator[Reading]:
    for flips in itertools.product((False, True), repeat=n_blocks):
        turned = [
            pair[::-1] if number >= 0 and flips[number] else pair
            for pair, number in zip(codes, block, strict=True)
        ]
        for chosen in itertools.product(*(soft[site].items() for site in soft)):
            likelihood = 1.0
            read = list(turned)
            for site, (genotype, own) in zip(soft, chosen, strict=True):
                read[site] = genotype
                likelihood *= own
            yield tuple(a for a, _ in read), tuple(b for _, b in read), likelihood


def fitting(haplotype: Haplotype, shares: Shares) -> dict[Haplotype, float]:
    """Return the known haplotypes that a haplotype may be."""
    return {h: share for h, share in shares.items() if not mismatches(h, haplotype)}


def converted(haplotype: Haplotype, population: Population) -> dict[Haplotype, float]:
    """Return known haplotypes with another allele where they contradict a haplotype, just once."""
    found: dict[Haplotype, float] = {}
    for own, share in population.shares.items():
        wrong = mismatches(own, haplotype)
        if len(wrong) == 1:
            code = haplotype[wrong[0]]
            frequency = population.carried(wrong[0], code) + UNSEEN_ALLELE
            add(found, put(own, wrong[0], code), population.conversion * share * frequency)
    return found


def crossed(
    haplotype: Haplotype, population: Population, least: float = 0.0
) -> dict[Haplotype, float]:
    """Return what two known haplotypes joined at one point make of a haplotype."""
    found: dict[Haplotype, float] = {}
    known = population.shares.items()
    cuts = range(1, len(haplotype))
    for cut, (left, one), (right, two) in itertools.product(cuts, known, known):
        row = (*left[:cut], *right[cut:])
        rate = population.crossover * one * two
        if left != right and not mismatches(row, haplotype) and rate >= least:
            add(found, row, rate / len(cuts))
    return found


def nearest(haplotype: Haplotype, population: Population) -> dict[Haplotype, float]:
    """Return the known haplotypes that contradict a haplotype least, its alleles put in."""
    wrong = {own: len(mismatches(own, haplotype)) for own in population.shares}
    found: dict[Haplotype, float] = {}
    for own, share in population.shares.items():
        if wrong[own] == min(wrong.values()):
            row = tuple(x if x != -1 else y for x, y in zip(haplotype, own, strict=True))
            add(found, row, ANYTHING * share)
    return found


def put(haplotype: Haplotype, position: int, code: int) -> Haplotype:
    return (*haplotype[:position], code, *haplotype[position + 1 :])


def add(found: dict[Haplotype, float], row: Haplotype, mass: float) -> None:
    found[row] = found.get(row, 0.0) + mass


def novel(haplotype: Haplotype, population: Population) -> float:
    """Return the mass of haplotypes outside the known ones that a haplotype may be."""
    mass = ANYTHING + sum(converted(haplotype, population).values())
    return mass + sum(crossed(haplotype, population).values())


def changed(
    haplotype: Haplotype, fits: Mapping[Haplotype, float], population: Population
) -> dict[Haplotype, float]:
    """Return what haplotypes that fit become by one conversion in a haplotype's gaps."""
    least = HIDDEN_FROM * sum(fits.values())
    found: dict[Haplotype, float] = {}
    for own, position in itertools.product(fits, range(len(haplotype))):
        for code in {h[position] for h in population.shares} - {own[position]}:
            share = population.conversion * fits[own] * population.carried(position, code)
            if haplotype[position] == -1 and share >= least:
                add(found, put(own, position, code), share)
    return found


def hidden(haplotype: Haplotype, population: Population) -> dict[Haplotype, float]:
    """Return unknown haplotypes that a haplotype's gaps may hide: converted once, or crossed."""
    known = fitting(haplotype, population.shares)
    found = changed(haplotype, known, population)
    for row, mass in crossed(haplotype, population, HIDDEN_FROM * sum(known.values())).items():
        add(found, row, mass)
    return {row: mass for row, mass in found.items() if row not in population.shares}


def spelled_out(haplotype: Haplotype, population: Population) -> dict[Haplotype, float]:
    """Return what a haplotype is that no known haplotype fits, its gaps filled."""
    total = novel(haplotype, population)
    if -1 not in haplotype:
        return {haplotype: total}
    found = converted(haplotype, population)
    parts = nearest(haplotype, population), crossed(haplotype, population, HIDDEN_FROM * total)
    for row, mass in itertools.chain.from_iterable(part.items() for part in parts):
        add(found, row, mass)
    least = HIDDEN_FROM * sum(found.values())
    found = {row: mass for row, mass in found.items() if mass >= least}
    for row, mass in changed(haplotype, dict(found), population).items():
        add(found, row, mass)
    scale = total / sum(found.values())
    return {row: mass * scale for row, mass in found.items()}


def options(haplotype: Haplotype, population: Population) -> dict[Haplotype, float]:
    """Return what a haplotype may be, each with its share."""
    known = fitting(haplotype, population.shares)
    return known | hidden(haplotype, population) if known else spelled_out(haplotype, population)


def diplotypes(
    every: Sequence[Reading], population: Population
) -> dict[tuple[Haplotype, Haplotype], float]:
    """Return the probability of each unordered pair of haplotypes that some reading may be.

    Negligible pairs go before the odds of their genotype count, in a reading and over all.
    """
    rows: list[Reading] = []
    for first, second, likelihood in every:
        left, right = options(first, population), options(second, population)
        found = [
            (a, b, likelihood * own * other)
            for (a, own), (b, other) in itertools.product(left.items(), right.items())
        ]
        rows += worthwhile(found)
    mass: Masses = {}
    for a, b, own in worthwhile(rows):
        pair = (a, b) if a <= b else (b, a)
        mass[pair] = mass.get(pair, 0.0) + own
    mass = undefined_weighed(mass, population)
    mass = remote_weighed(mass, population)
    total = sum(mass.values())
    return {pair: share / total for pair, share in mass.items()}


Masses = dict[tuple[Haplotype, Haplotype], float]


def worthwhile(pairs: Sequence[Reading]) -> list[Reading]:
    """Leave out the pairs whose share of all their mass is negligible."""
    least = NEGLIGIBLE * sum(own for _, _, own in pairs)
    return [pair for pair in pairs if pair[2] > least]


def by_genotype(mass: Masses) -> list[Masses]:
    """Group pairs that carry the same alleles at every position."""
    groups: dict[tuple[tuple[int, ...], ...], Masses] = {}
    for (a, b), own in mass.items():
        genotype = tuple(tuple(sorted(alleles)) for alleles in zip(a, b, strict=True))
        groups.setdefault(genotype, {})[a, b] = own
    return list(groups.values())


def undefined_weighed(mass: Masses, population: Population) -> Masses:
    """Give pairs with an undefined haplotype the odds of their genotype."""
    found: Masses = {}
    for group in by_genotype(mass):
        known = sum(m for pair, m in group.items() if set(pair) <= population.shares.keys())
        others = sum(group.values()) - known
        factor = 1.0
        if known and others > 0:
            expected = population.persons * known
            recombined = RECOMBINATION * others / known / (1 + expected / RECOMBINATION_SEEN)
            rare = RARE_CIS / (1 + expected / RARE_CIS_SEEN) ** 2
            factor = min(MOST, recombined + rare) * known / others
        for pair, own in group.items():
            found[pair] = own if set(pair) <= population.shares.keys() else own * factor
    return found


def remote_weighed(mass: Masses, population: Population) -> Masses:
    """Keep pairs with a remote haplotype below `RARE_CIS` times the others of their genotype."""
    found: Masses = {}
    least = LISTED_FROM * sum(mass.values())
    for group in by_genotype(mass):
        has_known = any(set(pair) <= population.shares.keys() for pair in group)
        remote = {
            pair
            for pair, own in group.items()
            if not has_known and own >= least and any(is_remote(h, population) for h in pair)
        }
        others = sum(own for pair, own in group.items() if pair not in remote)
        far = sum(group[pair] for pair in remote)
        factor = min(1.0, RARE_CIS * others / far) if far and others else 1.0
        found |= {pair: own * factor if pair in remote else own for pair, own in group.items()}
    return found


def is_remote(haplotype: Haplotype, population: Population) -> bool:
    """Whether no crossover or conversion of known haplotypes makes this one."""
    if haplotype in population.shares:
        return False
    return not converted(haplotype, population) and not crossed(haplotype, population)


def evidence(every: Sequence[Reading], population: Population) -> float:
    """Return the mass of all pairs of haplotypes, haplotypes in gaps not spelled out."""
    return sum(
        x * haplotype_mass(a, population) * haplotype_mass(b, population) for a, b, x in every
    )


def haplotype_mass(haplotype: Haplotype, population: Population) -> float:
    """Return the share of known haplotypes that a haplotype may be, else that of unknown ones."""
    return sum(fitting(haplotype, population.shares).values()) or novel(haplotype, population)
