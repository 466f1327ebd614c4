"""Records of ``rules.json``: inputs, conditions, answers, and the five kinds of rules."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

__all__ = [
    "UNLISTED",
    "Band",
    "Base",
    "Case",
    "DosingRule",
    "EquationRule",
    "FlowRule",
    "LoadingDay",
    "LoadingRule",
    "Meanwhile",
    "Observe",
    "ObserveBand",
    "Row",
    "RuleAdjustment",
    "RuleAlert",
    "RuleAnswer",
    "RuleCitation",
    "RuleCondition",
    "RuleInput",
    "RuleTerm",
    "ScheduleStep",
    "ScoreItem",
    "ScoreRule",
    "Span",
    "StartScale",
    "TableRule",
    "Value",
]

Value = str | int | float
"""A level by name, a count, or a number in the input's unit."""

SCHEMA_VERSION: Final = "1.0"
UNLISTED: Final = "(a genotype that the model does not know)"
"""Level of a diplotype that is none of a model's; no file may use it as a name."""


class RuleCitation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The publication of a rule; ``pmid`` and ``doi`` are empty if there is none."""

    text: str
    pmid: str = ""
    doi: str = ""


class ObserveBand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The possible levels for a number below ``below``; the last band has no bound."""

    levels: tuple[str, ...]
    below: float | None = None


class Observe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Source of an input's value in a result and in a patient file.

    ``kind`` is ``given`` (stated by the caller only), ``diplotype``, ``phenotype``,
    ``allele_count``, ``variant_count``, ``inhibitor``, ``inducer``, ``substance``, ``patient``,
    ``bmi``, ``bsa``, ``bands``, ``child_pugh``, ``condition`` or ``ancestry``. ``genes`` are
    symbols of the knowledge base; ``alleles`` are counted, ``unsure`` may or may not count;
    ``positions`` (``chrN:pos``, GRCh38) must be called for a count to be certain; ``base`` is the
    counted base of ``variant_count``; ``other`` is the level of a diplotype that matches no
    level; ``groups`` gives the level of each population group of the knowledge base that
    determines it.
    """

    kind: Literal[
        "given",
        "diplotype",
        "phenotype",
        "allele_count",
        "variant_count",
        "inhibitor",
        "inducer",
        "substance",
        "patient",
        "bmi",
        "bsa",
        "bands",
        "child_pugh",
        "condition",
        "ancestry",
    ] = "given"
    genes: tuple[str, ...] = ()
    alleles: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    base: str = ""
    other: str = ""
    field: str = ""
    bands: tuple[ObserveBand, ...] = ()
    dialysis: str = ""
    substances: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    icd10: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()
    groups: dict[str, str] = {}


class RuleInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An input of a rule.

    ``kind`` is ``level`` (one of ``levels``), ``count`` (whole number) or ``number``. ``low`` and
    ``high`` are the inclusive limits in ``unit``; ``limits`` names their origin: ``source`` or
    ``plausibility``. A rule gives no answer without a ``required`` input.
    """

    name: str
    kind: Literal["level", "count", "number"]
    label: str
    levels: tuple[str, ...] = ()
    unit: str = ""
    low: float | None = None
    high: float | None = None
    limits: Literal["", "source", "plausibility"] = ""
    required: bool = False
    observe: Observe = Observe()


class RuleCondition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A condition on one input; all given bounds must hold.

    ``state`` is about the knowledge of the value: ``settled`` (one value is possible),
    ``unsettled``, ``tested`` (there are data) or ``untested``.
    """

    input: str
    among: tuple[Value, ...] = ()
    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None
    state: Literal["", "settled", "unsettled", "tested", "untested"] = ""


class ScheduleStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The amount of each day from ``first`` to ``last`` (days counted from 1; 0: open-ended)."""

    first: int
    last: int
    amount: float
    unit: str


class RuleAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer of a rule.

    ``code`` is ``dose``, ``factor``, ``risk``, ``score``, ``contraindicated``, ``avoid``,
    ``no_dose`` (the source gives none) or ``not_covered`` (outside this rule). ``amount``
    is in ``unit``; ``low`` and ``high`` bound it, ``interval`` defines the bounds.
    """

    code: Literal[
        "dose",
        "factor",
        "risk",
        "score",
        "contraindicated",
        "avoid",
        "no_dose",
        "not_covered",
    ]
    text: str
    what: str = ""
    amount: float | None = None
    unit: str = ""
    times_a_day: int | None = None
    low: float | None = None
    high: float | None = None
    interval: str = ""
    maximum: float | None = None
    schedule: tuple[ScheduleStep, ...] = ()
    notes: tuple[str, ...] = ()


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of a decision table: the answer if all conditions hold."""

    when: tuple[RuleCondition, ...]
    answer: RuleAnswer


