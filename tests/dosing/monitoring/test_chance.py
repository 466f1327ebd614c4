"""Exact intervals of shares."""

from __future__ import annotations

from math import comb

import pytest

from cases import one_test
from pgx_dosing.monitoring import charts as chance
from pgx_dosing.monitoring import drift, records
from pgx_dosing.monitoring import records as reference
from pgx_dosing.monitoring.charts import binomial_interval


def at_least(k, n, share):
    return sum(comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(k, n + 1))


@one_test
@pytest.mark.parametrize(("k", "n"), [(1, 10), (5, 10), (9, 10), (27, 30), (450, 500)])
@pytest.mark.parametrize("alpha", [0.05, 0.001])
def test_both_tails_have_half_the_error(k, n, alpha):
    low, high = binomial_interval(k, n, alpha)
    assert at_least(k, n, low) == pytest.approx(alpha / 2, rel=1e-6)
    assert 1 - at_least(k + 1, n, high) == pytest.approx(alpha / 2, rel=1e-6)


def test_none_all_and_nobody():
    assert binomial_interval(0, 30, 0.05) == (0.0, pytest.approx(1 - 0.025 ** (1 / 30)))
    assert binomial_interval(30, 30, 0.05) == (pytest.approx(0.025 ** (1 / 30)), 1.0)
    assert binomial_interval(0, 0, 0.05) == (0.0, 1.0)


@pytest.mark.parametrize("module", [chance, drift, records, reference])
def test_examples_in_docstrings(module):
    import doctest

    assert doctest.testmod(module).failed == 0
