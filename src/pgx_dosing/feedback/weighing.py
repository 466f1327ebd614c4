"""Posterior over a grid of persons given INRs and reports, and the effect of each measurement.

Two parameters describe a person: the maintenance dose for the target, predicted by the regression,
and KDE. Both are on a log scale; the grid covers the prior and is fine enough for dozens of INRs.
The computation is deterministic.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx_dosing.feedback.course import Course, OutcomeModel, Timeline
from pgx_dosing.feedback.kpd import (
    HOURS_A_WEEK,
    CourseEvents,
    Parameters,
    inr_grid,
    plan_course,
    steady_inr,
    steady_ratio,
)

__all__ = [
    "Caution",
    "DoseInterval",
    "DosePrior",
    "Grid",
    "GridDensity",
    "ObservationFit",
    "Refinement",
    "ReportFit",
    "Severity",
    "current_dose",
    "dose_if_taken",
    "inr_at_current",
    "log_likelihood",
    "make_grid",
    "marginal",
    "observations_of",
    "quantiles",
    "reports_of",
    "weigh",
]

Array = npt.NDArray[np.float64]
# half-width of the grid in standard deviations of the prior: dose, then KDE
_REACH: Final = 5.0
_SPEED_REACH: Final = 3.5
# step of the log dose (2%), and bounds of the number of points
_STEP: Final = 0.02
_FEWEST: Final = 121
_MOST: Final = 481
# grid points of KDE
_SPEEDS: Final = 25
# doses at which the INR is computed; values between them are interpolated
_KNOTS: Final = 25
# a week, the unit of the dose
_DAYS_OF_CURRENT: Final = 7
_HOURS_A_DAY: Final = 24.0


class Severity(StrEnum):
    """How much a caution limits the use of a result."""

    NOTE = "note"
    DOUBT = "doubt"


class Caution(msgspec.Struct, frozen=True):
    """A caution to read before a result is used."""

    code: str
    severity: Severity
    text: str


class DoseInterval(msgspec.Struct, frozen=True):
    """A dose in mg/week with the bounds of its interval."""

    dose: float
    lower: float
    upper: float


class ObservationFit(msgspec.Struct, frozen=True):
    """One INR: its expected and its fitted value, and its effect on the dose.

    Attributes
    ----------
    hours
        Hours from midnight of the course's first day.
    observed, expected, z_expected
        The INR; its median given the prior and the earlier INRs; distance in SDs (log scale).
    fitted, z
        Median given all INRs; distance in SDs of the residual (log scale).
    dose_before, dose_after
        Median dose in mg/week without this INR and the later ones, and with it.
    """

    date: str
    hours: float
    observed: float
    expected: float
    z_expected: float
    fitted: float
    z: float
    dose_before: float
    dose_after: float

    @property
    def moved(self) -> float:
        """Change of the dose by this INR, mg/week."""
        return self.dose_after - self.dose_before


class ReportFit(msgspec.Struct, frozen=True):
    """One patient report: whether it was used, and its probability."""

    date: str
    kind: str
    value: str
    used: bool
    probability: float | None


class Refinement(msgspec.Struct, frozen=True):
    """A maintenance dose refined by a course of treatment.

    Attributes
    ----------
    model, pmid
        The K-PD model that interprets the INRs.
    refined, prior
        Dose for the target in mg/week, after and before the update.
    level
        Nominal probability of the intervals.
    target, aimed
        Target range of the INR, and the INR that the dose is calculated for.
    model_dose
        Dose predicted by the K-PD model alone for the genotype, mg/week; None where unknown.
    current
        Mean dose of the last seven days, mg/week; None where fewer days are known.
    inr_at_current
        Predicted INR if the current dose is continued: median and interval; or None.
    observations, reports
        Each INR and each report in order.
    prior_model
        Name of the regression that gave the prior; empty if not given.
    cautions
        Cautions, doubts before notes.
    simulated
        Whether assumed parameters contributed to the result.
    """

    model: str
    pmid: str
    refined: DoseInterval
    prior: DoseInterval
    level: float
    target: tuple[float, float]
    aimed: float
    model_dose: float | None
    current: float | None
    inr_at_current: tuple[float, float, float] | None
    observations: tuple[ObservationFit, ...]
    reports: tuple[ReportFit, ...]
    cautions: tuple[Caution, ...]
    prior_model: str = ""
    simulated: bool = False

    @property
    def is_doubtful(self) -> bool:
        """Whether a caution advises against using the dose unchanged."""
        return any(c.severity is Severity.DOUBT for c in self.cautions)


class DosePrior(msgspec.Struct, frozen=True):
    """The prior, before the first INR.

    Attributes
    ----------
    log_dose, sd_dose
        Mean and spread of the log of the dose for the target, mg/week.
    log_speed, sd_speed
        Mean and spread of the log of KDE, 1/h.
    aimed, baseline
        INR that the dose is calculated for, and INR without the drug.
    """

    log_dose: float
    sd_dose: float
    log_speed: float
    sd_speed: float
    aimed: float
    baseline: float


class Grid(msgspec.Struct, frozen=True):
    """Grid of (K,) log KDE values and (P,) log doses for the target.

    Attributes
    ----------
    ratio
        (K,) ratio of dose rate to EDK50 that gives the aimed INR.
    log_prior
        (K, P) log density of the prior, not normalised.
    """

    prior: DosePrior
    log_speed: Array
    log_dose: Array
    ratio: Array
    log_prior: Array

    def potency(self, log_dose: Array, p: Parameters) -> Array:
        """Return EDK50 in mg/h, (K, P), for the given maintenance doses."""
        rate = np.exp(log_dose) * p.values.share_active.value / HOURS_A_WEEK
        found: Array = rate[None, :] / self.ratio[:, None]
        return found

    def log_inr(self, plan: CourseEvents, p: Parameters) -> Array:
        """Return log INRs of a course, (K, P, T).

        The log INR is smooth in the log dose: it is computed at a few Chebyshev knots and
        interpolated by the polynomial through them.
        """
        low, high = self.log_dose[0], self.log_dose[-1]
        knots, weights = _chebyshev(low, high)
        speed = np.exp(self.log_speed)
        found = inr_grid(plan, speed, self.potency(knots, p), self.prior.baseline, p)
        interpolate = _barycentric(self.log_dose, knots, weights)
        spread: Array = np.matmul(interpolate, np.log(found))
        return spread


def make_grid(prior: DosePrior, p: Parameters) -> Grid:
    """Build the grid of a prior."""
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

    The residual is normal with exponential tails (Huber's), so that a single outlying INR does
    not dominate the dose. Unlike Student's, these tails are monotonic, and the spread is not
    estimated from the INRs, so a higher INR never gives a higher dose.
    """
    z = np.abs(np.log(observed) - log_inr) / p.values.sd_inr_believed.value
    inner = np.minimum(z, p.values.residual_turn.value)
    found: Array = inner * (inner / 2 - z)
    return found


