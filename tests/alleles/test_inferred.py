"""Calls with a prior: names, their probabilities, what they mean, what every answer changes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alleles.made import call, caller, chances, genotypes, position
from pgx.genotypes.matrix import Unknown
from pgx.records.calls import CallStatus

THREE = {"*1": "AAA", "*2": "GAA", "*3": "GGA", "*4": "AAG"}
COUNTS = {"AAA": 900, "GAA": 80, "GGA": 15, "AAG": 5}


def test_what_stands_for_the_diplotype_is_its_own_phenotype():
    """Two haplotypes of one name outweigh a third that is more common than either."""
    definitions = {"*1": "AAAA", "*2": "GAAA", "*3.001": "AGAA", "*3.002": "AGGA"}
    own = caller(definitions, {"AAAA": 10, "GAAA": 400, "AGAA": 300, "AGGA": 290})
    found = call(own, "...A")
    assert found.diplotype == "*3"
    assert found.phenotype == "*3"
    assert found.lookup_keys[0] == "*3"
    assert found.key_evidence[0].probability == pytest.approx(found.probability)
    assert found.key_evidence[1].settled_by


def test_one_candidate_has_probability_one_and_leaves_no_rest():
    found = call(caller(THREE, COUNTS), "AAA", "GAA")
    assert (found.n_candidates, found.probability, found.rest) == (1, 1.0, 0.0)
    assert chances(found) == {"*1/*2": 1.0}


def test_phase_is_weighed_and_the_less_probable_one_is_kept():
    definitions = {"*1": "AA", "*2": "GA", "*3": "AG", "*4": "GG"}
    found = call(caller(definitions, {"AA": 700, "GA": 100, "AG": 100, "GG": 100}), "AA", "GG")
    cis, trans = 0.7 * 0.1, 0.1 * 0.1
    assert chances(found) == {
        "*1/*4": pytest.approx(cis / (cis + trans)),
        "*2/*3": pytest.approx(trans / (cis + trans)),
    }
    assert found.depends_on == (f"phase:chr1:{position(0)}+chr1:{position(1)}",)


def test_a_base_that_is_the_rare_one_counts_where_a_position_failed():
    """Both haplotypes with G at the first site have it at the second; the base there is rare."""
    definitions = {"*1": "AAA", "*2": "GGA", "*3": "GAA"}
    own = caller(definitions, {"AAA": 500, "GGA": 50_000})
    found = call(own, "G.A", "G.A", reasons={1: Unknown.FILTERED})
    assert found.diplotype == "*2/*2"
    assert "*3*3" in found.lookup_keys


def test_without_a_prior_nothing_has_a_probability():
    found = call(caller(THREE, None), "A.A", "G.A")
    assert found.probability is None
    assert found.rest is None
    assert found.key_evidence == ()
    assert set(chances(found).values()) == {None}


def test_equal_observations_of_other_groups_are_called_apart():
    own = caller(THREE, {"AAA": (90, 10), "GAA": (5, 80), "GGA": (5, 10)})
    one = call(own, "..A", "..A", ancestry={"X": 1.0})
    two = call(own, "..A", "..A", ancestry={"Y": 1.0})
    assert (one.diplotype, two.diplotype) == ("*1/*1", "*2/*2")
    assert call(own, "..A", "..A", ancestry={"X": 1.0}) == one


def test_groups_that_the_gene_does_not_have_count_alike():
    own = caller(THREE, {"AAA": (90, 10), "GAA": (5, 80), "GGA": (5, 10)})
    assert call(own, "..A", "..A", ancestry={"Q": 1.0}) == call(own, "..A", "..A")


def test_a_half_call_is_no_phase_to_be_asked_for():
    """Of a position with one known haplotype nothing can be told by phasing it."""
    found = call(caller(THREE, COUNTS), "A.A", "GGA")
    assert not any(item.startswith("phase:") for item in found.depends_on)


haplotype = st.text("AG.", min_size=3, max_size=3)
known = st.sampled_from(sorted(COUNTS))


def hidden(text, sites):
    return "".join("." if i in sites else base for i, base in enumerate(text))


@given(known, known, st.sets(st.integers(0, 2), max_size=2), st.integers(0, 2))
@settings(max_examples=80, deadline=None)
def test_an_answer_never_rules_out_the_truth(one, two, sites, site):
    """Hiding a position keeps the true haplotypes among the candidates of the whole set."""
    own = caller(THREE, COUNTS)
    truth = call(own, one, two, blocks=(0, 0, 0)).diplotype
    for gone in (sites, sites - {site}, sites | {site} if len(sites | {site}) < 3 else sites):
        found = call(own, hidden(one, gone), hidden(two, gone))
        assert any(fits(truth.split("/"), factor) for factor in found.candidate_factors)


def fits(names, factor):
    left, right = factor
    one, two = names
    return (one in left and two in right) or (two in left and one in right)


@given(haplotype, haplotype, st.lists(st.integers(-1, 1), min_size=3, max_size=3), st.data())
@settings(max_examples=150, deadline=None)
def test_the_order_of_haplotypes_changes_nothing(one, two, blocks, data):
    own = caller(THREE, COUNTS)
    turned = {b: data.draw(st.booleans()) for b in {*blocks} - {-1}}
    flips = [turned[b] if b >= 0 else data.draw(st.booleans()) for b in blocks]
    pairs = [(b, a) if flip else (a, b) for a, b, flip in zip(one, two, flips, strict=True)]
    other = ["".join(side) for side in zip(*pairs, strict=True)]
    first = call(caller(THREE, COUNTS), one, two, blocks=blocks)
    assert call(own, *other, blocks=blocks) == first


@given(haplotype, haplotype)
@settings(max_examples=150, deadline=None)
def test_probabilities_add_up(one, two):
    found = call(caller(THREE, COUNTS), one, two)
    if found.status is CallStatus.NOT_ASSESSED:
        return
    listed = [c.probability for c in found.candidates]
    assert sum(listed) + found.rest == pytest.approx(1)
    assert listed == sorted(listed, reverse=True)
    assert (found.n_candidates == 1) == (found.probability == 1.0)
    keys = [e.probability for e in found.key_evidence if e.probability is not None]
    assert 1 - 1e-2 < sum(keys) <= 1 + 1e-9


def test_an_undocumented_allele_is_named_and_uncertain():
    found = call(caller(THREE, COUNTS), "ACA", "AAA")
    assert found.diplotype == f"*1/[*1 + g.{position(1)}A>C]"
    assert "?" in found.phenotype


@pytest.mark.parametrize("haplotypes", [("A.A",), ("A.A", "A.A")])
def test_observations_of_one_and_two_haplotypes_do_not_mix(haplotypes):
    own = caller(THREE, COUNTS)
    before = call(own, *haplotypes)
    call(own, *(haplotypes * 2)[: 3 - len(haplotypes)])
    assert call(own, *haplotypes) == before
    assert len(before.haplotypes) == len(haplotypes)


def test_half_of_the_positions_unanswered_keeps_a_gene_ambiguous():
    definitions = {"*1": "AAAA", "*2": "GAAA", "*3": "AGAA"}
    own = caller(definitions, {"AAAA": 100_000, "GAAA": 1})
    assert call(own, "A..A", "A..A").status is CallStatus.AMBIGUOUS


def test_likelihoods_move_the_probability_as_they_say():
    own = caller(THREE, COUNTS)
    even = call(own, ".AA", ".AA", likely={0: {"AA": 0, "AG": 0, "GG": 0}})
    unanswered = call(own, ".AA", ".AA")
    assert chances(even) == pytest.approx(chances(unanswered))
    shifted = call(own, ".AA", ".AA", likely={0: {"AA": 20, "AG": 0, "GG": 6}})
    before, after = chances(even), chances(shifted)
    odds = before["*1/*1"] / before["*1/*2"]
    assert after["*1/*1"] / after["*1/*2"] == pytest.approx(odds * 10**-2)
    assert after["*2/*2"] / after["*1/*2"] == pytest.approx(
        before["*2/*2"] / before["*1/*2"] * 10**-0.6
    )


def test_what_likelihoods_exclude_is_gone():
    found = call(caller(THREE, COUNTS), ".AA", ".AA", likely={0: {"AA": 0, "AG": 60}})
    assert chances(found) == {"*1/*1": 1.0}


def test_one_haplotype_counts_homozygous_likelihoods():
    found = call(caller(THREE, COUNTS), ".AA", likely={0: {"AA": 10, "AG": 0, "GG": 0}})
    shares = {"*1": 0.1 * 900, "*2": 80.0}
    assert found.probability == pytest.approx(max(shares.values()) / sum(shares.values()), abs=1e-2)


def test_codes_of_equal_arrays_are_equal_keys():
    own = caller(THREE, COUNTS)
    one, two = genotypes(own.gene, "A.A", "AGA"), genotypes(own.gene, "A.A", "AGA")
    assert np.array_equal(one.call, two.call)
    assert own.call(one, 0, with_sites=False) is not None
    assert len(own._known) == 1
    own.call(two, 0, with_sites=False)
    assert len(own._known) == 1


def test_calling_leaves_the_observations_as_they_are():
    own = caller(THREE, COUNTS)
    seen = genotypes(own.gene, "G.A", "AGA")
    before = seen.call.copy()
    own.call(seen, 0, with_sites=True)
    assert np.array_equal(seen.call, before)
