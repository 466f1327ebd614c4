"""Rows of masks for haplotypes by name: definitions, combinations and ``g.`` variants."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from pgx.alleles.definitions import CompiledGene
from pgx.alleles.names import parse_bracket
from pgx.base.errors import UnknownAlleleError
from pgx.base.genes import Strategy

__all__ = ["HaplotypeMasks", "Meanings"]

Meanings = Callable[[str], tuple[str | None, str | None]]


class HaplotypeMasks:
    """Finds what a haplotype's name asks for, position by position.

    ``undocumented`` maps the ``g.`` name of an allele that no definition has to its position
    index and code; ``meanings`` gives function and value of copies and tandems, and raises a
    `UnknownAlleleError` for alleles that the gene does not have.
    """

    def __init__(
        self,
        gene: CompiledGene,
        undocumented: dict[str, tuple[int, int]],
        meanings: Meanings | None = None,
    ) -> None:
        self.gene = gene
        self._meanings = meanings
        self._needs = gene.needs
        self._extra = {**_documented(gene), **undocumented}

    def rows(self, name: str) -> list[tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_]]]:
        """Return masks and named positions of every definition that has the name.

        One for a combination; suballeles share the name of their core allele; none for a
        name that cannot be read.
        """
        gene = self.gene
        found = [i for i, known in enumerate(gene.names) if known == name]
        if found:
            return [(gene.masks[i], gene.weights[i]) for i in found]
        combined = self._combined(parse_bracket(name))
        return [] if combined is None else [combined]

    def _combined(
        self, parts: Sequence[str]
    ) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_]] | None:
        gene = self.gene
        row = gene.masks[gene.default_index].copy()
        named = np.zeros(len(row), np.bool_)
        for part in parts:
            if part in self._extra:
                index, code = self._extra[part]
                row[index], named[index] = np.uint64(1 << code), True
            elif part in gene.names:
                allele = gene.names.index(part)
                needs = self._needs[allele]
                row[needs] = gene.masks[allele][needs]
                named |= needs
            else:
                return None
        return row, named

    def function(self, name: str) -> str | None:
        """Return the function of a haplotype: of a listing its most serious variant's."""
        gene = self.gene
        if name in gene.names:
            return gene.functions[gene.names.index(name)]
        uncertain = gene.gene.uncertain_function or None
        if gene.gene.strategy is not Strategy.VARIANT_LIST:
            return self._of_copies(name) or uncertain
        order = gene.gene.function_order
        found = [
            gene.functions[gene.names.index(part)] if part in gene.names else uncertain
            for part in parse_bracket(name)
            if part != gene.gene.default_allele
        ]
        return min(
            found, key=lambda f: order.index(f) if f in order else len(order), default=uncertain
        )

    def _of_copies(self, name: str) -> str | None:
        """Return the function of copies and tandems; None of what is neither."""
        if self._meanings is None or "[" in name:
            return None
        try:
            return self._meanings(name)[0]
        except UnknownAlleleError:
            return None


def _documented(gene: CompiledGene) -> dict[str, tuple[int, int]]:
    """Map the ``g.`` name of every documented allele to its position index and code."""
    found = {}
    for index, variant in enumerate(gene.gene.variants):
        before = variant.alleles[int(gene.base[index])]
        for code, allele in enumerate(variant.alleles):
            found[f"g.{variant.position}{before}>{allele}"] = (index, code)
    return found
