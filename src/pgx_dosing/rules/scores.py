"""Scores: points that add up; what is not known makes the score a range, never a guess."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from pgx_dosing.rules.possible import Possible, PossibleValues, checked, holds, options, shown
from pgx_dosing.rules.results import (
    Contribution,
    PossibleResult,
    RuleResult,
    certainty_of,
    missing_of,
    result_of,
)
from pgx_dosing.rules.specification import Band, RuleAnswer, ScoreItem, ScoreRule

__all__ = ["add_up"]

_Points = dict[int, float | None]
"""Points that are possible, each with its probability (None: not weighed)."""


def add_up(rule: ScoreRule, observations: Iterable[PossibleValues]) -> RuleResult:
    """Answer a score for one person.

    ``answer`` is given where every possible score lies in one band; its ``amount`` is the score,
    or its ``low`` and ``high`` bound it.

    Raises
    ------
    OutOfDomainError
        A value that its input does not allow.
    MissingCovariateError
        A required input is not known.
    """
    known = checked(rule.inputs, observations)
    points = {item.input: _points(rule, item, known) for item in rule.items}
    totals = _totals(points.values())
    by_band = _by_band(rule.bands, totals)
    open_inputs = tuple(name for name, each in points.items() if len(each) > 1)
    settled_by = open_inputs if len(by_band) > 1 else ()
    listed = tuple(
        PossibleResult(answer=_scored(band.answer, found), probability=_share(found))
        for band, found in by_band
    )
    return result_of(
        rule,
        certainty_of(settled_by, known),
        listed[0].answer if len(listed) == 1 else None,
        alternatives=() if len(listed) == 1 else listed,
        settled_by=settled_by,
        contributions=_contributions(rule, known, points),
        missing=missing_of(rule, known, open_inputs),
    )


def _points(rule: ScoreRule, item: ScoreItem, known: Mapping[str, PossibleValues]) -> _Points:
    conditions = [c for case in item.cases for c in case.when]
    found: _Points = {}
    for possible in options(rule.input(item.input), known[item.input], conditions):
        _add(found, _points_of(item, possible), possible.probability)
    return {next(iter(found)): 1.0} if len(found) == 1 else found


def _points_of(item: ScoreItem, possible: Possible) -> int:
    for case in item.cases:
        if all(holds(condition, possible.value) for condition in case.when):
            return case.points
    return 0


def _add(found: _Points, total: int, share: float | None) -> None:
    """Add a share to a total; a share that nobody weighed makes the sum unweighed."""
    if total not in found:
        found[total] = share
        return
    old = found[total]
    found[total] = None if old is None or share is None else old + share


def _totals(each: Iterable[_Points]) -> _Points:
    """Return the sums that are possible, inputs being independent."""
    totals: _Points = {0: 1.0}
    for points in each:
        new: _Points = {}
        for total, share in totals.items():
            for more, weight in points.items():
                both = None if share is None or weight is None else share * weight
                _add(new, total + more, both)
        totals = new
    return totals


def _by_band(bands: Sequence[Band], totals: _Points) -> list[tuple[Band, _Points]]:
    """Return the bands that are possible, highest first, each with its scores."""
    ordered = sorted(bands, key=lambda band: -band.at_least)
    found: dict[int, tuple[Band, _Points]] = {}
    for total, share in sorted(totals.items()):
        place = next(i for i, band in enumerate(ordered) if total >= band.at_least)
        found.setdefault(place, (ordered[place], {}))[1][total] = share
    return [found[place] for place in sorted(found)]


def _scored(answer: RuleAnswer, scores: _Points) -> RuleAnswer:
    low, high = min(scores), max(scores)
    return msgspec.structs.replace(
        answer, amount=float(low) if low == high else None, low=float(low), high=float(high)
    )


def _share(scores: _Points) -> float | None:
    shares = [share for share in scores.values() if share is not None]
    return min(1.0, sum(shares)) if len(shares) == len(scores) else None


def _contributions(
    rule: ScoreRule, known: Mapping[str, PossibleValues], points: Mapping[str, _Points]
) -> tuple[Contribution, ...]:
    return tuple(
        Contribution(
            input=name,
            value=" or ".join(p.text or shown(p.value) for p in known[name].values) or "unknown",
            effect="points",
            low=float(min(found)),
            high=float(max(found)),
            unit="points",
        )
        for name, found in points.items()
        if rule.input(name)
    )
