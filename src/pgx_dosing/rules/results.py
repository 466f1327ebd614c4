"""Possible values of an input, and the records of a rule's answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeGuard, TypeVar

import msgspec

from pgx.errors import MissingCovariateError, OutOfDomainError
from pgx.records.calls import Certainty
from pgx_dosing.rules.specification import (
    DosingRule,
    RuleAnswer,
    RuleCitation,
    RuleCondition,
    RuleInput,
    Value,
)

__all__ = [
    "Contribution",
    "Missing",
    "Possible",
    "PossibleResult",
    "PossibleValues",
    "RuleResult",
    "add_weight",
    "checked",
    "holds",
    "is_number",
    "options",
    "product",
    "result_of",
    "shown",
    "total",
    "untold",
]

# probabilities of candidates are rounded, so their sum may slightly exceed 1
_WHOLE: Final = 1e-9
_ABOUT_RULE: Final = (
    "title", "drug", "jurisdiction", "population", "limits", "source", "as_of", "citations",
)  # fmt: skip
Result = TypeVar("Result")
Key = TypeVar("Key")


class Possible(msgspec.Struct, frozen=True):
    """A possible value of an input; ``probability`` is None if unknown.

    ``text`` is the displayed form if the value represents a range of numbers.
    """

    value: Value
    probability: float | None = None
    text: str = ""

    def __str__(self) -> str:
        return self.text or shown(self.value)


class PossibleValues(msgspec.Struct, frozen=True, kw_only=True):
    """All possible values of one input.

    An empty tuple means any value that the input allows. ``known`` says whether there are data;
    ``reason`` is a code for why more than one value is possible.
    """

    input: str
    values: tuple[Possible, ...] = ()
    reason: str = ""
    known: bool = True

    @property
    def is_determined(self) -> bool:
        """Whether exactly one value is possible."""
        return len(self.values) == 1


def untold(name: str, reason: str = "not_given") -> PossibleValues:
    """Return the observation of a completely unknown input."""
    return PossibleValues(input=name, reason=reason, known=False)


def shown(value: Value) -> str:
    """Return a value as text, numbers without trailing zeros.

    >>> shown(2.0), shown("*1/*3"), shown(0.25)
    ('2', '*1/*3', '0.25')
    """
    return f"{value:.6g}" if isinstance(value, int | float) else value


def add_weight(weights: dict[Key, float | None], key: Key, weight: float | None) -> None:
    """Add a probability to a key's sum; an unknown one makes the sum unknown."""
    old = weights.get(key, 0.0)
    weights[key] = None if old is None or weight is None else old + weight


def total(weights: Iterable[float | None]) -> float | None:
    """Return the sum of probabilities, at most 1; None if one is unknown."""
    known = _all_known(weights)
    return None if known is None else min(1.0, sum(known, 0.0))


def product(weights: Iterable[float | None]) -> float | None:
    """Return the product of probabilities; None if one is unknown."""
    known = _all_known(weights)
    return None if known is None else math.prod(known, start=1.0)


def _all_known(weights: Iterable[float | None]) -> list[float] | None:
    listed = list(weights)
    known = [weight for weight in listed if weight is not None]
    return known if len(known) == len(listed) else None


def checked(
    inputs: Sequence[RuleInput], observations: Iterable[PossibleValues]
) -> dict[str, PossibleValues]:
    """Return one observation for each input; inputs without an observation are unknown.

    Raises
    ------
    OutOfDomainError
        A value is not a level of the input, not a finite number, or outside its limits; or an
        observation is of an input that the rule does not have, or repeats one.
    MissingCovariateError
        A required input is unknown.
    """
    found = {item.name: untold(item.name) for item in inputs}
    seen: set[str] = set()
    for observation in observations:
        if observation.input not in found or observation.input in seen:
            raise OutOfDomainError(
                "an input is not one of the rule's, or is given twice", where=observation.input
            )
        seen.add(observation.input)
        found[observation.input] = observation
    for item in inputs:
        _check(item, found[item.name])
    return found


def _check(item: RuleInput, observation: PossibleValues) -> None:
    for possible in observation.values:
        _check_value(item, possible.value)
        share = possible.probability
        if share is not None and not 0 <= share <= 1 + _WHOLE:
            raise OutOfDomainError("a probability is outside 0 to 1", where=item.name)
    if item.required and not observation.values:
        raise MissingCovariateError(
            f"{item.label} is required but unknown", where=item.name, remedy="give it"
        )


def _check_value(item: RuleInput, value: object) -> None:
    if item.kind == "level":
        if value not in item.levels:
            raise OutOfDomainError(
                f"{item.label} is not one of {', '.join(item.levels)}", where=item.name
            )
        return
    if not is_number(value):
        raise OutOfDomainError(f"{item.label} is not a finite number", where=item.name)
    if item.kind == "count" and value != int(value):
        raise OutOfDomainError(f"{item.label} is not a whole number", where=item.name)
    low, high = _limits(item)
    if not low <= value <= high:
        raise OutOfDomainError(
            f"{item.label} is outside {low:g} to {high:g} {item.unit}".rstrip(),
            where=item.name,
            remedy="check value and unit",
        )


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value is a finite number; bool, an int in Python, is not a number here."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _limits(item: RuleInput) -> tuple[float, float]:
    low = -math.inf if item.low is None else item.low
    high = math.inf if item.high is None else item.high
    return low, high


def holds(condition: RuleCondition, value: Value) -> bool:
    """Whether a condition holds for the value of its input."""
    if condition.among and value not in condition.among:
        return False
    bounds = (condition.above, condition.at_least, condition.below, condition.at_most)
    if all(bound is None for bound in bounds):
        return True
    if not isinstance(value, int | float):
        return False
    above, at_least, below, at_most = bounds
    return (
        (above is None or value > above)
        and (at_least is None or value >= at_least)
        and (below is None or value < below)
        and (at_most is None or value <= at_most)
    )


