"""Weigh a grid of persons by what was measured, and say what each measurement did."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx_dosing.feedback.course import Course, Timeline
from pgx_dosing.feedback.kpd import plan_course, steady_inr, steady_ratio
from pgx_dosing.feedback.outcomes import OutcomeModel
from pgx_dosing.feedback.parameters import Parameters
from pgx_dosing.feedback.posterior import Grid, log_likelihood, marginal, quantiles, shares
from pgx_dosing.feedback.refinement import DoseInterval, ObservationFit, ReportFit

__all__ = [
    "GridDensity",
    "current_dose",
    "dose_if_taken",
    "inr_at_current",
    "observations_of",
    "reports_of",
    "weigh",
]

Array = npt.NDArray[np.float64]
_DAYS_OF_CURRENT: Final = 7
_HOURS_A_DAY: Final = 24.0


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
    """Weigh the grid by INRs one after the other, and by reports."""
    # reports that are not weighed leave no trace, not even in the last digit
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
    """Return how each INR was expected, how it fits, and how it moved the dose."""
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
    """Return each report, and how probable it was where it was weighed."""
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
    """Return the INR that the current dose leads to: median, lower, upper."""
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
    """Return the dose, had the last dose before each unlisted day been taken on it too."""
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
