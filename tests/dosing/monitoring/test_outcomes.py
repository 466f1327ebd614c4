"""What outcomes say: charts, error, coverage, gaps between groups."""

from __future__ import annotations

import datetime as dt

import msgspec
import numpy as np
import pytest

from pgx_dosing.monitoring.charts import residual_checks, standardised
from pgx_dosing.monitoring.errors import coverage_checks, error_checks, gap_checks
from pgx_dosing.monitoring.joined import Outcomes
from pgx_dosing.monitoring.records import (
    CheckState,
    GroupReference,
    ResidualReference,
    Settings,
    ValidationReference,
)
from pgx_dosing.specification import Link

SETTINGS = Settings()
REFERENCE = ValidationReference(
    residual=ResidualReference(0.0, 10.0),
    coverage=0.9,
    mae=8.0,
    within_20_percent=0.45,
    n=4000,
    groups={
        "race": {
            "Asian": GroupReference(1200, 6.0, 0.92),
            "White": GroupReference(2800, 9.0, 0.89),
        }
    },
)


def outcomes(residuals, half=16.45, race=("White", "White", "Asian"), level=0.9):
    n = len(residuals)
    predicted = np.full(n, 35.0)
    days = [(dt.date(2026, 1, 1) + dt.timedelta(days=i)).isoformat() for i in range(n)]
    return Outcomes(
        tuple(days), predicted + residuals, predicted, predicted - half, predicted + half,
        np.full(n, level), tuple({"race": race[i % len(race)]} for i in range(n)),
    )  # fmt: skip


def normal(n, seed=0, mean=0.0, sd=10.0):
    return np.random.default_rng(seed).normal(mean, sd, n)


def by_kind(checks):
    return {f"{c.kind}.{c.subject}" if c.subject else c.kind: c for c in checks}


def test_charts_in_control_are_quiet():
    checks, charts = residual_checks(outcomes(normal(450)), REFERENCE, SETTINGS)
    assert {check.state for check in checks} == {CheckState.OK}
    assert [chart.kind for chart in charts] == ["cusum_up", "cusum_down", "ewma"]
    assert all(len(chart.values) == 450 for chart in charts)


def test_a_shift_is_signalled_dated_and_measured():
    residuals = normal(600)
    residuals[300:] += 5.0
    checks, _ = residual_checks(outcomes(residuals), REFERENCE, SETTINGS, "mg/week")
    check = by_kind(checks)["cusum_up"]
    assert check.state is CheckState.ALERT
    begin = dt.date(2026, 1, 1) + dt.timedelta(days=300)
    assert dt.date.fromisoformat(check.since) > begin
    assert abs((dt.date.fromisoformat(check.started) - begin).days) < 60
    assert "mg/week above what was predicted" in check.reason
    assert by_kind(checks)["cusum_down"].state is CheckState.OK


def test_the_other_side_is_seen_too():
    checks, _ = residual_checks(outcomes(normal(500, mean=-5.0)), REFERENCE, SETTINGS)
    check = by_kind(checks)["cusum_down"]
    assert check.state is CheckState.ALERT
    assert "below what was predicted" in check.reason


def test_a_shift_that_is_over_is_to_be_watched():
    residuals = np.concatenate((normal(300, mean=8.0), normal(900, mean=-1.0)))
    checks, _ = residual_checks(outcomes(residuals), REFERENCE, SETTINGS)
    assert by_kind(checks)["cusum_up"].state is CheckState.WATCH


def test_sums_and_averages_by_hand():
    settings = Settings(shift_sd=1.0, ewma_weight=0.5)
    _, [up, down, mean] = residual_checks(
        outcomes(np.array([10.0, 20.0, -10.0])), REFERENCE, settings
    )
    assert up.values.tolist() == [0.5, 2.0, 0.5]
    assert down.values.tolist() == [0.0, 0.0, 0.5]
    assert mean.values.tolist() == [0.5, 1.25, 0.125]


def test_one_strange_outcome_does_not_signal():
    residuals = normal(200)
    residuals[100] = 1e6
    checks, _ = residual_checks(outcomes(residuals), REFERENCE, SETTINGS)
    assert {check.state for check in checks} == {CheckState.OK}
    assert standardised(np.array([1e6]), REFERENCE.residual).tolist() == [3.0]


def test_without_outcomes_or_residuals_nothing_is_assessed():
    for found in (
        residual_checks(outcomes([]), REFERENCE, SETTINGS),
        residual_checks(outcomes(normal(100)), ValidationReference(), SETTINGS),
    ):
        assert {check.state for check in found[0]} == {CheckState.NOT_ASSESSED}
        assert found[1] == []


def test_error_as_in_the_validation_is_ok_and_a_larger_one_an_alert():
    ok = by_kind(error_checks(outcomes(normal(400)), REFERENCE, SETTINGS))
    assert ok["mae"].state is CheckState.OK
    assert ok["mae"].lower < ok["mae"].value < ok["mae"].upper
    worse = by_kind(error_checks(outcomes(normal(400, sd=14.0)), REFERENCE, SETTINGS))
    assert worse["mae"].state is CheckState.ALERT
    assert worse["within_20"].state is CheckState.ALERT


def test_share_within_20_percent_of_the_outcome():
    # of 35 predicted: outcomes 43.75 (exactly 20% off) and 43.76
    checks = error_checks(outcomes(np.array([8.75, 8.76] * 50)), REFERENCE, SETTINGS)
    assert by_kind(checks)["within_20"].value == 0.5


def test_only_the_newest_outcomes_count():
    residuals = np.concatenate((normal(500, sd=30.0), normal(500)))
    assert (
        by_kind(error_checks(outcomes(residuals), REFERENCE, SETTINGS))["mae"].state
        is CheckState.OK
    )


