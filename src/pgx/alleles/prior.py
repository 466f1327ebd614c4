"""The prior over haplotypes: counted ones, documented ones that nobody counted, and the rest.

A gene's known haplotypes are those that were counted in a population and those that a
definition describes. Their share in a group is its own count, shrunk towards that of all
groups together. Documented haplotypes that nobody counted share the mass that Good and Turing
estimate for the unseen (Good 1953: the share of what was counted once). A haplotype outside
all of these is put together from known ones, by a crossover or by conversion of one position.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.alleles._kernels import first_mismatches
from pgx.alleles.definitions import CompiledGene
from pgx.base.frequencies import GeneFrequencies, HaplotypeCount

__all__ = ["HaplotypePrior", "StrandFit", "build_prior"]

SHRINKAGE: Final = 20.0
"""Chromosomes of all groups together that stand in for each group's own."""
CROSSOVER: Final = 1e-2
"""Share of haplotypes outside the known ones that join two of them at one point."""
CONVERSION: Final = 1e-2
"""Share that carries, at one position, the allele of another haplotype."""
UNSEEN_ALLELE: Final = 1e-4
"""Frequency of an allele at a position where no counted haplotype has it."""
NOT_SEEN: Final = 1e-3
"""Frequency of an allele that a publication looked for and did not see."""
ANYTHING: Final = 1e-9
"""Share of a haplotype that none of these explains."""
_OPEN: Final = -1
_MAX_SPELLINGS: Final = 8

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class StrandFit:
    """Which known haplotypes a strand may be.

    ``known`` are row indices of those that agree wherever the strand is answered; ``novel``
    is the (G,) mass of haplotypes outside the known ones, zero where a known one fits.
    """

    known: npt.NDArray[np.intp]
    novel: Floats


class HaplotypePrior:
    """Shares of haplotypes in G groups.

    Attributes
    ----------
    groups
        Names of the groups.
    codes
        (K, P) int8 allele codes of the known haplotypes.
    shares
        (G, K) float64, each row sums to 1.
    """

    def __init__(
        self, groups: tuple[str, ...], codes: npt.NDArray[np.int8], shares: Floats
    ) -> None:
        self.groups = groups
        self.codes = np.ascontiguousarray(codes)
        self.shares = shares
        self._varies = (codes != codes[0]).any(axis=0)
        self._known: dict[bytes, StrandFit] = {}

    def fit(self, strand: npt.NDArray[np.int8]) -> StrandFit:
        """Return what a strand's answered positions, (P,) int8 codes, leave possible."""
        key = strand.tobytes()
        found = self._known.get(key)
        if found is None:
            found = self._fit(strand)
            if len(self._known) < 20_000:
                self._known[key] = found
        return found

    def _fit(self, strand: npt.NDArray[np.int8]) -> StrandFit:
        where = np.empty((len(self.codes), 2), np.int64)
        first_mismatches(self.codes, np.ascontiguousarray(strand), where)
        known = np.flatnonzero(where[:, 0] < 0)
        if len(known):
            return StrandFit(known, np.zeros(len(self.groups)))
        return StrandFit(known, self._converted(strand, where) + self._crossed(strand) + ANYTHING)

    def _converted(self, strand: npt.NDArray[np.int8], where: npt.NDArray[np.int64]) -> Floats:
        """Mass of known haplotypes with another allele at one position."""
        near = np.flatnonzero(where[:, 1] < 0)
        mass = np.zeros(len(self.groups))
        for position in np.unique(where[near, 0]).tolist():
            at = near[where[near, 0] == position]
            carried = self.codes[:, position] == strand[position]
            frequency = self.shares[:, carried].sum(axis=1) + UNSEEN_ALLELE
            mass += self.shares[:, at].sum(axis=1) * frequency
        return CONVERSION * mass

    def _crossed(self, strand: npt.NDArray[np.int8]) -> Floats:
        """Mass of two known haplotypes joined at one point, every point as likely."""
        answered = np.flatnonzero(self._varies & (strand != _OPEN))
        rigid = ~self._varies & (strand != _OPEN)
        if len(answered) < 2 or (self.codes[0, rigid] != strand[rigid]).any():
            return np.zeros(len(self.groups))
        equal = self.codes[:, answered] == strand[answered]
        before = np.logical_and.accumulate(equal, axis=1)[:, :-1]
        after = np.logical_and.accumulate(equal[:, ::-1], axis=1)[:, ::-1][:, 1:]
        joined = (self.shares @ before) * (self.shares @ after)
        return np.asarray(CROSSOVER * joined.mean(axis=1))


def build_prior(gene: CompiledGene, frequencies: GeneFrequencies | None) -> HaplotypePrior | None:
    """Return the prior of one gene, None where nothing was counted or published."""
    if frequencies is None or not frequencies.groups:
        return None
    counted = _counted(gene, frequencies)
    if not counted:
        return None
    documented = _documented(gene)
    order = [*counted, *sorted(documented - counted.keys())]
    table = np.zeros((len(order), len(frequencies.groups)))
    table[: len(counted)] = list(counted.values())
    described = np.array([row in documented for row in order])
    codes = np.array(order, np.int8)
    return HaplotypePrior(frequencies.groups, codes, _shares(table, described))


