"""Records of what a rule answers for one person, and why."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from pgx.base.calls import Certainty
from pgx_dosing.rules.possible import PossibleValues, shown
from pgx_dosing.rules.specification import DosingRule, RuleAnswer, RuleCitation

__all__ = [
    "Contribution",
    "DoseSpan",
    "Missing",
    "PossibleResult",
    "RuleResult",
    "certainty_of",
    "missing_of",
    "result_of",
]


class Contribution(msgspec.Struct, frozen=True, kw_only=True):
    """What one input does to the answer.

    ``effect`` is ``decides`` (a table's row asks for it), ``points``, ``factor`` or ``amount``
    (in ``unit``); the effect lies from ``low`` to ``high``, which are equal where it is settled.
    ``term`` is the exact additive share on the equation's own logarithmic scale, where there is
    one.
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
    """An input of which more than one value is possible.

    ``reason`` is a code; ``handled`` is ``not_needed`` (every value gives the same) or
    ``all_values`` (the answer was sought for each).
    """

    input: str
    label: str
    reason: str
    handled: str
    values: tuple[str, ...] = ()


class PossibleResult(msgspec.Struct, frozen=True, kw_only=True):
    """A possible answer, when it is the one, and how probable that is (None: not weighed).

    ``when`` holds ways to come to it, each a tuple of ``input = value``; at most a dozen.
    """

    answer: RuleAnswer
    when: tuple[tuple[str, ...], ...] = ()
    probability: float | None = None


class DoseSpan(msgspec.Struct, frozen=True, kw_only=True):
    """An amount from ``low`` to ``high`` in ``unit``; ``capped`` where a maximum cut it."""

    low: float
    high: float
    unit: str
    capped: bool = False


class RuleResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule says about one person.

    ``answer`` is given only where every possible value of every input leads to it. Otherwise
    ``certainty`` is ``depends`` (the data leave several values open) or ``unknown`` (an input that
    matters is not known at all), ``alternatives`` are all possible answers, and ``settled_by`` are
    the inputs that, all known, would give one. ``meanwhile`` is what the source says to do until
    then, where it says so.
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
    rule: DosingRule,
    certainty: Certainty,
    answer: RuleAnswer | None,
    *,
    alternatives: tuple[PossibleResult, ...] = (),
    settled_by: tuple[str, ...] = (),
    meanwhile: tuple[RuleAnswer, ...] = (),
    contributions: tuple[Contribution, ...] = (),
    missing: tuple[Missing, ...] = (),
) -> RuleResult:
    """Return a result with what the rule says about itself."""
    return RuleResult(
        rule=rule.name,
        title=rule.title,
        drug=rule.drug,
        jurisdiction=rule.jurisdiction,
        certainty=certainty,
        answer=answer,
        alternatives=alternatives,
        settled_by=settled_by,
        meanwhile=meanwhile,
        contributions=contributions,
        missing=missing,
        population=rule.population,
        limits=rule.limits,
        source=rule.source,
        as_of=rule.as_of,
        citations=rule.citations,
    )


def certainty_of(
    settled_by: tuple[str, ...], observations: Mapping[str, PossibleValues]
) -> Certainty:
    """Return how sure an answer is that waits for some inputs."""
    if not settled_by:
        return Certainty.CERTAIN
    known = all(observations[name].known for name in settled_by)
    return Certainty.DEPENDS if known else Certainty.UNKNOWN


def missing_of(
    rule: DosingRule, observations: Mapping[str, PossibleValues], settled_by: tuple[str, ...]
) -> tuple[Missing, ...]:
    """Return the inputs that are not settled, in the rule's order, and how each was handled."""
    return tuple(
        Missing(
            input=item.name,
            label=item.label,
            reason=observations[item.name].reason or "ambiguous",
            handled="all_values" if item.name in settled_by else "not_needed",
            values=tuple(p.text or shown(p.value) for p in observations[item.name].values),
        )
        for item in rule.inputs
        if not observations[item.name].settled
    )
