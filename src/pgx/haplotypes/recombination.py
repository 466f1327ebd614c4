"""Priors of undefined haplotypes: by recombination, and for unseen alleles."""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.haplotypes._kernels import find_mismatches
from pgx.haplotypes.definitions import Floats

__all__ = [
    "ANYTHING",
    "HIDDEN_FROM",
    "UNSEEN_ALLELE",
    "Codes",
    "Keys",
    "Made",
    "Mismatches",
    "Recombination",
    "genotype_keys",
    "haplotype_keys",
    "joined",
    "undefined_odds",
    "weigh_remote",
    "weigh_undefined",
]


UNSEEN_ALLELE: Final = 1e-4
"""Frequency of an allele at a position where no counted haplotype has it."""
HIDDEN_FROM: Final = 5e-5
"""Share of the haplotypes that fit from which one that the gaps may hide is spelled out."""
LIKELY_FROM: Final = 1e-2
"""Share of what fits an observed haplotype from which a haplotype counts as likely."""
ANYTHING: Final = 1e-9
"""Share of a haplotype that none of these explains."""
_OPEN: Final = -1
Codes = npt.NDArray[np.int8]
Mismatches = npt.NDArray[np.int64]
"""(K, 3): the first, second and last position at which each haplotype contradicts the observed."""
Made = dict[bytes, Floats]
"""(G,) masses by the bytes of a haplotype's (P,) int8 codes."""


