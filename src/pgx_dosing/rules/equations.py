"""An equation for the logarithm of a dose, each input with its exact share.

Shares add up on the logarithmic scale and multiply on the dose's. An input that may have several
values has a share from the least to the greatest, and so has the dose: no value is filled in.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from pgx_dosing.rules.possible import Possible, PossibleValues, checked, options, shown
from pgx_dosing.rules.results import (
    Contribution,
    PossibleResult,
    RuleResult,
    certainty_of,
    missing_of,
    result_of,
)
from pgx_dosing.rules.specification import EquationRule, RuleAnswer, RuleInput, RuleTerm

__all__ = ["compute"]


def compute(rule: EquationRule, observations: Iterable[PossibleValues]) -> RuleResult:
    """Return the dose that an equation gives for one person.

    ``answer.amount`` is the dose where all inputs are settled; else the answer is an alternative
    with the bounds ``low`` and ``high`` over all possible values.

    Raises
    ------
    OutOfDomainError
        A value that its input does not allow.
    MissingCovariateError
        A required input is not known.
    """
    known = checked(rule.inputs, observations)
    shares = {
        item.name: _share(rule, item.name, _ways(item, known[item.name])) for item in rule.inputs
    }
    settled_by = tuple(name for name, (low, high) in shares.items() if low != high)
    dose = _dose(rule, shares)
    return result_of(
        rule,
        certainty_of(settled_by, known),
        None if settled_by else dose,
        alternatives=(PossibleResult(answer=dose),) if settled_by else (),
        settled_by=settled_by,
        contributions=_contributions(rule, known, shares),
        missing=missing_of(rule, known, settled_by),
    )


def _ways(item: RuleInput, found: PossibleValues) -> tuple[Possible, ...]:
    """Return the values that bound an input's share; both limits of a number not known."""
    if item.kind == "number" and not found.values and item.low is not None:
        ends = (item.low, item.low if item.high is None else item.high)
        return tuple(Possible(end) for end in ends)
    return options(item, found, ())


def _share(rule: EquationRule, name: str, ways: Iterable[Possible]) -> tuple[float, float]:
    """Return the least and the greatest sum of an input's terms."""
    terms = [term for term in rule.terms if term.input == name]
    sums = [math.fsum(_term(term, p) for term in terms) for p in ways]
    return min(sums), max(sums)


def _term(term: RuleTerm, possible: Possible) -> float:
    value = possible.value
    if isinstance(value, str):
        return term.coefficient if value == term.level else 0.0
    return term.coefficient * (math.log(value) if term.transform == "ln" else value)


def _dose(rule: EquationRule, shares: Mapping[str, tuple[float, float]]) -> RuleAnswer:
    low, high = (
        math.exp(math.fsum([rule.intercept, *(share[end] for share in shares.values())]))
        for end in (0, 1)
    )
    return RuleAnswer(
        code="dose",
        what="maintenance",
        text=f"{rule.title}: dose in {rule.unit}",
        amount=low if low == high else None,
        unit=rule.unit,
        low=low,
        high=high,
        interval="over all possible values of what is not known" if low != high else "",
        notes=(rule.error,) if rule.error else (),
    )


def _contributions(
    rule: EquationRule,
    known: Mapping[str, PossibleValues],
    shares: Mapping[str, tuple[float, float]],
) -> tuple[Contribution, ...]:
    start = Contribution(
        input="intercept",
        value="",
        effect="amount",
        low=math.exp(rule.intercept),
        high=math.exp(rule.intercept),
        unit=rule.unit,
        term=(rule.intercept, rule.intercept),
    )
    used = {term.input for term in rule.terms}
    return (
        start,
        *(
            Contribution(
                input=name,
                value=" or ".join(shown(p.value) for p in known[name].values) or "unknown",
                effect="factor",
                low=math.exp(share[0]),
                high=math.exp(share[1]),
                unit="times the dose",
                term=share,
            )
            for name, share in shares.items()
            if name in used
        ),
    )
