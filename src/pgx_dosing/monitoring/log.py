"""The prediction log, written and read: JSON lines without names, free text or clock time.

A line is a prediction, or the outcome of an earlier one, identified by its random key::

    {"schema_version":"1.0","date":"2026-11-29","model":"…","version":"1","digest":"…",
     "inputs":{"age_years":61,"weight_kg":null},"prediction":31.2,"lower":18.0,"upper":48.1,
     "level":0.9,"unit":"mg/week","groups":{"sex":"female"},"outcome":null,"key":"…"}
    {"schema_version":"1.0","date":"2027-01-10","key":"…","outcome":28.0}

Each input's values are declared: numbers, or one of a set of levels. Other values are neither
written nor read.
"""

from __future__ import annotations

import itertools
import math
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec

from pgx.base.texts import shape_problem
from pgx.errors import ModelFolderError, OutputError, PredictionLogError, UsageError
from pgx_dosing.monitoring.records import monitored_model
from pgx_dosing.predicting import DosePrediction
from pgx_dosing.registry.files import not_written
from pgx_dosing.registry.folder import ModelFolder
from pgx_dosing.registry.history import is_day
from pgx_dosing.specification import Input, InputKind, InputValue

if TYPE_CHECKING:
    from pgx_dosing.answers import DoseAnswer, Dosing

__all__ = [
    "LOG_SCHEMA",
    "MAX_LINES",
    "Declared",
    "OutcomeLine",
    "PredictionLine",
    "append_outcome",
    "append_prediction",
    "declared_by",
    "log_dose",
    "new_key",
    "prediction_line",
    "read_log",
]

LOG_SCHEMA: Final = "1.0"
# limits on the resources that a damaged or foreign file can consume
MAX_LINES: Final = 1_000_000
MAX_LINE: Final = 64 * 1024  # bytes
_MAX_INPUTS: Final = 500
_KEY = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIGEST = re.compile(r"(sha256:)?[0-9a-f]{64}")
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
_UNIT = re.compile(r"[A-Za-zµ%][A-Za-z0-9µ%/·²^. -]{0,23}")
_LEVEL: Final = 64  # characters of a level name

Declared = Mapping[str, frozenset[str] | None]
"""What may be logged: by name the levels that there are, None for numbers and for yes or no."""


class PredictionLine(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False
):
    """One prediction; ``date`` is a day, ``level`` that of the interval ``lower`` to ``upper``."""

    date: str
    model: str
    version: str
    digest: str
    inputs: dict[str, InputValue]
    prediction: float
    unit: str
    key: str = ""
    lower: float | None = None
    upper: float | None = None
    level: float | None = None
    groups: dict[str, str | None] = {}
    outcome: float | None = None
    schema_version: str = LOG_SCHEMA


class OutcomeLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """The outcome of an earlier prediction, in the unit of that prediction."""

    date: str
    key: str
    outcome: float
    schema_version: str = LOG_SCHEMA


def new_key() -> str:
    """Return a key unrelated to the patient: 128 random bits as 32 hexadecimal digits."""
    return secrets.token_hex(16)


def append_prediction(
    path: Path, line: PredictionLine, inputs: Declared, groups: Declared | None = None
) -> str:
    """Append a prediction to a log and return its key.

    A missing log is created, readable by its owner only. ``inputs`` and ``groups`` declare the
    permitted values; a line without a key gets a random one. Each line is written at once, so that
    several programs can write to one log.

    Raises
    ------
    PredictionLogError
        An undeclared value, or a line that `read_log` would refuse; nothing is written.
    OutputError
        The log cannot be written.
    """
    _check_declared("inputs", line.inputs, inputs)
    _check_declared("groups", line.groups, groups or {})
    line = line if line.key else msgspec.structs.replace(line, key=new_key())
    _check_prediction(line, "")
    _append(path, msgspec.json.encode(line))
    return line.key


def append_outcome(path: Path, key: str, outcome: float, date: str) -> None:
    """Append the outcome of an earlier prediction to a log.

    Raises
    ------
    PredictionLogError
        Key, outcome or date is invalid.
    OutputError
        The log cannot be written.
    """
    line = OutcomeLine(date=date, key=key, outcome=outcome)
    _check_outcome(line, "")
    _append(path, msgspec.json.encode(line))


