"""Refine a maintenance dose by INRs: the regression's dose is the prior.

The prior of a person is anchored on the regression, not on the K-PD model's own typical dose,
which runs high: whatever the speed KDE, the potency EDK50 is the one at which the regression's
dose holds the target. The INRs then say how far this person is from that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist

from pgx.base.errors import OutOfDomainError
from pgx_dosing.feedback.cautions import CautionEvidence, cautions_of
from pgx_dosing.feedback.course import Course, timeline_of
from pgx_dosing.feedback.kpd import HOURS_A_WEEK, steady_ratio
from pgx_dosing.feedback.outcomes import OutcomeModel, read_outcomes
from pgx_dosing.feedback.parameters import Parameters, read_parameters
from pgx_dosing.feedback.posterior import DosePrior, make_grid, marginal, quantiles
from pgx_dosing.feedback.refinement import DoseInterval, Refinement
from pgx_dosing.feedback.weighing import (
    current_dose,
    dose_if_taken,
    inr_at_current,
    observations_of,
    reports_of,
    weigh,
)

__all__ = ["refine"]

Genotype = Mapping[str, Mapping[str, int]]


def refine(
    prior_dose_mg_per_week: float,
    prior_interval: tuple[float, float],
    level: float,
    *,
    age_years: float,
    genotype: Genotype,
    course: Course,
    use_simulated_reports: bool = False,
    prior_model: str = "",
    parameters: Parameters | None = None,
) -> Refinement:
    """Refine a maintenance dose by a course of doses and INRs.

    Parameters
    ----------
    prior_dose_mg_per_week, prior_interval, level
        The regression's dose, its interval, and the probability of the interval.
    age_years
        Age of the patient.
    genotype
        Gene to allele to count, of the genes that the model's file names; a gene that is
        left out is unknown.
    course
        What was taken and measured.
    use_simulated_reports
        Let reports of the patient count, by numbers that are only assumed.
    prior_model
        Name of the regression, for the record.
    parameters
        The model; the shipped one if not given.

    Raises
    ------
    OutOfDomainError
        A dose, interval, level, INR, target, age or count that cannot be.
    MissingCovariateError
        An allele or a report that the model does not know.
    CourseFileError
        A course without doses, with dates that are none or contradict each other.
    """
    p = parameters or read_parameters()
    timeline = timeline_of(course, p)
    given = _check_prior(prior_dose_mg_per_week, prior_interval, level, p)
    prior = _prior(given, level, age_years, genotype, course, p)
    grid = make_grid(prior, p)
    models = _report_models(course, p)
    used = models if use_simulated_reports else []
    found = weigh(grid, timeline, course, used, p)
    share = marginal(found.final)
    tails = (0.5, (1 - level) / 2, (1 + level) / 2)
    refined = DoseInterval(*quantiles(grid.log_dose, share, tails))
    current = current_dose(timeline)
    evidence = CautionEvidence(
        course=course,
        timeline=timeline,
        given=given,
        refined=refined,
        prior=prior,
        observations=observations_of(found, timeline, p),
        current=current,
        at_current=inr_at_current(found, refined, current, p),
        if_taken=dose_if_taken(grid, timeline, course, used, p),
        edge=float(share[:2].sum() + share[-2:].sum()),
        unknown=tuple(g for g in _genes(p)[:1] if g not in genotype),
        widened=prior.sd_dose > _sd(given, level) * 1.001,
        reports_used=bool(used),
    )
    return Refinement(
        model=p.name,
        pmid=p.citation.pmid,
        refined=refined,
        prior=given,
        prior_model=prior_model,
        level=level,
        target=course.target_inr,
        aimed=prior.aimed,
        model_dose=_model_dose(genotype, age_years, prior, p),
        current=current,
        inr_at_current=evidence.at_current,
        observations=evidence.observations,
        reports=reports_of(found, timeline, course, models, used=bool(used)),
        cautions=cautions_of(evidence, p),
        simulated=bool(used),
    )


def _genes(p: Parameters) -> tuple[str, str]:
    return p.clearance_per_allele.gene, p.ec50_per_allele.gene


def _check_prior(
    dose: float, bounds: tuple[float, float], level: float, p: Parameters
) -> DoseInterval:
    limits = p.ranges.dose_mg_per_week
    limits.check("the prior dose", dose)
    if not 0.5 <= level < 1:
        raise OutOfDomainError(
            f"the interval's level is {level:g}", remedy="a probability from 0.5 to below 1"
        )
    low, high = bounds
    if not 0 < low < dose < high < math.inf:
        raise OutOfDomainError(
            f"the prior dose {dose:g} is not inside its interval {low:g} to {high:g}",
            remedy="give dose and interval in mg/week",
        )
    return DoseInterval(dose, low, high)


def _sd(given: DoseInterval, level: float) -> float:
    """Return the spread of the log dose that an interval says."""
    return math.log(given.upper / given.lower) / (2 * NormalDist().inv_cdf((1 + level) / 2))


def _prior(
    given: DoseInterval,
    level: float,
    age_years: float,
    genotype: Genotype,
    course: Course,
    p: Parameters,
) -> DosePrior:
    """Anchor the prior on the regression.

    The regression's interval was measured on persons, so it holds the spread between them
    already; adding the model's would count it twice. The model's is the least that is
    believed, should an interval be narrower.
    """
    unknown = sorted(set(genotype) - set(_genes(p)))
    if unknown:
        raise OutOfDomainError(
            f"the model does not use {unknown[0][:30]}", remedy=f"it uses {' and '.join(_genes(p))}"
        )
    counts = genotype.get(p.clearance_per_allele.gene)
    baseline = course.baseline_inr or p.values.baseline_inr.value
    aimed = sum(course.target_inr) / 2
    if baseline >= course.target_inr[0]:
        raise OutOfDomainError(
            "the target is not above the INR without the drug",
            remedy="check target_inr and baseline_inr",
        )
    return DosePrior(
        log_dose=math.log(given.dose),
        sd_dose=max(_sd(given, level), p.values.sd_potency.value),
        log_speed=math.log(p.speed(counts, age_years)),
        sd_speed=p.speed_sd(counts),
        aimed=aimed,
        baseline=baseline,
    )


def _report_models(course: Course, p: Parameters) -> list[OutcomeModel]:
    if not course.reports:
        return []
    known = read_outcomes()
    models: list[OutcomeModel] = []
    for i, report in enumerate(course.reports):
        model = known.of(report.kind, p.drug, f"reports[{i}]")
        model.level(report.value, report.kind)
        models.append(model)
    return models


def _model_dose(
    genotype: Genotype, age_years: float, prior: DosePrior, p: Parameters
) -> float | None:
    """Return the dose that the K-PD model gives a typical person of the genotype."""
    clearance_gene, potency_gene = _genes(p)
    if clearance_gene not in genotype or potency_gene not in genotype:
        return None
    clearance = p.clearance(genotype[clearance_gene], age_years)
    potency = clearance * p.ec50_per_allele.total(genotype[potency_gene])
    ratio = steady_ratio(prior.aimed, clearance / p.values.volume.value, prior.baseline, p)
    return float(ratio[0]) * potency * HOURS_A_WEEK / p.values.share_active.value
