"""Plain twin of the posterior: every ordered pair of haplotypes, every way to read the data.

Haplotypes are tuples of codes, shares plain floats of one group. Slow, obvious, without numpy.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pgx.alleles.prior import ANYTHING, HIDDEN_FROM, PIECED, UNSEEN_ALLELE
from reference.match import mismatches

Haplotype = tuple[int, ...]
Shares = Mapping[Haplotype, float]
Soft = Mapping[int, Mapping[tuple[int, int], float]]
Reading = tuple[Haplotype, Haplotype, float]


@dataclass(frozen=True)
class Population:
    """Known haplotypes with their shares, and the share of those outside them."""

    shares: Shares
    novelty: float

    @property
    def crossover(self) -> float:
        return PIECED * self.novelty

    @property
    def conversion(self) -> float:
        """Return the crossovers' share, spread over the positions at which two are unlike."""
        unlike = sum(
            one * two * sum(x != y for x, y in zip(a, b, strict=True))
            for (a, one), (b, two) in itertools.product(self.shares.items(), repeat=2)
        )
        return PIECED * self.novelty / max(unlike, 1.0)

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
    """Return both strands and a likelihood for every phasing and genotype of the soft sites.

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


def fitting(strand: Haplotype, shares: Shares) -> dict[Haplotype, float]:
    """Return the known haplotypes that a strand may be."""
    return {h: share for h, share in shares.items() if not mismatches(h, strand)}


def novel(strand: Haplotype, population: Population) -> float:
    """Return the mass of haplotypes outside the known ones that a strand may be."""
    mass = ANYTHING
    known = population.shares.items()
    for own, share in known:
        wrong = mismatches(own, strand)
        if len(wrong) == 1:
            frequency = population.carried(wrong[0], strand[wrong[0]]) + UNSEEN_ALLELE
            mass += population.conversion * share * frequency
    cuts = range(1, len(strand))
    for cut, (left, one), (right, two) in itertools.product(cuts, known, known):
        if not mismatches((*left[:cut], *right[cut:]), strand):
            mass += population.crossover * one * two / len(cuts)
    return mass


def hidden(strand: Haplotype, population: Population) -> dict[Haplotype, float]:
    """Return unknown haplotypes that a strand's gaps may hide: one position converted."""
    known = fitting(strand, population.shares)
    least = HIDDEN_FROM * sum(known.values())
    found: dict[Haplotype, float] = {}
    for own, position in itertools.product(known, range(len(strand))):
        for code in {h[position] for h in population.shares} - {own[position]}:
            share = population.conversion * known[own] * population.carried(position, code)
            other = (*own[:position], code, *own[position + 1 :])
            if strand[position] == -1 and share >= least and other not in population.shares:
                found[other] = found.get(other, 0.0) + share
    return found


def options(strand: Haplotype, population: Population) -> dict[Haplotype, float]:
    """Return what a strand may be, each with its share; what is unknown stays open (-1)."""
    known = fitting(strand, population.shares)
    return known | hidden(strand, population) if known else {strand: novel(strand, population)}


def diplotypes(
    every: Sequence[Reading], population: Population
) -> dict[tuple[Haplotype, Haplotype], float]:
    """Return the probability of each unordered pair of haplotypes that some reading may be."""
    mass: dict[tuple[Haplotype, Haplotype], float] = {}
    for first, second, likelihood in every:
        left, right = options(first, population), options(second, population)
        for (a, own), (b, other) in itertools.product(left.items(), right.items()):
            pair = (a, b) if a <= b else (b, a)
            mass[pair] = mass.get(pair, 0.0) + likelihood * own * other
    total = sum(mass.values())
    return {pair: share / total for pair, share in mass.items()}


def evidence(every: Sequence[Reading], population: Population) -> float:
    """Return the mass of all pairs of strands, haplotypes in gaps not spelled out."""
    return sum(x * strand_mass(a, population) * strand_mass(b, population) for a, b, x in every)


def strand_mass(strand: Haplotype, population: Population) -> float:
    """Return the share of known haplotypes that a strand may be, else that of unknown ones."""
    return sum(fitting(strand, population.shares).values()) or novel(strand, population)
