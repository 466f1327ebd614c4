"""A model's predictions from a log, each joined with its outcome, in order of date."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.errors import PredictionLogError
from pgx_dosing.monitoring.log import OutcomeLine, PredictionLine, read_log
from pgx_dosing.monitoring.records import LogFinding, ModelIdentity, MonitoredModel
from pgx_dosing.specification import InputValue

__all__ = ["MonitoredLog", "Outcomes", "last_model", "read_monitored_log"]

Floats = npt.NDArray[np.float64]
_SHOWN: Final = 5  # lines listed in a finding
_OTHER_FILES: Final = (
    "it holds some of this name and version whose files differ: name their folder with --model"
)

_TEXTS: Final = {
    "other_model": "predictions of another model, left out",
    "other_version": "predictions of another version of the model, left out",
    "other_digest": "predictions of a model of this name and version whose files differ, left out",
    "other_unit": "predictions in another unit, left out",
    "unknown_key": "outcomes whose prediction is not in the log, left out",
    "repeated_key": "predictions with a key that is in the log already, left out",
    "second_outcome": "second outcomes of one prediction; the first one counts",
    "outcome_before_prediction": "outcomes dated before their prediction, left out",
    "unordered_dates": "predictions dated before the one above them",
}


class Outcomes(msgspec.Struct, frozen=True):
    """Predictions with a known outcome, by the date of the outcome; arrays of shape (n,).

    ``lower``, ``upper`` and ``level`` are NaN where a prediction had no interval.
    """

    dates: tuple[str, ...]
    observed: Floats
    predicted: Floats
    lower: Floats
    upper: Floats
    level: Floats
    groups: tuple[dict[str, str | None], ...]

    def __len__(self) -> int:
        return len(self.dates)

    @property
    def residuals(self) -> Floats:
        """Observed minus predicted, in the model's unit."""
        return self.observed - self.predicted

    def last(self, n: int) -> Outcomes:
        """Return the newest ``n``."""
        start = max(len(self) - n, 0)
        return Outcomes(*(getattr(self, name)[start:] for name in self.__struct_fields__))


class MonitoredLog(msgspec.Struct, frozen=True):
    """The monitored log; ``inputs`` are those of the newest predictions."""

    identity: ModelIdentity
    first_date: str
    last_date: str
    n_predictions: int
    inputs: tuple[dict[str, InputValue], ...]
    outcomes: Outcomes
    findings: tuple[LogFinding, ...]


class _OddRows:
    """Counts irregular rows and records their first lines."""

    def __init__(self) -> None:
        self.lines: dict[str, list[int]] = {}
        self.counts: Counter[str] = Counter()

    def add(self, code: str, line: int, n: int = 1) -> None:
        self.counts[code] += n
        kept = self.lines.setdefault(code, [])
        if len(kept) < _SHOWN:
            kept.append(line)

    def findings(self) -> tuple[LogFinding, ...]:
        return tuple(
            LogFinding(code=code, n=n, lines=tuple(self.lines[code]), text=_TEXTS[code])
            for code, n in sorted(self.counts.items())
        )


class _Kept(msgspec.Struct, gc=False):
    """The part of a prediction held in memory."""

    date: str
    predicted: float
    lower: float | None
    upper: float | None
    level: float | None
    groups: dict[str, str | None]
    line: int
    outcome: float | None = None
    outcome_date: str = ""


class _Gathered:
    """Collects the predictions of one model while they are read."""

    def __init__(self, window: int) -> None:
        self.kept: dict[str, _Kept] = {}
        self.inputs: deque[dict[str, InputValue]] = deque(maxlen=window)
        self.first_date = self.last_date = ""
        self.last_line = 0
        self.found = _OddRows()

    def add(self, number: int, line: PredictionLine) -> None:
        if line.key in self.kept:
            self.found.add("repeated_key", number)
            return
        if line.date < self.last_date:
            self.found.add("unordered_dates", number)
        self.first_date = min(filter(None, (self.first_date, line.date)))
        self.last_date = max(self.last_date, line.date)
        self.last_line = number
        self.inputs.append(line.inputs)
        self.kept[line.key] = _Kept(
            line.date, line.prediction, line.lower, line.upper, line.level, line.groups, number,
            line.outcome, "" if line.outcome is None else line.date,
        )  # fmt: skip

    def add_outcome(self, number: int, line: OutcomeLine) -> None:
        own = self.kept[line.key]
        if line.date < own.date:
            self.found.add("outcome_before_prediction", number)
        elif own.outcome is not None:
            self.found.add("second_outcome", number)
        else:
            own.outcome, own.outcome_date, own.line = line.outcome, line.date, number


