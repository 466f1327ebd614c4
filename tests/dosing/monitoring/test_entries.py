"""From a predicted dose to a line that may be logged."""

from __future__ import annotations

import pytest

from pgx.errors import PredictionLogError
from pgx.records.calls import Certainty
from pgx_dosing.monitoring.log import append_prediction, declared_by, prediction_line, read_log
from pgx_dosing.predicting import DosePrediction, InputUsed
from pgx_dosing.specification import Input, InputKind, ModelCitation

INPUTS = (
    Input(name="age_years", meaning="age", kind=InputKind.NUMBER, unit="years"),
    Input(name="amiodarone", meaning="takes amiodarone", kind=InputKind.FLAG),
    Input(name="race", meaning="race", kind=InputKind.LEVEL, levels=("Asian", "White")),
    Input(name="genotype", meaning="genotype", kind=InputKind.GENOTYPE, alleles=("*1", "*2")),
)


def prediction(**values):
    known = {"age_years": 61.0, "amiodarone": True, "race": None, "genotype": "*1/*2", **values}
    used = tuple(InputUsed(name=name, meaning="", value=value) for name, value in known.items())
    return DosePrediction(
        model="warfarin-pgx", version="1", digest="ab" * 32, state="approved", title="", drug="",
        predicts="", unit="mg/week", dose=31.2, typical=35.0, certainty=Certainty.CERTAIN,
        citation=ModelCitation(text=""), population="", uses_race=False, uses_genotype=True,
        lower=18.0, upper=48.1, level=0.9, inputs=used,
    )  # fmt: skip


def test_a_prediction_becomes_its_line(tmp_path):
    path = tmp_path / "log.jsonl"
    line = prediction_line(prediction(), "2026-11-29", {"sex": "female"})
    key = append_prediction(path, line, declared_by(INPUTS), {"sex": frozenset({"female", "male"})})
    [(_, read)] = read_log(path)
    assert read.key == key
    assert read.inputs == {"age_years": 61.0, "amiodarone": True, "race": None, "genotype": "*1/*2"}
    assert (read.prediction, read.lower, read.upper, read.level) == (31.2, 18.0, 48.1, 0.9)


@pytest.mark.parametrize("values", [{"race": "Martian"}, {"genotype": "*1/*9"}, {"name": "Jane"}])
def test_what_the_model_does_not_declare_is_not_logged(tmp_path, values):
    path = tmp_path / "log.jsonl"
    line = prediction_line(prediction(**values), "2026-11-29")
    with pytest.raises(PredictionLogError):
        append_prediction(path, line, declared_by(INPUTS))
    assert not path.exists()
