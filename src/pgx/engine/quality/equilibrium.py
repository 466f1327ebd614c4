"""Hardy–Weinberg equilibrium: the exact test, heterozygosity, and the inbreeding coefficient."""

from __future__ import annotations

import itertools
import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = [
    "exact_p",
    "expected_heterozygosity",
    "inbreeding_coefficient",
    "observed_heterozygosity",
]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
_TIE: Final = 1e-7  # logarithms this near are of equal probabilities
_NEAR: Final = (40, 10)
_FAR: Final = (500, 40)
"""Rare homozygotes, and standard deviations of their number, on both sides of the expected
number; by Bernstein's inequality all others together have less than 1e-18 and 1e-300."""
_WELL_KNOWN: Final = 1e-6
_MOST_TERMS: Final = 1 << 20
_EXACT_BELOW: Final = 32


def exact_p(reference: Integers, heterozygous: Integers, alternative: Integers) -> Floats:
    """Return the p-value of the exact test of Hardy–Weinberg equilibrium.

    Wigginton, Cutler and Abecasis, Am. J. Hum. Genet. 76 (2005) 887: the probability, given the
    two alleles' counts, of all numbers of heterozygotes that are no likelier than the observed
    one. Two-sided, without the mid-p correction.

    Parameters
    ----------
    reference, heterozygous, alternative
        Integers of one shape: samples by genotype at a site of two alleles.

    Returns
    -------
    numpy.ndarray
        float64 of that shape; nan where nobody is counted, 0 below about 1e-300.

    Examples
    --------
    >>> exact_p(np.array([298]), np.array([489]), np.array([213])).round(4).tolist()
    [0.6557]
    """
    rows = np.stack([np.ravel(reference), np.ravel(heterozygous), np.ravel(alternative)], axis=1)
    homozygous = np.sort(rows[:, ::2], axis=1)  # the rarer allele's first
    keys = np.concatenate([homozygous, rows[:, 1:2]], axis=1).astype(np.int64)
    distinct, inverse = np.unique(keys, axis=0, return_inverse=True)
    factorials = _log_factorials(int(distinct.sum(axis=1).max(initial=0)))
    found = _tested(distinct, _NEAR, factorials)
    small = found < _WELL_KNOWN
    found[small] = _tested(distinct[small], _FAR, factorials)
    return np.asarray(found[inverse.ravel()].reshape(np.shape(reference)), np.float64)


class _Tests(NamedTuple):
    """Tests (T,): samples, copies of the rarer allele, and the range of its homozygotes."""

    n: Integers
    rare: Integers
    low: Integers
    high: Integers


def _tested(distinct: Integers, reach: tuple[int, int], factorials: Floats) -> Floats:
    """Return the p-values of tests (T, 3): rare homozygotes, common ones, heterozygotes."""
    tests = _ranges(distinct, reach)
    ends = np.cumsum(tests.high - tests.low + 1)
    cuts = np.flatnonzero(np.diff(ends // _MOST_TERMS)) + 1
    starts = [0, *cuts.tolist(), len(distinct)]
    found = np.empty(len(distinct), np.float64)
    for first, last in itertools.pairwise(starts):
        if last > first:
            part = _Tests(*(field[first:last] for field in tests))
            found[first:last] = _p_values(part, distinct[first:last, 0], factorials)
    return found


def _ranges(distinct: Integers, reach: tuple[int, int]) -> _Tests:
    """Return for each test how many rare homozygotes are worth looking at."""
    n = distinct.sum(axis=1)
    rare = 2 * distinct[:, 0] + distinct[:, 2]
    common = 2 * n - rare
    expected = rare * np.maximum(rare - 1, 0) / np.maximum(2 * (2 * n - 1), 1)
    spread = rare * common / np.maximum(2 * n, 1) / np.sqrt(np.maximum(n, 1))
    around = np.ceil(reach[0] + reach[1] * spread)
    low = np.maximum(np.floor(expected - around), 0).astype(np.int64)
    high = np.minimum(np.ceil(expected + around).astype(np.int64), rare // 2)
    return _Tests(n, rare, low, high)


def _p_values(tests: _Tests, observed: Integers, factorials: Floats) -> Floats:
    """Return the p-values of tests, of which rare homozygotes (T,) were observed."""
    sizes = tests.high - tests.low + 1
    starts = np.cumsum(sizes) - sizes
    which = np.repeat(np.arange(len(sizes)), sizes)
    homozygous = np.arange(len(which)) - starts[which] + tests.low[which]
    terms = _log_weight(homozygous, tests.n[which], tests.rare[which], factorials)
    own = _log_weight(observed, tests.n, tests.rare, factorials)
    weights = np.exp(terms - np.maximum.reduceat(terms, starts)[which])
    counted = np.where(terms <= own[which] + _TIE, weights, 0.0)
    p = np.add.reduceat(counted, starts) / np.add.reduceat(weights, starts)
    return np.where(tests.n > 0, np.minimum(p, 1.0), np.nan)


def _log_weight(homozygous: Integers, n: Integers, rare: Integers, factorials: Floats) -> Floats:
    """Return the logarithm of a genotype table's probability but for what all of a test share."""
    heterozygous = rare - 2 * homozygous
    common = n - heterozygous - homozygous
    found = heterozygous * math.log(2.0)
    for count in (homozygous, heterozygous, common):
        found -= factorials[count]
    return np.asarray(found, np.float64)


def _log_factorials(largest: int) -> Floats:
    """Return ln(n!) of 0 to ``largest``; Stirling's series, exact to the last digits."""
    x = np.arange(largest + 1, dtype=np.float64)
    x[:_EXACT_BELOW] = _EXACT_BELOW
    inverse = 1 / x
    series = inverse * (1 / 12 - inverse**2 * (1 / 360 - inverse**2 / 1260))
    found = x * np.log(x) - x + 0.5 * np.log(2 * math.pi * x) + series
    small = min(largest + 1, _EXACT_BELOW)
    found[:small] = [math.lgamma(n + 1.0) for n in range(small)]
    return np.asarray(found, np.float64)


def observed_heterozygosity(heterozygous: Integers, called: Integers) -> Floats:
    """Return the share of diploid genotypes with two different alleles, nan where none is called.

    The definition is that of scikit-allel's ``heterozygosity_observed``, here without importing
    it, which would take longer than all that is computed.
    """
    with np.errstate(invalid="ignore"):
        return np.asarray(heterozygous / np.asarray(called, np.float64))


def expected_heterozygosity(alleles: Integers) -> Floats:
    """Return 1 - Σ p², the share of heterozygotes in equilibrium, nan where nothing is called.

    The definition is that of scikit-allel's ``heterozygosity_expected`` for two haplotypes.
    ``alleles`` are counts of chromosomes, alleles along the first axis.
    """
    total = np.asarray(alleles.sum(axis=0), np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray(1 - ((alleles / total) ** 2).sum(axis=0))


def inbreeding_coefficient(observed: Floats, expected: Floats) -> Floats:
    """Return F = 1 - Ho / He, nan where no heterozygote is expected.

    The definition is that of scikit-allel's ``inbreeding_coefficient``.
    """
    some = expected > 0
    return np.where(some, 1 - observed / np.where(some, expected, 1.0), np.nan)
