"""Name one whole haplotype, whichever way a gene's named alleles are put together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.alleles import listing, star
from pgx.alleles.definitions import CompiledGene
from pgx.alleles.outcome import Haplotype
from pgx.base.genes import Strategy
from pgx.genotypes.matrix import GeneGenotypes

__all__ = ["describe_allele", "describe_codes", "describe_known"]


def describe_codes(
    gene: CompiledGene,
    codes: npt.NDArray[np.int8],
    genotypes: GeneGenotypes,
    *,
    whole: bool = True,
) -> tuple[Haplotype, tuple[str | None, ...]]:
    """Return a haplotype of (P,) int8 codes by name, and the functions it may turn out to have.

    ``whole`` lists all its variants, in genes that list variants; otherwise the haplotype goes
    by its most serious one. ``genotypes`` give the labels of undocumented alleles.
    """
    if gene.gene.strategy is Strategy.VARIANT_LIST:
        return listing.describe_codes(gene, codes, genotypes, whole=whole)
    return star.describe_codes(gene, codes, genotypes)


def describe_allele(gene: CompiledGene, allele: int) -> tuple[Haplotype, tuple[str | None, ...]]:
    """Return the haplotype that carries one named allele (its index) and nothing else."""
    listing_gene = gene.gene.strategy is Strategy.VARIANT_LIST
    name = gene.names[allele]
    parts: tuple[str, ...] = (name,) if listing_gene else (gene.identifiers[allele],)
    if listing_gene and allele == gene.default_index:
        parts = ()
    function = gene.functions[allele]
    return Haplotype(name, function, gene.values[allele], parts), (function,)


def describe_known(
    gene: CompiledGene,
    allele: int,
    codes: npt.NDArray[np.int8],
    genotypes: GeneGenotypes,
    *,
    whole: bool = True,
) -> tuple[Haplotype, tuple[str | None, ...]]:
    """Return a known haplotype by name: of the allele that alone describes it, if not -1."""
    if allele >= 0:
        return describe_allele(gene, allele)
    return describe_codes(gene, codes, genotypes, whole=whole)
