"""Run lengths against published ones and against simulation."""

from __future__ import annotations

import numpy as np
import pytest

from pgx_dosing.monitoring.charts import (
    ResidualDistribution,
    cusum_limit,
    cusum_run,
    ewma_limit,
    ewma_run,
    normal_spread,
)

NORMAL = normal_spread()


@pytest.mark.parametrize(("limit", "both_sides"), [(4.0, 168.0), (5.0, 465.0)])
def test_cumulative_sums_run_as_montgomery_tabulates(limit, both_sides):
    # of both sides, each of which runs twice as long
    assert cusum_run(NORMAL, 0.5, limit) / 2 == pytest.approx(both_sides, rel=0.005)


@pytest.mark.parametrize(
    ("weight", "times", "run"), [(1.0, 3.09, 500.0), (0.1, 2.814, 500.0), (0.05, 2.615, 500.0)]
)
def test_moving_averages_run_as_lucas_and_saccucci_tabulate(weight, times, run):
    limit = times * np.sqrt(weight / (2 - weight))
    assert ewma_run(NORMAL, weight, limit) == pytest.approx(run, rel=0.01)


def test_limits_give_the_run_that_was_asked_for():
    assert cusum_run(NORMAL, 0.125, cusum_limit(NORMAL, 0.125, 1e5)) == pytest.approx(1e5, rel=0.01)
    assert ewma_run(NORMAL, 0.05, ewma_limit(NORMAL, 0.05, 1e5)) == pytest.approx(1e5, rel=0.01)


def skewed() -> ResidualDistribution:
    value = np.quantile(np.random.default_rng(0).gamma(2, 1, 100_000), np.linspace(0, 1, 101))
    return ResidualDistribution((value - 2) / np.sqrt(2), np.linspace(0, 1, 101))


def draw(spread: ResidualDistribution, random, n):
    return np.interp(random.random(n), spread.chance, spread.value)


@pytest.mark.parametrize("spread", [NORMAL, skewed()], ids=["normal", "skewed"])
def test_a_simulated_sum_runs_as_computed(spread):
    limit = cusum_limit(spread, 0.125, 300)
    random, n = np.random.default_rng(1), 4000
    sums, runs, going = np.zeros(n), np.zeros(n), np.ones(n, bool)
    for step in range(1, 5000):
        sums = np.maximum(0, sums + draw(spread, random, n) - 0.125)
        runs[going & (sums > limit)] = step
        going &= sums <= limit
    assert not going.any()
    assert runs.mean() == pytest.approx(300, rel=0.06)


def test_a_skewed_distribution_needs_other_limits_on_either_side():
    up = cusum_limit(skewed(), 0.125, 1e4)
    down = cusum_limit(skewed().mirrored(), 0.125, 1e4)
    assert up > cusum_limit(NORMAL, 0.125, 1e4) > down
