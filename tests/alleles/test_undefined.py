"""Undefined haplotypes: the odds of their genotypes, and what two known haplotypes leave them."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alleles.made import call, caller, chances, position
from pgx.haplotypes.recombination import (
    MOST,
    RARE_CIS,
    genotype_keys,
    haplotype_keys,
    undefined_odds,
    weigh_remote,
    weigh_undefined,
)
from pgx.records.calls import CallStatus

haplotype = st.lists(st.integers(0, 3), min_size=4, max_size=4)
KEYS = np.array([1, 1, 2, 2], np.uint64)


def odds(prior_odds, expected):
    return float(undefined_odds(np.array([prior_odds]), np.array([expected]))[0])


@given(st.lists(haplotype, min_size=2, max_size=6))
def test_keys_of_pairs_are_equal_where_their_genotypes_are(rows):
    codes = np.array(rows, np.int8)
    pairs = np.array(list(itertools.combinations(range(len(rows)), 2)))
    keys = genotype_keys(haplotype_keys(codes), pairs)
    genotypes = [tuple(map(tuple, np.sort(codes[pair], axis=0).T.tolist())) for pair in pairs]
    for (a, one), (b, two) in itertools.combinations(zip(keys, genotypes, strict=True), 2):
        assert (a == b) == (one == two)


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_two_unlinked_variants_are_in_cis_in_half_of_their_carriers_at_most(prior_odds, expected):
    assert 0 < odds(prior_odds, expected) <= MOST


@given(st.floats(0, 10), st.floats(0, 100), st.floats(0.01, 100))
def test_the_more_often_the_panel_showed_trans_the_less_probable_is_cis(prior_odds, expected, more):
    assert odds(prior_odds, expected + more) <= odds(prior_odds, expected)


def test_what_the_panel_cannot_show_has_the_odds_of_rare_variants():
    assert odds(0.0, 0.0) == RARE_CIS


def test_an_undefined_haplotype_has_the_odds_of_its_genotype():
    """Far more probable by itself, it gets what two known haplotypes of its genotype leave."""
    mass = np.array([1e-9, 1e-3, 1e-4, 2e-4])
    found = weigh_undefined(mass, KEYS, np.array([False, True, True, True]), np.zeros(4))
    assert found[1] == pytest.approx(MOST * mass[0])
    assert found[[0, 2, 3]].tolist() == mass[[0, 2, 3]].tolist()


def test_a_remote_haplotype_is_not_made_more_probable():
    mass = np.array([1.0, 0.01, 1.0, 9.0])
    found = weigh_remote(mass, KEYS, np.array([False, True, False, True]))
    assert found.tolist() == [1.0, 0.01, 1.0, RARE_CIS]


RARE_PAIR = {"*1": "AAAA", "*2": "GAAA", "*3": "AAAG", "*4": "AGAA"}


@pytest.mark.parametrize("counts", [{"AAAA": 2000}, {"AAAA": 1990, "GAAA": 6, "AAAG": 4}])
def test_two_rare_alleles_are_named_in_trans_and_stay_open(counts):
    found = call(caller(RARE_PAIR, counts), "AAAA", "GAAG")
    assert (found.diplotype, found.status) == ("*2/*3", CallStatus.AMBIGUOUS)
    cis = chances(found)["*1/[*2 + *3]"]
    assert cis == pytest.approx(1 - found.probability)
    assert 0.1 < cis <= 0.5
    assert found.phenotypes[0] == "*2*3"
    assert found.phenotype == "*2*3"
    assert len(found.phenotypes) > 1
    assert found.depends_on == (f"phase:chr1:{position(0)}+chr1:{position(3)}",)


def test_common_alleles_that_the_panel_never_showed_in_cis_are_called_in_trans():
    found = call(caller(RARE_PAIR, {"AAAA": 1000, "GAAA": 600, "AAAG": 400}), "AAAA", "GAAG")
    assert (found.diplotype, found.status) == ("*2/*3", CallStatus.CALLED)
    assert found.probability > 0.99


def test_a_haplotype_counted_in_cis_is_known_and_the_posterior_decides():
    found = call(
        caller(RARE_PAIR, {"AAAA": 1900, "GAAG": 80, "GAAA": 10, "AAAG": 10}), *("AAAA", "GAAG")
    )
    assert found.diplotype == "*1/[*2 + *3]"
    assert found.status is CallStatus.CALLED
    assert {"?*1", "*1?"} & set(found.phenotypes)


def test_a_known_pair_names_the_call_where_the_undefined_one_is_as_probable():
    """*2 was never counted; GGGG is one conversion away from two common haplotypes."""
    definitions = {"*1": "AAAA", "*2": "GAAA", "*3": "AGGG", "*6": "GGGA", "*7": "GGAG"}
    counts = {"AAAA": 1000, "AGGG": 1, "GGGA": 500, "GGAG": 500}
    found = call(caller(definitions, counts), "AAAA", "GGGG")
    assert found.diplotype == found.candidates[0].diplotype == "*2/*3"
    assert found.probability == pytest.approx(found.candidates[0].probability)
    assert found.probability < 0.51
    assert found.status is CallStatus.AMBIGUOUS
    assert found.lookup_keys[0] == found.phenotype == "*2*3"


def test_three_rare_alleles_are_not_taken_to_be_all_in_cis():
    found = call(caller(RARE_PAIR, {"AAAA": 1990, "GAAA": 5, "AAAG": 3, "AGAA": 2}), "AAAA", "GGAG")
    assert found.status is CallStatus.AMBIGUOUS
    assert found.diplotype != "*1/[*2 + *3 + *4]"
    assert chances(found)["*1/[*2 + *3 + *4]"] <= RARE_CIS / (1 + RARE_CIS) + 1e-9


def test_many_unphased_positions_do_not_hide_a_known_pair():
    """Twelve heterozygous positions have 2,048 orientations; a known haplotype fits in few."""
    one, two = "G" * 12 + "A" * 12, "A" * 12 + "G" * 12
    definitions = {"*1": "A" * 24, "*2": one, "*3": two}
    own = caller(definitions, {"A" * 24: 500, one: 300, two: 200})
    found = call(own, "A" * 24, "G" * 24)
    assert found.diplotype == "*2/*3"
    assert found.status is CallStatus.CALLED
    assert found.n_candidates == 2
