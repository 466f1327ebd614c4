"""How long a control chart runs without cause: average run lengths by Markov chains.

Brook D, Evans DA. An approach to the probability distribution of CUSUM run length. Biometrika
1972;59:539-549. Lucas JM, Saccucci MS. Exponentially weighted moving average control schemes.
Technometrics 1990;32:1-12. The chart's value is cut into small steps; the mean number of
observations until it leaves them solves a linear system.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

__all__ = [
    "ResidualDistribution",
    "cusum_limit",
    "cusum_run",
    "ewma_limit",
    "ewma_run",
    "normal_spread",
]

Floats = npt.NDArray[np.float64]

_STATES: Final = 121  # odd: the middle one of a moving average is zero
_TRIES: Final = 60
_CLOSE: Final = 0.001  # of the run length, relative
_LONGEST: Final = 1e12  # past that the digits of a float give out
_REACH: Final = 8.0  # standard deviations that a table of the normal curve spans


class ResidualDistribution(msgspec.Struct, frozen=True):
    """A distribution of standardised residuals: ``chance`` of at most ``value``, between linear."""

    value: Floats
    chance: Floats

    def __call__(self, at: Floats) -> Floats:
        """Return the chance of at most ``at``."""
        return np.asarray(np.interp(at, self.value, self.chance, left=0.0, right=1.0), np.float64)

    def mirrored(self) -> ResidualDistribution:
        """Return the distribution with its sign turned."""
        return ResidualDistribution(-self.value[::-1], 1.0 - self.chance[::-1])


def normal_spread() -> ResidualDistribution:
    """Return the standard normal distribution."""
    value = np.linspace(-_REACH, _REACH, 4001)
    return ResidualDistribution(value, np.array([NormalDist().cdf(float(v)) for v in value]))


def cusum_run(spread: ResidualDistribution, slack: float, limit: float) -> float:
    """Return the mean number of observations until an upper cumulative sum exceeds its limit.

    ``slack`` is what is taken off each observation, ``limit`` (both in standard deviations) from
    where the sum signals; it begins at zero.
    """
    width = 2 * limit / (2 * _STATES - 1)
    place = np.arange(_STATES)
    step = np.asarray((place[None, :] - place[:, None]) * width + slack, np.float64)
    stay = spread(step + width / 2) - spread(step - width / 2)
    stay[:, 0] = spread(np.asarray(slack + width / 2 - place * width, np.float64))
    return _mean_run(stay, 0)


def ewma_run(spread: ResidualDistribution, weight: float, limit: float) -> float:
    """Return the mean number of observations until a moving average leaves ``±limit``.

    ``limit`` is in standard deviations of an observation; the average begins at zero.
    """
    width = 2 * limit / _STATES
    middle = (np.arange(_STATES) - _STATES // 2) * width
    need = (middle[None, :] - (1 - weight) * middle[:, None]) / weight
    half = width / 2 / weight
    return _mean_run(spread(need + half) - spread(need - half), _STATES // 2)


def _mean_run(stay: Floats, start: int) -> float:
    """Return the mean number of steps until a chain with these transitions is left."""
    steps = np.linalg.solve(np.eye(len(stay)) - stay, np.ones(len(stay)))
    run = float(steps[start])
    return run if 0 < run < _LONGEST else _LONGEST


def cusum_limit(spread: ResidualDistribution, slack: float, run: float) -> float:
    """Return the limit at which an upper cumulative sum signals without cause every ``run``."""
    return _limit(lambda limit: cusum_run(spread, slack, limit), run, 4.0)


def ewma_limit(spread: ResidualDistribution, weight: float, run: float) -> float:
    """Return the limit at which a moving average signals without cause every ``run``."""
    return _limit(lambda limit: ewma_run(spread, weight, limit), run, float(np.sqrt(weight)))


def _limit(run_of: Callable[[float], float], run: float, guess: float) -> float:
    """Return where the logarithm of the run length, nearly linear in the limit, is that of ``run``.

    By false position (Illinois): a dozen linear systems rather than one for each binary digit.
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
