"""What a model's folder says of its validation, and what is refused."""

from __future__ import annotations

import pytest

from cases import one_test
from dosing.registry.made import METRICS, made
from pgx.errors import ModelFolderError
from pgx_dosing.monitoring.records import monitored_model

REFERENCE = {
    "inputs": {
        "age_years": {"kind": "number", "edges": [50, 60], "shares": [0.2, 0.3, 0.5]},
        "race": {"kind": "levels", "shares": {"Asian": 0.4, "White": 0.6}, "missing": 0.1},
    },
    "residual": {"scale": "square_root", "mean": 0.05, "sd": 0.85},
    "coverage": 0.9,
    "mae": 8.6,
    "groups": {"race": {"Asian": {"n": 900, "mae": 7.0, "coverage": 0.91}}},
}  # fmt: skip


def folder(tmp_path, reference=REFERENCE):
    return made(tmp_path / "1", metrics={**METRICS, "reference": reference})


def test_the_reference_of_a_folder_is_read(tmp_path):
    own = folder(tmp_path)
    watched = monitored_model(own)
    assert (watched.model, watched.version, watched.unit) == ("examplol", "1", "mg/week")
    assert watched.digest == own.digest
    assert watched.reference.inputs["age_years"].inner_edges() == (50.0, 60.0)
    assert watched.reference.groups["race"]["Asian"].coverage == 0.91
    assert watched.reference.within_20_percent is None
    assert watched.reference.residual.scale == "square_root"


@one_test
@pytest.mark.parametrize(
    "change",
    [
        {"inputs": {"age": {"kind": "number", "edges": [50], "shares": [0.2, 0.2]}}},
        {"inputs": {"age": {"kind": "number", "edges": [50, 40], "shares": [0.2, 0.3, 0.5]}}},
        {"inputs": {"age": {"kind": "number", "edges": [], "shares": [0.5, 0.2, 0.3]}}},
        {"inputs": {"age": {"kind": "number", "edges": [], "shares": []}}},
        {"inputs": {"race": {"kind": "levels", "shares": {"A": 1.2, "B": -0.2}}}},
        {"inputs": {"race": {"kind": "levels", "shares": {"A": 1.0}, "missing": 2}}},
        {"inputs": {"race": {"kind": "other", "shares": {"A": 1.0}}}},
        {"residual": {"mean": 0, "sd": 0}},
        {"residual": {"mean": 0, "sd": 1, "scale": "cubic"}},
        {"residual": {"mean": 0, "sd": 1, "quantiles": [1, 0]}},
        {"coverage": 90},
        {"mae": -1},
        {"groups": {"race": {"Asian": {"n": 0}}}},
    ],
)
def test_a_reference_that_cannot_be_is_refused(tmp_path, change):
    with pytest.raises(ModelFolderError) as caught:
        monitored_model(folder(tmp_path, {**REFERENCE, **change}))
    assert caught.value.where == "examplol@1/metrics.json"
    assert caught.value.exit_status == 3


def test_a_model_without_metrics_is_refused(tmp_path):
    with pytest.raises(ModelFolderError, match="no reference"):
        monitored_model(made(tmp_path / "1", metrics=None))


def test_training_leaves_what_is_read_here(tmp_path):
    """The fields that training writes beside these are no fault."""
    more = {**REFERENCE, "n": 3926, "mae_sd": 7.5, "within_20_percent": 0.45}
    assert monitored_model(folder(tmp_path, more)).reference.n == 3926
