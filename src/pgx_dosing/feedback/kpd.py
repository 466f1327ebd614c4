r"""INR over time from doses, KDE and EDK50: the K-PD model and its parameters.

A dose :math:`A` is eliminated at rate :math:`KDE`; the dose rate :math:`DR = KDE\,A` has the
effect :math:`E = DR^\gamma / (EDK_{50}^\gamma + DR^\gamma)`. Two chains of three transit
compartments delay the effect. Their impulse response is the Erlang density with shape 3, so

.. math:: INR(t) = b + INR_{max} \int_0^t E(s)\,\tfrac12\,[g_1(t-s) + g_2(t-s)]\,ds

and no differential equation is solved: the integral is evaluated at Gauss-Legendre nodes
between doses and observations, where :math:`E` is smooth. The weights of the nodes do not
depend on the person and are computed once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.errors import MissingCovariateError, OutOfDomainError
from pgx_dosing.feedback._kernels import deplete, respond
from pgx_dosing.json_records import shipped_record

__all__ = [
    "AlleleValues",
    "Cautions",
    "CourseEvents",
    "Parameters",
    "Range",
    "inr_course",
    "inr_grid",
    "plan_course",
    "read_parameters",
    "steady_inr",
    "steady_ratio",
]

FILE: Final = "warfarin-kpd/parameters.json"
Array = npt.NDArray[np.float64]
HOURS_A_DAY: Final = 24.0
HOURS_A_WEEK: Final = 168.0
# Gauss-Legendre nodes of each interval between events, in which the effect is smooth
_NODES: Final = 6
# hours of the longest interval
_LONGEST: Final = 24.0
# bound on the loop: the steps shrink quickly and convergence comes earlier
_ITERATIONS: Final = 60
# transit times after which less than 1e-13 of an effect remains
_FORGOTTEN: Final = 12.0


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number; ``certainty`` is ``checked``, ``secondary`` or ``own``."""

    value: float
    unit: str
    meaning: str
    certainty: str = ""


