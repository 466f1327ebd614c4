"""A dose in the log of predictions, by which a model is watched: without anything of the person."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pgx.base.errors import ModelFolderError, UsageError
from pgx_dosing.answers import DoseAnswer, Dosing
from pgx_dosing.monitoring.entries import declared_by, prediction_line
from pgx_dosing.monitoring.log import append_prediction
from pgx_dosing.monitoring.reference import watched_model
from pgx_dosing.prediction import DosePrediction, InputValue
from pgx_dosing.registry.folder import ModelFolder

__all__ = ["log_dose"]


def log_dose(dosing: Dosing, found: DoseAnswer, path: Path, date: str) -> str:
    """Add the first model's dose to a log; return the key by which its outcome is added later.

    Written are the model, its inputs as it declares them, the dose and its interval, and the day
    (YYYY-MM-DD).

    Raises
    ------
    UsageError
        No model gave a dose.
    PredictionLogError
        A value that the model does not declare, or no day.
    OutputError
        The log cannot be written.
    """
    if not found.models:
        raise UsageError(
            f"--log is for doses by an equation, and none gave one for {found.drug}",
            remedy="leave it out: answers of rules are not watched",
        )
    prediction = found.models[0]
    model, folder = dosing.model(prediction.model)
    groups, declared = _groups(prediction, folder), declared_by(model.inputs)
    line = prediction_line(prediction, date, groups)
    return append_prediction(path, line, declared, {name: declared[name] for name in groups})


def _groups(prediction: DosePrediction, folder: ModelFolder) -> Mapping[str, str | None]:
    """Return the person's groups among those that the validation of the model compared."""
    try:
        compared = watched_model(folder).reference.groups
    except ModelFolderError:
        return {}  # a published model: nobody validated it here
    values = {item.name: item.value for item in prediction.inputs}
    return {name: _level(values[name]) for name in compared if name in values}


def _level(value: InputValue) -> str | None:
    return value if isinstance(value, str) else None