def _append(path: Path, data: bytes) -> None:
    """Write a line in one call, so that lines of several programs do not interleave."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.write(handle, data + b"\n") != len(data) + 1:
                raise OutputError(
                    "a line is incomplete",
                    where=str(path),
                    remedy="make room on the disk and remove the last line of the log",
                )
        finally:
            os.close(handle)
    except OSError as error:
        raise not_written(path, error) from error


def _check_declared(kind: str, values: Mapping[str, InputValue], declared: Declared) -> None:
    """Refuse undeclared values; the error omits the value, which may be a name."""
    for name, value in values.items():
        if name not in declared:
            raise PredictionLogError(
                f"{kind} have a field that the model does not declare",
                remedy="log what the model declares and nothing else",
            )
        levels = declared[name]
        is_number = isinstance(value, int | float)
        is_level = isinstance(value, str) and levels is not None and value in levels
        if value is not None and not is_level and not (is_number and levels is None):
            raise PredictionLogError(
                f"{kind}: {name} is not one of its declared values",
                remedy="log the value as the model takes it, null where it is unknown",
            )


def read_log(path: Path) -> Iterator[tuple[int, PredictionLine | OutcomeLine]]:
    """Yield the lines of a log with their numbers, with one line in memory at a time.

    Raises
    ------
    PredictionLogError
        The log cannot be read, or a line is not in the format of this module.
    """
    try:
        with path.open("rb") as handle:
            yield from _read_lines(handle, str(path))
    except OSError as error:
        raise PredictionLogError(
            f"cannot be read: {error.strerror or type(error).__name__}", where=str(path)
        ) from error


def _read_lines(handle: BinaryIO, name: str) -> Iterator[tuple[int, PredictionLine | OutcomeLine]]:
    number = 0
    while data := handle.readline(MAX_LINE + 1):
        number += 1
        where = f"{name} line {number}"
        if number > MAX_LINES:
            raise PredictionLogError(
                f"more than {MAX_LINES:,} lines", where=name, remedy="start a new log each year"
            )
        yield number, _read_line(data, where)


def _read_line(data: bytes, where: str) -> PredictionLine | OutcomeLine:
    if not data.endswith(b"\n"):
        is_long = len(data) > MAX_LINE
        what = f"longer than {MAX_LINE} bytes" if is_long else "the last line is cut off"
        remedy = "remove the line" if is_long else "remove the line and log the prediction again"
        raise PredictionLogError(what, where=where, remedy=remedy)
    kind: type[PredictionLine | OutcomeLine]
    kind = PredictionLine if b'"prediction"' in data else OutcomeLine
    try:
        line = msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PredictionLogError(
            f"not a line of a prediction log: {shape_problem(error, kind)}",
            where=where,
            remedy="remove or fix the line; pgx writes the log itself",
        ) from error
    if isinstance(line, PredictionLine):
        _check_prediction(line, where)
    else:
        _check_outcome(line, where)
    return line


def _check_prediction(line: PredictionLine, where: str) -> None:
    _check_common(line, where)
    for name, pattern in (
        ("model", _TOKEN),
        ("version", _TOKEN),
        ("digest", _DIGEST),
        ("unit", _UNIT),
    ):
        _must(pattern.fullmatch(getattr(line, name)) is not None, f"{name} is none", where)
    _must(len(line.inputs) <= _MAX_INPUTS, "too many inputs", where)
    _must(_are_tokens(line.inputs), "a name of an input is none", where)
    _must(_are_tokens(line.groups), "a name of a group is none", where)
    levels = [v for v in (*line.inputs.values(), *line.groups.values()) if isinstance(v, str)]
    _must(all(map(_is_level, levels)), "free text where a level is due", where)
    numbers = [v for v in line.inputs.values() if isinstance(v, float)]
    bounds = [v for v in (line.prediction, line.lower, line.upper, line.outcome) if v is not None]
    _must(all(map(math.isfinite, numbers + bounds)), "a number that is none", where)
    _must((line.lower is None) == (line.upper is None), "an interval with one end", where)
    _must(line.lower is None or line.level is not None, "an interval without a level", where)
    if line.lower is not None and line.upper is not None:
        _must(line.lower <= line.prediction <= line.upper, "prediction outside its interval", where)
    _must(line.level is None or 0 < line.level < 1, "level is not between 0 and 1", where)


def _check_outcome(line: OutcomeLine, where: str) -> None:
    _check_common(line, where)
    _must(math.isfinite(line.outcome), "outcome is not a number", where)


def _check_common(line: PredictionLine | OutcomeLine, where: str) -> None:
    _must(
        line.schema_version == LOG_SCHEMA,
        f"schema_version is not {LOG_SCHEMA}",
        where,
        "read the log with the version of pgx that wrote it",
    )
    _must(is_day(line.date), "date is no day as in 2026-11-29", where)
    _must(_KEY.fullmatch(line.key) is not None, "key is not random", where, "use new_key()")


def _are_tokens(names: Mapping[str, object]) -> bool:
    return all(_TOKEN.fullmatch(name) for name in names)


def _is_level(text: str) -> bool:
    return 0 < len(text) <= _LEVEL and text.isprintable()


def _must(holds: bool, what: str, where: str, remedy: str = "mend or remove the line") -> None:  # noqa: FBT001
    if not holds:
        raise PredictionLogError(what, where=where, remedy=remedy)


def declared_by(inputs: Iterable[Input]) -> Declared:
    """Return the permitted log values of a model's inputs: numbers, or the defined levels."""
    return {own.name: _levels(own) for own in inputs}