def test_errors_without_reference_or_outcomes_are_not_assessed():
    without = error_checks(outcomes(normal(100)), ValidationReference(), SETTINGS)
    few = error_checks(outcomes(normal(20)), REFERENCE, SETTINGS)
    assert {check.state for check in (*without, *few)} == {CheckState.NOT_ASSESSED}


def test_coverage_as_promised_is_ok():
    checks = by_kind(coverage_checks(outcomes(normal(450)), REFERENCE, SETTINGS))
    assert set(checks) == {"coverage", "coverage.race=Asian", "coverage.race=White"}
    assert {check.state for check in checks.values()} == {CheckState.OK}


def test_narrow_intervals_are_an_alert_wide_ones_are_watched():
    narrow = by_kind(coverage_checks(outcomes(normal(450), half=11.0), REFERENCE, SETTINGS))
    assert narrow["coverage"].state is CheckState.ALERT
    assert narrow["coverage"].upper < 0.9
    wide = by_kind(coverage_checks(outcomes(normal(450), half=40.0), REFERENCE, SETTINGS))
    assert wide["coverage"].state is CheckState.WATCH
    assert "wider" in wide["coverage"].advice


def test_coverage_that_was_low_when_validated_is_watched_not_alarmed():
    known = msgspec.structs.replace(REFERENCE, coverage=0.72)
    checks = by_kind(coverage_checks(outcomes(normal(450), half=11.0), known, SETTINGS))
    assert checks["coverage"].state is CheckState.WATCH


def test_an_end_of_an_interval_is_within_it():
    checks = coverage_checks(outcomes(np.full(60, 16.45)), REFERENCE, SETTINGS)
    assert checks[0].value == 1.0


def test_small_groups_and_groups_of_the_validation_alone_are_not_assessed():
    checks = by_kind(coverage_checks(outcomes(normal(90), race=("White",)), REFERENCE, SETTINGS))
    assert checks["coverage.race=Asian"].state is CheckState.NOT_ASSESSED
    assert "0 outcomes" in checks["coverage.race=Asian"].reason


def test_without_intervals_coverage_is_not_assessed():
    found = outcomes(normal(90))
    bare = msgspec.structs.replace(found, lower=np.full(90, np.nan), upper=np.full(90, np.nan))
    [check] = coverage_checks(bare, REFERENCE, SETTINGS)
    assert check.state is CheckState.NOT_ASSESSED
    gaps = by_kind(gap_checks(bare, REFERENCE, SETTINGS))
    assert gaps["coverage.race=Asian"].state is CheckState.NOT_ASSESSED
    assert gaps["mae.race=Asian"].state is not CheckState.NOT_ASSESSED


def in_groups(asian_sd, white_sd, n=450):
    residuals = normal(n, sd=1.0)
    is_asian = np.arange(n) % 3 == 2
    return outcomes(np.where(is_asian, asian_sd, white_sd) * residuals)


def test_the_gap_of_the_validation_is_ok_and_a_wider_one_an_alert():
    # mean absolute errors of 6 and 9 are standard deviations of 7.5 and 11.3
    known = by_kind(gap_checks(in_groups(7.5, 11.3), REFERENCE, SETTINGS))
    assert known["mae.race=Asian"].state is CheckState.OK
    assert known["mae.race=Asian"].expected == pytest.approx(-3.0)
    wider = by_kind(gap_checks(in_groups(16.0, 11.3), REFERENCE, SETTINGS))
    assert wider["mae.race=Asian"].state is CheckState.ALERT
    assert wider["coverage.race=Asian"].state is CheckState.ALERT
    assert wider["mae.race=White"].state is CheckState.OK, "the others do better than before"


def test_a_gap_that_was_never_validated_is_watched():
    bare = msgspec.structs.replace(REFERENCE, groups={})
    check = by_kind(gap_checks(in_groups(16.0, 8.0), bare, SETTINGS))["mae.race=Asian"]
    assert check.state is CheckState.WATCH
    assert "not validated" in check.reason


def test_a_group_in_which_all_are_covered_has_an_interval_too():
    found = outcomes(np.where(np.arange(300) % 3 == 2, 1.0, 20.0 * (np.arange(300) % 7 == 0)))
    check = by_kind(gap_checks(found, REFERENCE, SETTINGS))["coverage.race=Asian"]
    assert check.lower < check.value < check.upper


def test_gaps_of_few_are_not_assessed():
    checks = gap_checks(outcomes(normal(60)), REFERENCE, SETTINGS)
    assert by_kind(checks)["mae.race=Asian"].state is CheckState.NOT_ASSESSED


def test_residuals_are_taken_on_the_scale_of_the_validation():
    own = msgspec.structs.replace(REFERENCE, residual=ResidualReference(0.1, 0.5, Link.SQUARE_ROOT))
    found = outcomes(np.array([1.0, 14.0]))
    _, [up, *_] = residual_checks(found, own, Settings(shift_sd=0.0))
    first = (6.0 - np.sqrt(35) - 0.1) / 0.5
    assert up.values.tolist() == pytest.approx(
        [max(first, 0), max(first, 0) + (7.0 - np.sqrt(35) - 0.1) / 0.5]
    )


def test_a_shift_on_another_scale_is_told_in_the_unit_of_the_model():
    own = msgspec.structs.replace(REFERENCE, residual=ResidualReference(0.0, 0.5, Link.SQUARE_ROOT))
    checks, _ = residual_checks(outcomes(np.full(300, 4.0)), own, SETTINGS, "mg/week")
    assert "on average 4 mg/week above" in by_kind(checks)["cusum_up"].reason
