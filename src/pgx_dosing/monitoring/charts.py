"""Control charts of residuals, with control limits from in-control run lengths.

Brook D, Evans DA. An approach to the probability distribution of CUSUM run length. Biometrika
1972;59:539-549. Lucas JM, Saccucci MS. Exponentially weighted moving average control schemes.
Technometrics 1990;32:1-12. The chart statistic is discretised as the states of a Markov chain; the
average run length solves a linear system.

Page ES. Continuous inspection schemes. Biometrika 1954;41:100-115. Roberts SW. Control chart tests
based on geometric moving averages. Technometrics 1959;1:239-250. A residual is the observed minus
the predicted value, in standard deviations of the validation's residuals.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from statistics import NormalDist
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
    ResidualReference,
    Settings,
    ValidationReference,
    check_of,
    not_assessed,
    number_words,
)
from pgx_dosing.specification import Link

__all__ = [
    "Chart",
    "ResidualDistribution",
    "binomial_interval",
    "cusum_limit",
    "cusum_run",
    "ewma_limit",
    "ewma_run",
    "normal_quantile",
    "normal_spread",
    "residual_checks",
    "standardised",
]

_STEPS = 60  # halvings of 0..1: beyond the precision of a float
Floats = npt.NDArray[np.float64]
_STATES: Final = 121  # odd, so that the middle state of a moving average is zero
_TRIES: Final = 60
_CLOSE: Final = 0.001  # relative tolerance of the run length
_LONGEST: Final = 1e12  # longer runs exceed the precision of a float
_REACH: Final = 8.0  # standard deviations covered by a table of the normal distribution
_LEAST: Final = 1e-6  # smallest dose whose logarithm is taken
_CUT: Final = 3.0  # standard deviations; without quantiles one outlier must not signal
_KINDS: Final = ("cusum_up", "cusum_down", "ewma")
_ADVICE: Final = (
    "look at the outcomes since the shift: a change of assay, target, co-medication or patients;"
    " then recalibrate or validate anew"
)


def normal_quantile(probability: float) -> float:
    """Return the quantile of the standard normal distribution."""
    return NormalDist().inv_cdf(probability)


def binomial_interval(k: int, n: int, alpha: float) -> tuple[float, float]:
    """Return Clopper and Pearson's exact interval of a proportion; ``alpha`` is two-sided.

    >>> low, high = binomial_interval(0, 10, 0.05)
    >>> round(low, 4), round(high, 4)
    (0.0, 0.3085)
    """
    if n == 0:
        return 0.0, 1.0
    logs = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1.0, n + 1)))))
    choose = logs[n] - logs - logs[::-1]
    low = 0.0 if k == 0 else _solve(choose, k, n, alpha / 2, is_lower=True)
    high = 1.0 if k == n else _solve(choose, k, n, alpha / 2, is_lower=False)
    return low, high


def _solve(
    choose: np.ndarray[tuple[int], np.dtype[np.float64]],
    k: int,
    n: int,
    tail: float,
    *,
    is_lower: bool,
) -> float:
    """Return the proportion at which the tail from ``k`` up (lower limit) or down has a chance."""
    counts = np.arange(k, n + 1) if is_lower else np.arange(k + 1)
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        share = (low + high) / 2
        log_chance = choose[counts] + counts * np.log(share) + (n - counts) * np.log1p(-share)
        # either tail is monotonic in the proportion, so bisection finds the limit
        is_beyond = float(np.exp(log_chance).sum()) > tail
        low, high = (low, share) if is_beyond == is_lower else (share, high)
    return (low + high) / 2


class ResidualDistribution(msgspec.Struct, frozen=True):
    """Distribution of standardised residuals: ``chance`` of at most ``value``, piecewise linear."""

    value: Floats
    chance: Floats

    def __call__(self, at: Floats) -> Floats:
        """Return the probability of at most ``at``."""
        return np.asarray(np.interp(at, self.value, self.chance, left=0.0, right=1.0), np.float64)

    def mirrored(self) -> ResidualDistribution:
        """Return the distribution of the negated residuals."""
        return ResidualDistribution(-self.value[::-1], 1.0 - self.chance[::-1])


def normal_spread() -> ResidualDistribution:
    """Return the standard normal distribution."""
    value = np.linspace(-_REACH, _REACH, 4001)
    return ResidualDistribution(value, np.array([NormalDist().cdf(float(v)) for v in value]))


def cusum_run(spread: ResidualDistribution, slack: float, limit: float) -> float:
    """Return the average run length until an upper cumulative sum exceeds its limit.

    ``slack`` is subtracted from each observation, ``limit`` (both in standard deviations) is the
    control limit; the sum starts at zero.
    """
    width = 2 * limit / (2 * _STATES - 1)
    place = np.arange(_STATES)
    step = np.asarray((place[None, :] - place[:, None]) * width + slack, np.float64)
    stay = spread(step + width / 2) - spread(step - width / 2)
    stay[:, 0] = spread(np.asarray(slack + width / 2 - place * width, np.float64))
    return _mean_run(stay, 0)


def ewma_run(spread: ResidualDistribution, weight: float, limit: float) -> float:
    """Return the average run length until a moving average leaves ``±limit``.

    ``limit`` is in standard deviations of an observation; the average starts at zero.
    """
    width = 2 * limit / _STATES
    middle = (np.arange(_STATES) - _STATES // 2) * width
    need = (middle[None, :] - (1 - weight) * middle[:, None]) / weight
    half = width / 2 / weight
    return _mean_run(spread(need + half) - spread(need - half), _STATES // 2)


def _mean_run(stay: Floats, start: int) -> float:
    """Return the mean number of steps until a chain with these transition probabilities is left."""
    steps = np.linalg.solve(np.eye(len(stay)) - stay, np.ones(len(stay)))
    run = float(steps[start])
    return run if 0 < run < _LONGEST else _LONGEST


def cusum_limit(spread: ResidualDistribution, slack: float, run: float) -> float:
    """Return the control limit of an upper cumulative sum with in-control run length ``run``."""
    return _limit(lambda limit: cusum_run(spread, slack, limit), run, 4.0)


def ewma_limit(spread: ResidualDistribution, weight: float, run: float) -> float:
    """Return the control limit of a moving average with in-control run length ``run``."""
    return _limit(lambda limit: ewma_run(spread, weight, limit), run, float(np.sqrt(weight)))


def _limit(run_of: Callable[[float], float], run: float, guess: float) -> float:
    """Return the limit with run length ``run``; its logarithm is nearly linear in the limit.

    False position (Illinois) needs a dozen linear systems, bisection one for each binary digit.
    """
    low, high = 0.0, guess
    at_low = -np.log(run)
    while (at_high := np.log(run_of(high) / run)) < 0:
        low, at_low, high = high, at_high, 2 * high
    for _ in range(_TRIES):
        middle = float(high - at_high * (high - low) / (at_high - at_low))
        at = np.log(run_of(middle) / run)
        if abs(at) < _CLOSE:
            break
        if at < 0:
            low, at_low, at_high = middle, at, at_high / 2
        else:
            high, at_high, at_low = middle, at, at_low / 2
    return middle


class Chart(msgspec.Struct, frozen=True):
    """A control chart: one value per outcome, in standard deviations; it signals beyond a limit."""

    kind: str
    dates: tuple[str, ...]
    values: Floats
    limit: float


def standardised(residuals: Floats, reference: ResidualReference) -> Floats:
    """Return residuals (n,) in standard deviations from their mean in the validation.

    Where the validation gives no quantiles, residuals are truncated at three: the limits are then
    those of the normal distribution, which has no outliers.
    """
    z = (residuals - reference.mean) / reference.sd
    return z if reference.quantiles else np.clip(z, -_CUT, _CUT)


def residual_checks(
    outcomes: Outcomes, reference: ValidationReference, settings: Settings, unit: str = ""
) -> tuple[list[MonitoringCheck], list[Chart]]:
    """Return the checks of the three charts on all outcomes in order of date.

    The probability of a false signal in ``m`` outcomes is at most about 3 · ``m`` /
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
    """Return residuals (n,) on the validation's scale; below a root or log, values are positive."""
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
    return _running(z, lambda total, value: max(0.0, total + value - slack))