_Row = tuple[int, ...]


def _shares(counts: Floats, documented: npt.NDArray[np.bool_]) -> Floats:
    """Return (G, K) shares of (K, G) counts."""
    together = counts.sum(axis=1)
    total = together.sum()
    unseen = together == 0
    once = ((together > 0) & (together <= 1) & documented).sum()
    overall = together / total
    if unseen.any():
        mass = (once + 1) / (total + 1)
        overall = overall * (1 - mass)
        overall[unseen] = mass / unseen.sum()
    own = counts.T + SHRINKAGE * overall
    return np.asarray(own / own.sum(axis=1, keepdims=True))


def _documented(gene: CompiledGene) -> set[_Row]:
    """Return the haplotypes that definitions describe: each allele, each way to carry it."""
    masks = gene.masks
    lowest = masks & (~masks + np.uint64(1))
    codes = np.log2(lowest.astype(np.float64)).astype(np.int8)
    several = masks != lowest
    found = set(map(tuple, codes.tolist()))
    for allele in np.flatnonzero(several.any(axis=1)).tolist():
        sites = np.flatnonzero(several[allele]).tolist()
        choices = [_bits(int(masks[allele, site])) for site in sites]
        for spelling in itertools.islice(itertools.product(*choices), _MAX_SPELLINGS):
            row = codes[allele].copy()
            row[sites] = spelling
            found.add(tuple(row.tolist()))
    return found


def _bits(mask: int) -> list[int]:
    return [code for code in range(mask.bit_length()) if mask >> code & 1]


def _counted(gene: CompiledGene, frequencies: GeneFrequencies) -> dict[_Row, Floats]:
    """Return counts by haplotype, open positions filled in."""
    place = {v.position: i for i, v in enumerate(gene.gene.variants)}
    open_sites = [place[p] for p in frequencies.untyped if p in place]
    completed: dict[_Row, Floats] = {}
    for haplotype in frequencies.haplotypes:
        row = _codes(gene, haplotype, place)
        if row is None:
            continue
        counts = np.array(haplotype.counts, np.float64)
        for full, share in _completions(gene, row, open_sites, frequencies):
            completed[full] = completed.get(full, np.zeros(len(counts))) + counts * share
    return completed


def _codes(
    gene: CompiledGene, haplotype: HaplotypeCount, place: dict[int, int]
) -> list[int] | None:
    """Return a counted haplotype's codes, None where it has an allele without a code."""
    codes = [0] * len(gene.gene.variants)
    for position, allele in haplotype.differences.items():
        if position not in place:
            continue
        known = gene.gene.variants[place[position]].alleles
        if allele not in known:
            return None
        codes[place[position]] = known.index(allele)
    return codes


def _completions(
    gene: CompiledGene, row: list[int], open_sites: list[int], frequencies: GeneFrequencies
) -> list[tuple[_Row, Floats]]:
    """Return the ways to fill open positions, each with its (G,) share.

    Published frequencies of the alleles that the ways would be say how likely each is; where
    one of them is not published, every way is as likely: nothing is known, and never zero.
    """
    even = np.ones(len(frequencies.groups))
    if not open_sites:
        return [(tuple(row), even)]
    choices = [range(len(gene.gene.variants[i].alleles)) for i in open_sites]
    ways: list[_Row] = []
    for codes in itertools.product(*choices):
        full = list(row)
        for site, code in zip(open_sites, codes, strict=True):
            full[site] = code
        ways.append(tuple(full))
    weights = np.array([_published(gene, way, frequencies) for way in ways])
    known = ~np.isnan(weights).any(axis=0)
    shares = np.full(weights.shape, 1 / len(ways))
    positive = known & (np.where(np.isnan(weights), 0, weights).sum(axis=0) > 0)
    shares[:, positive] = weights[:, positive] / weights[:, positive].sum(axis=0)
    return list(zip(ways, shares, strict=True))


def _published(gene: CompiledGene, row: _Row, frequencies: GeneFrequencies) -> Floats:
    """Return the (G,) published frequencies of the allele that a haplotype is, NaN if none.

    A haplotype that no definition describes is as rare as an allele nobody counted. The
    default allele has what the others leave, where it is not printed itself.
    """
    codes = np.array(row, np.uint64)
    fits = ((gene.masks >> codes[None, :]) & np.uint64(1)).astype(bool).all(axis=1)
    names = {gene.names[a] for a in np.flatnonzero(fits)}
    if not names:
        return np.full(len(frequencies.groups), UNSEEN_ALLELE)
    found = np.full(len(frequencies.groups), np.nan)
    for index, group in enumerate(frequencies.groups):
        printed = {i.allele: i.frequency for i in frequencies.published if i.group == group}
        own = [printed[name] for name in names if name in printed]
        if own:
            found[index] = max(sum(own), NOT_SEEN)
        elif printed and gene.gene.default_allele in names:
            found[index] = max(1 - sum(printed.values()), NOT_SEEN)
    return found
