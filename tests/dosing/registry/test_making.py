"""A draft gets what it lacks: metrics, a plan, sentences; its card follows."""

from __future__ import annotations

import pytest

from dosing.registry.made import KEY, METRICS, NOTE, PLAN, approved, made, model_of, protocol_of
from pgx.errors import ModelFolderError, ModelStateError
from pgx_dosing.registry.folder import check_signatures, read_folder
from pgx_dosing.registry.history import LifecycleState
from pgx_dosing.registry.making import attach, make_model
from pgx_dosing.registry.states import advance

BARE = {"schema": None, "lineage": None, "metrics": None, "card": None, "change_plan": None}


def card_of(model) -> str:
    return model.files["card.md"].decode()


def test_a_model_gets_a_card_of_what_it_has(tmp_path):
    assert "no metrics.json" in card_of(made(tmp_path / "1", **BARE))
    assert "8.5 (patients 8.1–8.9" in card_of(made(tmp_path / "2", card=None))
    assert card_of(made(tmp_path / "3")) == "# Examplol\n"


def test_a_published_equation_is_validated_by_what_was_measured_here(tmp_path):
    folder = tmp_path / "1"
    make_model(folder, {"model.json": model_of(kind="published")}, NOTE)
    measured = {**METRICS, "model": "examplol", "version": "1"}
    after = attach(folder, NOTE, metrics=measured, plan=PLAN, statements={"17": "not needed"})
    assert read_folder(folder).document("metrics.json") == measured
    assert read_folder(folder).document("change-plan.json") == PLAN
    for words in ("8.5 (patients", "| 17 | ethical approval | not needed |", "intercept of a site"):
        assert words in card_of(after)
    advance(folder, LifecycleState.VALIDATED, NOTE, protocol=protocol_of(tmp_path))


def test_what_monitoring_needs_stays(tmp_path):
    made(tmp_path / "1")
    new = {"n": 40, "mae_mg_per_week": 7.0}
    kept = {key: METRICS[key] for key in ("reference", "local")}
    assert attach(tmp_path / "1", NOTE, metrics=new).document("metrics.json") == kept | new


@pytest.mark.parametrize(
    "metrics", [{"model": "other"}, {"version": "2"}, {"model": "examplol", "version": 1}]
)
def test_metrics_of_another_model_are_refused(tmp_path, metrics):
    made(tmp_path / "1")
    with pytest.raises(ModelStateError, match=r"is of (name|version)"):
        attach(tmp_path / "1", NOTE, metrics=METRICS | metrics)


def test_metrics_of_the_version_before_validate_nothing(tmp_path):
    made(tmp_path / "2", metrics={**METRICS, "version": "1"})
    with pytest.raises(ModelStateError, match="of version 1, not of 2"):
        advance(tmp_path / "2", LifecycleState.VALIDATED, NOTE, protocol=protocol_of(tmp_path))


def test_what_is_no_plan_is_not_attached(tmp_path):
    before = made(tmp_path / "1")
    with pytest.raises(ModelFolderError, match="not a change plan"):
        attach(tmp_path / "1", NOTE, plan={"changes": []})
    assert read_folder(tmp_path / "1").digest == before.digest


def test_an_approved_model_gets_nothing(tmp_path):
    approved(tmp_path / "1", tmp_path)
    with pytest.raises(ModelStateError, match="cannot be changed"):
        attach(tmp_path / "1", NOTE, metrics=METRICS)


def test_what_is_attached_with_a_key_is_signed(tmp_path):
    made(tmp_path / "1", KEY)
    attach(tmp_path / "1", NOTE, metrics=METRICS, key=KEY)
    check_signatures(read_folder(tmp_path / "1"), KEY)
