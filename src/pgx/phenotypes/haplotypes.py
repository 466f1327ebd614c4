"""Function and activity value of haplotypes with several copies or hybrids."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from pgx.errors import UnknownAlleleError
from pgx.phenotypes.translate import AT_LEAST, activity_score, format_score
from pgx.records.genes import AlleleDefinition, GeneDefinition, core_allele

__all__ = ["COPIES", "HaplotypeFunctions", "Meaning"]

COPIES: Final = re.compile(r"(?P<name>.+?)x(?P<count>≥?[1-9][0-9]?|N)")
"""An allele with its number of copies: ``*2x2``, ``*1x≥3``, ``*2xN``."""

MORE_COPIES: Final = (2, 3)
"""Copies that a duplicated haplotype is tried with: more mean the same or more."""

_NO_EFFECT: Final = ("Normal function", "Uncertain function", "Unknown function", "n/a", "1.0")

Meaning = tuple[str | None, str | None]
"""Clinical function and activity value."""


class HaplotypeFunctions:
    """Functions and activity values of a gene's chromosomes by name."""

    def __init__(self, gene: GeneDefinition) -> None:
        self._gene = gene
        cores = {core_allele(a.name): a for a in gene.alleles}
        named = {a.name: a for a in gene.alleles}
        partners = gene.structure.partners if gene.structure else ()
        hybrids = {p.hybrid: cores[core_allele(p.hybrid)] for p in partners if p.hybrid}
        self._known: Mapping[str, AlleleDefinition] = cores | hybrids | named

    def of(self, name: str) -> Meaning:
        """Return function and activity value of ``*1``, ``*1x2`` or ``*36+*10``.

        Activity values of copies are added (Caudle et al. 2020, doi:10.1111/cts.12692). In a gene
        without activity values several copies have a function only if all have the same one.

        Raises
        ------
        UnknownAlleleError
            The gene has no such allele.
        """
        known = self._known.get(name)
        if known is not None:
            return known.function or self._uncertain, known.activity_value
        parts = [self._part(part.strip()) for part in name.split("+")]
        if self._gene.scored:
            total = activity_score([value for _, value in parts])
            return total or self._uncertain, total
        # Without activity values there is no sum: copies of one function keep it, others are
        # uncertain.
        functions = {function for function, _ in parts}
        return (functions.pop() if len(functions) == 1 else self._uncertain), None

    def contained(self, name: str) -> tuple[str, ...]:
        """Return alleles with known effect contained in one of unknown function.

        CYP2C9 `*92` has the variant of `*2` and another one. Normal, uncertain and unknown
        functions are not an effect.
        """
        allele = self._known.get(name)
        if allele is None or allele.function is not None or not allele.defining:
            return ()
        own = allele.defining.items()
        return tuple(
            core_allele(other.name)
            for other in self._gene.alleles
            if other.defining and other.defining.items() <= own and self._has_effect(other)
        )

    def _has_effect(self, allele: AlleleDefinition) -> bool:
        # An allele of uncertain function inside another one gives no hint of an effect.
        quiet = {None, self._gene.uncertain_function, *_NO_EFFECT}
        return allele.function not in quiet

    def other_counts(self, names: Sequence[str]) -> list[tuple[str | None, str | None]]:
        """Return the functions of two chromosomes if one had another copy number.

        ``names`` are those of two haplotypes, assuming two copies of the gene. A deletion is
        possible if they are equal, because one copy shows the same bases; either haplotype may be
        duplicated or triplicated. Empty if the gene has no known structures.
        """
        if self._gene.structure is None or len(names) != 2:
            return []
        one, two = (self._functions(name) for name in names)
        deletions = [h.allele for h in self._gene.structure.haplotypes if h.allele and not h.units]
        found = [(one(1), self.of(allele)[0]) for allele in deletions if names[0] == names[1]]
        for count in MORE_COPIES:
            found += [(one(count), two(1)), (one(1), two(count))]
        return found

    def _functions(self, name: str) -> Callable[[int], str | None]:
        """Return a callable that gives the function of several copies of a haplotype.

        A combination without a definition is uncertain at any copy number.
        """

        def function(count: int) -> str | None:
            try:
                return self.of(name if count == 1 else f"{name}x{count}")[0]
            except UnknownAlleleError:
                return self._uncertain

        return function

    @property
    def _uncertain(self) -> str | None:
        return self._gene.uncertain_function or None

    def _part(self, name: str) -> Meaning:
        copies = COPIES.fullmatch(name)
        allele = self._known.get(name) or self._known.get(copies["name"] if copies else name)
        if allele is None:
            raise UnknownAlleleError(
                f"{self._gene.gene} has no allele {name!r} in the knowledge base",
                remedy=f"`pgx kb show {self._gene.gene}` lists them",
            )
        if copies and copies["count"] != "1" and not self._gene.scored and name not in self._known:
            return self._uncertain, None  # nothing says what more copies mean
        if copies is None or name in self._known or not self._gene.scored:
            return allele.function, allele.activity_value
        return allele.function, _multiplied(allele.activity_value, copies["count"])


def _multiplied(value: str | None, count: str) -> str | None:
    try:
        single = Decimal(value or "")
    except InvalidOperation:
        return None
    if count.isdigit():
        return format_score(single * int(count))
    if single == 0:
        return "0.0"
    at_least = int(count.lstrip(AT_LEAST)) if count != "N" else 2
    return f"{AT_LEAST}{format_score(single * at_least)}"
