"""Scores, bootstrap, groups and net benefit against plain arithmetic."""

from __future__ import annotations

import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from dosing.invented import table
from pgx_dosing.equation import Bounds
from pgx_dosing.evaluation import (
    Predicted,
    by_patients,
    by_sites,
    groups_of,
    net_benefits,
    scores,
    within,
)

DOSES = st.lists(st.tuples(st.floats(1, 150), st.floats(1, 150)), min_size=10, max_size=40)


@given(DOSES)
def test_scores_by_a_plain_oracle(pairs):
    predicted, actual = (np.array(side) for side in zip(*pairs, strict=True))
    bounds = Bounds(predicted - 10, predicted + 5)
    found = scores(Predicted(predicted, bounds), actual)
    rel = {"rel": 1e-5, "abs": 1e-5}
    assert found.n == len(pairs)
    assert found.mae_mg_per_week == pytest.approx(
        statistics.fmean(abs(p - a) for p, a in pairs), **rel
    )
    assert found.bias_mg_per_week == pytest.approx(statistics.fmean(p - a for p, a in pairs), **rel)
    assert found.interval_coverage == pytest.approx(
        statistics.fmean(p - 10 <= a <= p + 5 for p, a in pairs), **rel
    )
    mean = statistics.fmean(actual)
    total = sum((a - mean) ** 2 for a in actual)
    if total > 1e-3:
        rest = sum((p - a) ** 2 for p, a in pairs)
        assert found.r_squared == pytest.approx(1 - rest / total, **rel)
    if np.ptp(predicted) > 1e-3:
        slope, start = statistics.linear_regression(predicted, actual)
        assert found.calibration_slope == pytest.approx(slope, rel=1e-4, abs=1e-4)
        assert found.calibration_intercept == pytest.approx(start, rel=1e-3, abs=1e-2)


@one_test
@pytest.mark.parametrize(
    ("predicted", "actual", "inside"),
    [(42.0, 35.0, True), (28.0, 35.0, True), (42.01, 35.0, False), (27.99, 35.0, False),
     (8.4, 7.0, True), (5.6, 7.0, True), (35.0, 42.0, True), (35.0, 44.0, False)],
)  # fmt: skip
def test_within_20_percent_is_of_the_actual_dose(predicted, actual, inside):
    assert within(np.array([predicted]), np.array([actual])).tolist() == [inside]


def test_scores_of_nobody_and_of_few():
    nobody = scores(Predicted(np.array([])), np.array([]))
    assert nobody.n == 0
    assert set(nobody[1:]) == {None}
    few = scores(Predicted(np.array([30.0, 40.0])), np.array([35.0, 41.0]))
    assert few.mae_mg_per_week == 3.0
    assert (few.r_squared, few.calibration_slope, few.interval_coverage) == (None, None, None)


def test_one_dose_for_everybody_has_no_calibration_line():
    actual = np.linspace(20, 60, 12)
    found = scores(Predicted(np.full(12, 35.0)), actual)
    assert found.calibration_slope is None
    assert found.r_squared <= 0
    same = scores(Predicted(actual), np.full(12, 40.0))
    assert same.r_squared is None


@pytest.mark.parametrize("seed", range(4))
def test_bootstrap_ends_bracket_the_mean(seed):
    rng = np.random.default_rng(seed)
    site = np.repeat([str(i) for i in range(12)], 40)
    values = np.abs(rng.normal(np.repeat(rng.normal(8, 2, 12), 40), 3.0))
    low, high = by_patients(values)
    wide = by_sites(values, site)
    assert low < values.mean() < high
    # the ends are 1.96 standard errors off
    error = values.std() / np.sqrt(len(values))
    assert (high - low) / 2 == pytest.approx(1.96 * error, rel=0.12)
    assert wide[0] < low < high < wide[1]
    assert by_patients(values) == (low, high)


def test_sites_of_a_kind_say_little_of_other_sites():
    values = np.arange(6.0)
    assert by_sites(values, np.array(["a"] * 3 + ["b"] * 3)) is None
    assert by_sites(np.ones(6), np.array(["a", "b", "c"] * 2)) == (1.0, 1.0)


def test_groups_part_the_patients():
    own = table(n_sites=4)
    parts: dict[str, np.ndarray] = {}
    for group, _, mask in groups_of(own, ["race", "vkorc1"]):
        parts[group] = parts.get(group, np.zeros(own.n, int)) + mask
    assert set(parts) == {"race", "vkorc1", "age", "dose", "site"}
    for group, times in parts.items():
        assert times.tolist() == [1] * own.n, group


def test_ends_of_age_and_dose_groups():
    own = table(n_sites=1, per_site=6)
    own.columns["age_years"][:] = [49.0, 50.0, 69.0, 70.0, np.nan, 90.0]
    own.dose[:] = [21.0, 21.1, 49.0, 49.1, 5.0, 200.0]
    found = {(g, v): m.nonzero()[0].tolist() for g, v, m in groups_of(own, [])}
    assert found == {
        ("age", "below 50"): [0], ("age", "50 to 69"): [1, 2], ("age", "70 or more"): [3, 5],
        ("dose", "at most 21"): [0, 4], ("dose", "21 to 49"): [1, 2],
        ("dose", "above 49"): [3, 5],
    }  # fmt: skip


def test_net_benefit_by_hand():
    """Of four: two within 20%, one too high, one too low; 35 for all: one, two, one."""
    actual = np.array([35.0, 20.0, 25.0, 60.0])
    found = net_benefits({"model": np.array([36.0, 21.0, 40.0, 30.0])}, actual)
    by_weight = {row["weight"]: row for row in found}
    assert by_weight[1.0] == {"weight": 1.0, "model": 0.25, "fixed": -0.25}
    assert by_weight[0.5] == {"weight": 0.5, "model": 0.375, "fixed": 0.0}
    assert by_weight[2.0]["fixed"] == pytest.approx(0.25 - 2 * 0.5)
