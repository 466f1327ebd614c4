"""Allele definitions of one gene as arrays, ready for matching."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.alleles.names import core_allele
from pgx.base.errors import InvariantError, SnapshotSchemaError
from pgx.base.genes import DefiningVariant, GeneDefinition

__all__ = ["Cause", "CompiledGene", "compile_gene"]

_IUPAC = {
    "R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC",
    "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG", "N": "ACGT",
}  # fmt: skip


class Cause(NamedTuple):
    """An allele (index) and its causal variants as (site index, allele code)."""

    allele: int
    variants: tuple[tuple[int, int], ...]


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
    is_variant
        (A,) bool: alleles with such positions, whose rows do not name every position.
    causes
        Alleles with known causal variants, by tier, then those that ask for fewest variants.
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
    is_variant: npt.NDArray[np.bool_]
    causes: tuple[Cause, ...] = ()

    @property
    def default_index(self) -> int:
        """Index of the default allele."""
        return self.names.index(self.gene.default_allele)


def _mask_of(variant: DefiningVariant, allele: str) -> int:
    """Return the codes that a definition's cell allows, as bits."""
    known = variant.alleles
    if allele in known:
        return 1 << known.index(allele)
    bases = _IUPAC.get(allele, "")
    mask = sum(1 << code for code, name in enumerate(known) if name in bases)
    if not mask:
        raise InvariantError(f"definition {allele!r} at {variant.position} matches no known allele")
    return mask


def compile_gene(gene: GeneDefinition) -> CompiledGene:
    """Compile a gene's definitions.

    Raises
    ------
    SnapshotSchemaError
        A causal variant or a proxy of one is in no definition.
    InvariantError
        A definition names an allele that its variant does not have.
    """
    alleles = [a for a in gene.alleles if a.is_reference or a.defining]
    names = tuple(core_allele(a.name) for a in alleles)
    column = {variant.position: i for i, variant in enumerate(gene.variants)}
    masks = np.ones((len(alleles), len(gene.variants)), np.uint64)
    weights = np.zeros(masks.shape, np.bool_)
    weights[[i for i, allele in enumerate(alleles) if allele.is_reference]] = True
    for row, allele in enumerate(alleles):
        for position, cell in allele.defining.items():
            index = column.get(position)
            if index is not None:
                masks[row, index] = _mask_of(gene.variants[index], cell)
                weights[row, index] = True
    default = names.index(gene.default_allele)
    base = np.array([_lowest_bit(int(m)) for m in masks[default]], np.int8)
    needs = np.asarray((masks >> base.astype(np.uint64)[None, :]) & np.uint64(1) == 0)
    identifiers = tuple(a.name for a in alleles)
    return CompiledGene(
        gene=gene,
        names=names,
        identifiers=identifiers,
        masks=masks,
        weights=weights,
        functions=tuple(a.function or gene.uncertain_function or None for a in alleles),
        values=tuple(a.activity_value for a in alleles),
        base=base,
        needs=needs,
        is_variant=np.asarray(needs.any(axis=1) & ~weights.all(axis=1)),
        causes=_causes(gene, identifiers, needs),
    )


def _causes(
    gene: GeneDefinition, identifiers: tuple[str, ...], needs: npt.NDArray[np.bool_]
) -> tuple[Cause, ...]:
    """Return the causal variants of each allele that the release gives them for.

    Raises
    ------
    SnapshotSchemaError
        A causal variant or a proxy is in no definition.
    """
    column = {variant.position: i for i, variant in enumerate(gene.variants)}
    variants: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for core in gene.core_positions:
        try:
            index = column[core.position]
            code = gene.variants[index].alleles.index(core.alt)
            key = core.tier, identifiers.index(core.allele)
            _ = [column[proxy.position] for proxy in core.proxies]
        except (KeyError, ValueError) as error:
            raise SnapshotSchemaError(
                f"{core.alt} at {core.position} of {gene.gene} {core.allele}, or a proxy of it, is"
                " in no definition",
                where="core_positions.tsv, core_proxies.tsv",
                remedy="correct the tables and rebuild",
            ) from error
        variants.setdefault(key, []).append((index, code))
    order = sorted(variants, key=lambda k: (k[0], int(needs[k[1]].sum()), k[1]))
    return tuple(Cause(allele, tuple(variants[tier, allele])) for tier, allele in order)


def _lowest_bit(mask: int) -> int:
    return (mask & -mask).bit_length() - 1
