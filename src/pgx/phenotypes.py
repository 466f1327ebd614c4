"""From haplotypes to function, activity score and phenotype."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

import msgspec

from pgx.errors import UnknownAlleleError
from pgx.records.genes import AlleleDefinition, GeneDefinition, PhenotypeRule, core_allele

__all__ = [
    "AT_LEAST",
    "COPIES",
    "INDETERMINATE",
    "NO_SCORE",
    "HaplotypeFunctions",
    "Meaning",
    "Phenotype",
    "PhenotypeTable",
    "activity_score",
    "format_score",
    "score_value",
]

AT_LEAST: Final = "≥"
"""How a score that is open upwards begins."""


def activity_score(values: list[str | None]) -> str | None:
    """Add up activity values of a diplotype's alleles.

    Parameters
    ----------
    values
        One value per haplotype as in the knowledge base (unitless, ``"0.25"``,
        ``"≥3.0"``); None or ``"n/a"`` where it gives none.

    Returns
    -------
    str or None
        The sum as in CPIC's lookup keys (``"2.0"``, ``"≥3.25"``); None when an allele that is
        present has no value: an unknown is never counted as zero.

    Examples
    --------
    >>> activity_score(["1.0", "0.25"]), activity_score(["≥3.0", "0.25"])
    ('1.25', '≥3.25')
    >>> activity_score(["1.0", None]) is None
    True

    References
    ----------
    Caudle et al. 2020, Clin Transl Sci 13:116, doi:10.1111/cts.12692.
    """
    # Decimal, because scores are compared with those of a table: 0.1 + 0.2 as floats is in none.
    total = Decimal(0)
    open_ended = False
    for value in values:
        if value is None:
            return None
        open_ended |= value.startswith(AT_LEAST)
        try:
            total += Decimal(value.removeprefix(AT_LEAST))
        except InvalidOperation:
            return None
    return (AT_LEAST if open_ended else "") + format_score(total)


def format_score(score: Decimal) -> str:
    """Return a score with at least one decimal: ``2.0``, ``1.25``."""
    text = f"{score.normalize():f}"
    return text if "." in text else f"{text}.0"


def score_value(score: str) -> float | None:
    """Return the lowest value of a score; None if it is not a number.

    >>> score_value("1.25"), score_value("≥3.0"), score_value("n/a")
    (1.25, 3.0, None)
    """
    try:
        return float(Decimal(score.removeprefix(AT_LEAST)))
    except InvalidOperation:
        return None


INDETERMINATE = "Indeterminate"
NO_SCORE = "n/a"


class Phenotype(msgspec.Struct, frozen=True):
    """A gene result in CPIC's terms; ``term`` is None where the gene has no phenotypes."""

    term: str | None
    score: str | None
    lookup_key: str


class PhenotypeTable:
    """A gene's phenotype rules, ready for lookups."""

    def __init__(self, gene: GeneDefinition) -> None:
        self._gene = gene
        self._rules = {tuple(sorted((r.function_1, r.function_2))): r for r in gene.rules}
        self._scores = {
            r.activity_score: r for r in gene.rules if r.activity_score not in ("", NO_SCORE)
        }

    def translate(self, first: str | None, second: str | None, diplotype: str) -> Phenotype:
        """Return the phenotype of two functions; ``second`` is None for one haplotype.

        A pair without a rule is indeterminate, never normal. A gene without rules has no
        phenotype and is looked up by its diplotype.
        """
        if not self._gene.rules:
            return Phenotype(None, None, diplotype)
        one = first or self._gene.uncertain_function
        two = "" if second is None else second
        rule = self._rules.get(tuple(sorted((one, two))))
        # Rules name the scores of two copies; tandems and duplications have sums beyond them.
        if rule is None and self._gene.scored:
            score = activity_score([one, two])
            rule = self._by_score(score) if score else None
            if rule is not None and score != rule.activity_score:
                return Phenotype(rule.phenotype, score, rule.lookup_key)
        if rule is None:
            return Phenotype(INDETERMINATE, None, NO_SCORE if self._gene.scored else INDETERMINATE)
        score = rule.activity_score if rule.activity_score not in ("", NO_SCORE) else None
        return Phenotype(rule.phenotype, score, rule.lookup_key)

    def _by_score(self, score: str) -> PhenotypeRule | None:
        """Return the rule of a score: its own, or the highest open one that it reaches.

        Three copies of a normal allele and one of a decreased one give 3.5, which has no own rule;
        the rule for 3.5 and above is used.
        """
        exact = self._scores.get(score)
        value = score_value(score)
        if exact is not None or value is None:
            return exact
        reached = [
            (lowest, rule)
            for key, rule in self._scores.items()
            if key.startswith(AT_LEAST)
            and (lowest := score_value(key)) is not None
            and lowest <= value
        ]
        return max(reached, key=lambda pair: pair[0])[1] if reached else None


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
