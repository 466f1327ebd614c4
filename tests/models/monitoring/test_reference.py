"""What a model's folder says of its validation, and what is refused."""

from __future__ import annotations

import json

import pytest

from pgx.base.errors import ModelFolderError
from pgx.models.monitoring.reference import find_model_folder, read_watched_model

MODEL = {"name": "warfarin-local", "version": "1", "unit": "mg/week", "inputs": []}
REFERENCE = {
    "inputs": {
        "age_years": {"kind": "number", "edges": [50, 60], "shares": [0.2, 0.3, 0.5]},
        "race": {"kind": "levels", "shares": {"Asian": 0.4, "White": 0.6}, "missing": 0.1},
    },
    "residual": {"mean": 0.5, "sd": 11.2},
    "coverage": 0.9,
    "mae": 8.6,
    "groups": {"race": {"Asian": {"n": 900, "mae": 7.0, "coverage": 0.91}}},
}  # fmt: skip


def folder(tmp_path, reference=REFERENCE, model=MODEL):
    (tmp_path / "model.json").write_text(json.dumps(model), encoding="utf-8")
    metrics = {"n": 3926, "reference": reference}
    (tmp_path / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    return tmp_path


def test_the_folder_of_the_design_is_read(tmp_path):
    watched = read_watched_model(folder(tmp_path))
    assert (watched.model, watched.version, watched.unit) == ("warfarin-local", "1", "mg/week")
    assert watched.reference.inputs["age_years"].inner_edges() == (50.0, 60.0)
    assert watched.reference.groups["race"]["Asian"].coverage == 0.91
    assert watched.reference.within_20_percent is None


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": {"age": {"kind": "number", "edges": [50], "shares": [0.2, 0.2]}}},
        {"inputs": {"age": {"kind": "number", "edges": [50, 40], "shares": [0.2, 0.3, 0.5]}}},
        {"inputs": {"age": {"kind": "number", "edges": [50, 60, 70], "shares": [0.5, 0.2, 0.3]}}},
        {"inputs": {"age": {"kind": "number", "edges": [], "shares": []}}},
        {"inputs": {"race": {"kind": "levels", "shares": {"A": 1.2, "B": -0.2}}}},
        {"inputs": {"race": {"kind": "levels", "shares": {"A": 1.0}, "missing": 2}}},
        {"inputs": {"race": {"kind": "other", "shares": {"A": 1.0}}}},
        {"residual": {"mean": 0, "sd": 0}},
        {"residual": {"mean": 0, "sd": 1, "quantiles": [1, 0]}},
        {"coverage": 90},
        {"mae": -1},
        {"groups": {"race": {"Asian": {"n": 0}}}},
    ],
)
def test_a_reference_that_cannot_be_is_refused(tmp_path, change):
    with pytest.raises(ModelFolderError) as caught:
        read_watched_model(folder(tmp_path, {**REFERENCE, **change}))
    assert caught.value.where.endswith("metrics.json")
    assert caught.value.exit_status == 3


def test_files_that_are_absent_or_none_are_refused(tmp_path):
    with pytest.raises(ModelFolderError, match=r"model\.json"):
        read_watched_model(tmp_path)
    folder(tmp_path)
    (tmp_path / "metrics.json").write_bytes(b"\xff")
    with pytest.raises(ModelFolderError, match=r"metrics\.json"):
        read_watched_model(tmp_path)


@pytest.mark.parametrize("name", ["no-such-model", "../data", "", "/no/such/folder"])
def test_a_model_that_is_not_there_is_refused(name):
    with pytest.raises(ModelFolderError, match="no model"):
        find_model_folder(name)


def test_a_folder_is_found_by_its_path(tmp_path):
    assert find_model_folder(str(tmp_path)) == tmp_path
