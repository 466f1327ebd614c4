"""Shares of haplotypes: they add up, none is zero, counts and publications decide."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alleles.made import caller, frequencies, gene, position, shares_of
from cases import one_test
from pgx.haplotypes.definitions import compile_gene
from pgx.haplotypes.prior import NOT_SEEN, SHRINKAGE, build_prior
from pgx.haplotypes.recombination import ANYTHING
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import GeneFrequencies, PublishedFrequency

DEFINITIONS = {"*1": "AAA", "*2": "GAA", "*3": "GGA", "*4": "AAG"}
RELEASE = KnowledgeBase()
WEIGHED = sorted(g for g in RELEASE.frequencies if RELEASE.genes[g].variants)

haplotype = st.text("AGT", min_size=3, max_size=3)


def prior_of(counts, definitions=DEFINITIONS, **more):
    return build_prior(compile_gene(gene(definitions)), frequencies(counts, **more))


@given(st.dictionaries(haplotype, st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=1))
@settings(max_examples=150, deadline=None)
def test_every_share_is_positive_and_each_group_adds_up_to_one(counts):
    prior = prior_of(counts)
    assert (prior.shares > 0).all()
    assert prior.shares.sum(axis=1) == pytest.approx(1)
    assert len({tuple(row) for row in prior.codes.tolist()}) == len(prior.codes)


@one_test
@pytest.mark.parametrize("name", WEIGHED)
def test_the_release_has_whole_shares_and_every_definition(name):
    compiled = compile_gene(RELEASE.genes[name])
    prior = build_prior(compiled, RELEASE.frequencies[name])
    assert (prior.shares > 0).all()
    assert prior.shares.sum(axis=1) == pytest.approx(1)
    bits = np.uint64(1) << prior.codes.astype(np.uint64)
    for masks in compiled.masks:
        assert ((masks & bits) != 0).all(axis=1).any()


def test_a_group_is_drawn_towards_all_groups_together():
    prior = prior_of({"AAA": (100, 50), "GAA": (0, 50)}, {"*1": "AAA", "*2": "GAA"})
    expected = SHRINKAGE * 50 / 200 / (100 + SHRINKAGE)
    assert prior.shares[0, 1] == pytest.approx(expected)


def test_what_nobody_counted_is_rarer_than_what_was_counted():
    shares = shares_of(caller(DEFINITIONS, {"AAA": 900, "GAA": 99, "GGA": 1}))
    assert 0 < shares[0, 0, 1] < shares[1, 0, 0]
    assert shares[0, 0, 1] == pytest.approx(1 / 1000, rel=1e-3)  # as much as was counted once


def test_a_documented_haplotype_that_one_event_makes_is_more_probable():
    """*3 is one conversion from two common haplotypes, *4 has a variant that nobody carries."""
    definitions = {"*1": "AAAA", "*2": "GGAA", "*3": "GAAA", "*4": "AAAG"}
    shares = shares_of(caller(definitions, {"AAAA": 600, "GGAA": 400}))
    assert shares[0, 0, 0, 1] < shares[1, 0, 0, 0] < 2 / 1000


def test_without_counts_there_is_no_prior():
    compiled = compile_gene(gene(DEFINITIONS))
    assert build_prior(compiled, None) is None
    assert build_prior(compiled, GeneFrequencies(gene="MADE", groups=())) is None
    assert build_prior(compiled, GeneFrequencies(gene="MADE", groups=("X",))) is None
    assert build_prior(compiled, frequencies({"AAA": 0})) is None


def test_a_haplotype_that_nothing_explains_has_a_share():
    prior = prior_of({"AAA": 10})
    undocumented = np.array([5, 5, 5], np.int8)
    assert (prior.novel(undocumented) >= ANYTHING).all()


def test_one_position_converted_is_more_probable_than_two_undocumented():
    prior = prior_of({"AAA": 100, "GGA": 100})
    near, far = np.array([0, 1, 1], np.int8), np.array([2, 2, 2], np.int8)
    assert prior.novel(near)[0] > prior.novel(far)[0]


def published(allele, group, frequency):
    return PublishedFrequency(allele=allele, group=group, frequency=frequency)


def test_untyped_positions_are_filled_in_as_published():
    """A haplotype that may be *2 or *3 counts for each in the published proportion."""
    found = prior_of(
        {"AAA": 800, "G.A": 200},
        {"*1": "AAA", "*2": "GAA", "*3": "GGA"},
        untyped=(position(1),),
        published=(published("*2", "X", 0.02), published("*3", "X", 0.18)),
    )
    shares = {tuple(r): s for r, s in zip(found.codes.tolist(), found.shares[0], strict=True)}
    assert shares[1, 1, 0] / shares[1, 0, 0] == pytest.approx(9, rel=0.01)


def test_an_allele_that_a_publication_did_not_see_is_rare_and_not_absent():
    found = prior_of(
        {"AAA": 800, "G.A": 200},
        {"*1": "AAA", "*2": "GAA", "*3": "GGA"},
        untyped=(position(1),),
        published=(published("*2", "X", 0.2), published("*3", "X", 0.0)),
    )
    shares = {tuple(r): s for r, s in zip(found.codes.tolist(), found.shares[0], strict=True)}
    ratio = shares[1, 1, 0] / shares[1, 0, 0]
    assert ratio == pytest.approx(NOT_SEEN / 0.2, rel=0.05)


def test_counts_of_positions_that_the_gene_no_longer_has_are_kept():
    counts = frequencies({"AAAG": 5, "GAAA": 5})
    prior = build_prior(compile_gene(gene(DEFINITIONS)), counts)
    assert prior.shares.sum() == pytest.approx(1)


def test_a_haplotype_that_nothing_known_fits_has_its_gaps_filled():
    """A combination with a gap: what stands there is as common as on other haplotypes."""
    prior = prior_of({"AAA": 900, "GAA": 50, "AAG": 50}, {"*1": "AAA", "*2": "GAA", "*3": "AAG"})
    haplotype = np.array([1, -1, 1], np.int8)
    rows, shares = prior.hidden(haplotype)
    assert (rows != -1).all()
    assert [1, 0, 1] in rows.tolist()
    assert shares.sum(axis=1) == pytest.approx(prior.novel(haplotype))


def test_a_crossover_that_gaps_may_hide_is_spelled_out():
    """*2 and *3 differ in two places each; their joint, in the gap, is one event."""
    definitions = {"*1": "AAAA", "*2": "GGAA", "*3": "AAGG"}
    prior = prior_of({"AAAA": 500, "GGAA": 250, "AAGG": 240, "GGGA": 10}, definitions)
    rows, _ = prior.hidden(np.array([1, 1, -1, -1], np.int8))
    assert [1, 1, 1, 1] in rows.tolist()
