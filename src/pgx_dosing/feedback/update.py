"""Refine a maintenance dose by INRs: the regression's dose is the prior; cautions are listed.

The prior is anchored on the regression, not on the K-PD model's own typical dose, which tends
to be high: for each KDE, EDK50 is such that the regression's dose holds the target INR. The
INRs then show how far this person deviates from that.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import msgspec

from pgx.errors import MissingCovariateError, OutOfDomainError, UsageError
from pgx.records.calls import Certainty
from pgx_dosing.feedback.course import Course, OutcomeModel, Timeline, read_outcomes, timeline_of
from pgx_dosing.feedback.kpd import (
    HOURS_A_WEEK,
    AlleleValues,
    Parameters,
    read_parameters,
    steady_ratio,
)
from pgx_dosing.feedback.weighing import (
    Caution,
    DoseInterval,
    DosePrior,
    GridDensity,
    ObservationFit,
    Refinement,
    Severity,
    current_dose,
    dose_if_taken,
    inr_at_current,
    make_grid,
    marginal,
    observations_of,
    quantiles,
    reports_of,
    weigh,
)
from pgx_dosing.predicting import DosePrediction
from pgx_dosing.specification import InputValue

if TYPE_CHECKING:
    from pgx_dosing.answers import DoseAnswer

__all__ = ["CautionEvidence", "cautions_of", "refine", "refine_answer"]

# number of INRs below which the prior still has a large weight
_FEW: Final = 3
# probability at the edges of the grid above which the posterior counts as truncated
_EDGE: Final = 0.001
# standard deviations of the prior by which a refined dose may differ from it
_FAR: Final = 3.0
Genotype = Mapping[str, Mapping[str, int]]
_UNIT: Final = "mg/week"
_AGE: Final = "age_years"
# INR that the published equations target
_TARGET: Final = (2.0, 3.0)


class CautionEvidence(msgspec.Struct, frozen=True):
    """Input of the cautions; names as in `pgx_dosing.feedback.weighing`."""

    course: Course
    timeline: Timeline
    given: DoseInterval
    refined: DoseInterval
    prior: DosePrior
    observations: tuple[ObservationFit, ...]
    current: float | None
    at_current: tuple[float, float, float] | None
    if_taken: float | None
    edge: float
    unknown: tuple[str, ...]
    widened: bool
    reports_used: bool


def cautions_of(e: CautionEvidence, p: Parameters) -> tuple[Caution, ...]:
    """Return all cautions, doubts first."""
    found = [
        *_urgent(e, p),
        *_unexpected(e, p),
        *_history(e, p),
        *_size(e, p),
        *_settling(e, p),
        *_prior_cautions(e),
        *_reports(e),
    ]
    return tuple(sorted(found, key=lambda c: c.severity is not Severity.DOUBT))


def _doubt(code: str, text: str) -> Caution:
    return Caution(code, Severity.DOUBT, text)


def _note(code: str, text: str) -> Caution:
    return Caution(code, Severity.NOTE, text)


def _urgent(e: CautionEvidence, p: Parameters) -> Iterator[Caution]:
    if e.observations and e.observations[-1].observed >= p.cautions.inr_to_act_on:
        last = e.observations[-1]
        yield _doubt(
            "high_inr",
            f"the last INR, {last.observed:g} on {last.date}, needs action by the local protocol"
            " first; this is a dose for later, not what to do now",
        )


def _unexpected(e: CautionEvidence, p: Parameters) -> Iterator[Caution]:
    limit = p.cautions.z_doubtful
    for o in e.observations:
        if abs(o.z_expected) > limit:
            yield _doubt(
                "unexpected_inr",
                f"INR {o.observed:g} on {o.date}, {o.expected:.1f} was expected"
                f" ({o.z_expected:+.1f} spreads): check the doses taken, the value, new medicines,"
                " illness and diet before the dose is used",
            )
        elif abs(o.z) > limit:
            yield _doubt(
                "unfitted_inr",
                f"INR {o.observed:g} on {o.date} does not fit the others, {o.fitted:.1f} would"
                f" ({o.z:+.1f} spreads): check it and the doses before it",
            )
    away = abs(math.log(e.refined.dose / e.given.dose)) / e.prior.sd_dose
    if away > _FAR or e.edge > _EDGE:
        yield _doubt(
            "far_from_prior",
            f"{e.refined.dose:.1f} mg/week is {away:.1f} spreads from the prior dose"
            f" {e.given.dose:.1f}: the doses listed were hardly those taken, or something acts on"
            " the drug that nobody told",
        )


def _history(e: CautionEvidence, p: Parameters) -> Iterator[Caution]:
    days = e.timeline.unlisted
    if days:
        said = f", {e.if_taken:.1f} mg/week if taken" if e.if_taken is not None else ""
        yield _doubt(
            "doses_missing",
            f"{len(days)} day(s) from {days[0].isoformat()} on have no entry and were read as"
            f" no dose{said}: list 0 mg where none was taken",
        )
    first = float(e.timeline.dose_hours[0])
    for o in e.observations:
        if o.hours <= first and e.course.before_mg_per_week is None:
            if o.observed >= p.cautions.untreated_inr:
                yield _doubt(
                    "treated_before",
                    f"INR {o.observed:g} on {o.date}, before the first dose listed: earlier doses"
                    " are missing (before_mg_per_week), or it has another cause (baseline_inr)",
                )
            else:
                yield _note("before_treatment", f"the INR of {o.date} says nothing of the dose")
    if e.course.before_mg_per_week is not None:
        yield _note(
            "steady_before",
            f"{e.course.before_mg_per_week:g} mg/week before the course are taken as daily and"
            " steady",
        )


def _size(e: CautionEvidence, p: Parameters) -> Iterator[Caution]:
    if e.current is None:
        return
    change = e.refined.dose / e.current - 1
    if abs(change) > p.cautions.share_of_change_to_confirm:
        yield _note(
            "large_change",
            f"{change:+.0%} against the {e.current:.1f} mg/week taken last: change in steps and"
            " measure again",
        )


def _settling(e: CautionEvidence, p: Parameters) -> Iterator[Caution]:
    if not e.observations:
        yield _note("no_inr", "no INR yet: the dose is the prior's")
        return
    if len(e.observations) < _FEW:
        yield _note("few_inr", f"{len(e.observations)} INR: much of the dose is still the prior's")
    if e.at_current is not None:
        now, later = e.observations[-1].fitted, e.at_current[0]
        if abs(later / now - 1) > p.cautions.share_still_moving:
            yield _note(
                "not_steady",
                f"the last INR was not at steady state: {now:.1f} then, {later:.1f} is expected"
                " if the dose stays",
            )


def _prior_cautions(e: CautionEvidence) -> Iterator[Caution]:
    if e.widened:
        yield _note(
            "prior_widened",
            "the prior's interval is narrower than persons differ; the wider spread was used",
        )
    for gene in e.unknown:
        yield _note(
            "speed_unknown",
            f"{gene} is unknown, or has an allele without a value here: elimination is taken as"
            " usual, with a wider spread",
        )


def _reports(e: CautionEvidence) -> Iterator[Caution]:
    if e.reports_used:
        yield _doubt(
            "simulated",
            "reports of the patient were weighed by numbers that are assumed, not estimated:"
            " simulation, not for care",
        )
    elif e.course.reports:
        yield _note(
            "reports_unused",
            "reports of the patient were read but not weighed: no data say how they should be",
        )


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
        The regression's dose, its interval, and the interval's probability.
    age_years
        Age of the patient.
    genotype
        Allele counts by gene, for the genes named in the model's file; a gene that is left out
        is unknown.
    course
        Doses and measurements.
    use_simulated_reports
        Use reports of the patient, although their parameters are only assumed.
    prior_model
        Name of the regression, for the record.
    parameters
        Model parameters; by default the shipped ones.

    Raises
    ------
    OutOfDomainError
        An implausible dose, interval, level, INR, target, age or count.
    MissingCovariateError
        An allele or a report unknown to the model.
    CourseFileError
        A course without doses, or with invalid or contradictory dates.
    """
    p = parameters or read_parameters()
    timeline = timeline_of(course, p)
    given = _check_prior(prior_dose_mg_per_week, prior_interval, level, p)
    prior = _prior_of(given, level, age_years, genotype, course, p)
    models = _report_models(course, p)
    used = models if use_simulated_reports else []
    grid = make_grid(prior, p)
    found = weigh(grid, timeline, course, used, p)
    evidence = _evidence(given, prior, level, genotype, course, timeline, found, used, p)
    return Refinement(
        model=p.name, pmid=p.citation.pmid, refined=evidence.refined, prior=given,
        prior_model=prior_model, level=level, target=course.target_inr, aimed=prior.aimed,
        model_dose=_model_dose(genotype, age_years, prior, p), current=evidence.current,
        inr_at_current=evidence.at_current, observations=evidence.observations,
        reports=reports_of(found, timeline, course, models, used=bool(used)),
        cautions=cautions_of(evidence, p), simulated=bool(used),
    )  # fmt: skip


