"""Columns of which nothing is open are called as if they were weighed."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alleles.made import caller, genotypes
from cases import one_test
from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, GeneGenotypes
from pgx.haplotypes.caller import GeneCaller
from pgx.haplotypes.definitions import compile_gene
from pgx.haplotypes.diplotypes import InferredCaller
from pgx.haplotypes.naming import PhasedCaller
from pgx.haplotypes.observation import observe, phased_pairs
from pgx.haplotypes.outcomes import CriticalSites, DiplotypeSet
from pgx.haplotypes.prior import build_prior
from pgx.knowledge.snapshot import KnowledgeBase

RELEASE = KnowledgeBase()
WEIGHED = sorted(n for n, f in RELEASE.frequencies.items() if RELEASE.genes[n].variants)
SMALL = {"*1": "AAA", "*2": "GAA", "*3.001": "AGA", "*3.002": "AGG"}


def weighed(own: GeneCaller, observed: GeneGenotypes, column: int) -> DiplotypeSet:
    """Return what the posterior says of a column in which nothing alarms."""
    assert own.prior is not None
    nowhere = np.zeros(len(own.gene.variants), np.bool_)
    even = np.full(len(own.prior.groups), 1 / len(own.prior.groups))
    slow = InferredCaller(own.compiled, own.prior)
    concern = CriticalSites(nowhere, nowhere.astype(np.uint64), nowhere, nowhere)
    return slow.call(observe(observed, column), observed, even, concern)


def without_order(found: DiplotypeSet) -> DiplotypeSet:
    """Return a set with its notes in order, each once: a call's notes are a set."""
    return replace(found, notes=sorted(set(found.notes)))


def check(own: GeneCaller, observed: GeneGenotypes) -> int:
    """Compare every whole column with what is weighed; return how many there are."""
    assert own.prior is not None
    whole = PhasedCaller(own.compiled, own.prior)
    pairs = phased_pairs(observed)
    for column, pair in enumerate(pairs):
        if pair is not None:
            expected = weighed(own, observed, column)
            assert without_order(whole.call(pair, observed)) == without_order(expected)
    return sum(pair is not None for pair in pairs)


@one_test
@pytest.mark.parametrize("name", WEIGHED)
def test_whole_haplotypes_of_a_gene_mean_what_weighing_says(name):
    gene = RELEASE.genes[name]
    own = GeneCaller(gene, RELEASE.frequencies[name])
    prior = build_prior(compile_gene(gene), RELEASE.frequencies[name])
    if prior is None:
        pytest.skip("nothing was counted of this gene")
    random = np.random.default_rng(11)
    n_columns = 60
    observed = GeneGenotypes.empty(gene, tuple(map(str, range(n_columns))))
    for column in range(n_columns):
        for haplotype in range(2):
            codes = prior.codes[random.integers(len(prior.codes))].copy()
            for site in random.choice(len(codes), min(column % 3, len(codes)), replace=False):
                codes[site] = random.integers(len(gene.variants[site].alleles))
            observed.call[:, column, haplotype] = codes
    observed.phase_block[:] = 0
    site = random.integers(len(gene.variants))
    observed.call[site, ::7, 0] = observed.code_of_extra(site, "chr1:1:A>ACC")
    observed.call[:, ::11, 1] = ABSENT
    assert check(own, observed) == n_columns


haplotypes = st.text("AGTC", min_size=3, max_size=3)


@settings(max_examples=150, deadline=None)
@given(haplotypes, haplotypes, st.booleans())
def test_either_order_and_any_allele_mean_the_same(one, two, haploid):
    own = caller(SMALL, {"AAA": 90, "GAA": 5, "AGA": 4, "AGG": 1})
    pair = (one,) if haploid else (one, two)
    found = []
    for given_haplotypes in (pair, pair[::-1]):
        observed = genotypes(own.gene, *given_haplotypes, blocks=[0, 0, 0])
        assert check(own, observed) == 1
        found.append(own.call(observed, 0, with_sites=False))
    assert found[0] == found[1]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([UNPHASED, 0, 7]), min_size=3, max_size=3), haplotypes, haplotypes)
def test_a_pair_is_whole_where_its_haplotypes_are_in_one_block(blocks, one, two):
    observed = genotypes(caller(SMALL, {"AAA": 1}).gene, one, two, blocks=blocks)
    is_whole = phased_pairs(observed)[0] is not None
    assert is_whole == (observe(observed, 0).n_blocks <= 1)


def test_two_alleles_without_a_definition_at_one_position_keep_their_order():
    own = caller(SMALL, {"AAA": 1})
    assert phased_pairs(genotypes(own.gene, "CAA", "XAA", blocks=[0, 0, 0])) == [None]
    assert phased_pairs(genotypes(own.gene, "CAA", "CAA", blocks=[0, 0, 0])) != [None]


def test_an_answer_that_lacks_leaves_a_pair_open():
    own = caller(SMALL, {"AAA": 1})
    for pair in (("A.A", "AAA"), ("AAA", "AA."), ("..A",)):
        assert phased_pairs(genotypes(own.gene, *pair, blocks=[0, 0, 0])) == [None]
    half = genotypes(own.gene, "AAA")
    half.call[1, 0, 1] = MISSING
    assert phased_pairs(half) == [None]


def test_one_code_of_two_inputs_is_not_taken_for_the_same_allele():
    own = caller(SMALL, {"AAA": 90, "GAA": 5})
    one = own.call(genotypes(own.gene, "CAA", "AAA", blocks=[0] * 3), 0, with_sites=False)
    two = own.call(genotypes(own.gene, "XAA", "AAA", blocks=[0] * 3), 0, with_sites=False)
    assert (one.undocumented, two.undocumented) == (("chr1:100:A>C",), ("chr1:100:A>X",))
    assert one.diplotype != two.diplotype
