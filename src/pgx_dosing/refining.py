"""A predicted dose, refined by the doses a patient took and the INRs that were measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

import msgspec

from pgx.base.calls import Certainty
from pgx.base.errors import MissingCovariateError, UsageError
from pgx_dosing.answers import DoseAnswer
from pgx_dosing.feedback.course import Course
from pgx_dosing.feedback.parameters import AlleleValues, Parameters, read_parameters
from pgx_dosing.feedback.refinement import Caution, Refinement, Severity
from pgx_dosing.feedback.update import refine
from pgx_dosing.prediction import DosePrediction, InputValue

__all__ = ["refine_answer"]

_UNIT: Final = "mg/week"
_AGE: Final = "age_years"
_TARGET: Final = (2.0, 3.0)
"""INR for which the published equations give a dose."""


def refine_answer(
    answer: DoseAnswer, course: Course, *, use_simulated_reports: bool = False
) -> Refinement:
    """Refine the first dose of an answer that has an interval.

    Age and genotype are those that the dose was predicted from. An allele for which the K-PD
    model has no value leaves its gene unknown; the predicted dose may know it all the same.

    Raises
    ------
    UsageError
        The drug has no model of INR over time.
    MissingCovariateError
        No dose with an interval was predicted, or the age is not known.
    OutOfDomainError, CourseFileError
        As `pgx_dosing.feedback.update.refine`.
    """
    p = read_parameters()
    if answer.drug != p.drug:
        raise UsageError(f"a course of doses and INRs is read for {p.drug} only")
    prior, interval, level = _prior(answer)
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
        text = "the dose before the INRs rests on inputs that are not settled; others give another"
        doubts.append(Caution("prior_depends", Severity.DOUBT, text))
    low, high = _TARGET
    if not low <= sum(course.target_inr) / 2.0 <= high:
        text = f"the dose before the INRs is one for an INR of {low:g} to {high:g}, not for this"
        doubts.append(Caution("prior_of_another_target", Severity.DOUBT, text))
    return msgspec.structs.replace(found, cautions=(*doubts, *found.cautions))


def _prior(answer: DoseAnswer) -> tuple[DosePrediction, tuple[float, float], float]:
    """Return the first prediction with an interval, its bounds and their probability."""
    for own in answer.models:
        if own.unit == _UNIT and own.lower and own.upper and own.level:
            return own, (own.lower, own.upper), own.level
    raise MissingCovariateError(
        "no model gives a dose with an interval, from which INRs could refine it"
    )


def _genotype(values: Mapping[str, InputValue], p: Parameters) -> dict[str, dict[str, int]]:
    """Return counts of alleles of the genes whose inputs are known and of known alleles."""
    genes = (p.clearance_per_allele, p.ec50_per_allele)
    found = {own.gene: _counts(values.get(own.gene.lower()), own) for own in genes}
    return {gene: counts for gene, counts in found.items() if counts}


def _counts(value: InputValue, alleles: AlleleValues) -> dict[str, int]:
    names = value.split("/") if isinstance(value, str) else []
    known = len(names) == 2 and set(names) <= set(alleles.values)
    return dict(Counter(names)) if known else {}