def _averages(z: Floats, weight: float) -> Floats:
    """Return the exponentially weighted moving average (n,), from zero."""
    return _running(z, lambda mean, value: mean + weight * (value - mean))


def _running(z: Floats, step: Callable[[float, float], float]) -> Floats:
    return np.array([*itertools.accumulate(z.tolist(), step, initial=0.0)][1:], np.float64)


def _check(chart: Chart, outcomes: Outcomes, own: ResidualReference, unit: str) -> MonitoringCheck:
    beyond = np.flatnonzero(np.abs(chart.values) > chart.limit)
    is_now = len(beyond) > 0 and beyond[-1] == len(chart.values) - 1
    check = check_of(
        Family.RESIDUALS, chart.kind, "", CheckState.OK, len(chart.values),
        f"never beyond its limit of {number_words(chart.limit)} standard deviations",
        value=float(chart.values[-1]), threshold=chart.limit,
    )  # fmt: skip
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
    """Return the shift of the outcomes relative to a median prediction, in the model's unit."""
    change = float(np.mean(_on_scale(outcomes, own)[start:end])) - own.mean
    middle = np.array([np.median(outcomes.predicted[start:end])])
    if own.scale is Link.IDENTITY:
        return change
    return float((dose_of(link_of(middle, own.scale) + change, own.scale) - middle)[0])


def _start(chart: Chart, first: int) -> int:
    """Return the likely start of the shift behind a signal.

    It is the outcome after the chart was last at zero or on the other side of zero (Page).
    """
    side = np.sign(chart.values[first])
    before = np.flatnonzero(chart.values[:first] * side <= 0)
    return int(before[-1]) + 1 if len(before) else 0
