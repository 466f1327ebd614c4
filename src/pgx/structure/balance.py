"""What allelic depths say: how many of the copies at a site carry an allele."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["carried_log_likelihood"]

OVERDISPERSION: Final = 0.02
"""Correlation of reads of one site (beta-binomial rho): reads of one allele cluster."""
ERROR: Final = 0.01
"""Share of reads that show an allele which no copy carries."""

Floats = npt.NDArray[np.float64]


def carried_log_likelihood(reads: int, total: int, share: Floats | float) -> Floats:
    """Return the log likelihood of ``reads`` of ``total`` by the allele's share of copies.

    Parameters
    ----------
    reads, total
        Reads that show the allele, and all reads of the site.
    share
        Share of the copies at the site that carry the allele, 0-1, of any shape.
    """
    mean = np.clip(np.asarray(share, np.float64), ERROR, 1 - ERROR)
    scale = 1 / OVERDISPERSION - 1
    a, b = mean * scale, (1 - mean) * scale
    choose = math.lgamma(total + 1) - math.lgamma(reads + 1) - math.lgamma(total - reads + 1)
    return np.asarray(choose + _log_beta(reads + a, total - reads + b) - _log_beta(a, b))


def _log_beta(a: Floats, b: Floats) -> Floats:
    return np.asarray(_log_gamma(a) + _log_gamma(b) - _log_gamma(a + b))


_log_gamma = np.vectorize(math.lgamma, otypes=[np.float64])
