"""Describe one observed haplotype: the named alleles on it and what no definition covers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.alleles.definitions import CompiledGene
from pgx.alleles.observation import Observation
from pgx.genotypes.matrix import MISSING, GeneGenotypes

__all__ = [
    "contained",
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
