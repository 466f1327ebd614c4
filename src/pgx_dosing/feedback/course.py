"""A course of treatment: doses taken, INRs measured, reports; read from JSON and checked.

::

    {"doses": [{"date": "2026-01-01", "mg": 5},
               {"date": "2026-01-02", "until": "2026-01-09", "mg": 4}],
     "inr": [{"date": "2026-01-05T08:30", "value": 2.1}],
     "target_inr": [2, 3]}

A dose is what was taken on a day; ``until`` repeats it daily. ``before_mg_per_week`` says that
the drug was taken before the first dose listed, and how much of it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.decoding import shape_problem
from pgx.base.errors import CourseFileError
from pgx_dosing.feedback.parameters import Parameters, Range, read_parameters

__all__ = [
    "COURSE_SCHEMA",
    "MAX_BYTES",
    "Course",
    "Dose",
    "Inr",
    "Report",
    "Timeline",
    "parse_course",
    "read_course",
    "timeline_of",
]

COURSE_SCHEMA: Final = "1.0"
MAX_BYTES: Final = 2**20
MOST_DAYS: Final = 731
_REMEDY: Final = "see docs/how-to/dose-course.md"
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)


class Dose(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A dose taken on a day, or daily up to a day; 0 mg is a dose left out."""

    date: str
    mg: float
    until: str | None = None
    unit: Literal["mg"] = "mg"


class Inr(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A measured INR."""

    date: str
    value: float


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a patient reports: yes or no, or a level."""

    date: str
    kind: str
    value: bool | str


class Course(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A course as in its file."""

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
        (D,) doses listed, rising in time.
    lead_hours, lead_mg
        (L,) doses carried back before them.
    inr_hours, inr
        (T,) observations, rising in time.
    unlisted
        Days between the first and the last event that have no entry.
    report_hours
        Hours of the reports, in the course's order.
    """

    start: date
    dose_hours: npt.NDArray[np.float64]
    dose_mg: npt.NDArray[np.float64]
    lead_hours: npt.NDArray[np.float64]
    lead_mg: npt.NDArray[np.float64]
    inr_hours: npt.NDArray[np.float64]
    inr: npt.NDArray[np.float64]
    unlisted: tuple[date, ...]
    report_hours: tuple[float, ...] = ()


def read_course(path: Path) -> Course:
    """Read and check a file of doses and INRs.

    Raises
    ------
    CourseFileError
        The file cannot be read or has another form.
    OutOfDomainError
        A dose, an INR or the target cannot be.
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
        No JSON of the form, or a name twice in one object.
    """
    if len(data) > MAX_BYTES:
        raise CourseFileError("larger than 1 MiB", where=where, remedy=_REMEDY)
    text = data.removeprefix(b"\xef\xbb\xbf")
    try:
        course = msgspec.json.decode(text, type=Course)
        json.loads(text, object_pairs_hook=_once)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        what = shape_problem(error, Course)
        raise CourseFileError(what, where=where, remedy=_REMEDY) from error
    except ValueError as error:
        raise CourseFileError(str(error), where=where, remedy=_REMEDY) from error
    if course.schema_version != COURSE_SCHEMA:
        raise CourseFileError(
            f"another schema_version, expected {COURSE_SCHEMA!r}",
            where=where,
            remedy=_REMEDY,
        )
    return course


def _once(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one JSON object")
    return found


def timeline_of(course: Course, p: Parameters, where: str = "course") -> Timeline:
    """Check a course and lay it out in time.

    Raises
    ------
    CourseFileError
        No doses, a date that is none, two INRs of one moment, doses of one day that overlap,
        or more than two years.
    OutOfDomainError
        A dose, an INR or the target cannot be.
    """
    layout = _Layout(course, p, where)
    return layout.timeline()


class _Layout:
    """The course of one person on its way to a timeline."""

    def __init__(self, course: Course, p: Parameters, where: str) -> None:
        self.course, self.p, self.where = course, p, where

    def timeline(self) -> Timeline:
        self._check_whole()
        doses = list(self._doses())
        inrs = list(self._inrs())
        reports = [self._moment(r.date, f"reports[{i}]") for i, r in enumerate(self.course.reports)]
        self._check_distinct(doses, "doses")
        self._check_distinct(inrs, "inr")
        first = min(moment for moment, _ in (*doses, *inrs)).date()
        last = max(moment for moment, _ in (*doses, *inrs)).date()
        if (last - first).days > MOST_DAYS:
            raise self._refused(f"the course is longer than {MOST_DAYS} days: check the dates")
        zero = datetime.combine(first, time())
        dose_hours, mg = _columns(doses, zero)
        inr_hours, values = _columns(inrs, zero)
        lead_hours, lead_mg = self._lead_in(dose_hours)
        listed = {moment.date() for moment, _ in doses}
        # the dose of the day of the last INR may be still to come
        end = max([max(listed), *(m.date() - _DAY for m, _ in inrs)])
        return Timeline(
            start=first,
            dose_hours=dose_hours,
            dose_mg=mg,
            lead_hours=lead_hours,
            lead_mg=lead_mg,
            inr_hours=inr_hours,
            inr=values,
            unlisted=tuple(d for d in _days(min(listed), end) if d not in listed),
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
        before = course.before_mg_per_week
        if before is not None:
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
        """Return a date or a date with a time; ``hour`` where no time is told."""
        try:
            if len(text) == len("2026-01-01"):
                return datetime.combine(date.fromisoformat(text), time()) + hour * _HOUR
            found = datetime.fromisoformat(text)
        except ValueError as error:
            raise self._refused(f"{place}: no date like 2026-01-31") from error
        if found.tzinfo is not None:
            raise self._refused(f"{place}: give local time, without a zone")
        return found

    def _lead_in(
        self, dose_hours: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the daily doses that were taken before the course."""
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
        if any(n > 1 for n in counts.values()):
            first = next(i for i, (moment, _) in enumerate(events) if counts[moment] > 1)
            raise self._refused(f"{name}: two entries of one time, the first is entry {first + 1}")

    def _refused(self, what: str) -> CourseFileError:
        return CourseFileError(what, where=self.where, remedy=_REMEDY)


def _columns(
    events: list[tuple[datetime, float]], zero: datetime
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return hours and values, rising in time."""
    ordered = sorted(events)
    hours = np.array([(moment - zero) / _HOUR for moment, _ in ordered], np.float64)
    return hours, np.array([value for _, value in ordered], np.float64)


def _days(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + n * _DAY
