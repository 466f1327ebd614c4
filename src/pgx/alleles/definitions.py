"""Allele definitions of one gene as arrays, ready for matching."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgx.alleles.names import core_allele
from pgx.base.errors import InvariantError
from pgx.base.genes import AlleleDefinition, DefiningVariant, GeneDefinition

__all__ = ["CompiledGene", "compile_gene"]

_IUPAC = {
    "R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC",
    "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG", "N": "ACGT",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CompiledGene:
    """Definitions as bit masks over allele codes.

    Attributes
    ----------
    names
        A names as printed (suballeles by their core allele), structural alleles left out.
    masks
        (A, P) uint64: bit k set where the definition allows code k.
    weights
        (A, P) bool: the definition's row names the position (the reference row: all).
    functions
        Clinical function of each allele; the gene's uncertain function where it has none.
    values
        Activity value of each allele, None where it has none.
    base
        (P,) int8: the default allele's code at each position.
    needs
        (A, P) bool: positions at which an allele excludes the default allele's base.
    """

    gene: GeneDefinition
    names: tuple[str, ...]
    identifiers: tuple[str, ...]
    masks: npt.NDArray[np.uint64]
    weights: npt.NDArray[np.bool_]
    functions: tuple[str | None, ...]
    values: tuple[str | None, ...]
    base: npt.NDArray[np.int8]
    needs: npt.NDArray[np.bool_]

    @property
    def default_index(self) -> int:
        """Index of the default allele."""
        return self.names.index(self.gene.default_allele)


def _codes_of(variant: DefiningVariant, allele: str) -> list[int]:
    """Return the codes that a definition's cell allows."""
    if allele in variant.alleles:
        return [variant.alleles.index(allele)]
    bases = _IUPAC.get(allele, "")
    codes = [k for k, a in enumerate(variant.alleles) if a in bases]
    if not codes:
        raise InvariantError(f"definition {allele!r} at {variant.position} matches no known allele")
    return codes


def _row(
    gene: GeneDefinition, allele: AlleleDefinition
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_]]:
    masks = np.ones(len(gene.variants), np.uint64)
    weights = np.full(len(gene.variants), allele.is_reference, np.bool_)
    for index, variant in enumerate(gene.variants):
        cell = allele.defining.get(variant.position)
        if cell is not None:
            masks[index] = sum(1 << code for code in _codes_of(variant, cell))
            weights[index] = True
    return masks, weights


def compile_gene(gene: GeneDefinition) -> CompiledGene:
    """Compile a gene's definitions.

    Raises
    ------
    InvariantError
        A definition names an allele that its variant does not have.
    """
    alleles = [a for a in gene.alleles if a.is_reference or a.defining]
    rows = [_row(gene, allele) for allele in alleles]
    names = tuple(core_allele(a.name) for a in alleles)
    masks = np.array([m for m, _ in rows], np.uint64).reshape(len(rows), len(gene.variants))
    default = names.index(gene.default_allele)
    base = np.array([_lowest_bit(int(m)) for m in masks[default]], np.int8)
    return CompiledGene(
        gene=gene,
        names=names,
        identifiers=tuple(a.name for a in alleles),
        masks=np.ascontiguousarray(masks),
        weights=np.array([w for _, w in rows], np.bool_).reshape(masks.shape),
        functions=tuple(a.function or gene.uncertain_function or None for a in alleles),
        values=tuple(a.activity_value for a in alleles),
        base=base,
        needs=np.asarray((masks >> base.astype(np.uint64)[None, :]) & np.uint64(1) == 0),
    )


def _lowest_bit(mask: int) -> int:
    return (mask & -mask).bit_length() - 1
