"""A course of treatment (doses, INRs, reports) read from JSON, and the likelihood of reports.

::

    {"doses": [{"date": "2026-01-01", "mg": 5},
               {"date": "2026-01-02", "until": "2026-01-09", "mg": 4}],
     "inr": [{"date": "2026-01-05T08:30", "value": 2.1}],
     "target_inr": [2, 3]}

A dose applies to one day; ``until`` repeats it daily. ``before_mg_per_week`` is the dose of the
drug before the first listed dose.

No open data describe how a person's reports depend on dose and response. The models here have
the form that would be fitted to such data; their parameters are assumed, their file states so,
and results that use them are marked as simulated.

A binary outcome is a logistic regression on a driver (log INR, or log exposure, relative to a
reference), an ordinal one a proportional-odds model with rising cuts.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.texts import shape_problem
from pgx.errors import CourseFileError, MissingCovariateError, ModelStateError, OutOfDomainError
from pgx_dosing.feedback.kpd import Parameters, Range, Value, read_parameters
from pgx_dosing.json_records import shipped_record, unique_names

__all__ = [
    "COURSE_SCHEMA",
    "MAX_BYTES",
    "Course",
    "Dose",
    "Inr",
    "OutcomeModel",
    "OutcomeModels",
    "Report",
    "Sensitivity",
    "Timeline",
    "parse_course",
    "read_course",
    "read_outcomes",
    "timeline_of",
    "update_sensitivity",
]

COURSE_SCHEMA: Final = "1.0"
MAX_BYTES: Final = 2**20
# two years; a longer course is treated as a mistyped date
MOST_DAYS: Final = 731
_REMEDY: Final = "see docs/how-to/dose-course.md"
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
Array = npt.NDArray[np.float64]
FILE: Final = "outcomes-simulated/outcomes.json"
# grid of the log sensitivity, in standard deviations of its prior
_POINTS: Final = 401
_REACH: Final = 5.0


class Dose(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A dose taken on a day, or daily until a day; 0 mg is an omitted dose."""

    date: str
    mg: float
    until: str | None = None
    unit: Literal["mg"] = "mg"


