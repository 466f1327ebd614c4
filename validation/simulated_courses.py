"""Persons who do not exist: courses of doses, INRs and reports drawn from the model.

Every record is marked as simulated. A clinician of a simple kind doses them: the regression's
dose first, then a step up or down at each INR. Equal seeds give equal persons.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from statistics import NormalDist
from typing import Final

import msgspec
import numpy as np

from pgx_dosing.feedback.course import Course, Dose, Inr, OutcomeModel, Report, read_outcomes
from pgx_dosing.feedback.kpd import (
    HOURS_A_WEEK,
    Parameters,
    inr_course,
    read_parameters,
    steady_ratio,
)
from pgx_dosing.json_records import shipped_record

__all__ = ["Assumptions", "SimulatedPatient", "Truth", "read_assumptions", "simulate"]

FILE: Final = "warfarin-kpd/simulation.json"
_START: Final = date(2026, 1, 1)
_TARGET: Final = (2.0, 3.0)
_GREATEST_INR: Final = 19.0
_LEAST_INR: Final = 0.6


class DoseAdjustment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By what a dose is multiplied at an INR below a bound."""

    below: float
    factor: float


class Assumptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How persons and their doses are drawn."""

    schema_version: str
    simulated: bool
    note: str
    allele_shares: Mapping[str, Mapping[str, float]]
    age_mean: float
    age_sd: float
    age_low: float
    age_high: float
    share_of_model_dose: float
    days_of_inr: tuple[int, ...]
    dose_step_mg: float
    adjustments: tuple[DoseAdjustment, ...]
    first_adjustment_day: int


class Truth(msgspec.Struct, frozen=True):
    """How simulated persons differ from what a refinement assumes; the defaults do not.

    Attributes
    ----------
    sd_dose
        Spread of the log of a person's dose around the regression's.
    sd_speed, sd_inr
        Spread of log KDE, and of log INR around the curve (normal); None for the model's.
    missed
        Share of listed doses that were not taken.
    wrong_inr
        Share of INRs that are another person's: drawn anew around 2.5.
    speed_factor
        Factor on everybody's KDE.
    """

    sd_dose: float = 0.3
    sd_speed: float | None = None
    sd_inr: float | None = None
    missed: float = 0.0
    wrong_inr: float = 0.0
    speed_factor: float = 1.0


class SimulatedPatient(msgspec.Struct, frozen=True):
    """A person who does not exist, with what nobody knows of a real one."""

    age_years: float
    genotype: Mapping[str, Mapping[str, int]]
    prior_dose: float
    prior_interval: tuple[float, float]
    true_dose: float
    true_speed: float
    course: Course
    simulated: bool = True

    def first(self, n: int) -> Course:
        """Return the course up to the n-th INR; before the first INR the first dose alone."""
        kept = self.course.inr[:n]
        last = kept[-1].date if kept else self.course.doses[0].date
        doses = tuple(d for d in self.course.doses if d.date < last) or self.course.doses[:1]
        reports = tuple(r for r in self.course.reports if r.date <= last) if kept else ()
        return msgspec.structs.replace(self.course, doses=doses, inr=kept, reports=reports)


@lru_cache(maxsize=1)
def read_assumptions() -> Assumptions:
    """Return the shipped assumptions.

    Raises
    ------
    ModelFolderError
        The file is absent or damaged.
    """
    return shipped_record(FILE, Assumptions)


def simulate(
    n: int, seed: int, truth: Truth | None = None, level: float = 0.9
) -> list[SimulatedPatient]:
    """Draw patients.

    Parameters
    ----------
    n
        How many.
    seed
        Equal seeds give equal patients.
    truth
        How they differ from what a refinement assumes.
    level
        Probability of the prior's interval.
    """
    source = np.random.default_rng(seed)
    return [_Person(source, truth or Truth(), level).patient() for _ in range(n)]


class _Person:
    """One person on the way through treatment."""

    def __init__(self, source: np.random.Generator, truth: Truth, level: float) -> None:
        self.source, self.truth, self.level = source, truth, level
        self.p: Parameters = read_parameters()
        self.a = read_assumptions()
        self.age = round(float(np.clip(self._normal(self.a.age_sd, self.a.age_mean),
                                       self.a.age_low, self.a.age_high)))  # fmt: skip
        self.genotype = {gene: self._alleles(s) for gene, s in self.a.allele_shares.items()}

    def patient(self) -> SimulatedPatient:
        p, truth = self.p, self.truth
        clearance = p.clearance(self.genotype[p.clearance_per_allele.gene], self.age)
        typical = clearance / p.values.volume.value
        ec50 = p.ec50_per_allele.total(self.genotype[p.ec50_per_allele.gene])
        model_dose = self._dose_of(clearance * ec50, typical)
        prior = round(model_dose * self.a.share_of_model_dose, 1)
        dose = prior * math.exp(self._normal(truth.sd_dose))
        sd_speed = p.values.sd_speed.value if truth.sd_speed is None else truth.sd_speed
        speed = typical * truth.speed_factor * math.exp(self._normal(sd_speed))
        reach = truth.sd_dose * NormalDist().inv_cdf((1 + self.level) / 2)
        return SimulatedPatient(
            age_years=self.age,
            genotype=self.genotype,
            prior_dose=prior,
            prior_interval=(prior * math.exp(-reach), prior * math.exp(reach)),
            true_dose=dose,
            true_speed=speed,
            course=self._course(prior, speed, dose / self._dose_of(1.0, speed)),
        )

    def _dose_of(self, potency: float, speed: float) -> float:
        """Return mg/week that hold the middle of the target."""
        v = self.p.values
        ratio = steady_ratio(sum(_TARGET) / 2, speed, v.baseline_inr.value, self.p)[0]
        return float(ratio) * potency * HOURS_A_WEEK / v.share_active.value

    def _course(self, prior: float, speed: float, potency: float) -> Course:
        daily = self._step(prior / 7)
        listed: list[float] = []
        taken: list[float] = []
        inrs: list[Inr] = []
        reports: list[Report] = []
        for day in self.a.days_of_inr:
            for _ in range(len(listed), day):
                listed.append(daily)
                taken.append(0.0 if self.source.random() < self.truth.missed else daily)
            curve = self._inr(taken, day, speed, potency)
            value = self._measured(curve)
            inrs.append(Inr(_day(day), value))
            reports.extend(self._reports(curve, day))
            if day >= self.a.first_adjustment_day:
                daily = self._step(daily * self._factor(value))
        doses = tuple(Dose(_day(i), mg) for i, mg in enumerate(listed))
        return Course(doses, tuple(inrs), _TARGET, reports=tuple(reports))

    def _inr(self, taken: list[float], day: int, speed: float, potency: float) -> float:
        v = self.p.values
        hours = 24.0 * np.arange(len(taken)) + v.hour_of_dose.value
        when = [24.0 * day + v.hour_of_inr.value]
        curve = inr_course(hours, taken, when, speed=speed, potency=potency,
                           baseline=v.baseline_inr.value, p=self.p)  # fmt: skip
        return float(curve[0, 0])

    def _measured(self, curve: float) -> float:
        sd = self.p.values.sd_inr.value if self.truth.sd_inr is None else self.truth.sd_inr
        if self.source.random() < self.truth.wrong_inr:
            curve = 2.5 * math.exp(self._normal(0.4))
        value = curve * math.exp(self._normal(sd))
        return round(min(_GREATEST_INR, max(_LEAST_INR, value)), 1)

    def _reports(self, curve: float, day: int) -> list[Report]:
        models = read_outcomes().outcomes.items()
        own = [(name, m) for name, m in models if m.drug == self.p.drug and m.driver == "log_inr"]
        return [Report(_day(day), name, self._reported(m, curve)) for name, m in own]

    def _reported(self, model: OutcomeModel, curve: float) -> bool | str:
        share = model.probabilities(math.log(curve / model.reference))
        level = int(self.source.choice(len(share), p=share / share.sum()))
        return model.levels[level] if model.levels else bool(level)

    def _factor(self, inr: float) -> float:
        return next(a.factor for a in self.a.adjustments if inr < a.below)

    def _step(self, daily: float) -> float:
        step = self.a.dose_step_mg
        return min(self.p.ranges.dose_mg.high, max(step, round(daily / step) * step))

    def _alleles(self, shares: Mapping[str, float]) -> dict[str, int]:
        names = list(shares)
        drawn = self.source.choice(len(names), size=2, p=list(shares.values()))
        counts = np.bincount(drawn, minlength=len(names))
        return {name: int(c) for name, c in zip(names, counts, strict=True) if c}

    def _normal(self, sd: float, mean: float = 0.0) -> float:
        return float(self.source.normal(mean, sd))


def _day(n: int) -> str:
    return (_START + timedelta(days=n)).isoformat()
