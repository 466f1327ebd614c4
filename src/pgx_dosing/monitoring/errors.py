"""Whether the error of the newest predictions is what the validation found."""

from __future__ import annotations

from typing import Final

import numpy as np

from pgx_dosing.monitoring.chance import binomial_interval, normal_quantile
from pgx_dosing.monitoring.joined import Outcomes
from pgx_dosing.monitoring.records import (
    CheckState,
    Family,
    MonitoringCheck,
    Settings,
    check_id,
    not_assessed,
    number_words,
)
from pgx_dosing.monitoring.reference import ValidationReference

__all__ = ["error_checks"]

_ADVICE: Final = (
    "recalibrate on local patients and look at the change in error first, or go back to the"
    " approved version before"
)
_WITHIN: Final = 0.2


def error_checks(
    outcomes: Outcomes, reference: ValidationReference, settings: Settings
) -> list[MonitoringCheck]:
    """Return the mean absolute error and the share within 20% of the newest outcomes."""
    newest = outcomes.last(settings.window)
    alpha = settings.error_alpha / 2
    return [
        _mae(newest, reference, settings.min_n, alpha),
        _within(newest, reference, settings.min_n, alpha),
    ]


def _gap(n: int, min_n: int, expected: float | None) -> str:
    """Return why nothing can be said; "" where it can."""
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
    # the validation's figure is that of a sample too
    noise = float(errors.std(ddof=1)) * np.sqrt(1 / n + 1 / (reference.n or np.inf))
    half = normal_quantile(1 - alpha / 2) * float(noise)
    is_worse = value - half > expected
    return _check(
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
    return _check(
        "within_20", n, value, (low, high), expected, is_worse=high < expected,
        reason=f"{value:.1%} within 20% of the outcome, {expected:.1%} in the validation",
    )  # fmt: skip


def _check(
    kind: str,
    n: int,
    value: float,
    interval: tuple[float, float],
    expected: float,
    *,
    is_worse: bool,
    reason: str,
) -> MonitoringCheck:
    return MonitoringCheck(
        id=check_id(Family.ERROR, kind, ""),
        family=Family.ERROR,
        kind=kind,
        subject="",
        state=CheckState.ALERT if is_worse else CheckState.OK,
        n=n,
        value=value,
        lower=interval[0],
        upper=interval[1],
        expected=expected,
        threshold=expected,
        reason=reason,
        advice=_ADVICE if is_worse else "",
    )
