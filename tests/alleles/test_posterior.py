"""The posterior against a plain twin that tries every pair, phasing and genotype."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx.haplotypes import recombination as recombination_module
from pgx.haplotypes._kernels import find_mismatches
from pgx.haplotypes.observation import Observation, SoftGenotype, SoftSite
from pgx.haplotypes.posterior import evidence, infer
from pgx.haplotypes.prior import HaplotypePrior
from reference import posterior as plain

GENOTYPES = [(0, 0), (0, 1), (1, 0), (1, 1)]
NOVELTIES = [math.sqrt(2) * 1e-4, math.sqrt(2) * 1e-2]
"""Irrational: with shares that are fractions a mass never equals a threshold.

Where it did, rounding decided on which side of it the two programs saw it.
"""


@st.composite
def populations(draw, n_sites):
    haplotype = st.tuples(*[st.integers(0, 1)] * n_sites)
    rows = draw(st.lists(haplotype, min_size=1, max_size=5, unique=True))
    weights = draw(st.lists(st.integers(1, 50), min_size=len(rows), max_size=len(rows)))
    shares = {row: weight / sum(weights) for row, weight in zip(rows, weights, strict=True)}
    persons = draw(st.sampled_from([1, 50, 1000]))
    return plain.Population(shares, draw(st.sampled_from(NOVELTIES)), persons)


@st.composite
def problems(draw):
    n_sites = draw(st.integers(1, 4))
    codes, block, n_blocks = [], [], 0
    for _ in range(n_sites):
        codes.append(draw(st.tuples(st.integers(-1, 1), st.integers(-1, 1))))
        block.append(-1)
        if codes[-1][0] != codes[-1][1]:
            block[-1] = draw(st.integers(0, n_blocks))
            n_blocks = max(n_blocks, block[-1] + 1)
    unknown = [i for i, pair in enumerate(codes) if pair == (-1, -1)]
    phreds = st.sampled_from([0, 3, 10, 30])
    soft = {}
    for site in unknown:
        if draw(st.booleans()):
            hom, het, alt = draw(phreds), draw(phreds), draw(phreds)
            values = dict(zip(GENOTYPES, (hom, het, het, alt), strict=True))
            soft[site] = {pair: 10 ** (-v / 10) for pair, v in values.items()}
    return codes, block, n_blocks, soft, draw(populations(n_sites))


def prior_of(population, groups=("X",)):
    rows = list(population.shares)
    shares = np.array([list(population.shares.values())] * len(groups))
    definition = np.full(len(rows), -1, np.intp)
    chromosomes = np.full(len(groups), 2 * population.persons / len(groups))
    codes = np.array(rows, np.int8)
    return HaplotypePrior(groups, codes, shares, definition, population.novelty, chromosomes)


def observed(codes, block, n_blocks, soft, *, haploid=False):
    sites = tuple(
        SoftSite(site, tuple(SoftGenotype(a, b, v) for (a, b), v in table.items()))
        for site, table in soft.items()
    )
    pairs, blocks = np.array(codes, np.int8), np.array(block, np.int32)
    return Observation(pairs, blocks, n_blocks, haploid, sites)


def by_codes(prior, result):
    rows = [tuple(r) for r in prior.codes.tolist()] + [tuple(s.tolist()) for s in result.novel]
    found = {}
    for (i, j), share in zip(result.pairs.tolist(), result.probability.tolist(), strict=True):
        pair = (min(rows[i], rows[j]), max(rows[i], rows[j]))
        assert pair not in found
        found[pair] = share
    return found


@given(problem=problems())
@settings(max_examples=200, deadline=None)
def test_the_posterior_equals_the_plain_sum(problem):
    agree(problem)


@given(problem=problems())
@settings(max_examples=60, deadline=None)
def test_the_posterior_on_the_python_kernel(problem):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recombination_module, "find_mismatches", find_mismatches.py_func)
        agree(problem)


def agree(problem):
    prior = prior_of(problem[-1])
    found = by_codes(prior, infer(prior, observed(*problem[:-1]), np.ones(1)))
    expected = plain.diplotypes(plain.readings(*problem), problem[-1])
    assert sum(found.values()) == pytest.approx(1)
    for pair in found.keys() | expected.keys():
        assert found.get(pair, 0.0) == pytest.approx(expected.get(pair, 0.0), rel=1e-6, abs=1e-9)


@given(problems())
@settings(max_examples=100, deadline=None)
def test_the_evidence_equals_the_plain_sum_but_for_a_common_factor(problem):
    """One orientation of the first block stands for both."""
    found = evidence(prior_of(problem[-1]), observed(*problem[:-1]))
    both = 2 if problem[2] else 1
    assert found[0] * both == pytest.approx(plain.evidence(plain.readings(*problem), problem[-1]))


@given(problems(), st.floats(0.1, 0.9))
@settings(max_examples=60, deadline=None)
def test_groups_that_are_alike_are_one(problem, weight):
    one, two = prior_of(problem[-1]), prior_of(problem[-1], ("X", "Y"))
    seen = observed(*problem[:-1])
    found = infer(two, seen, np.array([weight, 1 - weight]))
    alone = infer(one, seen, np.ones(1))
    assert found.pairs.tolist() == alone.pairs.tolist()
    assert found.probability == pytest.approx(alone.probability)


@given(problems())
@settings(max_examples=100, deadline=None)
def test_every_pair_lies_in_a_factor(problem):
    prior = prior_of(problem[-1])
    found = infer(prior, observed(*problem[:-1]), np.ones(1))
    spanned = set()
    for one, two in found.factors:
        spanned |= {(min(a, b), max(a, b)) for a in one.tolist() for b in two.tolist()}
    assert {tuple(pair) for pair in found.pairs.tolist()} <= spanned


@given(problems())
@settings(max_examples=100, deadline=None)
def test_an_answer_that_is_true_never_makes_the_truth_impossible(problem):
    """Each pair that explains the data still does once one gap shows what the pair has there."""
    codes, block, _, _, population = problem
    used = sorted(set(block[1:]) - {-1})
    codes = [(-1, -1), *codes[1:]]
    block = [-1, *(used.index(b) if b >= 0 else -1 for b in block[1:])]
    n_blocks = len(used)
    prior = prior_of(population)
    before = by_codes(prior, infer(prior, observed(codes, block, n_blocks, {}), np.ones(1)))
    for one, two in before:
        a, b = one[0], two[0]
        if a != b or not {one, two} <= population.shares.keys():
            continue  # haplotypes outside the known ones may be spelled in part
        told = [(a, b), *codes[1:]]
        after = infer(prior, observed(told, block, n_blocks, {}), np.ones(1))
        assert by_codes(prior, after).get((one, two), 0.0) > 0


@given(populations(3), st.tuples(*[st.integers(-1, 1)] * 3))
@settings(max_examples=100, deadline=None)
def test_one_haplotype_has_the_shares_of_what_it_may_be(population, haplotype):
    prior = prior_of(population)
    seen = observed([(c, c) for c in haplotype], [-1] * 3, 0, {}, haploid=True)
    found = infer(prior, seen, np.ones(1))
    expected = plain.options(haplotype, population)
    total = sum(expected.values())
    got = {pair[0]: share for pair, share in by_codes(prior, found).items()}
    assert got == pytest.approx({row: share / total for row, share in expected.items()})
    assert math.isclose(evidence(prior, seen)[0], plain.haplotype_mass(haplotype, population))
