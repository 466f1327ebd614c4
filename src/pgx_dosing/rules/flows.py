"""Flows and loading regimens: the choice of equation, and its factors and days.

Input: a flow, observations, and a function that predicts a dose by an equation's name. Output: the
adjusted dose as a range, and the contribution of each input. All values of an unresolved input are
followed. The midpoint of a range is computed here: the guideline gives ranges only.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from pgx.errors import ModelError, OutOfDomainError
from pgx.records.calls import Certainty
from pgx_dosing.rules.results import (
    Contribution,
    Missing,
    Possible,
    PossibleValues,
    checked,
    holds,
    is_number,
    options,
    product,
    result_of,
    shown,
)
from pgx_dosing.rules.specification import (
    Base,
    FlowRule,
    LoadingRule,
    RuleAdjustment,
    RuleCitation,
    RuleCondition,
    Span,
    Value,
)

__all__ = [
    "BaseDose",
    "FlowOutcome",
    "FlowResult",
    "LoadingDose",
    "LoadingResult",
    "Predictor",
    "RaisedAlert",
    "follow",
    "load",
]

# limits the work that a rule file with many unresolved inputs can cause
_MOST: Final = 20_000
# index of each input's value, in the order of the flow's inputs
_At = tuple[int, ...]


class BaseDose(msgspec.Struct, frozen=True, kw_only=True):
    """A dose predicted by an equation, in ``unit``, with the equation's interval if it has one."""

    dose: float
    unit: str
    low: float | None = None
    high: float | None = None


Predictor = Callable[[str], BaseDose]
"""Returns the dose by the equation of that name; errors of the equation pass through."""


class FlowOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome of a flow.

    ``low`` to ``high`` is the equation's dose times the range of the factors, ``middle`` its
    midpoint; ``interval`` also includes the equation's own interval, if any. All in ``unit``.
    """

    equation: str
    reason: str
    base: BaseDose
    factor: Span
    low: float
    middle: float
    high: float
    unit: str
    interval: Span | None = None
    contributions: tuple[Contribution, ...] = ()
    when: tuple[str, ...] = ()
    probability: float | None = None


class RaisedAlert(msgspec.Struct, frozen=True, kw_only=True):
    """A remark on the dose; ``sure`` is false if only some possible values require it."""

    code: str
    text: str
    sure: bool


class FlowResult(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of a flow for one person; see `pgx_dosing.rules.results.RuleResult`.

    ``preferred``: the flow's guideline prefers it to the equation alone for this person.
    """

    rule: str
    title: str
    drug: str
    jurisdiction: str
    certainty: Certainty
    outcome: FlowOutcome | None
    alternatives: tuple[FlowOutcome, ...] = ()
    settled_by: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    alerts: tuple[RaisedAlert, ...] = ()
    population: str = ""
    limits: tuple[str, ...] = ()
    source: str = ""
    as_of: str = ""
    citations: tuple[RuleCitation, ...] = ()
    preferred: bool = False


class _Path(msgspec.Struct, frozen=True):
    """The equation and the factors for one combination of values."""

    base: Base
    spans: tuple[Span, ...]


def follow(
    rule: FlowRule, observations: Iterable[PossibleValues], predict: Predictor
) -> FlowResult:
    """Evaluate a flow for one person.

    Raises
    ------
    OutOfDomainError
        A value not allowed for its input, or an equation that predicts no positive dose.
    MissingCovariateError
        A required input is unknown, or the equation lacks one.
    ModelError
        Too many combinations of unresolved inputs.
    """
    known = checked(rule.inputs, observations)
    ways = _ways(rule, known)
    paths = {at: _path(rule, known, at, ways) for at in _places(rule, ways)}
    settled_by = _settling(ways, paths)
    doses = {
        name: _positive(name, predict(name))
        for name in dict.fromkeys(path.base.equation for path in paths.values())
    }
    outcomes = _outcomes(rule, ways, paths, settled_by, doses)
    return result_of(
        FlowResult,
        rule,
        known,
        settled_by,
        outcome=outcomes[0] if len(outcomes) == 1 else None,
        alternatives=() if len(outcomes) == 1 else outcomes,
        alerts=_alerts(rule, known),
        preferred=_is_preferred(rule, known),
    )


def _conditions(rule: FlowRule) -> list[RuleCondition]:
    rows = [*(base.when for base in rule.bases), *(a.when for a in rule.adjustments)]
    return [condition for row in rows for condition in row]


def _is_preferred(rule: FlowRule, known: Mapping[str, PossibleValues]) -> bool:
    """Whether every possible value meets the conditions; an unknown input meets none."""
    return bool(rule.preferred_when) and all(
        known[condition.input].values
        and all(holds(condition, possible.value) for possible in known[condition.input].values)
        for condition in rule.preferred_when
    )


