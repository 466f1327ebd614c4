"""What must be said beside a refined dose: nothing doubtful passes in silence."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import msgspec

from pgx_dosing.feedback.course import Course, Timeline
from pgx_dosing.feedback.parameters import Parameters
from pgx_dosing.feedback.posterior import DosePrior
from pgx_dosing.feedback.refinement import Caution, DoseInterval, ObservationFit, Severity

__all__ = ["CautionEvidence", "cautions_of"]

_FEW: Final = 3
_EDGE: Final = 0.001
_FAR: Final = 3.0


class CautionEvidence(msgspec.Struct, frozen=True):
    """What cautions are drawn from; names as in `pgx_dosing.feedback.refinement`."""

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
        *_prior(e),
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


def _prior(e: CautionEvidence) -> Iterator[Caution]:
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