def _evidence(
    given: DoseInterval,
    prior: DosePrior,
    level: float,
    genotype: Genotype,
    course: Course,
    timeline: Timeline,
    found: GridDensity,
    used: list[OutcomeModel],
    p: Parameters,
) -> CautionEvidence:
    """Return the refined dose and the input of its cautions."""
    grid, share = found.grid, marginal(found.final)
    tails = (0.5, (1 - level) / 2, (1 + level) / 2)
    refined = DoseInterval(*quantiles(grid.log_dose, share, tails))
    current = current_dose(timeline)
    return CautionEvidence(
        course=course,
        timeline=timeline,
        given=given,
        refined=refined,
        prior=prior,
        observations=observations_of(found, timeline, p),
        current=current,
        at_current=inr_at_current(found, refined, current, p),
        if_taken=dose_if_taken(grid, timeline, course, used, p),
        # probability at both edges of the grid: the posterior is truncated beyond them
        edge=float(share[:2].sum() + share[-2:].sum()),
        unknown=tuple(g for g in _genes(p)[:1] if g not in genotype),
        # an increase of the spread below 0.1% is negligible
        widened=prior.sd_dose > _sd(given, level) * 1.001,
        reports_used=bool(used),
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
            f"the prior dose {dose:g} is outside its interval {low:g} to {high:g}",
            remedy="give dose and interval in mg/week",
        )
    return DoseInterval(dose, low, high)