def _levels(own: Input) -> frozenset[str] | None:
    if own.kind is InputKind.LEVEL:
        return frozenset(own.levels)
    if own.kind is InputKind.GENOTYPE:
        return frozenset("/".join(pair) for pair in itertools.product(own.alleles, repeat=2))
    return None


def prediction_line(
    prediction: DosePrediction, date: str, groups: Mapping[str, str | None] | None = None
) -> PredictionLine:
    """Return the line of a prediction made on a day (YYYY-MM-DD), still without a key.

    ``groups`` are the grouping variables used in the validation of the model.
    """
    return PredictionLine(
        date=date,
        model=prediction.model,
        version=prediction.version,
        digest=prediction.digest,
        inputs={own.name: own.value for own in prediction.inputs},
        prediction=prediction.dose,
        lower=prediction.lower,
        upper=prediction.upper,
        level=None if prediction.lower is None else prediction.level,
        unit=prediction.unit,
        groups=dict(groups or {}),
    )


def log_dose(dosing: Dosing, found: DoseAnswer, path: Path, date: str) -> str:
    """Append the first model's dose to a log; return the key for adding its outcome later.

    The line holds the model, its declared inputs, the dose with its interval, and the day
    (YYYY-MM-DD).

    Raises
    ------
    UsageError
        No model gave a dose.
    PredictionLogError
        A value that the model does not declare, or an invalid day.
    OutputError
        The log cannot be written.
    """
    if not found.models:
        raise UsageError(
            f"--log is for doses by an equation, and none gave one for {found.drug}",
            remedy="leave it out: answers of rules are not monitored",
        )
    prediction = found.models[0]
    model, folder = dosing.model(prediction.model)
    groups, declared = _groups(prediction, folder), declared_by(model.inputs)
    line = prediction_line(prediction, date, groups)
    return append_prediction(path, line, declared, {name: declared[name] for name in groups})


def _groups(prediction: DosePrediction, folder: ModelFolder) -> Mapping[str, str | None]:
    """Return the person's groups among those compared in the validation of the model."""
    try:
        compared = monitored_model(folder).reference.groups
    except ModelFolderError:
        return {}  # a published model has no validation here
    values = {item.name: item.value for item in prediction.inputs}
    return {name: _level(values[name]) for name in compared if name in values}


def _level(value: InputValue) -> str | None:
    return value if isinstance(value, str) else None
