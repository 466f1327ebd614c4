"""What chance alone does, in numpy: exact binomial intervals, quantiles of the normal curve."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

__all__ = ["binomial_interval", "normal_quantile"]

_STEPS = 60  # halvings of 0..1: beyond the digits of a float


def normal_quantile(probability: float) -> float:
    """Return the quantile of the standard normal distribution."""
    return NormalDist().inv_cdf(probability)


def binomial_interval(k: int, n: int, alpha: float) -> tuple[float, float]:
    """Return Clopper and Pearson's exact interval of a share; ``alpha`` is both sides' error.

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
    """Return the share at which the tail from ``k`` on (lower limit) or up to it has a chance."""
    counts = np.arange(k, n + 1) if is_lower else np.arange(k + 1)
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        share = (low + high) / 2
        log_chance = choose[counts] + counts * np.log(share) + (n - counts) * np.log1p(-share)
        is_beyond = float(np.exp(log_chance).sum()) > tail
        low, high = (low, share) if is_beyond == is_lower else (share, high)
    return (low + high) / 2