def options(
    item: RuleInput, observation: PossibleValues, conditions: Iterable[RuleCondition]
) -> tuple[Possible, ...]:
    """Return the values to try for an input; the range of an unknown number is cut into cells.

    All conditions are constant within a cell, so one number represents it.
    """
    if observation.values:
        return observation.values
    if item.kind == "level":
        return tuple(Possible(level) for level in item.levels)
    low, high = _limits(item)
    if item.kind == "count":
        return tuple(Possible(n) for n in range(math.ceil(low), math.floor(high) + 1))
    return tuple(_cells(low, high, _thresholds(item.name, conditions)))


def _thresholds(name: str, conditions: Iterable[RuleCondition]) -> list[float]:
    found: set[float] = set()
    for c in conditions:
        if c.input == name:
            found.update(b for b in (c.above, c.at_least, c.below, c.at_most) if b is not None)
            found.update(float(v) for v in c.among if isinstance(v, int | float))
    return sorted(found)


def _cells(low: float, high: float, thresholds: Sequence[float]) -> Iterable[Possible]:
    """Yield each threshold, and one number for each interval between neighbours."""
    # a threshold is a cell of its own: at_most includes it and below does not
    inside = {t for t in thresholds if low <= t <= high}
    edges = sorted({low, high, *inside})
    for left, right in zip(edges, [*edges[1:], None], strict=True):
        if left in inside or len(edges) == 1:
            yield Possible(left, text=f"{left:g}")
        if right is not None:
            yield Possible((left + right) / 2, text=f"{left:g} to {right:g}")


class Contribution(msgspec.Struct, frozen=True, kw_only=True):
    """Contribution of one input to the answer.

    ``effect`` is ``decides`` (used by a table's row), ``points``, ``factor`` or ``amount``
    (in ``unit``); it ranges from ``low`` to ``high``, equal if the value is certain.
    ``term`` is the additive term on the equation's logarithmic scale, if any.
    """

    input: str
    value: str
    effect: str
    low: float | None = None
    high: float | None = None
    unit: str = ""
    term: tuple[float, float] | None = None
    note: str = ""


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """An input with more than one possible value.

    ``reason`` is a code; ``handled`` is ``not_needed`` (every value gives the same answer) or
    ``all_values`` (the rule was evaluated for each).
    """

    input: str
    label: str
    reason: str
    handled: str
    values: tuple[str, ...] = ()


class PossibleResult(msgspec.Struct, frozen=True, kw_only=True):
    """A possible answer, its conditions, and its probability (None: unknown).

    ``when`` holds ways to reach it, each a tuple of ``input = value``; at most a dozen.
    """

    answer: RuleAnswer
    when: tuple[tuple[str, ...], ...] = ()
    probability: float | None = None


class RuleResult(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of a rule for one person.

    ``answer`` is set only if every possible value of every input leads to it. Otherwise
    ``certainty`` is ``depends`` (the data leave several values possible) or ``unknown`` (a relevant
    input is completely unknown), ``alternatives`` are all possible answers, and ``settled_by`` are
    the inputs that together would give a single one. ``meanwhile`` is the source's advice until
    then, if it has any.
    """

    rule: str
    title: str
    drug: str
    jurisdiction: str
    certainty: Certainty
    answer: RuleAnswer | None
    alternatives: tuple[PossibleResult, ...] = ()
    settled_by: tuple[str, ...] = ()
    meanwhile: tuple[RuleAnswer, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    missing: tuple[Missing, ...] = ()
    population: str = ""
    limits: tuple[str, ...] = ()
    source: str = ""
    as_of: str = ""
    citations: tuple[RuleCitation, ...] = ()


def result_of(
    kind: Callable[..., Result],
    rule: DosingRule,
    known: Mapping[str, PossibleValues],
    settled_by: tuple[str, ...],
    *,
    open_inputs: tuple[str, ...] | None = None,
    **own: object,
) -> Result:
    """Return a result of any kind, including the rule's statements about itself.

    ``settled_by`` are the inputs on which the result depends; ``open_inputs`` those whose values
    were all followed, by default the same; ``own`` are the other fields of the result type.
    """
    about = {name: getattr(rule, name) for name in _ABOUT_RULE}
    missing = _missing_of(rule, known, settled_by if open_inputs is None else open_inputs)
    certainty = _certainty_of(settled_by, known)
    fields = {"certainty": certainty, "settled_by": settled_by, "missing": missing}
    return kind(rule=rule.name, **about, **fields, **own)


def _certainty_of(
    settled_by: tuple[str, ...], observations: Mapping[str, PossibleValues]
) -> Certainty:
    """Return the certainty of an answer that depends on some inputs."""
    if not settled_by:
        return Certainty.CERTAIN
    known = all(observations[name].known for name in settled_by)
    return Certainty.DEPENDS if known else Certainty.UNKNOWN


def _missing_of(
    rule: DosingRule, observations: Mapping[str, PossibleValues], settled_by: tuple[str, ...]
) -> tuple[Missing, ...]:
    """Return the inputs with several possible values, in the rule's order, and their handling."""
    return tuple(
        Missing(
            input=item.name,
            label=item.label,
            reason=observations[item.name].reason or "ambiguous",
            handled="all_values" if item.name in settled_by else "not_needed",
            values=tuple(map(str, observations[item.name].values)),
        )
        for item in rule.inputs
        if not observations[item.name].is_determined
    )
