"""Probabilities of other advice, and what would settle it, from the keys that candidates leave."""

import msgspec
import pytest

from pgx.recommendations.index import build_index
from pgx.recommendations.lookup import recommend
from pgx.records.calls import Certainty, KeyEvidence
from recommendations.made import call, drug, statement

STATEMENTS = [
    statement(1, "A=normal", "use_as_directed"),
    statement(2, "A=poor", "avoid"),
    statement(3, "A=slow", "avoid"),
    statement(4, "A=odd", "no_recommendation"),
]
PAIRS = [
    statement(n, f"A={a};B={b}", *action, genes=("A", "B"))
    for n, (a, b, *action) in enumerate(
        [
            ("normal", "normal", "use_as_directed"),
            ("normal", "poor", "reduce_dose"),
            ("poor", "normal", "reduce_dose"),
            ("poor", "poor", "avoid"),
        ]
    )
]


def key(name, probability=None, *sites):
    return KeyEvidence(lookup_key=name, probability=probability, settled_by=sites)


def weighed(gene, *evidence, **more):
    return call(gene, *(e.lookup_key for e in evidence), key_evidence=evidence, **more)


def advice(statements, *calls):
    [row] = recommend(build_index([drug("examplol", "A", "B")], statements), "S1", calls)
    return row


def test_the_other_advice_has_the_sum_of_its_keys():
    row = advice(
        STATEMENTS,
        weighed("A", key("normal", 0.9), key("poor", 0.07, "chr1:1"), key("slow", 0.03, "chr1:2")),
    )
    assert row.certainty is Certainty.DEPENDS
    [other] = row.alternatives
    assert other.action == ("avoid",)
    assert other.probability == pytest.approx(0.1)
    assert row.depends_on == ("chr1:1", "chr1:2")


def test_keys_of_the_same_advice_are_certain_and_ask_nothing():
    row = advice(STATEMENTS, weighed("A", key("poor", 0.6), key("slow", 0.4, "chr1:2")))
    assert row.certainty is Certainty.CERTAIN
    assert row.depends_on == ()


def test_only_what_leads_to_other_advice_is_asked_for():
    row = advice(
        STATEMENTS,
        weighed("A", key("poor", 0.6), key("slow", 0.3, "chr1:2"), key("normal", 0.1, "chr1:9")),
    )
    assert row.depends_on == ("chr1:9",)


def test_alternatives_and_the_best_make_the_whole():
    row = advice(
        STATEMENTS,
        weighed("A", key("normal", 0.7), key("poor", 0.2, "chr1:1"), key("odd", 0.1, "chr1:1")),
    )
    assert sum(other.probability for other in row.alternatives) == pytest.approx(0.3)


def test_genes_are_independent():
    row = advice(
        PAIRS,
        weighed("A", key("normal", 0.9), key("poor", 0.1, "chr1:1")),
        weighed("B", key("normal", 0.8), key("poor", 0.2, "chr2:1")),
    )
    found = {other.action[0]: other.probability for other in row.alternatives}
    assert found == {
        "reduce_dose": pytest.approx(0.9 * 0.2 + 0.1 * 0.8),
        "avoid": pytest.approx(0.1 * 0.2),
    }
    assert row.depends_on == ("chr1:1", "chr2:1")


def test_a_gene_with_one_key_counts_whole():
    row = advice(
        PAIRS, call("A", "normal"), weighed("B", key("normal", 0.8), key("poor", 0.2, "chr2:1"))
    )
    assert [other.probability for other in row.alternatives] == [pytest.approx(0.2)]
    assert row.depends_on == ("chr2:1",)


def test_a_key_without_a_probability_leaves_its_advice_without_one():
    row = advice(STATEMENTS, weighed("A", key("normal", 0.9), key("poor", None, "chr1:1")))
    assert [other.probability for other in row.alternatives] == [None]
    assert row.depends_on == ("chr1:1",)


def test_without_a_prior_nothing_is_weighed():
    row = advice(STATEMENTS, call("A", "normal", "poor", depends_on=("chr1:5",)))
    assert [other.probability for other in row.alternatives] == [None]
    assert row.depends_on == ("chr1:5",)


def test_a_gene_that_nobody_genotyped_is_named():
    row = advice(PAIRS, call("A", "normal"), call("B"))
    assert row.certainty is Certainty.DEPENDS
    assert "B:genotype" in row.depends_on
    assert all(other.probability is None for other in row.alternatives)


def test_one_sample_does_not_lend_its_probabilities_to_the_next():
    """Advice is remembered by its keys; probabilities are each sample's own."""
    index = build_index([drug("examplol", "A")], STATEMENTS)
    found = []
    for share in (0.1, 0.4):
        own = weighed("A", key("normal", 1 - share), key("poor", share, f"chr1:{share}"))
        [row] = recommend(index, "S", [own])
        found.append((row.alternatives[0].probability, row.depends_on))
    assert found == [(pytest.approx(0.1), ("chr1:0.1",)), (pytest.approx(0.4), ("chr1:0.4",))]


