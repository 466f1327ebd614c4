"""Confidence intervals of shares."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["FrequencyInterval", "wilson"]

Floats = npt.NDArray[np.float64]
_Z: Final = 1.959963984540054  # the normal distribution's 97.5th percentile


class FrequencyInterval(NamedTuple):
    """Lower and upper bounds, shares of 1; nan where nothing was counted."""

    low: Floats
    high: Floats


def wilson(count: npt.ArrayLike, total: npt.ArrayLike) -> FrequencyInterval:
    """Return Wilson's 95% score interval of ``count / total``, without continuity correction.

    Wilson, J. Am. Stat. Assoc. 22 (1927) 209, which Brown, Cai and DasGupta, Stat. Sci. 16
    (2001) 101, advise for small counts: it stays between 0 and 1, and says something of a name
    that was never seen. Counts are taken as independent draws.

    Parameters
    ----------
    count, total
        Integers of one shape, ``0 <= count <= total``.

    Examples
    --------
    >>> low, high = wilson([0, 5], [10, 10])
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0, 0.2366], [0.2775, 0.7634])
    """
    k, n = np.asarray(count, np.float64), np.asarray(total, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = k / n
        weight = 1 + _Z**2 / n
        middle = (share + _Z**2 / (2 * n)) / weight
        half = _Z * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)) / weight
    low = np.where(k == 0, 0.0, np.clip(middle - half, 0.0, 1.0))
    high = np.where(k == n, 1.0, np.clip(middle + half, 0.0, 1.0))
    return FrequencyInterval(np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan))