@dataclass(frozen=True, slots=True)
class Recombination:
    """Known haplotypes, (K, P) codes with (G, K) frequencies, and their recombination.

    ``carried`` caches the alleles at requested positions.
    """

    codes: Codes
    shares: Floats
    conversion: float
    crossover: float
    carried: dict[int, list[tuple[int, Floats, np.float64]]] = field(default_factory=dict)

    def mismatches(self, haplotype: Codes) -> Mismatches:
        """Return where each known haplotype contradicts an observed haplotype."""
        where = np.empty((len(self.codes), 3), np.int64)
        find_mismatches(self.codes, np.ascontiguousarray(haplotype), where)
        return where

    def converted(self, haplotype: Codes, where: Mismatches) -> Floats:
        """Return the (G,) mass of known haplotypes with another allele at one position."""
        mass = np.zeros(len(self.shares))
        for _, near, frequency in self._near(haplotype, where):
            mass += self.shares[:, near].sum(axis=1) * frequency
        return self.conversion * mass

    def crossed(self, where: Mismatches) -> Floats:
        """Return the (U, G) masses of two known haplotypes joined at one point.

        ``where`` are (U, K, 3) mismatches of U haplotypes. A known one can be left of a breakpoint
        before its first mismatch, and right of a breakpoint after its last mismatch.
        """
        n_rows, size = len(where), self.codes.shape[1]
        joined = np.zeros((n_rows, len(self.shares)))
        if size < 2:
            return joined
        place = np.arange(n_rows)[:, None] * size
        first, last = ((where[:, :, end] + place).ravel() for end in (0, 2))
        for group, shares in enumerate(self.shares):
            weights = np.broadcast_to(shares, where.shape[:2]).ravel()
            by_first, by_last = (
                np.bincount(own, weights, minlength=n_rows * size).reshape(n_rows, size)
                for own in (first, last)
            )
            before = by_first[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
            behind = by_last.cumsum(axis=1)[:, :-1]
            joined[:, group] = (before * behind).mean(axis=1)
        return np.asarray(self.crossover * joined)

    def _near(
        self, haplotype: Codes, where: Mismatches
    ) -> Iterator[tuple[int, npt.NDArray[np.intp], Floats]]:
        """Yield a position, the haplotypes that differ only there, its (G,) allele frequency."""
        near = np.flatnonzero((where[:, 0] >= 0) & (where[:, 1] < 0))
        for position in np.unique(where[near, 0]).tolist():
            carried = self.codes[:, position] == haplotype[position]
            frequency = self.shares[:, carried].sum(axis=1) + UNSEEN_ALLELE
            yield position, near[where[near, 0] == position], frequency

    def conversions(self, haplotype: Codes, where: Mismatches) -> Made:
        """Return the haplotypes counted by `converted`."""
        made: Made = {}
        for position, near, frequency in self._near(haplotype, where):
            rows = self.codes[near]
            rows[:, position] = haplotype[position]
            mass = self.conversion * self.shares[:, near] * frequency[:, None]
            _add(made, rows, mass)
        return made

    def crossovers(self, where: Mismatches, least: float) -> Made:
        """Return the haplotypes counted by `crossed`, of pairs with mass ``least`` or more."""
        made: Made = {}
        size = self.codes.shape[1]
        if size < 2:
            return made
        start = where[:, 2] + 1  # a haplotype may follow a cut from here on,
        end = np.where(where[:, 0] < 0, size, where[:, 0])  # and precede one up to here
        one, two = self._partners(start, end, least)
        rates = (self.crossover * self.shares[:, one] * self.shares[:, two] / (size - 1)).T
        first = np.maximum(1, start[two]).tolist()
        last = np.minimum(size - 1, end[one]).tolist()
        differ = self.codes[one] != self.codes[two]
        sites: list[int] = differ.nonzero()[1].tolist()
        stop = 0
        counts = differ.sum(axis=1).tolist()
        for pair, (i, j) in enumerate(zip(one.tolist(), two.tolist(), strict=True)):
            before, behind = self.codes[i].tobytes(), self.codes[j].tobytes()
            begin, stop = stop, stop + counts[pair]
            for cut, times in _runs(sites[begin:stop], first[pair], last[pair]):
                key = before[:cut] + behind[cut:]
                own = rates[pair] * times
                made[key] = made[key] + own if key in made else own
        return made

    def _partners(
        self, start: npt.NDArray[np.int64], end: npt.NDArray[np.int64], least: float
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Return pairs with a common breakpoint and a relevant joint frequency."""
        overall = self.shares.mean(axis=0)
        size = self.codes.shape[1]
        left, right = np.flatnonzero(end >= 1), np.flatnonzero(start <= size - 1)
        if not len(left) or not len(right):
            return left[:0], right[:0]
        # Pairs below the limit cannot reach ``least`` at any cut; there are millions of them.
        limit = least / self.crossover
        left = left[overall[left] * overall[right].max() >= limit]
        right = right[overall[right] * overall.max() >= limit]
        joint = np.multiply.outer(overall[left], overall[right]) >= limit
        suits = np.maximum(start[right], 1)[None, :] <= np.minimum(end[left], size - 1)[:, None]
        one, two = np.nonzero(joint & suits & (left[:, None] != right[None, :]))
        return left[one], right[two]

    def hidden(self, haplotype: Codes, rows: Codes, mass: Floats, alert: tuple[int, ...]) -> Made:
        """Return products of one conversion of fitting haplotypes at missing positions.

        ``rows`` are the (n, P) haplotypes that fit, ``mass`` their (G, n) shares. Products are
        included from a fraction `HIDDEN_FROM` of all that fits; at positions in ``alert`` the
        likely ones are converted regardless of the resulting fraction.
        """
        overall = mass.mean(axis=0)
        least = HIDDEN_FROM * overall.sum() / self.conversion
        made: Made = {}
        most = overall.max(initial=0.0)
        for position in np.flatnonzero(haplotype == _OPEN).tolist():
            common = LIKELY_FROM * overall.sum() if position in alert else np.inf
            for code, frequency, usual in self._carried(position):
                if most * usual < least and most < common:
                    continue  # nothing that fits is likely enough
                likely = overall * usual >= least
                if most >= common:
                    likely |= overall >= common
                chosen = (likely & (rows[:, position] != code)).nonzero()[0]
                others = rows[chosen]
                others[:, position] = code
                _add(made, others, self.conversion * mass[:, chosen] * frequency[:, None])
        return made

    def _carried(self, position: int) -> list[tuple[int, Floats, np.float64]]:
        """Return the alleles at a position with their (G,) frequencies, and their means."""
        known = self.carried.get(position)
        if known is None:
            column = self.codes[:, position]
            found = (
                (c, self.shares[:, column == c].sum(axis=1)) for c in np.unique(column).tolist()
            )
            known = self.carried[position] = [(c, own, own.mean()) for c, own in found]
        return known

    def nearest(self, haplotype: Codes) -> Made:
        """Return the haplotypes with the fewest mismatches, with the observed alleles inserted."""
        answered = haplotype != _OPEN
        wrong = ((self.codes != haplotype) & answered).sum(axis=1)
        near = np.flatnonzero(wrong == wrong.min())
        made: Made = {}
        _add(made, np.where(answered, haplotype, self.codes[near]), ANYTHING * self.shares[:, near])
        return made


def joined(one: Made, two: Made) -> Made:
    """Return the haplotypes of both, the masses of equal ones summed."""
    found = dict(one)
    for key, own in two.items():
        found[key] = found[key] + own if key in found else own
    return found


def _runs(sites: list[int], first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield breakpoints from ``first`` to ``last`` with the same product: the first, their number.

    ``sites`` are the positions, in order, at which the joined haplotypes differ; a breakpoint is
    before a position.
    """
    place = bisect_left(sites, first)
    while first <= last:
        after = min(sites[place], last) + 1 if place < len(sites) else last + 1
        yield first, after - first
        first, place = after, place + 1


def _add(made: Made, rows: Codes, mass: Floats) -> None:
    """Add (n, P) haplotypes and their (G, n) masses."""
    for row, own in zip(rows, mass.T, strict=True):
        key = row.tobytes()
        made[key] = made[key] + own if key in made else own


RECOMBINATION: Final = 4.0
"""Factor of the prior odds of recombinants, by maximum likelihood."""
RECOMBINATION_SEEN: Final = 5.0
"""Expected persons without a recombinant among them that halve its odds."""
RARE_CIS: Final = 0.25
"""Odds of cis of two variants so rare that the panel cannot show them together."""
RARE_CIS_SEEN: Final = 0.2
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
        (N,) expected number of reference-panel members with the genotype from known haplotypes.
    """
    recombined = RECOMBINATION * prior_odds / (1 + expected / RECOMBINATION_SEEN)
    rare = RARE_CIS / (1 + expected / RARE_CIS_SEEN) ** 2
    return np.asarray(np.minimum(MOST, recombined + rare))


def weigh_undefined(
    mass: Floats, genotypes: Keys, undefined: npt.NDArray[np.bool_], expected: Floats
) -> Floats:
    """Return the masses of diplotypes, those with an undefined haplotype by `undefined_odds`.

    A genotype not explained by known haplotypes alone keeps its masses.

    Parameters
    ----------
    mass
        (M,) prior masses of diplotypes: the probability of each.
    genotypes
        (M,) keys of their genotypes.
    undefined
        (M,) bool: whether one of the two haplotypes is undefined.
    expected
        (M,) expected number of reference-panel members with each diplotype.
    """
    found = mass.copy()
    for_each = _by_genotype(genotypes, undefined)
    if for_each is None:
        return mass
    rows, place, lesser = for_each
    known = _sums(place, mass[rows], ~lesser)
    prior_odds = _sums(place, mass[rows], lesser) / known
    odds = undefined_odds(prior_odds, _sums(place, expected[rows], ~lesser))
    # Only the odds between both kinds change. Ratios among the undefined stay as the prior has
    # them.
    found[rows[lesser]] *= (odds / prior_odds)[place[lesser]]
    return found


def weigh_remote(mass: Floats, genotypes: Keys, remote: npt.NDArray[np.bool_]) -> Floats:
    """Return the masses of diplotypes, with a remote haplotype at most `RARE_CIS` times others.

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
    found[rows[lesser]] *= (np.minimum(RARE_CIS, prior_odds) / prior_odds)[place[lesser]]
    return found


class _Shared(NamedTuple):
    """Diplotypes of genotypes shared by down-weighted and other diplotypes.

    (R,) rows of the diplotypes, numbers of their genotypes, and whether they are down-weighted.
    """

    rows: npt.NDArray[np.intp]
    place: npt.NDArray[np.intp]
    lesser: npt.NDArray[np.bool_]


def _by_genotype(genotypes: Keys, lesser: npt.NDArray[np.bool_]) -> _Shared | None:
    """Return the diplotypes of shared genotypes, None without such a genotype."""
    shared = np.intersect1d(genotypes[lesser], genotypes[~lesser])
    if not len(shared):
        return None
    rows = np.flatnonzero(np.isin(genotypes, shared))
    return _Shared(rows, np.searchsorted(shared, genotypes[rows]), lesser[rows])


def _sums(place: npt.NDArray[np.intp], values: Floats, chosen: npt.NDArray[np.bool_]) -> Floats:
    """Return the sum of the chosen values of each genotype."""
    weights = np.where(chosen, values, 0.0)
    return np.bincount(place, weights=weights).astype(np.float64)
