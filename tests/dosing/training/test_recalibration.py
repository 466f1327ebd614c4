"""A site's intercept by plain oracles: the spread, the shrinkage, what is shown beforehand."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing.invented import model, table
from pgx.errors import UsageError
from pgx_dosing.equation import dose_of, on_link
from pgx_dosing.specification import Link, fill
from pgx_dosing.training.run import (
    ResidualSpread,
    recalibrate,
    shift_of,
    spread_in,
    spread_of,
    tried,
)


def plain_spread(groups: list[list[float]]) -> tuple[float, float]:
    """One-way layout by the book: variance within, and between from the sum of squares."""
    everything = [value for group in groups for value in group]
    n, k, mean = len(everything), len(groups), statistics.fmean(everything)
    within = sum((v - statistics.fmean(g)) ** 2 for g in groups for v in g) / (n - k)
    spread = sum(len(g) * (statistics.fmean(g) - mean) ** 2 for g in groups)
    between = (spread - (k - 1) * within) / (n - sum(len(g) ** 2 for g in groups) / n)
    return math.sqrt(max(between, 0.0)), math.sqrt(within)


def laid_out(groups: list[list[float]]):
    site = np.array([str(i) for i, group in enumerate(groups) for _ in group])
    return np.array([value for group in groups for value in group]), site


@given(st.lists(st.lists(st.floats(-3, 3), min_size=2, max_size=9), min_size=2, max_size=6))
def test_the_spread_is_that_of_a_one_way_layout(groups):
    found = spread_of(*laid_out(groups))
    assert tuple(found) == pytest.approx(plain_spread(groups), abs=1e-6)


def test_the_spread_that_patients_were_made_by():
    rng = np.random.default_rng(1)
    groups = [list(rng.normal(rng.normal(0, 0.5), 1.2, 60)) for _ in range(60)]
    found = spread_of(*laid_out(groups))
    assert found.between == pytest.approx(0.5, abs=0.12)
    assert found.within == pytest.approx(1.2, abs=0.05)


@pytest.mark.parametrize("groups", [[[1.0, 2.0, 4.0]], [[1.0], [2.0], [3.0]]])
def test_where_nothing_can_be_told_apart_there_is_no_spread_between(groups):
    assert spread_of(*laid_out(groups)).between == 0.0


SPREAD = ResidualSpread(between=0.5, within=1.0)


def test_a_shift_by_hand():
    # 20 patients, mean 0.6; 20 / (20 + (1 / 0.5)²) = 5/6
    assert shift_of(np.full(20, 0.6), SPREAD) == pytest.approx(0.5)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=50))
def test_a_shift_has_the_sign_of_the_mean_and_is_smaller(values):
    residual = np.array(values)
    shift, mean = shift_of(residual, SPREAD), float(residual.mean())
    assert abs(shift) <= abs(mean)
    assert shift * mean >= 0


def test_a_shift_shrinks_less_with_more_patients_and_more_between():
    by_n = [shift_of(np.full(n, 1.0), SPREAD) for n in (1, 5, 20, 100)]
    assert by_n == sorted(by_n)
    assert by_n[-1] < 1.0
    by_spread = [shift_of(np.full(10, 1.0), ResidualSpread(b, 1.0)) for b in (0.0, 0.1, 0.5, 2.0)]
    assert by_spread == sorted(by_spread)
    assert by_spread[0] == 0.0
    assert shift_of(np.array([]), SPREAD) == 0.0


def shifted(effect: float, n: int = 40):
    """Return a model and patients of one site who need more than it says."""
    own, patients = model(), table(n_sites=1, per_site=n)
    value = on_link(own, fill(own.inputs, {i.name: patients.columns[i.name] for i in own.inputs}))
    noise = np.random.default_rng(2).normal(0, 0.4, n)
    patients.dose[:] = (value + effect + noise) ** 2
    return own, patients


@pytest.mark.parametrize("effect", [-1.0, 1.0])
def test_a_site_that_differs_gets_its_intercept_and_a_smaller_error(effect):
    own, patients = shifted(effect)
    changed, change = recalibrate(own, patients, SPREAD, "clinic")
    assert changed.recalibration.shift == pytest.approx(effect * 40 / 44, abs=0.15)
    assert changed.recalibration.site == "clinic"
    assert changed.recalibration.n == change.n == 40
    assert change.mae_after < change.mae_before - 2.0


def test_the_error_that_is_shown_leaves_each_patient_out():
    own, patients = shifted(0.5, n=6)
    _, change = recalibrate(own, patients, SPREAD, "c")
    value = on_link(own, fill(own.inputs, {i.name: patients.columns[i.name] for i in own.inputs}))
    residual = np.sqrt(patients.dose) - value
    errors = []
    for i in range(6):
        others = [r for j, r in enumerate(residual) if j != i]
        shift = statistics.fmean(others) * 5 / (5 + 4)
        errors.append(abs((value[i] + shift) ** 2 - patients.dose[i]))
    assert change.mae_after == pytest.approx(statistics.fmean(errors))


def test_an_older_intercept_is_replaced_not_added():
    own, patients = shifted(1.0)
    once, _ = recalibrate(own, patients, SPREAD, "c")
    twice, _ = recalibrate(once, patients, SPREAD, "c")
    assert twice.recalibration == once.recalibration


def test_too_few_patients_for_an_intercept():
    own, patients = shifted(1.0, n=4)
    with pytest.raises(UsageError, match="4 local patients are too few"):
        recalibrate(own, patients, SPREAD, "c")


def test_tried_helps_where_sites_differ_and_hardly_hurts_where_not():
    rng = np.random.default_rng(3)
    site = np.repeat([str(i) for i in range(12)], 60)
    value = rng.normal(5.5, 0.8, 720)
    for between, low, high in ((0.6, 0.8, 9.0), (0.0, -0.3, 0.3)):
        shift = np.repeat(rng.normal(0, between, 12), 60) if between else 0.0
        residual = shift + rng.normal(0, 0.8, 720)
        found = tried(residual, value, (value + residual) ** 2, site, Link.SQUARE_ROOT, 20)
        assert found.n == 12 * 40
        assert low < found.mae_before - found.mae_after < high


def test_tried_without_anybody_left_says_nothing():
    site = np.repeat(["a", "b", "c"], 10)
    value = np.full(30, 5.0)
    residual = np.linspace(-1, 1, 30)
    assert tried(residual, value, dose_of(value + residual, Link.SQUARE_ROOT), site,
                 Link.SQUARE_ROOT, 10) is None  # fmt: skip


def test_the_spread_of_a_models_metrics():
    assert spread_in({"local": {"sd_between": 0.3, "sd_within": 1.0}}) == ResidualSpread(0.3, 1.0)
    for metrics in (None, {}, {"local": {}}, {"local": {"sd_between": "much"}}):
        with pytest.raises(UsageError, match="how much sites differ"):
            spread_in(metrics)
