"""From a pair of functions to phenotype, activity score and guideline lookup key."""

from __future__ import annotations

import msgspec

from pgx.base.genes import GeneDefinition, PhenotypeRule
from pgx.phenotypes.activity import AT_LEAST, activity_score, score_value

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
        """Return what a pair of functions means; ``second`` is None for one haplotype.

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
            rule = self._by_score(score) if score else None
            if rule is not None and score != rule.activity_score:
                return Phenotype(rule.phenotype, score, rule.lookup_key)
        if rule is None:
            return Phenotype(INDETERMINATE, None, NO_SCORE if self._gene.scored else INDETERMINATE)
        score = rule.activity_score if rule.activity_score not in ("", NO_SCORE) else None
        return Phenotype(rule.phenotype, score, rule.lookup_key)

    def _by_score(self, score: str) -> PhenotypeRule | None:
        """Return the rule of a score: its own, or the highest open one that it reaches.

        Three copies of a normal allele and one of a decreased one are 3.5, for which no rule
        stands; what holds from 3.5 upwards does.
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
