"""Equilibrium: the exact test against enumeration in whole numbers, shares against scikit-allel."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from pgx.engine.site_quality import (
    exact_p,
    expected_heterozygosity,
    inbreeding_coefficient,
    observed_heterozygosity,
)

GENOTYPES = st.tuples(*[st.integers(0, 40)] * 3)


def enumerated(reference, heterozygous, alternative):
    """The test's definition: ways to pair the alleles, counted in whole numbers."""
    n = reference + heterozygous + alternative
    copies = 2 * alternative + heterozygous
    ways = {}
    for h in range(copies % 2, min(copies, 2 * n - copies) + 1, 2):
        rare = (copies - h) // 2
        ways[h] = (
            2**h
            * math.factorial(n)
            // (math.factorial(rare) * math.factorial(h) * math.factorial(n - h - rare))
        )
    own = ways[heterozygous]
    return float(Fraction(sum(w for w in ways.values() if w <= own), sum(ways.values())))


@given(st.lists(GENOTYPES, min_size=1, max_size=6))
def test_the_exact_test_is_the_enumeration(rows):
    columns = np.array(rows).T
    for p, row in zip(exact_p(*columns).tolist(), rows, strict=True):
        if sum(row):
            assert p == pytest.approx(enumerated(*row), rel=1e-9)
        else:
            assert math.isnan(p)


def test_published_examples():
    """MN blood groups (298, 489, 213): 0.6556635 in Graffelman's HardyWeinberg (``HWExact``)."""
    assert float(exact_p(*np.array([[298], [489], [213]]))[0]) == pytest.approx(0.6556635, abs=5e-8)


@one_test
@pytest.mark.parametrize("heterozygous", range(1, 22, 2))
def test_a_hundred_samples_with_21_rare_alleles(heterozygous):
    """The worked example of Wigginton, Cutler and Abecasis (2005), every table of it."""
    rare = (21 - heterozygous) // 2
    row = (100 - heterozygous - rare, heterozygous, rare)
    assert float(exact_p(*np.array([row]).T)[0]) == pytest.approx(enumerated(*row), rel=1e-10)


@one_test
@pytest.mark.parametrize(
    "row",
    [
        (12_000, 6_900, 1_100), (19_960, 40, 0), (19_995, 0, 5), (5_000, 10_000, 5_000),
        (5_300, 9_400, 5_300), (19_000, 600, 400), (10_000, 0, 10_000), (0, 20_000, 0),
        (9_001, 10_000, 999), (20_000, 0, 0),
    ],
)  # fmt: skip
def test_large_cohorts_lose_nothing_by_looking_at_a_part(row):
    def log_ways(h, copies, n):
        rare = (copies - h) // 2
        parts = sum(math.lgamma(x + 1) for x in (rare, h, n - h - rare))
        return h * math.log(2) - parts

    n, copies = sum(row), 2 * min(row[0], row[2]) + row[1]
    terms = [log_ways(h, copies, n) for h in range(copies % 2, copies + 1, 2)]
    own, best = log_ways(row[1], copies, n), max(terms)
    counted = math.fsum(math.exp(t - best) for t in terms if t <= own + 1e-7)
    expected = counted / math.fsum(math.exp(t - best) for t in terms)
    assert float(exact_p(*np.array([row]).T)[0]) == pytest.approx(expected, rel=1e-6, abs=1e-300)


@given(st.lists(GENOTYPES, min_size=2, max_size=8))
def test_alleles_can_change_places_and_shape_is_kept(rows):
    a, b, c = np.array(rows).T
    found = exact_p(a, b, c)
    assert np.array_equal(found, exact_p(c, b, a), equal_nan=True)
    stacked = exact_p(np.stack([a, c]), np.stack([b, b]), np.stack([c, a]))
    assert np.array_equal(stacked, np.stack([found, found]), equal_nan=True)


def test_p_values_of_samples_in_equilibrium_are_not_too_small():
    """The test is conservative: of many cohorts in equilibrium, no more than 5% are below 5%."""
    rng = np.random.default_rng(7)
    drawn = rng.multinomial(500, [0.81, 0.18, 0.01], size=4_000).T
    assert (exact_p(*drawn) < 0.05).mean() < 0.05
    inbred = rng.multinomial(500, [0.85, 0.10, 0.05], size=400).T
    assert (exact_p(*inbred) < 1e-6).mean() > 0.95


@given(st.integers(1, 4), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_heterozygosity_is_that_of_scikit_allel(n_sites, n_samples, seed):
    allel = pytest.importorskip("allel", reason="the extra frames is not installed")
    calls = np.random.default_rng(seed).integers(-1, 4, (n_sites, n_samples, 2))
    calls[(calls < 0).any(axis=2)] = -1
    genotypes = allel.GenotypeArray(calls)
    known = genotypes.is_called()
    different = known & (calls[:, :, 0] != calls[:, :, 1])
    alleles = np.stack([((calls == k).sum(axis=2) * known).sum(axis=1) for k in range(4)])
    observed = observed_heterozygosity(different.sum(axis=1), known.sum(axis=1))
    expected = expected_heterozygosity(alleles)
    frequencies = genotypes.count_alleles(max_allele=3).to_frequencies()
    with np.errstate(invalid="ignore", divide="ignore"):
        theirs = allel.heterozygosity_expected(frequencies, ploidy=2)
        inbreeding = allel.inbreeding_coefficient(genotypes)
    np.testing.assert_allclose(observed, allel.heterozygosity_observed(genotypes))
    some = known.any(axis=1)
    assert np.isnan(expected[~some]).all()
    rounded = frequencies.sum(axis=1) < 1  # scikit-allel takes what does not add up for uncalled
    compared = some & ~rounded
    np.testing.assert_allclose(expected[compared], theirs[compared], atol=1e-12)
    own = inbreeding_coefficient(observed, expected)
    varied = compared & (expected > 1e-9)
    np.testing.assert_allclose(own[varied], inbreeding[varied], atol=1e-9)
    assert np.isnan(own[~(expected > 0)]).all()
