"""Records of medicines as substances: names and codes, and what they do to enzymes."""

from __future__ import annotations

import re
from typing import Final

import msgspec

__all__ = [
    "DECIDED_BY",
    "JUDGEMENTS",
    "AdviceCondition",
    "ConditionCode",
    "ConversionRule",
    "Modulator",
    "PopulationRule",
    "ScoreRange",
    "Substance",
    "UnwantedPair",
    "condition_code",
]

JUDGEMENTS: Final = ("no_alternative", "no_skin_reaction", "phase_of_treatment")
"""What no record tells, and only a prescriber can judge."""

_NO_CODE: Final = re.compile(r"[^a-z0-9]+")
DECIDED_BY: Final = (
    "adults", "adults_or_weight_from", "age_below", "age_below_or_adolescent", "age_from",
    "body_mass_index", "breastfeeding", "children", "diagnosis", "diagnosis_first", "dose_above",
    "dose_from", "inducer", "inhibitor", "long_use", "long_use_effective", "long_use_tolerated",
    "medicine", "never", "no_inducer", "no_inhibitor", "no_medicine", "no_reaction",
    "weight_below", "weight_from",
)  # fmt: skip
"""What in a patient file can decide a condition of advice."""


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


class UnwantedPair(msgspec.Struct, frozen=True, kw_only=True):
    """Substances that a drug's label advises against: they inhibit the enzyme that activates it."""

    drug: str
    gene: str
    substances: tuple[str, ...]
    source: str = ""


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


def condition_code(name: str) -> str:
    """Return the code under which `ConditionCode` lists a diagnosis that advice names.

    >>> condition_code("Obsessive-compulsive disorder")
    'obsessive_compulsive_disorder'
    """
    return _NO_CODE.sub("_", name.casefold()).strip("_")


class AdviceCondition(msgspec.Struct, frozen=True, kw_only=True):
    """A code for what must hold for an action beyond genotype and population.

    ``arguments`` is the number of its arguments, ``1+`` where there may be more.
    ``decided_by`` is one of `DECIDED_BY`, empty where no patient file decides it.
    ``while_unknown`` is ``holds`` where the action keeps its rank until somebody has decided,
    ``waits`` where it is advice only once the condition is known to hold.
    """

    condition: str
    kind: str
    arguments: str = "0"
    decided_by: str = ""
    while_unknown: str = "holds"
    note: str = ""
    source: str = ""

    @property
    def waits(self) -> bool:
        """Whether the action is no advice before the condition is known to hold."""
        return self.while_unknown == "waits"

    def takes(self, count: int) -> bool:
        """Whether a fact may have so many arguments."""
        least = int(self.arguments.removesuffix("+"))
        return count >= least if self.arguments.endswith("+") else count == least
