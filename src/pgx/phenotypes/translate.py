"""From a pair of functions to phenotype, activity score and guideline lookup key."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

import msgspec

from pgx.records.genes import GeneDefinition, PhenotypeRule

__all__ = [
    "AT_LEAST",
    "INDETERMINATE",
    "NO_SCORE",
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