class Meanwhile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The source's advice until an input is known; never the answer itself."""

    input: str
    answer: RuleAnswer


class Span(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A range of numbers from ``low`` to ``high``, both included."""

    low: float
    high: float


class StartScale(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a factor scales a standard dose: its allowed range, the cap of the result, the unit."""

    standard: Span
    cap: float
    unit: str
    weight: Span


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Points of an item if all conditions hold."""

    when: tuple[RuleCondition, ...]
    points: int


class ScoreItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item of a score: points by one input, 0 if no case holds."""

    input: str
    cases: tuple[Case, ...]


class Band(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer for a score of at least ``at_least``, up to the next band."""

    at_least: int
    answer: RuleAnswer


class Base(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The dose equation on which a flow builds if all conditions hold."""

    when: tuple[RuleCondition, ...]
    equation: str
    reason: str


class RuleAdjustment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Factors that adjust a dose by an input's value; ``equations`` limits where they apply.

    ``factors`` has one range for each count from 0 on. ``strength`` is the source's wording.
    """

    name: str
    input: str
    factors: tuple[Span, ...]
    when: tuple[RuleCondition, ...] = ()
    equations: tuple[str, ...] = ()
    strength: str = ""
    text: str = ""


class RuleAlert(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A remark on a dose if all conditions hold."""

    code: str
    when: tuple[RuleCondition, ...]
    text: str


class LoadingDay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One day's dose: a fraction of the loading dose plus a fraction of the maintenance dose."""

    day: int
    loading: float
    maintenance: float


class RuleTerm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A term of an equation on its own scale: coefficient times the input's value.

    ``transform`` is ``identity`` or ``ln``; of a level, ``level`` is 1 and all others are 0.
    """

    input: str
    coefficient: float
    transform: Literal["identity", "ln"] = "identity"
    level: str = ""


class DosingRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields common to all rules; each kind of rule adds its own data.

    ``jurisdiction`` is ``US``, ``EU`` or ``international``; ``as_of`` is the edition of the source.
    The ``drug`` itself is excluded from a patient's inhibitors and inducers.
    """

    schema_version: str
    name: str
    title: str
    drug: str
    jurisdiction: str
    source: str
    as_of: str
    citations: tuple[RuleCitation, ...]
    population: str
    inputs: tuple[RuleInput, ...]
    limits: tuple[str, ...] = ()

    def input(self, name: str) -> RuleInput:
        """Return the input with that name.

        Raises
        ------
        KeyError
            The rule has no such input.
        """
        for item in self.inputs:
            if item.name == name:
                return item
        raise KeyError(name)


class TableRule(DosingRule, frozen=True, kw_only=True, tag_field="kind", tag="table"):
    """A decision table: the first row that holds gives the answer, else ``default``."""

    rows: tuple[Row, ...]
    default: RuleAnswer
    meanwhile: tuple[Meanwhile, ...] = ()
    scale: StartScale | None = None


class ScoreRule(DosingRule, frozen=True, kw_only=True, tag_field="kind", tag="score"):
    """A score: points that add up, and the answer for each sum."""

    items: tuple[ScoreItem, ...]
    bands: tuple[Band, ...]


class FlowRule(DosingRule, frozen=True, kw_only=True, tag_field="kind", tag="flow"):
    """The choice of a dose equation, and factors applied to it.

    If all conditions of ``preferred_when`` hold with certainty, the flow's guideline prefers it to
    the equation alone; without conditions it is never preferred.
    """

    bases: tuple[Base, ...]
    adjustments: tuple[RuleAdjustment, ...]
    alerts: tuple[RuleAlert, ...] = ()
    preferred_when: tuple[RuleCondition, ...] = ()


class LoadingRule(DosingRule, frozen=True, kw_only=True, tag_field="kind", tag="loading"):
    """A loading regimen: elimination rates (1/h) by level, and the fractions for each day."""

    input_name: str
    rates: dict[str, float]
    interval_hours: float
    doses: int
    days: tuple[LoadingDay, ...]
    maintenance: Span


class EquationRule(DosingRule, frozen=True, kw_only=True, tag_field="kind", tag="equation"):
    """The natural logarithm of a dose in ``unit``; ``error`` is the published error."""

    intercept: float
    terms: tuple[RuleTerm, ...]
    unit: str
    error: str = ""