def _sd(given: DoseInterval, level: float) -> float:
    """Return the SD of the log dose implied by an interval."""
    return math.log(given.upper / given.lower) / (2 * NormalDist().inv_cdf((1 + level) / 2))


def _prior_of(
    given: DoseInterval,
    level: float,
    age_years: float,
    genotype: Genotype,
    course: Course,
    p: Parameters,
) -> DosePrior:
    """Anchor the prior on the regression.

    The regression's interval was measured on persons and already includes the spread between
    them; adding the model's would count it twice. The model's spread is the lower limit, in case
    an interval is narrower.
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
    """Return the dose of the K-PD model for a typical person of the genotype."""
    clearance_gene, potency_gene = _genes(p)
    if clearance_gene not in genotype or potency_gene not in genotype:
        return None
    clearance = p.clearance(genotype[clearance_gene], age_years)
    potency = clearance * p.ec50_per_allele.total(genotype[potency_gene])
    ratio = steady_ratio(prior.aimed, clearance / p.values.volume.value, prior.baseline, p)
    return float(ratio[0]) * potency * HOURS_A_WEEK / p.values.share_active.value


def refine_answer(
    answer: DoseAnswer, course: Course, *, use_simulated_reports: bool = False
) -> Refinement:
    """Refine the first dose of an answer that has an interval.

    Age and genotype are those of the prediction. An allele without a value in the K-PD model
    leaves its gene unknown, although the predicted dose may use it.

    Raises
    ------
    UsageError
        The drug has no K-PD model.
    MissingCovariateError
        No dose with an interval was predicted, or the age is unknown.
    OutOfDomainError, CourseFileError
        As `pgx_dosing.feedback.update.refine`.
    """
    p = read_parameters()
    if answer.drug != p.drug:
        raise UsageError(f"a course of doses and INRs is supported for {p.drug} only")
    prior, interval, level = _prediction_with_interval(answer)
    values = {own.name: own.value for own in prior.inputs}
    age = values.get(_AGE)
    if not isinstance(age, float):
        raise MissingCovariateError("the age is not known", remedy=f"give {_AGE}")
    found = refine(
        prior.dose,
        interval,
        level,
        age_years=age,
        genotype=_genotype(values, p),
        course=course,
        use_simulated_reports=use_simulated_reports,
        prior_model=prior.model,
    )
    doubts = []
    if prior.certainty is not Certainty.CERTAIN:
        text = "the dose before the INRs rests on uncertain inputs; other values give another"
        doubts.append(Caution("prior_depends", Severity.DOUBT, text))
    low, high = _TARGET
    if not low <= sum(course.target_inr) / 2.0 <= high:
        text = f"the dose before the INRs is one for an INR of {low:g} to {high:g}, not for this"
        doubts.append(Caution("prior_of_another_target", Severity.DOUBT, text))
    return msgspec.structs.replace(found, cautions=(*doubts, *found.cautions))


def _prediction_with_interval(
    answer: DoseAnswer,
) -> tuple[DosePrediction, tuple[float, float], float]:
    """Return the first prediction with an interval, its bounds and their probability."""
    for own in answer.models:
        if own.unit == _UNIT and own.lower and own.upper and own.level:
            return own, (own.lower, own.upper), own.level
    raise MissingCovariateError(
        "no model gives a dose with a prediction interval, which INR values could refine"
    )


def _genotype(values: Mapping[str, InputValue], p: Parameters) -> dict[str, dict[str, int]]:
    """Return allele counts of the genes whose inputs and alleles are known."""
    genes = (p.clearance_per_allele, p.ec50_per_allele)
    found = {own.gene: _counts(values.get(own.gene.lower()), own) for own in genes}
    return {gene: counts for gene, counts in found.items() if counts}


def _counts(value: InputValue, alleles: AlleleValues) -> dict[str, int]:
    names = value.split("/") if isinstance(value, str) else []
    known = len(names) == 2 and set(names) <= set(alleles.values)
    return dict(Counter(names)) if known else {}
