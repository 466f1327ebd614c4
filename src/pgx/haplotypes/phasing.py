"""Phasings that the data allow, and counts of their haplotypes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import MISSING, GeneGenotypes
from pgx.haplotypes.definitions import CompiledGene
from pgx.haplotypes.matching import Observation
from pgx.records.genes import GeneFrequencies, HaplotypeCount

__all__ = [
    "OTHER_SPELLING",
    "Floats",
    "HaplotypeCounts",
    "Row",
    "contained",
    "count_known",
    "extra_names",
    "known_phasings",
    "matching_alleles",
    "phasings",
    "tries_all",
]

MAX_PHASINGS = 512


def phasings(
    observation: Observation, order: Sequence[int] = ()
) -> Iterator[tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]]:
    """Yield the two haplotypes for every relative orientation of the phase blocks.

    2^(B-1) orientations, at most `MAX_PHASINGS`; the first is the one as written. ``order``
    names the blocks whose orientation matters most, for when not all are tried.
    """
    blocks = [*order, *(b for b in range(observation.n_blocks) if b not in order)]
    for choice in range(min(2 ** len(blocks[1:]), MAX_PHASINGS)):
        flip = np.zeros(len(observation.codes), np.bool_)
        for place, b in enumerate(blocks[1:]):
            if choice >> place & 1:
                flip |= observation.block == b
        first = np.where(flip, observation.codes[:, 1], observation.codes[:, 0])
        second = np.where(flip, observation.codes[:, 0], observation.codes[:, 1])
        yield first, second


def tries_all(observation: Observation) -> bool:
    """Whether `phasings` yields every orientation."""
    return observation.n_blocks - 1 <= MAX_PHASINGS.bit_length() - 1


def known_phasings(
    observation: Observation, known: npt.NDArray[np.int8]
) -> list[tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]]:
    """Return the orientations of the phase blocks in which a known haplotype fits.

    Each known haplotype fits at most one orientation, so that there are few however many
    blocks there are. Empty also where half a genotype is unknown: then it may fit several.

    Parameters
    ----------
    observation
        What one sample shows.
    known
        (K, P) codes of the known haplotypes.
    """
    first, second = observation.codes.T
    in_block = observation.block >= 0
    if ((first == MISSING) != (second == MISSING)).any():
        return []
    fits = ((known == first) | (first == MISSING) | in_block).all(axis=1)
    turned = np.zeros((len(known), observation.n_blocks), np.bool_)
    for block in range(observation.n_blocks):
        sites = observation.block == block
        turned[:, block] = (known[:, sites] == second[sites]).all(axis=1)
        fits &= turned[:, block] | (known[:, sites] == first[sites]).all(axis=1)
    flips = turned[fits] ^ turned[fits][:, :1]  # the first block stays as written
    found = []
    for flip in np.unique(flips, axis=0):
        swapped = in_block & flip[np.maximum(observation.block, 0)]
        found.append((np.where(swapped, second, first), np.where(swapped, first, second)))
    return found


_ANY: Final = np.uint64(2**64 - 1)


def _allowed(masks: npt.NDArray[np.uint64], codes: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """(A, P) bool: whether each definition allows what the haplotype shows; unknown fits."""
    bits = np.uint64(1) << np.maximum(codes, 0).astype(np.uint64)
    bits[codes == MISSING] = _ANY  # every definition allows something
    return np.asarray((masks & bits) != 0)


def matching_alleles(gene: CompiledGene, codes: npt.NDArray[np.int8]) -> list[int]:
    """Return alleles whose whole definition the haplotype fits, most answered positions first."""
    fits = np.flatnonzero(_allowed(gene.masks, codes).all(axis=1))
    weight = (gene.weights & (codes != MISSING)).sum(axis=1)
    return sorted((int(a) for a in fits), key=lambda a: (-int(weight[a]), a))


def contained(
    gene: CompiledGene, codes: npt.NDArray[np.int8], *, missing_fits: bool = False
) -> list[int]:
    """Return alleles all of whose required variants the haplotype carries, largest first.

    An allele is left out where larger ones explain all its variants already. With
    ``missing_fits`` unknown positions count as carrying, as long as one is unknown.
    """
    need = gene.needs
    known = codes != MISSING
    differs = known & (codes != gene.base)
    lacks = need & (known & ~differs) if missing_fits else need & ~differs
    rows = np.flatnonzero(gene.is_variant & ~lacks.any(axis=1))
    allowed = _allowed(gene.masks[rows], codes)
    good = (~need[rows] | allowed).all(axis=1)
    rows, allowed = rows[good], allowed[good]
    if missing_fits:
        return [a for a in rows.tolist() if (need[a] & ~known).any()]
    carried = dict(zip(rows.tolist(), allowed & differs & gene.weights[rows], strict=True))
    found = sorted(carried, key=lambda a: (-int(need[a].sum()), a))
    kept: list[int] = []
    explained = np.zeros(len(codes), np.bool_)
    for a in found:
        if (need[a] & ~explained).any():
            kept.append(a)
            explained |= carried[a]
    return kept


def extra_names(
    gene: CompiledGene,
    codes: npt.NDArray[np.int8],
    named: list[int],
    genotypes: GeneGenotypes,
) -> list[tuple[int, str]]:
    """Return (position index, ``g.`` name) of variants that the named alleles do not explain."""
    explained = codes == gene.base
    explained |= codes == MISSING
    if named:
        allowed = _allowed(gene.masks[named], codes)
        explained |= (allowed & (gene.needs[named] | gene.weights[named])).any(axis=0)
    names = []
    for index in np.flatnonzero(~explained).tolist():
        names.append((index, _g_name(gene, index, int(codes[index]), genotypes)))
    return names


def _g_name(gene: CompiledGene, index: int, code: int, genotypes: GeneGenotypes) -> str:
    variant = gene.gene.variants[index]
    if code >= len(variant.alleles):
        _, position, change = genotypes.label(index, code).split(":")
        return f"g.{position}{change}"
    before = variant.alleles[int(gene.base[index])]
    return f"g.{variant.position}{before}>{variant.alleles[code]}"


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