def shares(log_density: Array) -> Array:
    """Return the probabilities of the grid points."""
    density = np.exp(log_density - log_density.max())
    found: Array = density / density.sum()
    return found


def marginal(log_density: Array) -> Array:
    """Return the marginal probabilities of the doses, (P,)."""
    found: Array = shares(log_density).sum(axis=0)
    return found


def quantiles(log_dose: Array, share: Array, levels: tuple[float, ...]) -> tuple[float, ...]:
    """Return doses in mg/week at cumulative probabilities.

    Each point has the probability of the cell around it; the cumulative distribution is
    interpolated between the edges of the cells.
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
    """Return the matrix (P, C) that interpolates values at knots to values at points."""
    apart = points[:, None] - knots[None, :]
    # a point on a knot takes its value: the formula would divide by zero
    exact = np.abs(apart) < 1e-13
    terms = weights / np.where(exact, 1.0, apart)
    matrix = terms / terms.sum(axis=1, keepdims=True)
    hit = exact.any(axis=1)
    matrix[hit] = exact[hit]
    return np.ascontiguousarray(matrix)


class GridDensity(msgspec.Struct, frozen=True):
    """Log densities on the grid, and log INRs, (K, P, T)."""

    grid: Grid
    log_inr: Array
    after: tuple[Array, ...]
    final: Array


def weigh(
    grid: Grid,
    timeline: Timeline,
    course: Course,
    models: Sequence[OutcomeModel],
    p: Parameters,
) -> GridDensity:
    """Update the grid by INRs, one after the other, and by reports."""
    # unused reports are left out entirely, so that they do not even change rounding
    moments = np.concatenate([timeline.inr_hours, timeline.report_hours[: len(models)]])
    order = np.argsort(moments, kind="stable")
    hours = np.concatenate([timeline.lead_hours, timeline.dose_hours])
    mg = np.concatenate([timeline.lead_mg, timeline.dose_mg])
    sorted_inr = grid.log_inr(plan_course(hours, mg, moments[order], p), p)
    log_inr = np.empty_like(sorted_inr)
    log_inr[..., order] = sorted_inr
    n = timeline.inr.size
    each = np.moveaxis(log_likelihood(log_inr[..., :n], timeline.inr, p), -1, 0)
    after = tuple(grid.log_prior + each[:i].sum(axis=0) for i in range(n + 1))
    final = after[-1]
    for i, model in enumerate(models):
        driver = log_inr[..., n + i] - math.log(model.reference)
        report = course.reports[i]
        final = final + model.log_likelihood(driver, model.level(report.value, report.kind))
    return GridDensity(grid, log_inr, after, final)


def observations_of(
    found: GridDensity, timeline: Timeline, p: Parameters
) -> tuple[ObservationFit, ...]:
    """Return each INR with its expected value, its fit, and its effect on the dose."""
    doses = [quantiles(found.grid.log_dose, marginal(d), (0.5,))[0] for d in found.after]
    fits = []
    sigma = p.values.sd_inr_believed.value
    final = shares(found.final)
    for i, observed in enumerate(timeline.inr):
        log_inr = found.log_inr[..., i]
        before = shares(found.after[i])
        mean = float((before * log_inr).sum())
        variance = float((before * (log_inr - mean) ** 2).sum())
        fitted = float((final * log_inr).sum())
        fits.append(
            ObservationFit(
                date=_date(timeline, timeline.inr_hours[i]),
                hours=float(timeline.inr_hours[i]),
                observed=float(observed),
                expected=math.exp(mean),
                z_expected=(math.log(observed) - mean) / math.sqrt(sigma**2 + variance),
                fitted=math.exp(fitted),
                z=(math.log(observed) - fitted) / sigma,
                dose_before=doses[i],
                dose_after=doses[i + 1],
            )
        )
    return tuple(fits)


def reports_of(
    found: GridDensity,
    timeline: Timeline,
    course: Course,
    models: Sequence[OutcomeModel],
    *,
    used: bool,
) -> tuple[ReportFit, ...]:
    """Return each report, and its probability if it was used."""
    fits = []
    n = timeline.inr.size
    share = shares(found.final)
    for i, (report, model) in enumerate(zip(course.reports, models, strict=True)):
        probability = None
        if used:
            driver = found.log_inr[..., n + i] - math.log(model.reference)
            level = model.level(report.value, report.kind)
            probability = float((share * np.exp(model.log_likelihood(driver, level))).sum())
        text = str(report.value).lower()
        day = _date(timeline, timeline.report_hours[i])
        fits.append(ReportFit(day, report.kind, text, used, probability))
    return tuple(fits)


def _date(timeline: Timeline, hours: float) -> str:
    return (timeline.start + timedelta(days=int(hours // _HOURS_A_DAY))).isoformat()


def current_dose(timeline: Timeline) -> float | None:
    """Return mg/week of the last seven days listed, None where a day is not listed."""
    last = timeline.dose_hours[-1] // _HOURS_A_DAY
    days = timeline.dose_hours // _HOURS_A_DAY
    recent = days > last - _DAYS_OF_CURRENT
    if len(set(days[recent])) < _DAYS_OF_CURRENT:
        return None
    total = float(timeline.dose_mg[recent].sum())
    return total if total > 0 else None


def inr_at_current(
    found: GridDensity, refined: DoseInterval, current: float | None, p: Parameters
) -> tuple[float, float, float] | None:
    """Return the INR predicted under the current dose: median, lower, upper."""
    if current is None:
        return None
    grid = found.grid
    log_speed = float(shares(found.final).sum(axis=1) @ grid.log_speed)
    speed = np.exp([log_speed] * 3)
    aimed = steady_ratio(grid.prior.aimed, speed, grid.prior.baseline, p)
    doses = np.array([refined.dose, refined.upper, refined.lower])
    middle, low, high = steady_inr(aimed * current / doses, speed, grid.prior.baseline, p)
    return float(middle), float(low), float(high)


def dose_if_taken(
    grid: Grid,
    timeline: Timeline,
    course: Course,
    models: Sequence[OutcomeModel],
    p: Parameters,
) -> float | None:
    """Return the dose if the last dose before each unlisted day had been taken on that day too."""
    if not timeline.unlisted:
        return None
    hours, mg = list(timeline.dose_hours), list(timeline.dose_mg)
    for day in timeline.unlisted:
        moment = (day - timeline.start).days * _HOURS_A_DAY + p.values.hour_of_dose.value
        before = np.searchsorted(timeline.dose_hours, moment) - 1
        hours.append(moment)
        mg.append(timeline.dose_mg[before])
    order = np.argsort(hours, kind="stable")
    filled = msgspec.structs.replace(
        timeline, dose_hours=np.array(hours)[order], dose_mg=np.array(mg)[order]
    )
    found = weigh(grid, filled, course, models, p)
    return quantiles(grid.log_dose, marginal(found.final), (0.5,))[0]