class Inr(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A measured INR."""

    date: str
    value: float


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A patient report: yes or no, or a level."""

    date: str
    kind: str
    value: bool | str


class Course(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A course as stored in its file."""

    doses: tuple[Dose, ...]
    inr: tuple[Inr, ...]
    target_inr: tuple[float, float]
    schema_version: str = COURSE_SCHEMA
    baseline_inr: float | None = None
    before_mg_per_week: float | None = None
    reports: tuple[Report, ...] = ()


class Timeline(msgspec.Struct, frozen=True):
    """A checked course in hours from midnight of its first day.

    Attributes
    ----------
    start
        The first day.
    dose_hours, dose_mg
        (D,) listed doses, ascending in time.
    lead_hours, lead_mg
        (L,) doses extrapolated to the time before them.
    inr_hours, inr
        (T,) observations, ascending in time.
    unlisted
        Days without an entry between the first and the last event.
    report_hours
        Hours of the reports, in the course's order.
    """

    start: date
    dose_hours: Array
    dose_mg: Array
    lead_hours: Array
    lead_mg: Array
    inr_hours: Array
    inr: Array
    unlisted: tuple[date, ...]
    report_hours: tuple[float, ...] = ()


def read_course(path: Path) -> Course:
    """Read and check a file of doses and INRs.

    Raises
    ------
    CourseFileError
        The file cannot be read or has another format.
    OutOfDomainError
        A dose, an INR or the target is implausible.
    """
    try:
        with path.open("rb") as handle:
            data = handle.read(MAX_BYTES + 1)
    except OSError as error:
        raise CourseFileError(
            f"cannot be read: {error.strerror}", where=path.name, remedy="check the path"
        ) from error
    course = parse_course(data, path.name)
    timeline_of(course, read_parameters(), path.name)
    return course


def parse_course(data: bytes, where: str = "course") -> Course:
    """Parse a course; ``where`` names it in errors.

    Raises
    ------
    CourseFileError
        Not JSON of this format, or a repeated name in one object.
    """
    if len(data) > MAX_BYTES:
        raise CourseFileError("larger than 1 MiB", where=where, remedy=_REMEDY)
    text = data.removeprefix(b"\xef\xbb\xbf")
    try:
        course = msgspec.json.decode(text, type=Course)
        json.loads(text, object_pairs_hook=unique_names)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        what = shape_problem(error, Course)
        raise CourseFileError(what, where=where, remedy=_REMEDY) from error
    except ValueError as error:
        raise CourseFileError(str(error), where=where, remedy=_REMEDY) from error
    if course.schema_version != COURSE_SCHEMA:
        what = f"another schema_version, expected {COURSE_SCHEMA!r}"
        raise CourseFileError(what, where=where, remedy=_REMEDY)
    return course


def timeline_of(course: Course, p: Parameters, where: str = "course") -> Timeline:
    """Check a course and convert it to a timeline.

    Raises
    ------
    CourseFileError
        No doses, an invalid date, two INRs at the same time, overlapping doses on one day, or a
        course longer than two years.
    OutOfDomainError
        A dose, an INR or the target is implausible.
    """
    return _Layout(course, p, where).timeline()


class _Layout:
    """Intermediate state between a course and its timeline."""

    def __init__(self, course: Course, p: Parameters, where: str) -> None:
        self.course, self.p, self.where = course, p, where

    def timeline(self) -> Timeline:
        self._check_whole()
        doses = list(self._doses())
        inrs = list(self._inrs())
        reports = [self._moment(r.date, f"reports[{i}]") for i, r in enumerate(self.course.reports)]
        self._check_distinct(doses, "doses")
        self._check_distinct(inrs, "inr")
        moments = [moment.date() for moment, _ in (*doses, *inrs)]
        first, last = min(moments), max(moments)
        if (last - first).days > MOST_DAYS:
            raise self._refused(f"the course is longer than {MOST_DAYS} days: check the dates")
        zero = datetime.combine(first, time())
        dose_hours, mg = _columns(doses, zero)
        inr_hours, values = _columns(inrs, zero)
        lead_hours, lead_mg = self._lead_in(dose_hours)
        listed = {moment.date() for moment, _ in doses}
        # the dose of the day of the last INR may not have been taken yet
        end = max([max(listed), *(m.date() - _DAY for m, _ in inrs)])
        days = (min(listed) + n * _DAY for n in range((end - min(listed)).days + 1))
        return Timeline(
            start=first,
            dose_hours=dose_hours,
            dose_mg=mg,
            lead_hours=lead_hours,
            lead_mg=lead_mg,
            inr_hours=inr_hours,
            inr=values,
            unlisted=tuple(day for day in days if day not in listed),
            report_hours=tuple((m - zero) / _HOUR for m in reports),
        )

    def _check_whole(self) -> None:
        course, ranges = self.course, self.p.ranges
        if not course.doses:
            raise self._refused("no doses: INRs say nothing of a dose that is not known")
        low, high = course.target_inr
        self._check(ranges.target_inr, "target_inr[0]", low)
        self._check(ranges.target_inr, "target_inr[1]", high)
        if not low < high:
            raise self._refused("target_inr is no range: the first is not below the second")
        if course.baseline_inr is not None:
            self._check(ranges.baseline_inr, "baseline_inr", course.baseline_inr)
        if (before := course.before_mg_per_week) is not None:
            self._check(ranges.dose_mg_per_week, "before_mg_per_week", before)

    def _doses(self) -> Iterator[tuple[datetime, float]]:
        for i, dose in enumerate(self.course.doses):
            place = f"doses[{i}]"
            hint = "a single intake in mg: is this a week's dose, or micrograms?"
            self._check(self.p.ranges.dose_mg, f"{place}.mg", dose.mg, hint)
            first = self._moment(dose.date, place, self.p.values.hour_of_dose.value)
            last = first.date()
            if dose.until is not None:
                last = self._moment(dose.until, f"{place}.until").date()
            days = (last - first.date()).days
            if not 0 <= days <= MOST_DAYS:
                raise self._refused(f"{place}.until is before date, or years later")
            for day in range(days + 1):
                yield first + day * _DAY, dose.mg

    def _inrs(self) -> Iterator[tuple[datetime, float]]:
        for i, inr in enumerate(self.course.inr):
            self._check(self.p.ranges.inr, f"inr[{i}].value", inr.value)
            yield self._moment(inr.date, f"inr[{i}]", self.p.values.hour_of_inr.value), inr.value

    def _moment(self, text: str, place: str, hour: float = 12.0) -> datetime:
        """Return a date or a date with a time; ``hour`` if no time is given."""
        try:
            if len(text) == len("2026-01-01"):
                return datetime.combine(date.fromisoformat(text), time()) + hour * _HOUR
            found = datetime.fromisoformat(text)
        except ValueError as error:
            raise self._refused(f"{place}: no date like 2026-01-31") from error
        if found.tzinfo is not None:
            raise self._refused(f"{place}: give local time, without a zone")
        return found

    def _lead_in(self, dose_hours: Array) -> tuple[Array, Array]:
        """Return the daily doses taken before the course."""
        weekly = self.course.before_mg_per_week
        if weekly is None:
            return np.zeros(0), np.zeros(0)
        days = int(self.p.values.days_of_lead_in.value)
        hours = dose_hours[0] - 24.0 * np.arange(days, 0, -1)
        return hours, np.full(days, weekly / 7)

    def _check(self, limits: Range, name: str, value: float, remedy: str = "") -> None:
        limits.check(name, value, where=self.where, remedy=remedy)

    def _check_distinct(self, events: list[tuple[datetime, float]], name: str) -> None:
        counts = Counter(moment for moment, _ in events)
        first = next((i for i, (m, _) in enumerate(events, start=1) if counts[m] > 1), 0)
        if first:
            raise self._refused(f"{name}: two entries of one time, the first is entry {first}")

    def _refused(self, what: str) -> CourseFileError:
        return CourseFileError(what, where=self.where, remedy=_REMEDY)


def _columns(events: list[tuple[datetime, float]], zero: datetime) -> tuple[Array, Array]:
    """Return hours and values, ascending in time."""
    ordered = sorted(events)
    hours = np.array([(moment - zero) / _HOUR for moment, _ in ordered], np.float64)
    return hours, np.array([value for _, value in ordered], np.float64)


class OutcomeModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The probability of a report, given its driver.

    Attributes
    ----------
    driver
        ``log_inr`` or ``log_exposure``, relative to the log of ``reference``.
    slope, cuts
        Slope of the log odds by the driver; log odds are slope x driver - cut.
    levels
        Levels of an ordinal outcome, from least to most.
    """

    drug: str
    driver: Literal["log_inr", "log_exposure"]
    reference: float
    reference_unit: str
    kind: Literal["binary", "ordinal"]
    slope: float
    cuts: tuple[float, ...]
    meaning: str
    levels: tuple[str, ...] = ()

    def level(self, value: bool | str, name: str) -> int:  # noqa: FBT001 - a report is yes or no
        """Return the index of a reported value among the levels.

        Raises
        ------
        OutOfDomainError
            The value is not a level of the outcome.
        """
        if self.kind == "binary" and isinstance(value, bool):
            return int(value)
        if self.kind == "ordinal" and value in self.levels:
            return self.levels.index(str(value))
        known = ", ".join(self.levels) if self.levels else "true, false"
        raise OutOfDomainError(f"{name} is not one of its values", remedy=f"one of {known}")

    def probabilities(self, driver: npt.ArrayLike) -> Array:
        """Return the probability of each level, (..., L), for drivers (...)."""
        x = self.slope * np.asarray(driver, np.float64)[..., None] - np.asarray(self.cuts)
        # proportional odds: a level is reached and the next one is not
        reached = 1 / (1 + np.exp(-x))
        whole = np.ones((*x.shape[:-1], 1))
        found: Array = -np.diff(np.concatenate([whole, reached, 0 * whole], axis=-1), axis=-1)
        return found

    def log_likelihood(self, driver: npt.ArrayLike, level: int) -> Array:
        """Return the log probability of a level for drivers (...)."""
        # far from a level, rounding may give probability 0, whose logarithm is infinite
        return np.asarray(np.log(np.maximum(self.probabilities(driver)[..., level], 1e-300)))


class OutcomeModels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The shipped outcomes; ``simulated`` is true while their numbers are assumed."""

    schema_version: str
    name: str
    title: str
    simulated: bool
    note: str
    outcomes: Mapping[str, OutcomeModel]
    sensitivity_sd: Value

    def of(self, kind: str, drug: str, where: str = "") -> OutcomeModel:
        """Return the outcome model of a report for a drug.

        Raises
        ------
        MissingCovariateError
            The drug has no such model.
        """
        known = [name for name, model in self.outcomes.items() if model.drug == drug]
        if kind not in known:
            raise MissingCovariateError(
                f"no model of this report for {drug}",
                where=where,
                remedy=f"available: {', '.join(known) or 'none'}",
            )
        return self.outcomes[kind]


class Sensitivity(msgspec.Struct, frozen=True):
    """A person's sensitivity to a drug, relative to the typical one (1).

    Attributes
    ----------
    median, lower, upper
        Of the posterior.
    level
        Probability of the interval.
    probabilities
        Posterior mean by outcome and level, at the requested dose.
    simulated
        Whether the underlying parameters are assumed.
    """

    drug: str
    median: float
    lower: float
    upper: float
    level: float
    dose: float
    probabilities: Mapping[str, tuple[float, ...]]
    simulated: bool


@lru_cache(maxsize=1)
def read_outcomes() -> OutcomeModels:
    """Return the shipped outcomes.

    Raises
    ------
    ModelFolderError
        The file is absent or damaged.
    """
    return shipped_record(FILE, OutcomeModels)


def update_sensitivity(
    drug: str,
    reports: Sequence[tuple[float, str, bool | str]],
    *,
    dose: float,
    level: float = 0.9,
    allow_simulated: bool = False,
    models: OutcomeModels | None = None,
) -> Sensitivity:
    """Update a person's sensitivity to a drug from reports.

    Parameters
    ----------
    drug
        Name of the drug in the outcomes file.
    reports
        (daily dose at the time, outcome, value) each.
    dose
        Daily dose for which outcome probabilities are requested.
    level
        Probability of the interval.
    allow_simulated
        Must be true while the outcome parameters are assumed.
    models
        Outcome models; by default the shipped ones.

    Raises
    ------
    ModelStateError
        Parameters are assumed and ``allow_simulated`` is false.
    MissingCovariateError, OutOfDomainError
        An outcome that is not one of the drug's or not driven by exposure; an implausible value
        or dose.
    """
    known = models or read_outcomes()
    if known.simulated and not allow_simulated:
        raise ModelStateError(
            "the outcome parameters are assumed, not estimated",
            remedy="allow simulated numbers, for teaching and tests only",
        )
    sd = known.sensitivity_sd.value
    u = np.linspace(-_REACH, _REACH, _POINTS)
    log_density = -0.5 * u**2
    for daily, kind, value in reports:
        model = known.of(kind, drug)
        driver = _exposure(model, daily) + sd * u
        log_density = log_density + model.log_likelihood(driver, model.level(value, kind))
    share = np.exp(log_density - log_density.max())
    share /= share.sum()
    middle, low, high = _quantiles(sd * u, share, (0.5, (1 - level) / 2, (1 + level) / 2))
    found = {
        name: tuple(map(float, share @ model.probabilities(_exposure(model, dose) + sd * u)))
        for name, model in known.outcomes.items()
        if model.drug == drug and model.driver == "log_exposure"
    }
    return Sensitivity(drug, middle, low, high, level, dose, found, known.simulated)


def _exposure(model: OutcomeModel, daily: float) -> float:
    if model.driver != "log_exposure" or not 0 < daily < math.inf:
        raise OutOfDomainError(
            "the daily dose cannot be used here",
            remedy="give a daily dose above 0; INR-guided doses belong in a course",
        )
    return math.log(daily / model.reference)


def _quantiles(x: Array, share: Array, levels: tuple[float, ...]) -> tuple[float, ...]:
    reached = np.cumsum(share) - share / 2
    return tuple(float(np.exp(np.interp(level, reached, x))) for level in levels)
