"""Positions that a gene's call has to rest on."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.alleles.definitions import CompiledGene
from pgx.base.frequencies import GeneFrequencies

__all__ = ["COMMON_FROM", "core_sites"]

COMMON_FROM: Final = 1e-3
"""Share of chromosomes in some group from which an allele counts as common."""


def core_sites(gene: CompiledGene, frequencies: GeneFrequencies | None) -> npt.NDArray[np.bool_]:
    """(P,) bool: positions of alleles that a test should hold, or that are common somewhere.

    The first are those that the knowledge base names (AMP recommendations, tiers 1 and 2),
    the second those counted in `COMMON_FROM` of the chromosomes of a group or more, unless
    their function is the default allele's.
    """
    wanted = np.zeros(len(gene.names), np.bool_)
    if frequencies is not None:
        named = {*frequencies.core, *_common(frequencies)}
        wanted = np.array([name in named for name in gene.names])
    usual = gene.functions[gene.default_index]
    listed = frequencies.core if frequencies else ()
    for index, name in enumerate(gene.names):
        if gene.functions[index] == usual and name not in listed:
            wanted[index] = False
    return np.asarray(gene.needs[wanted].any(axis=0))


def _common(frequencies: GeneFrequencies) -> set[str]:
    """Return the alleles that are common in some group."""
    totals = np.maximum(np.array(frequencies.totals, np.float64), 1)
    carried: dict[str, np.ndarray] = {}
    for haplotype in frequencies.haplotypes:
        counts = np.array(haplotype.counts, np.float64)
        carried[haplotype.allele] = carried.get(haplotype.allele, 0 * counts) + counts
    common = {name for name, n in carried.items() if (n / totals >= COMMON_FROM).any()}
    return common | {p.allele for p in frequencies.published if p.frequency >= COMMON_FROM}
