"""Name one whole strand, whichever way a gene's named alleles are put together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.alleles import listing, star
from pgx.alleles.definitions import CompiledGene
from pgx.alleles.outcome import Strand
from pgx.base.genes import Strategy
from pgx.genotypes.matrix import GeneGenotypes

__all__ = ["describe_allele", "describe_haplotype", "describe_strand"]


def describe_strand(
    gene: CompiledGene,
    codes: npt.NDArray[np.int8],
    genotypes: GeneGenotypes,
    *,
    whole: bool = True,
) -> tuple[Strand, tuple[str | None, ...]]:
    """Return a strand of (P,) int8 codes by name, and the functions it may turn out to have.

    ``whole`` lists all its variants, in genes that list variants; otherwise the strand goes
    by its most serious one. ``genotypes`` give the labels of undocumented alleles.
    """
    if gene.gene.strategy is Strategy.VARIANT_LIST:
        return listing.describe_strand(gene, codes, genotypes, whole=whole)
    return star.describe_strand(gene, codes, genotypes)


def describe_allele(gene: CompiledGene, allele: int) -> tuple[Strand, tuple[str | None, ...]]:
    """Return the strand that carries one named allele (its index) and nothing else."""
    listing_gene = gene.gene.strategy is Strategy.VARIANT_LIST
    name = gene.names[allele]
    parts: tuple[str, ...] = (name,) if listing_gene else (gene.identifiers[allele],)
    if listing_gene and allele == gene.default_index:
        parts = ()
    function = gene.functions[allele]
    return Strand(name, function, gene.values[allele], parts), (function,)


def describe_haplotype(
    gene: CompiledGene,
    allele: int,
    codes: npt.NDArray[np.int8],
    genotypes: GeneGenotypes,
    *,
    whole: bool = True,
) -> tuple[Strand, tuple[str | None, ...]]:
    """Return a known haplotype by name: of the allele that alone describes it, if not -1."""
    if allele >= 0:
        return describe_allele(gene, allele)
    return describe_strand(gene, codes, genotypes, whole=whole)
