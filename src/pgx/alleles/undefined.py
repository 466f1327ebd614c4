"""Posterior odds of diplotypes with an undefined haplotype.

Unphased, two variants may be in trans, on two known haplotypes, or in cis, on a haplotype that is
neither defined nor counted in the reference panel. A prior over haplotypes alone cannot weigh
the two: known haplotypes that were never counted have tiny shares, smaller than those of an
undefined haplotype beside the commonest one, so that two rare alleles were called in cis.

The odds are therefore those of a genotype. With R the prior odds of the undefined haplotypes
(one crossover or conversion away from known ones) and E the persons of the panel who are expected
to have this genotype through known haplotypes, none of whom showed the undefined one::

    odds = min(1, 4 R / (1 + E / 5) + 0.25 / (1 + 5 E)**2)

The first term is recombination: where it is frequent (long genes) the odds stay high until the
panel has shown the genotype several times. The second is what two rare variants have although
nobody was seen to recombine: the younger one may have arisen on the haplotype of the older. At
most 1: unlinked variants are in cis in half of their double heterozygotes.
"""

from __future__ import annotations

import functools
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.alleles.haplotype_counts import Floats

__all__ = [
    "Keys",
    "genotype_keys",
    "haplotype_keys",
    "undefined_odds",
    "weigh_remote",
    "weigh_undefined",
]

RECOMBINATION: Final = 4.0
"""Factor of the prior odds of recombinants, by maximum likelihood."""
RECOMBINATION_SEEN: Final = 5.0
"""Expected persons without a recombinant among them that halve its odds."""
RARE: Final = 0.25
"""Odds of cis of two variants so rare that the panel cannot show them together."""
RARE_SEEN: Final = 0.2
"""Expected persons without the haplotype in cis that quarter these odds."""
MOST: Final = 1.0
"""Largest odds: those of two unlinked variants."""
# The factors were fitted to 2,712 persons and genes of the phased 1000 Genomes panel whose
# unphased genotype two known haplotypes explain, each left out of the counts; 37 of them have
# an undefined haplotype. `validation.cis` has the table.
_SEED: Final = 2026
_CODES: Final = 64  # codes that a position can have

Keys = npt.NDArray[np.uint64]


def haplotype_keys(codes: npt.NDArray[np.int8]) -> Keys:
    """Return (N,) keys of (N, P) complete haplotypes whose sums are keys of genotypes.

    Each allele of each position has a random number of 64 bits. Sums of two haplotypes' keys,
    modulo 2**64, are equal if both pairs have the same alleles at every position; pairs of
    other genotypes have the same sum with a probability of 2**-64.
    """
    n_sites = codes.shape[1]
    return np.asarray(_numbers(n_sites)[np.arange(n_sites), codes].sum(axis=1, dtype=np.uint64))


@functools.cache
def _numbers(n_sites: int) -> Keys:
    """Return the (P, 64) random number of each allele of each position."""
    return np.random.default_rng(_SEED).integers(0, 2**64, (n_sites, _CODES), np.uint64)


def genotype_keys(keys: Keys, pairs: npt.NDArray[np.intp]) -> Keys:
    """Return (M,) keys of the genotypes of (M, 2) pairs of haplotypes."""
    return np.asarray(keys[pairs[:, 0]] + keys[pairs[:, 1]])  # wraps around, as it should


def undefined_odds(prior_odds: Floats, expected: Floats) -> Floats:
    """Return the odds of diplotypes with an undefined haplotype against those without.

    Parameters
    ----------
    prior_odds
        (N,) ratio of their prior masses, one for each genotype.
    expected
        (N,) persons of the reference panel expected to have the genotype through known
        haplotypes.
    """
    recombined = RECOMBINATION * prior_odds / (1 + expected / RECOMBINATION_SEEN)
    rare = RARE / (1 + expected / RARE_SEEN) ** 2
    return np.asarray(np.minimum(MOST, recombined + rare))


def weigh_undefined(
    mass: Floats, genotypes: Keys, undefined: npt.NDArray[np.bool_], expected: Floats
) -> Floats:
    """Return the masses of diplotypes, those with an undefined haplotype by `undefined_odds`.

    A genotype that known haplotypes alone do not explain keeps its masses.

    Parameters
    ----------
    mass
        (M,) prior masses of diplotypes: the probability of each.
    genotypes
        (M,) keys of their genotypes.
    undefined
        (M,) bool: whether one of the two haplotypes is undefined.
    expected
        (M,) persons of the reference panel expected to have each diplotype.
    """
    found = mass.copy()
    for_each = _by_genotype(genotypes, undefined)
    if for_each is None:
        return mass
    rows, place, lesser = for_each
    known = _sums(place, mass[rows], ~lesser)
    prior_odds = _sums(place, mass[rows], lesser) / known
    odds = undefined_odds(prior_odds, _sums(place, expected[rows], ~lesser))
    found[rows[lesser]] *= (odds / prior_odds)[place[lesser]]
    return found


def weigh_remote(mass: Floats, genotypes: Keys, remote: npt.NDArray[np.bool_]) -> Floats:
    """Return the masses of diplotypes, those with a remote haplotype at most `RARE` times others.

    A remote haplotype is more than one crossover or conversion away from every known one: three
    rare variants in cis, where two in cis and one in trans fit as well. ``remote`` are (M,) bool;
    the other arguments as in `weigh_undefined`.
    """
    found = mass.copy()
    for_each = _by_genotype(genotypes, remote)
    if for_each is None:
        return mass
    rows, place, lesser = for_each
    prior_odds = _sums(place, mass[rows], lesser) / _sums(place, mass[rows], ~lesser)
    found[rows[lesser]] *= (np.minimum(RARE, prior_odds) / prior_odds)[place[lesser]]
    return found


class _Shared(NamedTuple):
    """Diplotypes of genotypes that lesser and other ones share.

    (R,) rows of the diplotypes, numbers of their genotypes, and whether they are lesser.
    """

    rows: npt.NDArray[np.intp]
    place: npt.NDArray[np.intp]
    lesser: npt.NDArray[np.bool_]


def _by_genotype(genotypes: Keys, lesser: npt.NDArray[np.bool_]) -> _Shared | None:
    """Return the diplotypes of shared genotypes, None where there is no such genotype."""
    shared = np.intersect1d(genotypes[lesser], genotypes[~lesser])
    if not len(shared):
        return None
    rows = np.flatnonzero(np.isin(genotypes, shared))
    return _Shared(rows, np.searchsorted(shared, genotypes[rows]), lesser[rows])


def _sums(place: npt.NDArray[np.intp], values: Floats, chosen: npt.NDArray[np.bool_]) -> Floats:
    """Return the sum of the chosen values of each genotype."""
    weights = np.where(chosen, values, 0.0)
    return np.bincount(place, weights=weights).astype(np.float64)