class Range(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The allowed range of a number, bounds included."""

    low: float
    high: float
    unit: str

    def check(self, name: str, value: float, where: str = "", remedy: str = "") -> float:
        """Return a value inside the range.

        Raises
        ------
        OutOfDomainError
            The value is outside, or NaN.
        """
        if not self.low <= value <= self.high:  # NaN fails every comparison, so it is refused too
            unit = "" if self.unit == "1" else f" {self.unit}"
            raise OutOfDomainError(
                f"{name} is outside {self.low:g} to {self.high:g}{unit}",
                where=where,
                remedy=remedy or "check value and unit",
            )
        return value


class AlleleValues(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Additive effect of each of the two alleles of a gene on a parameter."""

    gene: str
    unit: str
    values: Mapping[str, float]
    usual: str
    meaning: str
    certainty: str

    def total(self, counts: Mapping[str, int]) -> float:
        """Return the sum over a person's two alleles.

        Raises
        ------
        MissingCovariateError
            An allele for which the model has no value.
        OutOfDomainError
            The counts do not add up to two alleles.
        """
        unknown = sorted(set(counts) - set(self.values))
        if unknown:
            raise MissingCovariateError(
                f"the model has no value for an allele of {self.gene}",
                remedy=f"valid values: {', '.join(self.values)}; omit the gene if unknown",
            )
        if any(n < 0 for n in counts.values()) or sum(counts.values()) != 2:
            raise OutOfDomainError(
                f"{self.gene} has two alleles, the counts say {sum(counts.values())}",
                remedy="give the number of each allele",
            )
        return math.fsum(self.values[allele] * n for allele, n in counts.items())

    def usual_total(self) -> float:
        """Return the sum for two copies of the most common allele."""
        return 2 * self.values[self.usual]


class Cautions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Thresholds from which cautions are added to a result."""

    z_doubtful: float
    share_of_change_to_confirm: float
    share_still_moving: float
    inr_to_act_on: float
    untreated_inr: float


class ParameterCitation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A publication."""

    text: str
    pmid: str
    doi: str


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The equations as text, and their certainty."""

    equations: tuple[str, ...]
    certainty: str
    note: str


class Values(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters that do not depend on alleles."""

    gamma: Value
    transit_hours_1: Value
    transit_hours_2: Value
    volume: Value
    age_slope: Value
    age_reference: Value
    inr_max: Value
    baseline_inr: Value
    share_active: Value
    sd_potency: Value
    sd_speed: Value
    sd_inr: Value
    sd_inr_believed: Value
    residual_turn: Value
    speed_offset_unknown: Value
    hour_of_dose: Value
    hour_of_inr: Value
    days_of_lead_in: Value


class Ranges(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Allowed ranges of inputs."""

    age_years: Range
    dose_mg: Range
    inr: Range
    baseline_inr: Range
    target_inr: Range
    dose_mg_per_week: Range


class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The model of one drug, as in ``data/models/warfarin-kpd/parameters.json``."""

    schema_version: str
    name: str
    title: str
    drug: str
    citation: ParameterCitation
    certainty: Mapping[str, str]
    form: Form
    clearance_per_allele: AlleleValues
    ec50_per_allele: AlleleValues
    values: Values
    ranges: Ranges
    cautions: Cautions

    def clearance(self, counts: Mapping[str, int] | None, age_years: float) -> float:
        """Return the typical clearance in L/h; two common alleles where counts are None.

        Raises
        ------
        MissingCovariateError, OutOfDomainError
            Alleles without a value, invalid counts, an age outside the range.
        """
        self.ranges.age_years.check("the age", age_years)
        alleles = self.clearance_per_allele
        total = alleles.usual_total() if counts is None else alleles.total(counts)
        v = self.values
        return total * (1 + v.age_slope.value * (age_years - v.age_reference.value))

    def speed(self, counts: Mapping[str, int] | None, age_years: float) -> float:
        """Return the typical KDE in 1/h: clearance divided by volume."""
        return self.clearance(counts, age_years) / self.values.volume.value

    def speed_sd(self, counts: Mapping[str, int] | None) -> float:
        """Return the between-person SD of log KDE, larger where alleles are unknown."""
        v = self.values
        more = v.speed_offset_unknown.value if counts is None else 0.0
        return math.sqrt(v.sd_speed.value**2 + more)


@lru_cache(maxsize=1)
def read_parameters() -> Parameters:
    """Return the shipped parameters of warfarin.

    Raises
    ------
    ModelFolderError
        The file is absent or invalid.
    """
    return shipped_record(FILE, Parameters)


class CourseEvents(msgspec.Struct, frozen=True):
    """Events of a course in time, independent of the person: doses, nodes, weights.

    Attributes
    ----------
    gaps
        (N,) hours from the previous event to each event.
    added
        (N,) mg of the active form added at each event; 0 at nodes.
    nodes
        (M,) indices of the events that are nodes.
    weights
        (M, T) weight of the effect at a node at a time of observation.
    first
        (M,) index of the first observation after each node.
    last
        (M,) index after the last observation that the node contributes to.
    """

    gaps: Array
    added: Array
    nodes: npt.NDArray[np.int64]
    weights: Array
    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]


def plan_course(
    dose_hours: npt.ArrayLike, dose_mg: npt.ArrayLike, inr_hours: npt.ArrayLike, p: Parameters
) -> CourseEvents:
    """Place the quadrature nodes of a course.

    Parameters
    ----------
    dose_hours, dose_mg
        (D,) times in hours, ascending, and mg of the drug (not of its active form).
    inr_hours
        (T,) times of observation in hours, ascending.
    p
        Model parameters.
    """
    doses = np.asarray(dose_hours, np.float64)
    mg = np.asarray(dose_mg, np.float64) * p.values.share_active.value
    times = np.asarray(inr_hours, np.float64)
    if not doses.size or not times.size:
        empty = np.zeros(0)
        none = np.zeros(0, np.int64)
        return CourseEvents(empty, empty, none, np.zeros((0, times.size)), none, none)
    at, span = _quadrature(np.unique(np.concatenate([doses, times])), doses[0], times[-1])
    moments = np.concatenate([doses, at])
    # at equal times the dose precedes the other events
    order = np.lexsort((np.arange(moments.size) >= doses.size, moments))
    added = np.concatenate([mg, np.zeros(at.size)])[order]
    gaps = np.diff(moments[order], prepend=moments[order][:1])
    delay = times[None, :] - at[:, None]
    weights = np.where(delay > 0, span[:, None] * _delayed(np.maximum(delay, 0), p), 0.0)
    nodes = np.flatnonzero(order >= doses.size)
    first = np.searchsorted(times, at)
    last = np.searchsorted(times, at + _FORGOTTEN * p.values.transit_hours_2.value)
    return CourseEvents(gaps, added, nodes, np.ascontiguousarray(weights), first, last)


def _quadrature(breaks: Array, start: float, end: float) -> tuple[Array, Array]:
    """Return nodes and their widths between breaks; long intervals are divided."""
    inside = breaks[(breaks >= start) & (breaks <= end)]
    edges = np.unique(np.concatenate([inside, np.arange(start, end, _LONGEST)]))
    x, w = _legendre()
    half = np.diff(edges)[:, None] / 2
    middle = (edges[:-1] + edges[1:])[:, None] / 2
    return (middle + half * x).ravel(), (half * w).ravel()


@lru_cache(maxsize=1)
def _legendre() -> tuple[Array, Array]:
    x, w = np.polynomial.legendre.leggauss(_NODES)
    return x, w


def _delayed(hours: Array, p: Parameters) -> Array:
    """Return the mean of both chains' Erlang densities (shape 3) at delays, 1/h."""
    found = np.zeros_like(hours)
    for transit in (p.values.transit_hours_1.value, p.values.transit_hours_2.value):
        rate = 3.0 / transit
        found += rate**3 * hours**2 / 2 * np.exp(-rate * hours) / 2
    return found


def inr_grid(
    plan: CourseEvents, speed: Array, potency: Array, baseline: float, p: Parameters
) -> Array:
    """Return INRs for each KDE and, for each of these, each EDK50.

    Parameters
    ----------
    plan
        A course with T times of observation.
    speed
        (K,) KDE in 1/h.
    potency
        (K, P) EDK50 in mg/h of the active form.
    baseline
        INR without the drug.
    p
        Model parameters.

    Returns
    -------
    ndarray of float64
        (K, P, T) INRs.
    """
    gamma = p.values.gamma.value
    out = np.empty((*potency.shape, plan.weights.shape[1]))
    kept = np.exp(-speed[:, None] * plan.gaps)
    amounts = np.empty_like(kept)
    deplete(kept, plan.added, amounts)
    rate = speed[:, None] * amounts[:, plan.nodes]
    half = np.ascontiguousarray(potency**gamma)
    driving = np.ascontiguousarray(rate**gamma)
    top = p.values.inr_max.value
    respond(driving, half, plan.weights, plan.first, plan.last, baseline, top, out)
    return out


def inr_course(
    dose_hours: npt.ArrayLike,
    dose_mg: npt.ArrayLike,
    inr_hours: npt.ArrayLike,
    *,
    speed: npt.ArrayLike,
    potency: npt.ArrayLike,
    baseline: float,
    p: Parameters,
) -> Array:
    """Return the INRs of several persons after the same doses.

    Parameters
    ----------
    dose_hours, dose_mg
        (D,) times in hours, ascending, and mg of the drug.
    inr_hours
        (T,) times in hours, ascending.
    speed, potency
        (P,) KDE in 1/h and EDK50 in mg/h of the active form, one per person.
    baseline
        INR without the drug.
    p
        Model parameters.

    Returns
    -------
    ndarray of float64
        (P, T) INRs.
    """
    plan = plan_course(dose_hours, dose_mg, inr_hours, p)
    speeds = np.atleast_1d(np.asarray(speed, np.float64))
    potencies = np.atleast_1d(np.asarray(potency, np.float64))
    return inr_grid(plan, speeds, potencies[:, None], baseline, p)[:, 0, :]


def _mean_effect(ratio: Array, speed: Array, gamma: float) -> Array:
    """Return the mean effect over a day at steady state under equal daily doses."""
    x, w = _legendre()
    hours = HOURS_A_DAY * (x + 1) / 2
    left = np.exp(-speed[:, None] * hours) / -np.expm1(-speed * HOURS_A_DAY)[:, None]
    drive = (ratio * speed * HOURS_A_DAY)[:, None] * left
    powered = drive**gamma
    mean: Array = (powered / (1 + powered)) @ w / 2
    return mean


def steady_inr(ratio: npt.ArrayLike, speed: npt.ArrayLike, baseline: float, p: Parameters) -> Array:
    """Return the mean INR over a day at steady state.

    Parameters
    ----------
    ratio
        (K,) daily dose as a rate (active form, mg/h) divided by EDK50.
    speed
        (K,) KDE in 1/h.
    baseline
        INR without the drug.
    p
        Model parameters.
    """
    ratios = np.atleast_1d(np.asarray(ratio, np.float64))
    speeds = np.atleast_1d(np.asarray(speed, np.float64))
    effect = _mean_effect(ratios, speeds, p.values.gamma.value)
    return baseline + p.values.inr_max.value * effect


def steady_ratio(inr: float, speed: npt.ArrayLike, baseline: float, p: Parameters) -> Array:
    """Return the ratio at which `steady_inr` gives an INR, for (K,) KDE values.

    The effect grows almost as ratio^gamma, so each step is accurate to within a small factor.
    """
    speeds = np.atleast_1d(np.asarray(speed, np.float64))
    gamma = p.values.gamma.value
    wanted = (inr - baseline) / p.values.inr_max.value
    aimed = np.log(wanted / (1 - wanted))
    log_ratio = np.full(speeds.shape, aimed / gamma)
    for _ in range(_ITERATIONS):
        effect = _mean_effect(np.exp(log_ratio), speeds, gamma)
        step = (aimed - np.log(effect / (1 - effect))) / gamma
        log_ratio += step
        if np.max(np.abs(step)) < 1e-12:
            break
    ratio: Array = np.exp(log_ratio)
    return ratio
