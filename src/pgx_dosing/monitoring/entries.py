"""From a predicted dose to its line in the log: what the model declares, and nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

from pgx_dosing.inputs import Input, InputKind
from pgx_dosing.monitoring.log import Declared, PredictionLine
from pgx_dosing.prediction import DosePrediction

__all__ = ["declared_by", "prediction_line"]


def declared_by(inputs: Iterable[Input]) -> Declared:
    """Return what the log may hold of a model's inputs: numbers, or the levels that there are."""
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
    """Return the line of a prediction made on a day (YYYY-MM-DD), without a key yet.

    ``groups`` name who is to be compared with whom, as the validation of the model did.
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
