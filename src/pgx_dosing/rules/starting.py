"""From a rule's numbers to doses: a factor on a standard dose, and a loading regimen by day."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from pgx.base.calls import Certainty
from pgx.base.errors import ModelError, OutOfDomainError
from pgx_dosing.rules.possible import Possible, PossibleValues, checked, options, shown
from pgx_dosing.rules.results import Contribution, DoseSpan, Missing, certainty_of, missing_of
from pgx_dosing.rules.specification import LoadingRule, RuleAnswer, RuleCitation, Span, TableRule

__all__ = ["LoadingDose", "LoadingResult", "load", "scaled_start"]


class LoadingDose(msgspec.Struct, frozen=True, kw_only=True):
    """The dose of one day, from ``low`` to ``high`` (equal where all is settled), in ``unit``."""

    day: int
    low: float
    high: float
    unit: str


class LoadingResult(msgspec.Struct, frozen=True, kw_only=True):
    """A loading regimen for one person; see `pgx_dosing.rules.results.RuleResult`.

    ``days`` hold all values that are possible. ``loading`` is the loading dose from which the
    days are mixed with the maintenance dose.
    """

    rule: str
    title: str
    drug: str
    jurisdiction: str
    certainty: Certainty
    days: tuple[LoadingDose, ...]
    loading: Span
    settled_by: tuple[str, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    missing: tuple[Missing, ...] = ()
    population: str = ""
    limits: tuple[str, ...] = ()
    source: str = ""
    as_of: str = ""
    citations: tuple[RuleCitation, ...] = ()


def scaled_start(
    rule: TableRule, answer: RuleAnswer, standard: float, weight_kg: float | None = None
) -> DoseSpan:
    """Return the start that a factor makes of a standard dose, never above the rule's cap.

    Parameters
    ----------
    rule, answer
        The table and its answer, which has to be a factor.
    standard
        The standard starting dose of the place, in the unit of the rule's scale.
    weight_kg
        Body weight in kg; with it the result is an amount a day, without it one per kg.

    Raises
    ------
    ModelError
        The rule gives no factor, or this answer is none.
    OutOfDomainError
        Standard dose or weight lies outside of what the rule allows, or is no number.
    """
    scale = rule.scale
    if scale is None or answer.code != "factor" or answer.low is None or answer.high is None:
        raise ModelError("the answer is no factor on a standard dose", where=rule.name)
    _inside(standard, scale.standard, f"the standard dose ({scale.unit})")
    if weight_kg is not None:
        _inside(weight_kg, scale.weight, "the weight (kg)")
    low, high = (min(standard * factor, scale.cap) for factor in (answer.low, answer.high))
    capped = standard * answer.high > scale.cap
    if weight_kg is None:
        return DoseSpan(low=low, high=high, unit=scale.unit, capped=capped)
    unit = scale.unit.replace("/kg", "")
    return DoseSpan(low=low * weight_kg, high=high * weight_kg, unit=unit, capped=capped)


def _inside(value: float, span: Span, what: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise OutOfDomainError(f"{what} is no finite number")
    if not span.low <= value <= span.high:
        raise OutOfDomainError(
            f"{what} lies outside of {span.low:g} to {span.high:g}", remedy="check value and unit"
        )


def load(
    rule: LoadingRule, observations: Iterable[PossibleValues], maintenance: float
) -> LoadingResult:
    """Return the loading doses by day for a predicted maintenance dose in mg/day.

    The loading dose L makes the amount in the body after the rule's number of doses that
    of a steady state: L = M / ((1 - q)(1 + q + ...)), q = exp(-rate * interval).

    Raises
    ------
    OutOfDomainError
        The maintenance dose or a value lies outside of what the rule allows.
    MissingCovariateError
        The genotype is not known and required.
    """
    known = checked(rule.inputs, observations)
    _inside(maintenance, rule.maintenance, "the maintenance dose (mg/day)")
    item = rule.input(rule.input_name)
    ways = options(item, known[item.name], ())
    _covered(rule, ways)
    loads = [maintenance * _accumulation(rule, str(p.value)) for p in ways]
    settled_by = (item.name,) if len({round(x, 9) for x in loads}) > 1 else ()
    span = Span(low=min(loads), high=max(loads))
    return LoadingResult(
        rule=rule.name,
        title=rule.title,
        drug=rule.drug,
        jurisdiction=rule.jurisdiction,
        certainty=certainty_of(settled_by, known),
        days=tuple(
            LoadingDose(
                day=day.day,
                low=day.loading * span.low + day.maintenance * maintenance,
                high=day.loading * span.high + day.maintenance * maintenance,
                unit="mg/day",
            )
            for day in rule.days
        ),
        loading=span,
        settled_by=settled_by,
        contributions=_contributions(rule, ways, maintenance, span),
        missing=missing_of(rule, known, settled_by),
        population=rule.population,
        limits=rule.limits,
        source=rule.source,
        as_of=rule.as_of,
        citations=rule.citations,
    )


def _covered(rule: LoadingRule, ways: Iterable[Possible]) -> None:
    """Refuse a genotype for which no rate was published: none is near enough to stand in."""
    if any(p.value not in rule.rates for p in ways):
        raise OutOfDomainError(
            "no elimination rate was published for this genotype", where=rule.input_name
        )


def _accumulation(rule: LoadingRule, level: str) -> float:
    q = math.exp(-rule.rates[level] * rule.interval_hours)
    return 1 / ((1 - q) * sum(q**n for n in range(rule.doses)))


def _contributions(
    rule: LoadingRule, ways: Iterable[Possible], maintenance: float, span: Span
) -> tuple[Contribution, ...]:
    return (
        Contribution(
            input="maintenance dose",
            value=shown(maintenance),
            effect="amount",
            low=maintenance,
            high=maintenance,
            unit="mg/day",
        ),
        Contribution(
            input=rule.input_name,
            value=" or ".join(shown(p.value) for p in ways),
            effect="factor",
            low=span.low / maintenance,
            high=span.high / maintenance,
            unit="times the maintenance dose",
        ),
    )
