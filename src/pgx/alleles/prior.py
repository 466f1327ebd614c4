"""The prior over haplotypes: counted ones, documented ones that nobody counted, and the rest.

A gene's known haplotypes are those that were counted in a population and those that a
definition describes. Their share in a group is its own count, shrunk towards that of all
groups together. Documented haplotypes that nobody counted share the mass that Good and Turing
estimate for the unseen (Good 1953: the share of what was counted once). A haplotype outside
all of these is put together from known ones, by a crossover or by conversion of one position.
"""

from __future__ import annotations

import itertools
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from pgx.alleles._kernels import find_mismatches
from pgx.alleles.definitions import CompiledGene
from pgx.alleles.strands import contained
from pgx.base.frequencies import GeneFrequencies, HaplotypeCount

__all__ = ["Floats", "HaplotypePrior", "build_prior"]

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
_MAX_REMEMBERED: Final = 20_000
_UNDESCRIBED: Final = -2
_MAX_SPELLINGS: Final = 8

Floats = npt.NDArray[np.float64]
_T = TypeVar("_T")


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
    definition
        (K,) intp: index of the one allele whose definition describes the haplotype, else -1.
    """

    def __init__(
        self,
        groups: tuple[str, ...],
        codes: npt.NDArray[np.int8],
        shares: Floats,
        definition: npt.NDArray[np.intp],
    ) -> None:
        self.groups = groups
        self.definition = definition
        self.codes = np.ascontiguousarray(codes)
        self.shares = shares
        self._known: dict[bytes, npt.NDArray[np.intp]] = {}
        self._novel: dict[bytes, Floats] = {}

    def known(self, strand: npt.NDArray[np.int8]) -> npt.NDArray[np.intp]:
        """Return the rows of haplotypes that agree wherever a strand, (P,) int8, is answered."""
        key = strand.tobytes()
        found = self._known.get(key)
        if found is None:
            found = np.flatnonzero(self._mismatches(strand)[:, 0] < 0)
            _remember(self._known, key, found)
        return found

    def novel(self, strand: npt.NDArray[np.int8]) -> Floats:
        """Return the (G,) mass of haplotypes outside the known ones that a strand may be.

        For strands that no known haplotype fits; elsewhere the known ones outweigh it.
        """
        key = strand.tobytes()
        found = self._novel.get(key)
        if found is None:
            where = self._mismatches(strand)
            found = self._converted(strand, where) + self._crossed(where) + ANYTHING
            _remember(self._novel, key, found)
        return found

    def _mismatches(self, strand: npt.NDArray[np.int8]) -> npt.NDArray[np.int64]:
        where = np.empty((len(self.codes), 3), np.int64)
        find_mismatches(self.codes, np.ascontiguousarray(strand), where)
        return where

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

    def _crossed(self, where: npt.NDArray[np.int64]) -> Floats:
        """Mass of two known haplotypes joined at one point, every point as likely.

        A haplotype can lie before a point that its first mismatch is behind, and behind a
        point that its last mismatch is before.
        """
        size = self.codes.shape[1]
        if size < 2:
            return np.zeros(len(self.groups))
        joined = np.zeros(len(self.groups))
        for group, shares in enumerate(self.shares):
            first = np.bincount(where[:, 0], weights=shares, minlength=size)
            last = np.bincount(where[:, 2], weights=shares, minlength=size)
            before = first[::-1].cumsum()[::-1][1:]
            behind = last.cumsum()[:-1]
            joined[group] = (before * behind).mean()
        return CROSSOVER * joined


def _remember(memory: dict[bytes, _T], key: bytes, value: _T) -> None:
    if len(memory) < _MAX_REMEMBERED:
        memory[key] = value


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
    definition = np.array([documented.get(row, _UNDESCRIBED) for row in order], np.intp)
    shares = _shares(table, definition != _UNDESCRIBED)
    codes = np.array(order, np.int8)
    return HaplotypePrior(frequencies.groups, codes, shares, np.maximum(definition, -1))


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


def _documented(gene: CompiledGene) -> dict[_Row, int]:
    """Return the haplotypes that definitions describe: each allele, each way to carry it.

    The value is the allele's index, -1 where several describe the same haplotype.
    """
    masks = gene.masks
    lowest = masks & (~masks + np.uint64(1))
    codes = np.log2(lowest.astype(np.float64)).astype(np.int8)
    several = masks != lowest
    found: dict[_Row, int] = {}
    for allele, row in enumerate(map(tuple, codes.tolist())):
        found[row] = -1 if row in found else allele
    for allele in np.flatnonzero(several.any(axis=1)).tolist():
        sites = np.flatnonzero(several[allele]).tolist()
        choices = [_bits(int(masks[allele, site])) for site in sites]
        for spelling in itertools.islice(itertools.product(*choices), _MAX_SPELLINGS):
            spelled = codes[allele].copy()
            spelled[sites] = spelling
            key = tuple(spelled.tolist())
            found[key] = allele if found.get(key, allele) == allele else -1
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
    names = [_names(gene, way) for way in ways]
    if not any(names):
        names = [_parts(gene, way) for way in ways]
    weights = np.array([_published(gene, known, frequencies) for known in names])
    known = ~np.isnan(weights).any(axis=0)
    shares = np.full(weights.shape, 1 / len(ways))
    positive = known & (np.where(np.isnan(weights), 0, weights).sum(axis=0) > 0)
    shares[:, positive] = weights[:, positive] / weights[:, positive].sum(axis=0)
    return list(zip(ways, shares, strict=True))


def _names(gene: CompiledGene, row: _Row) -> set[str]:
    """Return the alleles that describe a whole haplotype."""
    codes = np.array(row, np.uint64)
    fits = ((gene.masks >> codes[None, :]) & np.uint64(1)).astype(bool).all(axis=1)
    return {gene.names[a] for a in np.flatnonzero(fits)}


def _parts(gene: CompiledGene, row: _Row) -> set[str]:
    """Return the largest allele that a haplotype carries among other variants."""
    carried = contained(gene, np.array(row, np.int8))
    return {gene.names[carried[0]] if carried else gene.gene.default_allele}


def _published(gene: CompiledGene, names: set[str], frequencies: GeneFrequencies) -> Floats:
    """Return the (G,) published frequencies of an allele by its names, NaN if none.

    A haplotype without a name is as rare as an allele nobody counted. The default allele has
    what the others leave, where it is not printed itself.
    """
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