def last_model(path: Path) -> ModelIdentity:
    """Return the model of the newest prediction of a log.

    Raises
    ------
    PredictionLogError
        See `read_log`; or the log contains no prediction.
    """
    newest = None
    for _, line in read_log(path):
        newest = line if isinstance(line, PredictionLine) else newest
    if newest is None:
        raise PredictionLogError("the log holds no prediction", where=str(path))
    return ModelIdentity(model=newest.model, version=newest.version, digest=newest.digest)


def read_monitored_log(path: Path, monitored: MonitoredModel, window: int) -> MonitoredLog:
    """Return a model's predictions and outcomes from a log.

    Without a digest, the model's newest one in the log is monitored.

    Raises
    ------
    PredictionLogError
        See `read_log`; or the log contains no prediction of the model.
    """
    by_digest: dict[str, _Gathered] = {}
    owner: dict[str, _Gathered] = {}
    found = _OddRows()
    for number, line in read_log(path):
        if isinstance(line, OutcomeLine):
            _add_outcome(number, line, owner, found)
        elif code := _other(line, monitored):
            found.add(code, number)
            owner.setdefault(line.key, _ELSEWHERE)
        else:
            gathered = by_digest.setdefault(line.digest, _Gathered(window))
            gathered.add(number, line)
            owner.setdefault(line.key, gathered)
    return _chosen(path, monitored, by_digest, found)


_ELSEWHERE: Final = _Gathered(0)  # predictions of all other models


def _other(line: PredictionLine, monitored: MonitoredModel) -> str:
    """Return why a prediction is not the monitored model's; "" if it is."""
    if line.model != monitored.model:
        return "other_model"
    if line.version != monitored.version:
        return "other_version"
    if monitored.unit and line.unit != monitored.unit:
        return "other_unit"
    return "other_digest" if monitored.digest not in (None, line.digest) else ""


def _add_outcome(
    number: int, line: OutcomeLine, owner: dict[str, _Gathered], found: _OddRows
) -> None:
    gathered = owner.get(line.key)
    if gathered is None:
        found.add("unknown_key", number)
    elif gathered is not _ELSEWHERE:
        gathered.add_outcome(number, line)


def _chosen(
    path: Path, monitored: MonitoredModel, by_digest: dict[str, _Gathered], found: _OddRows
) -> MonitoredLog:
    if not by_digest:
        raise PredictionLogError(
            f"the log holds no prediction of {monitored.model} version {monitored.version}",
            where=str(path),
            remedy=_OTHER_FILES
            if found.counts["other_digest"]
            else "name with --model the model that made the predictions",
        )
    digest = max(by_digest, key=lambda name: by_digest[name].last_line)
    own = by_digest.pop(digest)
    for other in by_digest.values():
        line = next(iter(other.kept.values())).line
        found.add("other_digest", line, len(other.kept))
    for code, n in own.found.counts.items():
        found.counts[code] += n
        found.lines[code] = own.found.lines[code]
    return MonitoredLog(
        ModelIdentity(model=monitored.model, version=monitored.version, digest=digest),
        own.first_date,
        own.last_date,
        len(own.kept),
        tuple(own.inputs),
        _outcomes(own.kept.values()),
        found.findings(),
    )


def _outcomes(kept: Iterable[_Kept]) -> Outcomes:
    """Return the outcomes in order of their dates."""
    known = [own for own in kept if own.outcome is not None]
    known.sort(key=lambda own: (own.outcome_date, own.line))

    def column(values: Iterable[float | None]) -> Floats:
        return np.array([np.nan if v is None else v for v in values], np.float64)

    return Outcomes(
        tuple(own.outcome_date for own in known),
        column(own.outcome for own in known),
        column(own.predicted for own in known),
        column(own.lower for own in known),
        column(own.upper for own in known),
        column(own.level for own in known),
        tuple(own.groups for own in known),
    )