def improbable(share, drugs=None, confidence=0.99, **evidence):
    """Return the row of a gene whose other key has a share of the probability."""
    poor = KeyEvidence(lookup_key="poor", probability=share, settled_by=("chr1:1",), **evidence)
    own = weighed("A", key("normal", 1 - share), poor)
    index = build_index(drugs or [drug("examplol", "A")], STATEMENTS, confidence=confidence)
    [row] = recommend(index, "S1", [own])
    return row


@pytest.mark.parametrize(
    ("share", "confidence", "certain"),
    [(0.009, 0.99, True), (0.011, 0.99, False), (0.04, 0.95, True), (0.009, 0.995, False)],
)
def test_other_advice_may_be_as_probable_as_the_confidence_leaves(share, confidence, certain):
    row = improbable(share, confidence=confidence)
    assert (row.certainty is Certainty.CERTAIN) is certain
    assert row.residual == pytest.approx(share)
    assert row.depends_on == ("chr1:1",)
    assert bool(row.alternatives) is not certain


def critical():
    return [msgspec.structs.replace(drug("examplol", "A"), critical="hemolysis")]


@pytest.mark.parametrize(("share", "certain"), [(0.0009, True), (0.0011, False)])
def test_a_critical_drug_allows_a_tenth(share, certain):
    row = improbable(share, critical())
    assert (row.certainty is Certainty.CERTAIN) is certain


def test_a_critical_drug_is_judged_by_the_group_with_most_other_advice():
    def judged(drugs):
        shares = (0.0, 0.004)
        normal = KeyEvidence(
            lookup_key="normal", probability=0.9999, by_group=tuple(1 - s for s in shares)
        )
        poor = KeyEvidence(lookup_key="poor", probability=0.0001, by_group=shares)
        index = build_index(drugs, STATEMENTS)
        [row] = recommend(index, "S1", [weighed("A", normal, poor)])
        return row

    assert judged([drug("examplol", "A")]).residual == pytest.approx(0.0001)
    row = judged(critical())
    assert row.residual == pytest.approx(0.004)
    assert row.certainty is Certainty.DEPENDS


def test_an_open_core_position_counts_for_critical_drugs_alone():
    assert improbable(0.0, open_core=("chr1:1",)).certainty is Certainty.CERTAIN
    row = improbable(0.0, critical(), open_core=("chr1:1",))
    assert row.certainty is Certainty.DEPENDS
    assert row.depends_on == ("chr1:1",)


def test_a_failed_position_counts_for_every_drug():
    row = improbable(0.0, failed=("chr1:7",))
    assert row.certainty is Certainty.DEPENDS
    assert row.depends_on == ("chr1:1", "chr1:7")
    assert [other.action for other in row.alternatives] == [("avoid",)]


def test_what_no_key_has_counts_as_other_advice():
    """Probability that the evidence does not name is not taken for the same advice."""
    row = advice(STATEMENTS, weighed("A", key("normal", 0.95), key("poor", 0.02, "chr1:1")))
    assert row.residual == pytest.approx(0.05)


def test_a_mere_reading_counts_with_the_probability_of_its_combination():
    reading = KeyEvidence(lookup_key="poor", at_most=0.03, settled_by=("phase:chr1:1+chr1:2",))
    own = weighed("A", key("normal", 1.0), reading)
    row = advice(STATEMENTS, own)
    assert row.residual == pytest.approx(0.03)
    assert row.certainty is Certainty.DEPENDS


def test_a_reading_of_the_best_candidate_leaves_its_advice_open():
    row = advice(STATEMENTS, weighed("A", key("normal", 1.0), key("poor", None)))
    assert row.certainty is Certainty.DEPENDS
    assert [other.probability for other in row.alternatives] == [None]


COPIES = ("copy_number_not_assessed",)


def test_another_number_of_copies_is_named_with_its_advice():
    own = weighed("A", key("normal", 1.0), copy_keys=("poor", "slow"), notes=COPIES)
    row = advice(STATEMENTS, own)
    assert row.certainty is Certainty.DEPENDS
    assert row.residual == 0.0
    assert row.depends_on == ("A:copy_number",)
    assert [(a.action, a.probability) for a in row.alternatives] == [(("avoid",), None)]


def test_copies_that_change_nothing_leave_advice_certain():
    own = weighed("A", key("poor", 1.0), copy_keys=("slow",), notes=COPIES)
    row = advice(STATEMENTS, own)
    assert (row.certainty, row.depends_on) == (Certainty.CERTAIN, ())


def test_an_outside_call_is_taken_as_called():
    row = advice(STATEMENTS, call("A", "normal", source="outside"))
    assert (row.certainty, row.residual) == (Certainty.CERTAIN, 0.0)


def test_without_a_prior_there_is_no_residual():
    row = advice(STATEMENTS, call("A", "normal"))
    assert (row.certainty, row.residual) == (Certainty.CERTAIN, None)
