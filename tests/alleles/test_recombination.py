"""What crossovers and conversions make of a haplotype, against plain loops over all of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx.genotypes.matrix import MISSING
from pgx.haplotypes.recombination import HIDDEN_FROM, LIKELY_FROM, Recombination

CROSSOVER, CONVERSION = 0.03, 0.02


@st.composite
def problems(draw):
    """Known haplotypes with shares in two groups, and a haplotype with gaps."""
    n_sites = draw(st.integers(1, 6))
    rows = draw(
        st.lists(st.tuples(*[st.integers(0, 2)] * n_sites), min_size=1, max_size=6, unique=True)
    )
    weights = draw(
        st.lists(
            st.lists(st.integers(1, 1000), min_size=len(rows), max_size=len(rows)),
            min_size=2,
            max_size=2,
        )
    )
    haplotype = draw(st.tuples(*[st.integers(MISSING, 2)] * n_sites))
    shares = np.array(weights, np.float64)
    shares /= shares.sum(axis=1, keepdims=True)
    pieces = Recombination(np.array(rows, np.int8), shares, CONVERSION, CROSSOVER)
    return pieces, np.array(haplotype, np.int8)


def agrees(codes, haplotype):
    return all(s in (MISSING, c) for c, s in zip(codes, haplotype, strict=True))


def add(made, key, mass):
    made[key] = made.get(key, 0.0) + mass


def check(found, expected):
    assert found.keys() == expected.keys()
    for key, mass in found.items():
        assert mass == pytest.approx(expected[key])


def plain_crossovers(pieces, haplotype, least):
    made = {}
    size = len(haplotype)
    overall = pieces.shares.mean(axis=0)
    for i, one in enumerate(pieces.codes):
        for j, two in enumerate(pieces.codes):
            if i == j or overall[i] * overall[j] < least / CROSSOVER:
                continue
            for cut in range(1, size):
                row = np.concatenate([one[:cut], two[cut:]])
                if agrees(row, haplotype):
                    mass = CROSSOVER * pieces.shares[:, i] * pieces.shares[:, j] / (size - 1)
                    add(made, row.tobytes(), mass)
    return made


def plain_hidden(pieces, haplotype, rows, mass, alert):
    made = {}
    overall = mass.mean(axis=0)
    for site in np.flatnonzero(haplotype == MISSING).tolist():
        for code in sorted(set(pieces.codes[:, site].tolist())):
            frequency = pieces.shares[:, pieces.codes[:, site] == code].sum(axis=1)
            for number, row in enumerate(rows):
                share = overall[number] * frequency.mean()
                is_likely = share >= HIDDEN_FROM * overall.sum() / CONVERSION
                is_common = site in alert and overall[number] >= LIKELY_FROM * overall.sum()
                if row[site] != code and (is_likely or is_common):
                    other = row.copy()
                    other[site] = code
                    add(made, other.tobytes(), CONVERSION * mass[:, number] * frequency)
    return made


@settings(max_examples=200, deadline=None)
@given(problems(), st.sampled_from([0.0, 1e-4, 3e-3]))
def test_crossovers_are_those_of_every_pair_and_every_cut(problem, least):
    pieces, haplotype = problem
    found = pieces.crossovers(pieces.mismatches(haplotype), least)
    check(found, plain_crossovers(pieces, haplotype, least))


@settings(max_examples=200, deadline=None)
@given(problems(), st.booleans())
def test_conversions_in_gaps_are_those_of_every_position_and_allele(problem, alarming):
    pieces, haplotype = problem
    fits = np.array([agrees(row, haplotype) for row in pieces.codes])
    rows, mass = pieces.codes[fits], pieces.shares[:, fits]
    if not len(rows):
        return
    alert = tuple(np.flatnonzero(haplotype == MISSING).tolist()) if alarming else ()
    found = pieces.hidden(haplotype, rows, mass, alert)
    check(found, plain_hidden(pieces, haplotype, rows, mass, alert))
