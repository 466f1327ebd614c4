"""Wilson's interval: published examples, its defining equation, and its ends."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgx.engine.frequencies import wilson

Z = 1.959963984540054


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [  # Newcombe, Stat. Med. 17 (1998) 857, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_examples(count, total, low, high):
    found = wilson(count, total)
    assert round(float(found.low), 4) == low
    assert round(float(found.high), 4) == high


@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_bounds_are_the_shares_that_lie_z_standard_errors_away(pair):
    count, total = pair
    share = count / total
    low, high = (float(bound) for bound in wilson(count, total))
    assert 0 <= low <= share <= high <= 1
    for bound in (low, high):
        if 0 < bound < 1:
            error = math.sqrt(bound * (1 - bound) / total)
            assert abs(bound - share) == pytest.approx(Z * error, rel=1e-6, abs=1e-12)


def test_ends_are_exact_and_nothing_counted_is_nothing_known():
    low, high = wilson(np.array([[0, 7], [0, 3]]), np.array([[7, 7], [0, 4]]))
    assert low.shape == (2, 2)
    assert low[0, 0] == 0.0
    assert high[0, 1] == 1.0
    assert np.isnan([low[1, 0], high[1, 0]]).all()
    assert not np.isnan([low[1, 1], high[1, 1]]).any()
