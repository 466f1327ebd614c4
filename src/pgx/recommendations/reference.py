"""The reference genotype of a gene: its default allele on each copy, and its lookup keys."""

from __future__ import annotations

from typing import Final

from pgx.phenotypes.haplotypes import HaplotypeFunctions
from pgx.phenotypes.translate import PhenotypeTable
from pgx.records.genes import GeneDefinition, Ploidy

__all__ = ["copies_of", "reference_keys"]

_COPIES: Final = {
    Ploidy.AUTOSOME: (2,),
    Ploidy.X_LINKED: (1, 2),
    Ploidy.MITOCHONDRIAL: (1,),
}


def copies_of(gene: GeneDefinition) -> tuple[int, ...]:
    """Return the numbers of copies that people have of a gene's locus: of chrX one or two."""
    return _COPIES[gene.ploidy]


def reference_keys(gene: GeneDefinition) -> tuple[str, ...]:
    """Return the lookup keys of a gene's reference genotype.

    None for a gene without alleles, of which only the presence of single ones is asked.
    """
    if not gene.alleles:
        return ()
    name = gene.default_allele
    function, _ = HaplotypeFunctions(gene).of(name)
    table = PhenotypeTable(gene)
    keys = (
        table.translate(function, function if n > 1 else None, "/".join([name] * n)).lookup_key
        for n in copies_of(gene)
    )
    return tuple(dict.fromkeys(keys))
