"""Haplotypes that carry the variant which changes a function, but not the allele's other markers.

CYP2C19 ``*2`` is defined by rs4244285, which destroys a splice site, and by markers that lie
beside it. A haplotype with rs4244285 alone fits no definition, and yet the splice site is
gone: the causal variant counts, and the markers leave the call open.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.alleles.definitions import CompiledGene
from pgx.genotypes.matrix import MISSING

__all__ = ["causal_alleles", "doubtful_positions", "without_function"]

NO_FUNCTION: Final = "No function"
"""CPIC's term; alleles of scored genes have the activity value 0 instead."""


def causal_alleles(
    gene: CompiledGene, codes: npt.NDArray[np.int8], contained: list[int]
) -> list[int]:
    """Return alleles whose causal variants a haplotype carries without fitting their definition.

    Parameters
    ----------
    gene
        Its ``causes`` list the alleles by tier, the simplest of equal ones first.
    codes
        (P,) int8: the haplotype.
    contained
        Alleles all of whose variants the haplotype carries. A causal variant that belongs to one
        of them has the function which that allele was given, unless the haplotype is a part of
        a larger definition: SLCO1B1 ``*5`` with one more variant of ``*47`` is a part of ``*47``.

    Returns
    -------
    list of int
        Indices of alleles of another function than the default allele's: those of the lowest
        activity first, else by tier. Of alleles with the same causal variants only the first.
    """
    explained = {int(i) for a in contained for i in np.flatnonzero(gene.needs[a])}
    usual = {gene.functions[gene.default_index], gene.gene.uncertain_function or None}
    found: list[int] = []
    for cause in gene.causes:
        carried = all(codes[index] == code for index, code in cause.variants)
        sites = {index for index, _ in cause.variants}
        if not carried or gene.functions[cause.allele] in usual:
            continue
        if not sites <= explained or _is_part(gene, cause.allele, codes):
            found.append(cause.allele)
            explained |= sites
    return sorted(found, key=lambda a: _activity(gene.values[a]))


def without_function(gene: CompiledGene, contained: list[int]) -> int | None:
    """Return the allele without function that a haplotype carries in full, None without one.

    What destroys a function is not undone by another variant in cis: a frameshift stays one. So
    a haplotype that no definition covers has no function if it holds an allele that has none.
    """
    return next((a for a in contained if _has_none(gene, a)), None)


def _has_none(gene: CompiledGene, allele: int) -> bool:
    return gene.functions[allele] == NO_FUNCTION or _activity(gene.values[allele]) == 0.0


def doubtful_positions(
    gene: CompiledGene, allele: int, codes: npt.NDArray[np.int8]
) -> tuple[int, ...]:
    """Return the causal positions of an allele, and where a haplotype denies its definition.

    A second look at them tells whether the haplotype is that allele after all.
    """
    causal = {i for cause in gene.causes if cause.allele == allele for i, _ in cause.variants}
    known = np.flatnonzero(codes != MISSING)
    bits = np.uint64(1) << codes[known].astype(np.uint64)
    denied = known[(gene.masks[allele, known] & bits) == 0]
    return tuple(sorted({*causal, *denied.tolist()}))


def _is_part(gene: CompiledGene, allele: int, codes: npt.NDArray[np.int8]) -> bool:
    """Whether an allele's definition allows every variant of a haplotype."""
    sites = np.flatnonzero((codes != gene.base) & (codes != MISSING))
    bits = np.uint64(1) << codes[sites].astype(np.uint64)
    return bool((gene.masks[allele, sites] & bits).all())


def _activity(value: str | None) -> float:
    """Return an activity value as a number, infinite where the gene has none."""
    try:
        return float(value or "inf")
    except ValueError:
        return float("inf")