def _ways(rule: FlowRule, known: Mapping[str, PossibleValues]) -> dict[str, tuple[Possible, ...]]:
    """Return the values to try of each input that determines the path."""
    conditions = _conditions(rule)
    # conditions on a state (tested, settled) need no value to try
    asked = {c.input for c in conditions if not c.state} | {a.input for a in rule.adjustments}
    return {
        item.name: options(item, known[item.name], conditions)
        for item in rule.inputs
        if item.name in asked
    }


def _places(rule: FlowRule, ways: Mapping[str, Sequence[Possible]]) -> Iterable[_At]:
    if math.prod(map(len, ways.values())) > _MOST:
        raise ModelError("the flow has too many combinations", where=rule.name)
    return itertools.product(*(range(len(each)) for each in ways.values()))


def _values(at: _At, ways: Mapping[str, Sequence[Possible]]) -> dict[str, Value]:
    return {name: each[i].value for i, (name, each) in zip(at, ways.items(), strict=True)}


def _path(
    rule: FlowRule,
    known: Mapping[str, PossibleValues],
    at: _At,
    ways: Mapping[str, Sequence[Possible]],
) -> _Path:
    values = _values(at, ways)
    for base in rule.bases:
        if _all_hold(base.when, values, known):
            spans = tuple(_span(a, base, values, known) for a in rule.adjustments)
            return _Path(base, spans)
    raise ModelError("no equation is specified for this patient", where=rule.name)


def _all_hold(
    when: Iterable[RuleCondition], values: Mapping[str, Value], known: Mapping[str, PossibleValues]
) -> bool:
    return all(_holds(condition, values, known[condition.input]) for condition in when)


def _holds(condition: RuleCondition, values: Mapping[str, Value], found: PossibleValues) -> bool:
    states = {
        "settled": found.is_determined,
        "unsettled": not found.is_determined,
        "tested": found.known,
        "untested": not found.known,
    }
    if condition.state:
        return states[condition.state]
    return holds(condition, values[condition.input])


def _span(
    adjustment: RuleAdjustment,
    base: Base,
    values: Mapping[str, Value],
    known: Mapping[str, PossibleValues],
) -> Span:
    """Return the factors of an adjustment, 1 if it does not apply."""
    counts = base.equation in adjustment.equations or not adjustment.equations
    if not counts or not _all_hold(adjustment.when, values, known):
        return Span(low=1.0, high=1.0)
    return adjustment.factors[int(values[adjustment.input])]


def _settling(
    ways: Mapping[str, Sequence[Possible]], paths: Mapping[_At, _Path]
) -> tuple[str, ...]:
    """Return the inputs whose change alone, all others being equal, changes the path."""
    found = []
    for place, (name, each) in enumerate(ways.items()):
        if len(each) == 1:
            continue
        rest: dict[_At, _Path] = {}
        for at, path in paths.items():
            if rest.setdefault(at[:place] + at[place + 1 :], path) != path:
                found.append(name)
                break
    return tuple(found)


def _positive(name: str, dose: BaseDose) -> BaseDose:
    numbers = [n for n in (dose.dose, dose.low, dose.high) if n is not None]
    if not all(0 <= n < float("inf") for n in numbers) or dose.dose <= 0:
        raise OutOfDomainError("the equation predicts no positive dose", where=name)
    return dose


def _outcomes(
    rule: FlowRule,
    ways: Mapping[str, Sequence[Possible]],
    paths: Mapping[_At, _Path],
    settled_by: Sequence[str],
    doses: Mapping[str, BaseDose],
) -> tuple[FlowOutcome, ...]:
    """Return one outcome for each combination of the relevant inputs, most likely first."""
    names = list(ways)
    grouped: dict[_At, _At] = {}
    for at in paths:
        grouped.setdefault(tuple(at[names.index(name)] for name in settled_by), at)
    found = []
    for chosen, at in grouped.items():
        possible = [ways[name][i] for name, i in zip(settled_by, chosen, strict=True)]
        outcome = _outcome(rule, paths[at], doses, _values(at, ways))
        found.append(
            msgspec.structs.replace(
                outcome,
                when=tuple(f"{name} = {p}" for name, p in zip(settled_by, possible, strict=True)),
                probability=product(p.probability for p in possible),
            )
        )
    return tuple(sorted(found, key=lambda o: -(o.probability or 0.0)))


