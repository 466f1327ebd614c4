"""Which lookup keys a gene's results can have: what some diplotype or outside call gives."""

from __future__ import annotations

import re
from typing import Final

from pgx.phenotypes.translate import PhenotypeTable
from pgx.recommendations.result_keys import DIPLOTYPES
from pgx.records.advice import ANY_KEY, NO_RESULT
from pgx.records.genes import GeneDefinition, Ploidy, Strategy, core_allele, format_diplotype

__all__ = ["Reach"]

_PRESENCE: Final = re.compile(r"\*\d{2,3}:\d{2,4} (positive|negative)", re.ASCII)


class Reach:
    """What results of one gene can be looked up by.

    ``keys`` are those of phenotypes and activity scores, from every pair of functions that
    alleles have, and of the function of haplotypes that nobody has described. They are empty
    for a gene that is looked up by its alleles.
    """

    def __init__(self, gene: GeneDefinition) -> None:
        self._gene = gene
        self._names = {name for a in gene.alleles for name in (a.name, core_allele(a.name))}
        self.keys: frozenset[str] = _keys(gene) if gene.rules else frozenset()

    def holds(self, key: str) -> bool:
        """Whether some result has a key; a missing result and any result are results too."""
        if key in (NO_RESULT, ANY_KEY) or key in self.keys:
            return True
        if self._gene.strategy is Strategy.OUTSIDE:
            return _PRESENCE.fullmatch(key) is not None
        if key.startswith(f"{DIPLOTYPES} "):
            return self._is_diplotype(key.removeprefix(f"{DIPLOTYPES} "))
        return not self._gene.rules and self._is_diplotype(key)

    def _is_diplotype(self, text: str) -> bool:
        names = text.split("/")
        haplotypes = {Ploidy.AUTOSOME: (2,), Ploidy.X_LINKED: (1, 2), Ploidy.MITOCHONDRIAL: (1,)}
        return (
            len(names) in haplotypes[self._gene.ploidy]
            and self._names.issuperset(names)
            and format_diplotype(names, self._gene.default_allele) == text
        )


def _keys(gene: GeneDefinition) -> frozenset[str]:
    table = PhenotypeTable(gene)
    functions = {allele.function for allele in gene.alleles} | {None}
    pairs: set[tuple[str | None, str | None]] = set()
    if gene.ploidy is not Ploidy.MITOCHONDRIAL:
        known = {function or gene.uncertain_function for function in functions}
        pairs |= {(first, second) for first in known for second in known}
    if gene.ploidy is not Ploidy.AUTOSOME:
        pairs |= {(function, None) for function in functions}
    return frozenset(table.translate(first, second, "").lookup_key for first, second in pairs)
