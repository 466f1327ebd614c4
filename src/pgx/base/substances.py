"""Records of medicines as substances: names and codes, and what they do to enzymes."""

from __future__ import annotations

from typing import Final

import msgspec

__all__ = [
    "JUDGEMENTS",
    "ConditionCode",
    "ConversionRule",
    "Modulator",
    "PopulationRule",
    "ScoreRange",
    "Substance",
]

JUDGEMENTS: Final = ("no_alternative", "no_skin_reaction", "phase_of_treatment")
"""What no record tells, and only a prescriber can judge."""


class Substance(msgspec.Struct, frozen=True, kw_only=True):
    """A substance or combination with its codes (RxNorm ingredient, ATC) and other names."""

    substance: str
    rxnorm: str = ""
    atc: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    ingredients: tuple[str, ...] = ()
    source: str = ""


class Modulator(msgspec.Struct, frozen=True, kw_only=True):
    """A substance that inhibits or induces the enzyme of a gene.

    ``effect`` is ``inhibitor`` or ``inducer``, ``strength`` ``strong``, ``moderate`` or ``weak``.
    """

    substance: str
    gene: str
    effect: str
    strength: str
    source: str = ""
    note: str = ""


class ConversionRule(msgspec.Struct, frozen=True, kw_only=True):
    """How a modulator of some strength changes what a genotype predicts.

    ``method`` is ``score_factor`` (the activity score is multiplied by ``value``),
    ``phenotype_to`` (``value`` is the phenotype), ``phenotype_steps`` (towards poor where
    ``value`` is negative) or ``none``.
    """

    gene: str
    effect: str
    strength: str
    method: str
    value: str = ""
    evidence: str = ""
    pmids: tuple[str, ...] = ()
    source: str = ""
    note: str = ""


class ScoreRange(msgspec.Struct, frozen=True, kw_only=True):
    """The activity scores of one phenotype: at least or above ``low``, at most or below ``high``.

    ``high`` is None where there is no limit.
    """

    gene: str
    phenotype: str
    low: float
    low_included: bool
    high: float | None = None
    high_included: bool = False
    pmids: tuple[str, ...] = ()
    source: str = ""

    def holds(self, score: float) -> bool:
        """Whether an activity score (unitless) lies in this range."""
        above = score > self.low or (self.low_included and score == self.low)
        if self.high is None:
            return above
        return above and (score < self.high or (self.high_included and score == self.high))


class PopulationRule(msgspec.Struct, frozen=True, kw_only=True):
    """One way to belong to a guideline's population; all that is given must hold.

    Ages in completed years, weight in kg. ``exposure`` is ``never`` or ``over_months=N`` to the
    drug in question; ``conditions`` are codes of which one must be present; ``judgement`` is
    one of `JUDGEMENTS`.
    """

    population: str
    age_from: float | None = None
    age_below: float | None = None
    weight_over: float | None = None
    exposure: str = ""
    conditions: tuple[str, ...] = ()
    judgement: str = ""
    source: str = ""


class ConditionCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code or name by which records know a condition.

    ``system`` is ``ICD-10`` (``code`` and all below it), ``SNOMED`` or ``name`` (lower case).
    """

    condition: str
    system: str
    code: str
    source: str = ""
