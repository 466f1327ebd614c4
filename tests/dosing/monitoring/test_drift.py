"""Drift of inputs: distributions, missing values, new levels."""

from __future__ import annotations

import numpy as np
import pytest

from cases import one_test
from pgx_dosing.monitoring.drift import _chance_limits, chi_square, drift_checks, ks, psi
from pgx_dosing.monitoring.records import (
    CheckState,
    LevelReference,
    NumberReference,
    Settings,
    ValidationReference,
)

AGES = NumberReference((50.0, 60.0, 70.0), (0.25, 0.25, 0.25, 0.25), 0.02)
RACE = LevelReference({"Asian": 0.3, "Black": 0.1, "White": 0.6}, 0.0)
REFERENCE = ValidationReference(inputs={"age_years": AGES, "race": RACE}, n=4000)
SETTINGS = Settings()


def rows(n=400, ages=(45.0, 55.0, 65.0, 75.0), race=("White",) * 6 + ("Asian",) * 3 + ("Black",)):
    return [{"age_years": ages[i % len(ages)], "race": race[i % len(race)]} for i in range(n)]


def found(inputs, reference=REFERENCE, settings=SETTINGS):
    checks, _ = drift_checks(inputs, reference, settings)
    return {check.id.removeprefix("drift."): check for check in checks}


def test_statistics_by_hand():
    now, then = np.array([0.5, 0.5]), np.array([0.25, 0.75])
    assert float(psi(now, then)) == pytest.approx(0.25 * np.log(2) - 0.25 * np.log(0.5 / 0.75))
    assert float(ks(now, then)) == 0.25
    assert float(chi_square(now, then)) == pytest.approx(0.25**2 / 0.25 + 0.25**2 / 0.75)
    assert np.isfinite(psi(np.array([1.0, 0.0]), then))


def test_patients_as_in_the_validation_are_ok():
    checks = found(rows())
    assert {check.state for check in checks.values()} == {CheckState.OK}
    assert set(checks) == {
        "psi.age_years", "ks.age_years", "missing.age_years",
        "psi.race", "chi_square.race", "missing.race", "unseen.race",
    }  # fmt: skip


def test_older_patients_are_an_alert_with_value_limit_and_advice():
    check = found(rows(ages=(65.0, 75.0, 75.0, 75.0)))["psi.age_years"]
    assert check.state is CheckState.ALERT
    assert check.value > check.threshold > 0
    assert check.material == 0.2
    assert check.n == 400
    assert check.advice


def test_a_small_but_sure_difference_is_to_be_watched():
    ages = (45.0,) * 21 + (55.0,) * 24 + (65.0,) * 26 + (75.0,) * 29
    check = found(rows(20_000, ages))["psi.age_years"]
    assert check.threshold < check.value < 0.2
    assert check.state is CheckState.WATCH


def test_the_limit_grows_as_the_log_shrinks():
    limits = [found(rows(n))["psi.age_years"].threshold for n in (60, 400, 4000)]
    assert limits == sorted(limits, reverse=True)
    assert limits[0] > 0.2, "the textbook's limit would alarm a small log"


def test_an_exact_edge_belongs_to_the_bin_above():
    _, [ages, _] = drift_checks(rows(ages=(50.0,)), REFERENCE, SETTINGS)
    assert ages.found == (0.0, 1.0, 0.0, 0.0)
    assert ages.labels == ("below 50", "50–60", "60–70", "from 70")


def test_outer_edges_may_be_given_too():
    outer = NumberReference((18.0, 50.0, 60.0, 70.0, 110.0), AGES.shares, 0.02)
    wide = ValidationReference(inputs={"age_years": outer}, n=4000)
    narrow = ValidationReference(inputs={"age_years": AGES}, n=4000)
    assert found(rows(), wide) == found(rows(), narrow)


def test_an_input_that_vanishes_is_an_alert_and_the_rest_is_not_assessed():
    checks = found([{**row, "age_years": None} for row in rows()])
    assert checks["missing.age_years"].state is CheckState.ALERT
    assert checks["missing.age_years"].value == 1.0
    for kind in ("psi", "ks"):
        assert checks[f"{kind}.age_years"].state is CheckState.NOT_ASSESSED
        assert "at least 50" in checks[f"{kind}.age_years"].reason
    absent = found([{"race": row["race"]} for row in rows()])
    assert absent["missing.age_years"].state is CheckState.ALERT, "absent is missing"


def test_values_that_are_no_longer_missing_are_watched_and_no_alert():
    often = ValidationReference(
        inputs={"age_years": NumberReference(AGES.edges, AGES.shares, 0.4)}, n=4000
    )
    check = found(rows(), often)["missing.age_years"]
    assert (check.state, check.value) == (CheckState.WATCH, 0.0)


def test_one_missing_value_where_none_was_missing_is_ok():
    inputs = rows()
    inputs[0]["race"] = None
    assert found(inputs)["missing.race"].state is CheckState.OK


def test_new_levels_are_named():
    inputs = rows()
    inputs[0]["race"] = "Other"
    check = found(inputs)["unseen.race"]
    assert "Other (1)" in check.reason
    assert check.state is CheckState.OK
    for row in inputs[:40]:
        row["race"] = "Other"
    assert found(inputs)["unseen.race"].state is CheckState.ALERT


def test_yes_and_no_are_levels_however_they_are_written():
    own = ValidationReference(inputs={"amiodarone": LevelReference({"0": 0.9, "1": 0.1})}, n=4000)
    values = [True] + [False] * 9
    assert {
        check.state
        for check in found([{"amiodarone": values[i % 10]} for i in range(400)], own).values()
    } == {CheckState.OK}


def test_a_small_log_is_not_assessed():
    assert {check.state for check in found(rows(20)).values()} == {CheckState.NOT_ASSESSED}
    assert {check.state for check in found([]).values()} == {CheckState.NOT_ASSESSED}


@one_test
@pytest.mark.parametrize("expected", [[0.25] * 4, [0.3, 0.1, 0.6], [0.1] * 10], ids=len)
@pytest.mark.parametrize("alpha", [0.05, 0.005])
def test_the_share_of_false_alarms_is_the_one_that_is_stated(expected, alpha):
    shares = np.array(expected)
    statistics = {"psi": psi, "ks": ks, "chi_square": chi_square}
    limits = _chance_limits(statistics, shares, 200, 4000, alpha)
    random = np.random.default_rng(5)
    now = random.multinomial(200, shares, 20_000) / 200
    then = random.multinomial(4000, shares, 20_000) / 4000
    for kind, statistic in statistics.items():
        alarms = float((statistic(now, then) > limits[kind]).mean())
        assert alarms == pytest.approx(alpha, rel=0.35), kind
