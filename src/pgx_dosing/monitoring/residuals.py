"""Whether outcomes still fall around the predictions: cumulative sums and a moving average.

Page ES. Continuous inspection schemes. Biometrika 1954;41:100-115. Roberts SW. Control chart tests
based on geometric moving averages. Technometrics 1959;1:239-250. A residual is what was observed
minus what was predicted, in standard deviations of the validation's residuals.
"""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx_dosing.equation import dose_of, link_of
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
from pgx_dosing.monitoring.reference import ResidualReference, ValidationReference
from pgx_dosing.monitoring.runs import ResidualDistribution, cusum_limit, ewma_limit, normal_spread
from pgx_dosing.specification import Link

__all__ = ["Chart", "residual_checks", "standardised"]

Floats = npt.NDArray[np.float64]
_LEAST: Final = 1e-6  # of a dose whose logarithm is taken
_CUT: Final = 3.0  # standard deviations; without quantiles one strange outcome must not signal
_KINDS: Final = ("cusum_up", "cusum_down", "ewma")
_ADVICE: Final = (
    "look at the outcomes since the shift: a change of assay, target, co-medication or patients;"
    " then recalibrate or validate anew"
)


class Chart(msgspec.Struct, frozen=True):
    """A control chart: one value an outcome, in standard deviations; it signals beyond a limit."""

    kind: str
    dates: tuple[str, ...]
    values: Floats
    limit: float


def standardised(residuals: Floats, reference: ResidualReference) -> Floats:
    """Return residuals (n,) in standard deviations from their mean in the validation.

    Where the validation gives no quantiles, they are cut at three: the limits are then those of
    the normal curve, which knows no strange outcomes.
    """
    z = (residuals - reference.mean) / reference.sd
    return z if reference.quantiles else np.clip(z, -_CUT, _CUT)


def residual_checks(
    outcomes: Outcomes, reference: ValidationReference, settings: Settings, unit: str = ""
) -> tuple[list[MonitoringCheck], list[Chart]]:
    """Return what the three charts say of all outcomes in the order of their dates.

    The chance of a false signal in ``m`` outcomes is at most about 3 · ``m`` /
    ``settings.in_control_run``.
    """
    own = reference.residual
    n = len(outcomes)
    if own is None or n == 0:
        reason = "no outcome is known yet" if own else "the validation gives no residuals"
        return [not_assessed(Family.RESIDUALS, kind, "", n, reason) for kind in _KINDS], []
    z = standardised(_on_scale(outcomes, own), own)
    charts = _charts(z, outcomes.dates, _spread(own), settings)
    return [_check(chart, outcomes, own, unit) for chart in charts], charts


def _on_scale(outcomes: Outcomes, own: ResidualReference) -> Floats:
    """Return residuals (n,) on the scale of the validation's; no outcome is below 0 there."""
    observed = np.maximum(outcomes.observed, _LEAST)
    predicted = np.maximum(outcomes.predicted, _LEAST)
    if own.scale is Link.IDENTITY:
        return outcomes.residuals
    return link_of(observed, own.scale) - link_of(predicted, own.scale)


def _spread(own: ResidualReference) -> ResidualDistribution:
    if not own.quantiles:
        return normal_spread()
    z = (np.array(own.quantiles) - own.mean) / own.sd
    return ResidualDistribution(z, np.linspace(0.0, 1.0, len(z)))


def _charts(
    z: Floats, dates: tuple[str, ...], spread: ResidualDistribution, settings: Settings
) -> list[Chart]:
    slack, run, weight = settings.shift_sd / 2, settings.in_control_run, settings.ewma_weight
    return [
        Chart("cusum_up", dates, _sums(z, slack), cusum_limit(spread, slack, run)),
        Chart("cusum_down", dates, _sums(-z, slack), cusum_limit(spread.mirrored(), slack, run)),
        Chart("ewma", dates, _averages(z, weight), ewma_limit(spread, weight, run)),
    ]


def _sums(z: Floats, slack: float) -> Floats:
    """Return the upper cumulative sum (n,), never below zero."""
    total, sums = 0.0, np.empty(len(z))
    for i, value in enumerate(z):
        total = max(0.0, total + float(value) - slack)
        sums[i] = total
    return sums


def _averages(z: Floats, weight: float) -> Floats:
    """Return the exponentially weighted moving average (n,), from zero."""
    mean, means = 0.0, np.empty(len(z))
    for i, value in enumerate(z):
        mean += weight * (float(value) - mean)
        means[i] = mean
    return means


def _check(chart: Chart, outcomes: Outcomes, own: ResidualReference, unit: str) -> MonitoringCheck:
    beyond = np.flatnonzero(np.abs(chart.values) > chart.limit)
    is_now = len(beyond) > 0 and beyond[-1] == len(chart.values) - 1
    check = MonitoringCheck(
        id=check_id(Family.RESIDUALS, chart.kind, ""),
        family=Family.RESIDUALS,
        kind=chart.kind,
        subject="",
        state=CheckState.OK,
        n=len(chart.values),
        value=float(chart.values[-1]),
        threshold=chart.limit,
        reason=f"never beyond its limit of {number_words(chart.limit)} standard deviations",
    )
    if not len(beyond):
        return check
    first = int(beyond[0])
    start = _start(chart, first)
    shift = _shift(outcomes, own, start, int(beyond[-1]) + 1)
    side = "above" if shift > 0 else "below"
    return msgspec.structs.replace(
        check,
        state=CheckState.ALERT if is_now else CheckState.WATCH,
        since=chart.dates[first],
        started=chart.dates[start],
        reason=f"{'beyond' if is_now else 'was beyond'} its limit; since {chart.dates[start]}"
        f" outcomes were on average {number_words(abs(shift))} {unit} {side} what was predicted",
        advice=_ADVICE,
    )


def _shift(outcomes: Outcomes, own: ResidualReference, start: int, end: int) -> float:
    """Return by how much outcomes differ from a middle prediction, in the unit of the model."""
    change = float(np.mean(_on_scale(outcomes, own)[start:end])) - own.mean
    middle = np.array([np.median(outcomes.predicted[start:end])])
    if own.scale is Link.IDENTITY:
        return change
    return float((dose_of(link_of(middle, own.scale) + change, own.scale) - middle)[0])


def _start(chart: Chart, first: int) -> int:
    """Return where the shift behind a signal is likely to have begun.

    It is the outcome after the chart was last at zero or on the other side of it (Page).
    """
    side = np.sign(chart.values[first])
    before = np.flatnonzero(chart.values[:first] * side <= 0)
    return int(before[-1]) + 1 if len(before) else 0
