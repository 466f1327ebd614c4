"""Positions that a gene's call has to rest on."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.alleles.definitions import CompiledGene
from pgx.base.frequencies import GeneFrequencies

__all__ = ["COMMON_FROM", "causal_alleles", "core_sites", "named_sites", "without_proxy"]

TYPED_TIER: Final = 2
"""Last tier of core positions that a clinical test should type."""
PROXY_FINDS: Final = 0.99
"""Least share of the chromosomes with a causal allele that a proxy has to find."""
COMMON_FROM: Final = 1e-3
"""Share of chromosomes in some group from which an allele counts as common."""


def core_sites(gene: CompiledGene, frequencies: GeneFrequencies | None) -> npt.NDArray[np.bool_]:
    """(P,) bool: positions of alleles that a test should hold, or that are common somewhere.

    The first are `named_sites`, the second those of alleles counted in `COMMON_FROM` of the
    chromosomes of a group or more, unless their function is the default allele's.
    """
    common = _common(frequencies) if frequencies else set()
    usual = gene.functions[gene.default_index]
    pairs = zip(gene.names, gene.functions, strict=True)
    wanted = np.array([name in common and function != usual for name, function in pairs])
    return np.asarray(gene.needs[wanted].any(axis=0)) | named_sites(gene, frequencies)


def named_sites(gene: CompiledGene, frequencies: GeneFrequencies | None) -> npt.NDArray[np.bool_]:
    """(P,) bool: positions of the alleles that a clinical test should at least tell apart.

    Those that the knowledge base names (AMP recommendations, tiers 1 and 2).
    """
    named = frequencies.core if frequencies else ()
    wanted = np.array([name in named for name in gene.names])
    return np.asarray(gene.needs[wanted].any(axis=0))


def causal_alleles(gene: CompiledGene) -> npt.NDArray[np.uint64]:
    """(P,) uint64: causal alleles, as bits by code, of core positions that a test should type."""
    place = {v.position: i for i, v in enumerate(gene.gene.variants)}
    found = np.zeros(len(place), np.uint64)
    for core in gene.gene.core_positions:
        if core.tier <= TYPED_TIER:
            site = place[core.position]
            code = gene.gene.variants[site].alleles.index(core.alt)
            found[site] |= np.uint64(1 << code)
    return found


def without_proxy(
    gene: CompiledGene, sites: npt.NDArray[np.bool_], answered: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """(P,) bool: those of some positions for which no answered proxy stands in.

    A proxy stands in where it is on record with its strength, and misses at most one in a
    hundred chromosomes with the causal allele; the posterior weighs what it leaves open.
    """
    place = {v.position: i for i, v in enumerate(gene.gene.variants)}
    left = sites.copy()
    for core in gene.gene.core_positions:
        strong = [place[p.position] for p in core.proxies if p.sensitivity >= PROXY_FINDS]
        if any(answered[site] for site in strong):
            left[place[core.position]] = False
    return left


def _common(frequencies: GeneFrequencies) -> set[str]:
    """Return the alleles that are common in some group."""
    totals = np.maximum(np.array(frequencies.totals, np.float64), 1)
    carried: dict[str, np.ndarray] = {}
    for haplotype in frequencies.haplotypes:
        counts = np.array(haplotype.counts, np.float64)
        carried[haplotype.allele] = carried.get(haplotype.allele, 0 * counts) + counts
    common = {name for name, n in carried.items() if (n / totals >= COMMON_FROM).any()}
    return common | {p.allele for p in frequencies.published if p.frequency >= COMMON_FROM}
