"""A log as it is watched: outcomes find their predictions, oddities are findings."""

from __future__ import annotations

import pytest

from dosing.monitoring.test_log import DECLARED, GROUPS, line
from pgx.errors import PredictionLogError
from pgx_dosing.monitoring.joined import last_model, read_monitored_log
from pgx_dosing.monitoring.log import append_outcome, append_prediction, new_key
from pgx_dosing.monitoring.records import MonitoredModel, ValidationReference

WATCHED = MonitoredModel("warfarin-pgx", "1", "mg/week", ValidationReference())


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log.jsonl"


def add(path, **changes):
    return append_prediction(path, line(**changes), DECLARED, GROUPS)


def findings(log):
    return {finding.code: (finding.n, finding.lines) for finding in log.findings}


def test_outcomes_are_joined_and_ordered_by_their_day(path):
    first, second, _ = add(path), add(path, prediction=20.0), add(path)
    append_outcome(path, first, 30.0, "2027-02-01")
    append_outcome(path, second, 22.0, "2027-01-01")
    log = read_monitored_log(path, WATCHED, 500)
    assert (log.n_predictions, len(log.outcomes)) == (3, 2)
    assert log.outcomes.dates == ("2027-01-01", "2027-02-01")
    assert log.outcomes.residuals.tolist() == [2.0, pytest.approx(-1.2)]
    assert log.findings == ()


def test_an_outcome_may_stand_in_the_prediction_itself(path):
    add(path, outcome=28.0)
    assert read_monitored_log(path, WATCHED, 500).outcomes.observed.tolist() == [28.0]


def test_oddities_are_findings_with_their_lines(path):
    key = add(path)
    append_outcome(path, new_key(), 30.0, "2027-02-01")
    append_outcome(path, key, 31.0, "2026-11-28")
    append_outcome(path, key, 30.0, "2027-02-01")
    append_outcome(path, key, 99.0, "2027-02-02")
    add(path, key=key)
    add(path, date="2026-11-01")
    log = read_monitored_log(path, WATCHED, 500)
    assert findings(log) == {
        "unknown_key": (1, (2,)),
        "outcome_before_prediction": (1, (3,)),
        "second_outcome": (1, (5,)),
        "repeated_key": (1, (6,)),
        "unordered_dates": (1, (7,)),
    }
    assert log.outcomes.observed.tolist() == [30.0]
    assert (log.first_date, log.last_date) == ("2026-11-01", "2026-11-29")


def test_other_models_are_left_out_with_their_outcomes(path):
    other = add(path, model="other")
    add(path, version="2")
    add(path, unit="mg/day")
    add(path, digest="cd" * 32)
    add(path)
    append_outcome(path, other, 30.0, "2027-02-01")
    log = read_monitored_log(path, WATCHED, 500)
    assert findings(log) == {
        "other_model": (1, (1,)),
        "other_version": (1, (2,)),
        "other_unit": (1, (3,)),
        "other_digest": (1, (4,)),
    }
    assert log.n_predictions == 1
    assert log.identity.digest == "ab" * 32


def test_a_digest_that_is_asked_for_is_the_one_that_is_watched(path):
    add(path, digest="cd" * 32)
    add(path)
    asked = MonitoredModel("warfarin-pgx", "1", "mg/week", ValidationReference(), "cd" * 32)
    log = read_monitored_log(path, asked, 500)
    assert log.identity.digest == "cd" * 32
    assert findings(log) == {"other_digest": (1, (2,))}


def test_the_window_holds_the_newest_inputs(path):
    for age in (50, 60, 70):
        add(path, inputs={"age_years": age})
    log = read_monitored_log(path, WATCHED, 2)
    assert [row["age_years"] for row in log.inputs] == [60, 70]


def test_a_log_of_another_model_is_refused(path):
    add(path, model="other")
    with pytest.raises(PredictionLogError, match="no prediction of warfarin-pgx version 1"):
        read_monitored_log(path, WATCHED, 500)
    assert last_model(path).model == "other"
    path.write_bytes(b"")
    with pytest.raises(PredictionLogError, match="no prediction"):
        last_model(path)
