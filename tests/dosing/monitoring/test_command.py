"""``pgx model monitor`` as a user runs it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator
from validation.watching import SCENARIOS, Scenario, validated, write_log

from dosing.registry.made import METRICS, made, model_of
from pgx.cli.options import run_app, single
from pgx.errors import ModelFolderError, OutputError, PredictionLogError
from pgx_dosing.commands.model import monitor
from pgx_dosing.commands.model import run as run_model
from pgx_dosing.folders import REGISTRY_VARIABLE
from pgx_dosing.monitoring.status import render_status_schema, status_schema

ROOT = Path(__file__).parents[3]
WRONG = Scenario("wrong", shift=6.0, age=(72.0, 10.0), vanished="weight_kg")


@pytest.fixture(scope="module")
def made_model(tmp_path_factory):
    """Return a model in its folder, with a simulated validation."""
    reference = msgspec.to_builtins(validated(1).reference)
    return made(
        tmp_path_factory.mktemp("models") / "1",
        model=model_of(name="simulated"),
        metrics={**METRICS, "reference": reference},
    )


@pytest.fixture(scope="module")
def model(made_model):
    return made_model.where


@pytest.fixture(scope="module")
def log(tmp_path_factory, made_model):
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    write_log(path, 2, WRONG, digest=made_model.digest)
    return path


def run(*words):
    return run_app(single(monitor, "monitor"), [str(word) for word in words], "pgx model monitor")


def test_the_status_is_printed_and_alerts_go_to_stderr(model, log, capsys):
    assert run(log, "--model", model) == 0
    out, err = capsys.readouterr()
    status = json.loads(out)
    Draft202012Validator(status_schema()).validate(status)
    assert status["state"] == "alert"
    assert status["n_predictions"] == 500
    alerts = [c["id"] for c in status["checks"] if c["state"] == "alert"]
    assert {"drift.missing.weight_kg", "drift.psi.age_years", "residuals.cusum_up"} <= set(alerts)
    assert [line.split(": ")[1] for line in err.splitlines()] == alerts
    assert all(c["advice"] for c in status["checks"] if c["state"] in ("alert", "watch"))
    assert all(c["reason"] for c in status["checks"])
    assert sum(status["n_by_state"].values()) == len(status["checks"])


def test_a_folder_gets_status_and_page_and_is_not_overwritten(model, log, tmp_path, capsys):
    target = tmp_path / "watch"
    assert run(log, "--model", model, "-o", target, "--quiet") == 0
    assert capsys.readouterr() == ("", "")
    assert sorted(path.name for path in target.iterdir()) == ["dashboard.html", "status.json"]
    first = {path.name: path.read_bytes() for path in target.iterdir()}
    with pytest.raises(OutputError, match="already holds"):
        run(log, "--model", model, "-o", target)
    assert run(log, "--model", model, "-o", target, "--force", "--quiet") == 0
    assert {path.name: path.read_bytes() for path in target.iterdir()} == first


def test_a_quiet_log_is_ok(made_model, tmp_path, capsys):
    path = tmp_path / "log.jsonl"
    write_log(path, 1, SCENARIOS[0], digest=made_model.digest)
    assert run(path, "--model", made_model.where) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["state"] == "ok"
    assert err == ""


def test_a_new_log_is_not_assessed(made_model, tmp_path, capsys):
    path = tmp_path / "log.jsonl"
    write_log(path, 1, SCENARIOS[0], 10, digest=made_model.digest)
    run(path, "--model", made_model.where)
    status = json.loads(capsys.readouterr().out)
    states = {c["state"] for c in status["checks"] if c["family"] != "residuals"}
    assert states == {"not_assessed"}


def test_the_model_is_that_of_the_newest_line(log, model, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(REGISTRY_VARIABLE, str(tmp_path))
    with pytest.raises(ModelFolderError, match="no model simulated@1"):
        run(log)
    shutil.copytree(model, tmp_path / "simulated" / "1")
    run(log)
    assert json.loads(capsys.readouterr().out)["model"]["model"] == "simulated"


def test_predictions_of_other_files_are_not_taken_for_the_models(model, tmp_path):
    path = tmp_path / "log.jsonl"
    write_log(path, 1, SCENARIOS[0], 60)
    with pytest.raises(PredictionLogError, match="whose files differ"):
        run(path, "--model", model)


def test_a_model_without_reference_is_refused(log, tmp_path):
    bare = made(tmp_path / "1", model=model_of(name="simulated"), metrics={"n": 1})
    with pytest.raises(ModelFolderError, match="no reference"):
        run(log, "--model", bare.where)


def test_pgx_model_has_the_command(model, log, capsys):
    assert run_model(["monitor", str(log), "--model", str(model), "--quiet"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "alert"


def test_what_cannot_be_read_is_refused(model, tmp_path):
    path = tmp_path / "log.jsonl"
    with pytest.raises(PredictionLogError, match="cannot be read"):
        run(path, "--model", model)
    path.write_text("{}\n", encoding="utf-8")
    with pytest.raises(PredictionLogError, match="line 1"):
        run(path, "--model", model)


def test_the_window_can_be_chosen_but_not_too_small(model, log, capsys):
    run(log, "--model", model, "--last", 100)
    status = json.loads(capsys.readouterr().out)
    assert status["settings"]["window"] == 100
    [check] = [c for c in status["checks"] if c["id"] == "drift.missing.weight_kg"]
    assert check["n"] == 100
    with pytest.raises(Exception, match="at least 50"):
        run(log, "--model", model, "--last", 10)


def test_the_published_schema_is_that_of_the_records():
    published = ROOT / "docs" / "schema" / "pgx-model-status-1.0.json"
    assert published.read_text(encoding="utf-8") == render_status_schema()
    Draft202012Validator.check_schema(status_schema())
