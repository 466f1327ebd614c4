"""Count known haplotypes: what populations carry, positions that no one typed filled in."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.alleles.definitions import CompiledGene
from pgx.alleles.phasing import contained
from pgx.base.frequencies import GeneFrequencies, HaplotypeCount

__all__ = ["OTHER_SPELLING", "Floats", "HaplotypeCounts", "Row", "count_known"]

OTHER_SPELLING: Final = 1e-2
"""Share of an allele that carries it in a way that nobody counted."""
NEVER_ONCE: Final = 0.5
"""What stands for the number of haplotypes counted once, where there is none."""
MOST_UNSEEN: Final = 0.5
"""Largest share of what nobody counted, however few were: the counted ones keep the rest."""
NOT_SEEN: Final = 1e-3
"""Frequency of an allele that a publication looked for and did not see."""

Floats = npt.NDArray[np.float64]
Row = tuple[int, ...]


@dataclass(slots=True)
class HaplotypeCounts:
    """Counted haplotypes: (G,) chromosomes by codes, and how many kinds were seen once.

    ``imputed`` are haplotypes that no definition describes and that would be what was counted
    only if untyped positions held something else than in a defined allele.
    """

    counts: dict[Row, Floats] = field(default_factory=dict)
    imputed: set[Row] = field(default_factory=set)
    once_described: int = 0
    once_novel: int = 0

    def share_of(self, once: int) -> float:
        """Return the share of unseen haplotypes of a kind: that of those seen once."""
        total = sum(float(c.sum()) for c in self.counts.values())
        return min(max(float(once), NEVER_ONCE) / total, MOST_UNSEEN)


def count_known(gene: CompiledGene, frequencies: GeneFrequencies) -> HaplotypeCounts:
    """Return counts by haplotype, open positions filled in."""
    place = {v.position: i for i, v in enumerate(gene.gene.variants)}
    open_sites = [place[p] for p in frequencies.untyped if p in place]
    found = HaplotypeCounts()
    for haplotype in frequencies.haplotypes:
        row = _codes(gene, haplotype, place)
        if row is None:
            continue
        counts = np.array(haplotype.counts, np.float64)
        ways = _completions(gene, row, open_sites, frequencies)
        for full, share in ways:
            found.counts[full] = found.counts.get(full, 0.0) + counts * share
        described = [full for full, _ in ways if _names(gene, full)]
        if described:
            found.imputed.update({full for full, _ in ways} - set(described))
        if counts.sum() == 1:
            found.once_described += bool(described)
            found.once_novel += not described
    return found


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
) -> list[tuple[Row, Floats]]:
    """Return the ways to fill open positions, each with its (G,) share.

    Published frequencies of the alleles that the ways would be say how likely each is; where
    none is published every way is as likely: nothing is known, and never zero. A way that no
    definition describes is rare beside one that some definition does.
    """
    even = np.ones(len(frequencies.groups))
    if not open_sites:
        return [(tuple(row), even)]
    ways: list[Row] = []
    choices = [range(len(gene.gene.variants[i].alleles)) for i in open_sites]
    for codes in itertools.product(*choices):
        full = list(row)
        for site, code in zip(open_sites, codes, strict=True):
            full[site] = code
        ways.append(tuple(full))
    names = [_names(gene, way) for way in ways]
    described = np.array([bool(known) for known in names])
    if not described.any():
        names = [_parts(gene, way) for way in ways]
    weights = np.array([_published(gene, known, frequencies) for known in names])
    if np.isnan(weights).any() or not weights.sum(axis=0).all():
        weights = np.ones(weights.shape)
    if described.any():
        weights[~described] = OTHER_SPELLING * weights[described].sum(axis=0)
    return list(zip(ways, weights / weights.sum(axis=0), strict=True))


def _names(gene: CompiledGene, row: Row) -> set[str]:
    """Return the alleles that describe a whole haplotype."""
    codes = np.array(row, np.uint64)
    fits = ((gene.masks >> codes[None, :]) & np.uint64(1)).astype(bool).all(axis=1)
    return {gene.names[a] for a in np.flatnonzero(fits)}


def _parts(gene: CompiledGene, row: Row) -> set[str]:
    """Return the largest allele that a haplotype carries among other variants."""
    carried = contained(gene, np.array(row, np.int8))
    return {gene.names[carried[0]] if carried else gene.gene.default_allele}


def _published(gene: CompiledGene, names: set[str], frequencies: GeneFrequencies) -> Floats:
    """Return the (G,) published frequencies of an allele by its names, NaN if there is none.

    A group for which it is not printed has the mean of the others. The default allele has
    what the other alleles leave, where it is not printed itself.
    """
    found = np.full(len(frequencies.groups), np.nan)
    for index, group in enumerate(frequencies.groups):
        printed = {i.allele: i.frequency for i in frequencies.published if i.group == group}
        own = [printed[name] for name in names if name in printed]
        if own:
            found[index] = max(sum(own), NOT_SEEN)
        elif printed and gene.gene.default_allele in names:
            found[index] = max(1 - sum(printed.values()), NOT_SEEN)
    if np.isnan(found).all():
        return found if names else np.zeros(len(found))
    return np.where(np.isnan(found), np.nanmean(found), found)
