"""The grid on which a person's dose and speed are weighed.

Two numbers describe a person: the maintenance dose for the target, which the regression
predicts, and the speed KDE. Both are taken on a log scale; the grid is wide enough for the
prior and fine enough for dozens of INRs. Nothing is random.
"""

from __future__ import annotations

import math
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx_dosing.feedback.kpd import HOURS_A_WEEK, CourseEvents, inr_grid, steady_ratio
from pgx_dosing.feedback.parameters import Parameters

__all__ = ["DosePrior", "Grid", "log_likelihood", "make_grid", "marginal", "quantiles"]

Array = npt.NDArray[np.float64]
_REACH: Final = 5.0
_SPEED_REACH: Final = 3.5
_STEP: Final = 0.02
_FEWEST: Final = 121
_MOST: Final = 481
_SPEEDS: Final = 25
_KNOTS: Final = 25


class DosePrior(msgspec.Struct, frozen=True):
    """What is known before the first INR.

    Attributes
    ----------
    log_dose, sd_dose
        Mean and spread of the log of the dose for the target, mg/week.
    log_speed, sd_speed
        Mean and spread of the log of KDE, 1/h.
    aimed, baseline
        INR that the dose is for, and INR without the drug.
    """

    log_dose: float
    sd_dose: float
    log_speed: float
    sd_speed: float
    aimed: float
    baseline: float


class Grid(msgspec.Struct, frozen=True):
    """Points: (K,) log speeds, (P,) log doses for the target, and what belongs to them.

    Attributes
    ----------
    ratio
        (K,) dose rate by EDK50 that holds the aimed INR.
    log_prior
        (K, P) log density of the prior, not normalised.
    """

    prior: DosePrior
    log_speed: Array
    log_dose: Array
    ratio: Array
    log_prior: Array

    def potency(self, log_dose: Array, p: Parameters) -> Array:
        """Return EDK50 in mg/h, (K, P), of persons whose dose for the target is given."""
        rate = np.exp(log_dose) * p.values.share_active.value / HOURS_A_WEEK
        found: Array = rate[None, :] / self.ratio[:, None]
        return found

    def log_inr(self, plan: CourseEvents, p: Parameters) -> Array:
        """Return log INRs of a course, (K, P, T).

        The log of INR is smooth in the log of the dose: it is computed at few knots
        (Chebyshev's) and interpolated by the polynomial through them.
        """
        low, high = self.log_dose[0], self.log_dose[-1]
        knots, weights = _chebyshev(low, high)
        speed = np.exp(self.log_speed)
        found = inr_grid(plan, speed, self.potency(knots, p), self.prior.baseline, p)
        interpolate = _barycentric(self.log_dose, knots, weights)
        spread: Array = np.matmul(interpolate, np.log(found))
        return spread


def make_grid(prior: DosePrior, p: Parameters) -> Grid:
    """Lay the grid of a prior."""
    width = 2 * _REACH * prior.sd_dose
    n = min(_MOST, max(_FEWEST, math.ceil(width / _STEP) | 1))
    u = np.linspace(-_REACH, _REACH, n)
    v = np.linspace(-_SPEED_REACH, _SPEED_REACH, _SPEEDS)
    log_speed = prior.log_speed + prior.sd_speed * v
    return Grid(
        prior=prior,
        log_speed=log_speed,
        log_dose=prior.log_dose + prior.sd_dose * u,
        ratio=steady_ratio(prior.aimed, np.exp(log_speed), prior.baseline, p),
        log_prior=-0.5 * (v[:, None] ** 2 + u[None, :] ** 2),
    )


def log_likelihood(log_inr: Array, observed: Array, p: Parameters) -> Array:
    """Return the log likelihood of each INR, (K, P, T), up to a constant.

    The residual is normal with exponential tails (Huber's), so that one INR that is far off
    does not carry the dose away. These tails never turn as Student's do, and the spread is
    not estimated from the INRs, so that a higher INR never means a higher dose.
    """
    z = np.abs(np.log(observed) - log_inr) / p.values.sd_inr_believed.value
    inner = np.minimum(z, p.values.residual_turn.value)
    found: Array = inner * (inner / 2 - z)
    return found


def shares(log_density: Array) -> Array:
    """Return probabilities of the grid's points."""
    density = np.exp(log_density - log_density.max())
    found: Array = density / density.sum()
    return found


def marginal(log_density: Array) -> Array:
    """Return probabilities of the doses alone, (P,)."""
    found: Array = shares(log_density).sum(axis=0)
    return found


def quantiles(log_dose: Array, share: Array, levels: tuple[float, ...]) -> tuple[float, ...]:
    """Return doses in mg/week at cumulative probabilities.

    Each point's probability is that of the cell around it; between the cells' edges the
    distribution is interpolated.
    """
    edges = np.concatenate([log_dose - np.diff(log_dose).mean() / 2, log_dose[-1:]])
    edges[-1] += np.diff(log_dose).mean() / 2
    reached = np.concatenate([[0.0], np.cumsum(share)])
    return tuple(float(np.exp(np.interp(level, reached, edges))) for level in levels)


def _chebyshev(low: float, high: float) -> tuple[Array, Array]:
    """Return knots between bounds and the weights of their barycentric formula."""
    angle = (2 * np.arange(_KNOTS) + 1) * np.pi / (2 * _KNOTS)
    knots = (low + high) / 2 - (high - low) / 2 * np.cos(angle)
    signs = np.where(np.arange(_KNOTS) % 2, -1.0, 1.0)
    weights: Array = signs * np.sin(angle)
    return knots, weights


def _barycentric(points: Array, knots: Array, weights: Array) -> Array:
    """Return the matrix (P, C) that takes values at knots to values at points."""
    apart = points[:, None] - knots[None, :]
    exact = np.abs(apart) < 1e-13
    terms = weights / np.where(exact, 1.0, apart)
    matrix = terms / terms.sum(axis=1, keepdims=True)
    hit = exact.any(axis=1)
    matrix[hit] = exact[hit]
    return np.ascontiguousarray(matrix)
