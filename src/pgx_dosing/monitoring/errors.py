"""Errors and interval coverage against the validation, overall and in each group.

A group may have a larger error because its doses are larger: a check therefore tests whether the
gap is wider than the one known when the model was approved, not whether there is a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx_dosing.monitoring.charts import binomial_interval, normal_quantile
from pgx_dosing.monitoring.joined import Outcomes
from pgx_dosing.monitoring.records import (
    CheckState,
    Family,
    GroupReference,
    MonitoringCheck,
    Settings,
    ValidationReference,
    check_of,
    not_assessed,
    number_words,
)

__all__ = ["coverage_checks", "error_checks", "gap_checks", "members", "subjects"]

_ERROR_ADVICE: Final = (
    "recalibrate on local patients and look at the change in error first, or go back to the"
    " approved version before"
)
# as in `pgx_dosing.evaluation`: a prediction within 20% of the outcome counts as close
_WITHIN: Final = 0.2
Mask = npt.NDArray[np.bool_]
_COVERAGE_ADVICE: Final = (
    "do not rely on the interval here; make it anew from local residuals, and look at who falls out"
)
Floats = npt.NDArray[np.float64]
_GAP_ADVICE: Final = (
    "look at this group's patients and outcomes with those who treat them; until the cause is"
    " known, say at each prediction for the group that it is less sure"
)


def error_checks(
    outcomes: Outcomes, reference: ValidationReference, settings: Settings
) -> list[MonitoringCheck]:
    """Return the checks of mean absolute error and share within 20% for the newest outcomes."""
    newest = outcomes.last(settings.window)
    alpha = settings.error_alpha / 2
    return [
        _mae(newest, reference, settings.min_n, alpha),
        _within(newest, reference, settings.min_n, alpha),
    ]


def _gap(n: int, min_n: int, expected: float | None) -> str:
    """Return why nothing can be assessed; "" if it can."""
    if expected is None:
        return "the validation does not give it"
    return f"{n} outcomes, at least {min_n} are needed" if n < min_n else ""


def _mae(
    newest: Outcomes, reference: ValidationReference, min_n: int, alpha: float
) -> MonitoringCheck:
    n, expected = len(newest), reference.mae
    reason = _gap(n, min_n, expected)
    if reason or expected is None:
        return not_assessed(Family.ERROR, "mae", "", n, reason)
    errors = np.abs(newest.residuals)
    value = float(errors.mean())
    # the validation's figure is an estimate from a sample too
    noise = float(errors.std(ddof=1)) * np.sqrt(1 / n + 1 / (reference.n or np.inf))
    half = normal_quantile(1 - alpha / 2) * float(noise)
    is_worse = value - half > expected
    return _error_check(
        "mae", n, value, (value - half, value + half), expected, is_worse=is_worse,
        reason=f"mean absolute error {number_words(value)}, {number_words(expected)} in the"
        " validation",
    )  # fmt: skip


def _within(
    newest: Outcomes, reference: ValidationReference, min_n: int, alpha: float
) -> MonitoringCheck:
    n, expected = len(newest), reference.within_20_percent
    reason = _gap(n, min_n, expected)
    if reason or expected is None:
        return not_assessed(Family.ERROR, "within_20", "", n, reason)
    hits = np.abs(newest.residuals) <= _WITHIN * np.abs(newest.observed)
    low, high = binomial_interval(int(hits.sum()), n, alpha)
    value = float(hits.mean())
    return _error_check(
        "within_20", n, value, (low, high), expected, is_worse=high < expected,
        reason=f"{value:.1%} within 20% of the outcome, {expected:.1%} in the validation",
    )  # fmt: skip


def _error_check(
    kind: str,
    n: int,
    value: float,
    interval: tuple[float, float],
    expected: float,
    *,
    is_worse: bool,
    reason: str,
) -> MonitoringCheck:
    return check_of(
        Family.ERROR, kind, "", CheckState.ALERT if is_worse else CheckState.OK, n, reason,
        _ERROR_ADVICE if is_worse else "", value=value, lower=interval[0], upper=interval[1],
        expected=expected, threshold=expected,
    )  # fmt: skip


def coverage_checks(
    outcomes: Outcomes, reference: ValidationReference, settings: Settings
) -> list[MonitoringCheck]:
    """Return checks of the newest intervals' coverage against their level and the validation's.

    An alert is coverage significantly below that of the validation; ``watch`` is coverage below the
    level only, or above it. The family's ``alpha`` is divided among all assessed checks.
    """
    newest = outcomes.last(settings.window)
    has_interval = ~np.isnan(newest.lower)
    levels = newest.level[has_interval]
    if not len(levels):
        return [not_assessed(Family.COVERAGE, "coverage", "", 0, "no outcome with an interval")]
    level = float(levels[-1])
    masks = {"": has_interval & (newest.level == level)}
    for subject, mask in members(newest, reference):
        masks[subject] = masks[""] & mask
    least = {s: settings.min_group if s else settings.min_n for s in masks}
    n_assessed = sum(int(mask.sum()) >= least[s] for s, mask in masks.items())
    alpha = settings.coverage_alpha / max(n_assessed, 1)
    known = subjects(reference)
    return [
        _coverage_check(subject, newest, mask, level, known.get(subject), alpha, least[subject])
        for subject, mask in masks.items()
    ]


def subjects(reference: ValidationReference) -> dict[str, float | None]:
    """Return the validated coverage overall ("") and in each group (``race=Asian``)."""
    found = {"": reference.coverage}
    for name, values in reference.groups.items():
        found |= {f"{name}={value}": own.coverage for value, own in values.items()}
    return found


def members(outcomes: Outcomes, reference: ValidationReference) -> Iterator[tuple[str, Mask]]:
    """Yield each group of the log and of the validation, and its members as a mask (n,)."""
    seen = {(k, v) for row in outcomes.groups for k, v in row.items() if v is not None}
    seen |= {(k, v) for k, values in reference.groups.items() for v in values}
    for name, value in sorted(seen):
        mask = np.array([row.get(name) == value for row in outcomes.groups], np.bool_)
        yield f"{name}={value}", mask


def _coverage_check(
    subject: str,
    newest: Outcomes,
    mask: Mask,
    level: float,
    validated: float | None,
    alpha: float,
    least: int,
) -> MonitoringCheck:
    n = int(mask.sum())
    if n < least:
        reason = f"{n} outcomes with an interval, at least {least} are needed"
        return not_assessed(Family.COVERAGE, "coverage", subject, n, reason)
    held = (newest.lower <= newest.observed) & (newest.observed <= newest.upper)
    value = float(held[mask].mean())
    low, high = binomial_interval(int(held[mask].sum()), n, alpha)
    expected = level if validated is None else min(level, validated)
    state = CheckState.OK
    if high < expected:
        state = CheckState.ALERT
    elif high < level or low > level:
        state = CheckState.WATCH
    before = "" if validated is None else f", {validated:.1%} in the validation"
    return check_of(
        Family.COVERAGE, "coverage", subject, state, n,
        f"{value:.1%} of outcomes lie in their {level:.0%} interval{before}",
        "" if state is CheckState.OK else _advice(low, level),
        value=value, lower=low, upper=high, expected=validated, threshold=level, material=expected,
    )  # fmt: skip


def _advice(low: float, level: float) -> str:
    return (
        "intervals are wider than they need be; recalibrate them"
        if low > level
        else _COVERAGE_ADVICE
    )


class _Kind(msgspec.Struct, frozen=True):
    """A compared quantity: one value per outcome, whose mean worsens with ``sign`` times it."""

    name: str
    word: str
    sign: float
    values: Callable[[Outcomes], Floats]
    validated: Callable[[GroupReference], float | None]


def _covered(outcomes: Outcomes) -> Floats:
    """Return 1 for an outcome within its interval, 0 outside it, NaN without one; shape (n,)."""
    held = (outcomes.lower <= outcomes.observed) & (outcomes.observed <= outcomes.upper)
    return np.where(np.isnan(outcomes.lower), np.nan, held)


_KINDS: Final = (
    _Kind("mae", "mean absolute error", 1.0, lambda o: np.abs(o.residuals), lambda g: g.mae),
    _Kind("coverage", "coverage", -1.0, _covered, lambda g: g.coverage),
)


def gap_checks(
    outcomes: Outcomes, reference: ValidationReference, settings: Settings
) -> list[MonitoringCheck]:
    """Return, for each group, the comparison of error and coverage with all others.

    The family's ``alpha`` is divided among the assessed gaps (Bonferroni).
    """
    newest = outcomes.last(settings.window)
    found = []
    for kind in _KINDS:
        values = kind.values(newest)
        is_known = ~np.isnan(values)
        for subject, mask in members(newest, reference):
            found.append(
                (
                    kind,
                    subject,
                    values[mask & is_known],
                    values[_rest(subject, newest, mask) & is_known],
                )
            )
    least = settings.min_group
    n_assessed = sum(min(len(own), len(others)) >= least for *_, own, others in found)
    alpha = settings.gap_alpha / max(n_assessed, 1)
    return [_gap_check(*one, reference, alpha, least) for one in found]


def _rest(subject: str, newest: Outcomes, mask: Mask) -> Mask:
    """Return the outcomes known to belong to another value of the same grouping."""
    name = subject.partition("=")[0]
    is_told = np.array([row.get(name) is not None for row in newest.groups], np.bool_)
    return is_told & ~mask


def _gap_check(
    kind: _Kind,
    subject: str,
    own: Floats,
    rest: Floats,
    reference: ValidationReference,
    alpha: float,
    least: int,
) -> MonitoringCheck:
    n = len(own)
    if min(n, len(rest)) < least:
        reason = f"{n} outcomes in the group and {len(rest)} outside, at least {least} are needed"
        return not_assessed(Family.GAPS, kind.name, subject, n, reason)
    n_own, n_rest, expected = _validated(kind, subject, reference)
    value = float(own.mean() - rest.mean())
    half = _half_width(own, rest, n_own, n_rest, alpha)
    worse = kind.sign * (value - (expected or 0.0)) - half
    is_wider = worse > 0
    state = CheckState.OK
    if is_wider:
        state = CheckState.WATCH if expected is None else CheckState.ALERT
    before = "not validated" if expected is None else f"{number_words(expected)} in the validation"
    return check_of(
        Family.GAPS, kind.name, subject, state, n,
        f"{kind.word} differs by {number_words(value)} from that of the others, {before}",
        _GAP_ADVICE if is_wider else "", value=value, lower=value - half, upper=value + half,
        expected=expected, threshold=(expected or 0.0) + kind.sign * half,
    )  # fmt: skip


def _validated(
    kind: _Kind, subject: str, reference: ValidationReference
) -> tuple[float, float, float | None]:
    """Return the validation's numbers inside and outside the group, and its gap."""
    name, _, value = subject.partition("=")
    groups = reference.groups.get(name, {})
    known = {v: (g.n, e) for v, g in groups.items() if (e := kind.validated(g)) is not None}
    others = [known[v] for v in known if v != value]
    if value not in known or not others:
        return np.inf, np.inf, None
    n_rest = float(sum(n for n, _ in others))
    rest = sum(n * error for n, error in others) / n_rest
    return float(known[value][0]), n_rest, known[value][1] - rest


def _half_width(own: Floats, rest: Floats, n_own: float, n_rest: float, alpha: float) -> float:
    """Return half the interval of the gap beyond the validation's gap, itself from a sample.

    Variances of proportions follow Agresti and Caffo (one more success and failure), so that a
    group with all or none covered has an interval too.
    """
    spread = _variance(own) * (1 / len(own) + 1 / n_own)
    spread += _variance(rest) * (1 / len(rest) + 1 / n_rest)
    return normal_quantile(1 - alpha / 2) * float(np.sqrt(spread))


def _variance(values: Floats) -> float:
    if np.isin(values, (0.0, 1.0)).all():
        share = (values.sum() + 1) / (len(values) + 2)
        return float(share * (1 - share))
    return float(values.var(ddof=1))
