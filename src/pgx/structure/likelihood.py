"""How probable structural models make the depth along a gene.

Depth of neighbouring windows comes from the same fragments, so that windows are no independent
witnesses: a multivariate t distribution with a covariance by distance weighs them.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.structure.models import Expected

__all__ = ["OVERDISPERSION", "DepthFit", "depth_fit", "distance_kernel", "is_shifted"]

OVERDISPERSION: Final = 0.9
"""Variance of a window's depth by its mean, of reads that overlap the window."""
NOISE: Final = 0.05
"""Standard deviation of a window's depth beside counting, by its mean: 0.047 in 30 genomes.

As much is shared by all windows of the gene: 0.02 to 0.04 in these, more in others may be.
"""
FLOOR: Final = 0.02
"""Standard deviation, in copies, where nothing is expected."""
STRAY: Final = 0.03
"""Copies that mismapped reads look like."""
FREEDOM: Final = 20.0
"""Degrees of freedom of the t distribution: some windows may be far off."""
MOST_SHIFT: Final = 0.25
"""Share by which the gene's windows together may be off what a model expects.

Half way between one and two copies neither is told; the levels of genomes differ by a tenth.
"""
_SHOWN: Final = 0.8
_LEAST_SHOWN: Final = 5

Floats = npt.NDArray[np.float64]


class DepthFit(NamedTuple):
    """(M,) log likelihood and misfit (squared distance a window) of models; (M, W) spread."""

    log_likelihood: Floats
    misfit: Floats
    spread: Floats


def distance_kernel(distance: Floats) -> Floats:
    """Return the correlation of depths at a distance in bases: fragments, then wider waves."""
    return np.asarray(0.75 * np.exp(-distance / 90) + 0.25 * np.exp(-((distance / 450) ** 2)))


def depth_fit(
    copies: Floats, reads: Floats, middle: Floats, expected: Expected, noise: float = NOISE
) -> DepthFit:
    """Return how well models explain the depth along a gene.

    Parameters
    ----------
    copies
        (W,) depth in copies; all finite.
    reads
        (W,) reads that one copy is expected to have.
    middle
        (W,) middle of each window, in bases.
    expected
        Copies that show, and the spread of hybrids.
    noise
        Standard deviation of the sample's depth beside counting, by its mean; `NOISE` at least.
    """
    mean = expected.copies + STRAY
    covariance = _covariance(mean, reads, middle, expected, max(noise, NOISE))
    diagonal = np.arange(len(copies))
    root = np.linalg.cholesky(covariance)
    distance = np.linalg.solve(root, (copies - mean)[:, :, None])[:, :, 0]
    squared = (distance**2).sum(axis=1)
    n = len(copies)
    spread = np.sqrt(covariance[:, diagonal, diagonal])
    constant = math.lgamma((FREEDOM + n) / 2) - math.lgamma(FREEDOM / 2) - n / 2 * math.log(FREEDOM)
    log_likelihood = (
        constant
        - np.log(root[:, diagonal, diagonal]).sum(axis=1)
        - (FREEDOM + n) / 2 * np.log1p(squared / FREEDOM)
    )
    return DepthFit(log_likelihood, squared / n, spread)


def _covariance(
    mean: Floats, reads: Floats, middle: Floats, expected: Expected, noise: float
) -> Floats:
    """Return (M, W, W): reads that are counted, waves along the gene, where hybrids show."""
    correlation = distance_kernel(np.abs(middle[:, None] - middle[None, :]))
    counting = np.sqrt(OVERDISPERSION * mean / reads)
    products = mean[:, :, None] * mean[:, None, :]
    alike = counting[:, :, None] * counting[:, None, :]
    alike += np.einsum("mu,ui,uj->mij", expected.counts**2, expected.spread, expected.spread)
    covariance = correlation * alike + (correlation + 1) * noise**2 * products
    return np.asarray(covariance + FLOOR**2 * np.eye(len(reads)))


def is_shifted(copies: Floats, expected: Floats) -> bool:
    """Whether all of the gene has far more or less depth than the copies of a model.

    ``copies`` and ``expected`` are (W,): the depth in copies, and what the model lets show.
    """
    shown = expected >= _SHOWN
    if shown.sum() < _LEAST_SHOWN:
        return False
    return bool(abs(np.median(copies[shown] / expected[shown]) - 1) > MOST_SHIFT)
