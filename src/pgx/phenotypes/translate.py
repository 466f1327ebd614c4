"""From a pair of functions to phenotype, activity score and guideline lookup key."""

from __future__ import annotations

import msgspec

from pgx.base.genes import GeneDefinition
from pgx.phenotypes.activity import activity_score

__all__ = ["INDETERMINATE", "NO_SCORE", "Phenotype", "PhenotypeTable"]

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
        """Return what a pair of functions means; ``second`` is None for one strand.

        A pair that no rule names is indeterminate, never normal. A gene without rules has no
        phenotype and is looked up by its diplotype.
        """
        if not self._gene.rules:
            return Phenotype(None, None, diplotype)
        one = first or self._gene.uncertain_function
        two = "" if second is None else second
        rule = self._rules.get(tuple(sorted((one, two))))
        if rule is None and self._gene.scored:
            score = activity_score([one, two])
            rule = self._scores.get(score) if score else None
        if rule is None:
            return Phenotype(INDETERMINATE, None, NO_SCORE if self._gene.scored else INDETERMINATE)
        score = rule.activity_score if rule.activity_score not in ("", NO_SCORE) else None
        return Phenotype(rule.phenotype, score, rule.lookup_key)