def _outcome(
    rule: FlowRule, path: _Path, doses: Mapping[str, BaseDose], values: Mapping[str, Value]
) -> FlowOutcome:
    base = doses[path.base.equation]
    # factors are positive, so the products of the lower and of the upper ends bound the range
    low = high = 1.0
    for span in path.spans:
        low, high = low * span.low, high * span.high
    return FlowOutcome(
        equation=path.base.equation,
        reason=path.base.reason,
        base=base,
        factor=Span(low=low, high=high),
        low=base.dose * low,
        middle=base.dose * (low + high) / 2,
        high=base.dose * high,
        unit=base.unit,
        interval=_interval(base, low, high),
        contributions=_flow_contributions(rule, path, values),
    )


def _interval(base: BaseDose, low: float, high: float) -> Span | None:
    if base.low is None or base.high is None:
        return None
    return Span(low=base.low * low, high=base.high * high)


def _flow_contributions(
    rule: FlowRule, path: _Path, values: Mapping[str, Value]
) -> tuple[Contribution, ...]:
    """Return the factors that differ from 1."""
    return tuple(
        Contribution(
            input=adjustment.input,
            value=shown(values[adjustment.input]),
            effect="factor",
            low=span.low,
            high=span.high,
            unit="times the dose",
            note=adjustment.text,
        )
        for adjustment, span in zip(rule.adjustments, path.spans, strict=True)
        if (span.low, span.high) != (1.0, 1.0)
    )


def _alerts(rule: FlowRule, known: Mapping[str, PossibleValues]) -> tuple[RaisedAlert, ...]:
    """Return the alerts required by some possible value of an observed input.

    A completely unknown input raises no alert: every untested person would get it.
    """
    found = []
    for alert in rule.alerts:
        verdicts = [
            [_holds(c, {c.input: p.value}, known[c.input]) for p in known[c.input].values]
            for c in alert.when
        ]
        if all(any(each) for each in verdicts):
            sure = all(all(each) for each in verdicts)
            found.append(RaisedAlert(code=alert.code, text=alert.text, sure=sure))
    return tuple(found)


class LoadingDose(msgspec.Struct, frozen=True, kw_only=True):
    """The dose of one day in ``unit``; ``low`` equals ``high`` if the genotype is certain."""

    day: int
    low: float
    high: float
    unit: str


class LoadingResult(msgspec.Struct, frozen=True, kw_only=True):
    """A loading regimen for one person; see `pgx_dosing.rules.results.RuleResult`.

    ``days`` hold all possible values. ``loading`` is the loading dose that the days combine
    with the maintenance dose.
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


def _inside(value: float, span: Span, what: str) -> None:
    if not is_number(value):
        raise OutOfDomainError(f"{what} is not a finite number")
    if not span.low <= value <= span.high:
        raise OutOfDomainError(
            f"{what} lies outside of {span.low:g} to {span.high:g}", remedy="check value and unit"
        )


def load(
    rule: LoadingRule, observations: Iterable[PossibleValues], maintenance: float
) -> LoadingResult:
    """Return the daily loading doses for a predicted maintenance dose in mg/day.

    The loading dose L gives, after the rule's number of doses, the steady-state amount in the
    body: L = M / ((1 - q)(1 + q + ...)), q = exp(-rate * interval).

    Raises
    ------
    OutOfDomainError
        The maintenance dose or a value is outside the rule's limits.
    MissingCovariateError
        The genotype is required and unknown.
    """
    known = checked(rule.inputs, observations)
    _inside(maintenance, rule.maintenance, "the maintenance dose (mg/day)")
    item = rule.input(rule.input_name)
    ways = options(item, known[item.name], ())
    _covered(rule, ways)
    loads = [maintenance * _accumulation(rule, str(p.value)) for p in ways]
    # rounded: genotypes with the same rate must not differ by floating-point error
    settled_by = (item.name,) if len({round(x, 9) for x in loads}) > 1 else ()
    span = Span(low=min(loads), high=max(loads))
    return result_of(
        LoadingResult,
        rule,
        known,
        settled_by,
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
        contributions=_loading_contributions(rule, ways, maintenance, span),
    )


def _covered(rule: LoadingRule, ways: Iterable[Possible]) -> None:
    """Refuse a genotype without a published rate: no other rate is a valid substitute."""
    if any(p.value not in rule.rates for p in ways):
        raise OutOfDomainError(
            "no published elimination rate for this genotype", where=rule.input_name
        )


def _accumulation(rule: LoadingRule, level: str) -> float:
    # fraction of a dose that remains in the body after one interval
    q = math.exp(-rule.rates[level] * rule.interval_hours)
    # steady state holds M / (1 - q); the loading doses accumulate to L (1 + q + ...)
    return 1 / ((1 - q) * sum(q**n for n in range(rule.doses)))


def _loading_contributions(
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
            value=" or ".join(map(str, ways)),
            effect="factor",
            low=span.low / maintenance,
            high=span.high / maintenance,
            unit="times the maintenance dose",
        ),
    )
