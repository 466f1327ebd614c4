"""Probabilities of other advice, and what would settle it, from the keys that candidates leave."""

import pytest

from pgx.base.calls import CallStatus, Certainty, KeyEvidence
from pgx.recommendations.index import build_index
from pgx.recommendations.lookup import recommend
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


def test_a_called_gene_with_improbable_others_still_depends():
    own = weighed("A", key("normal", 0.99), key("poor", 0.01, "chr1:1"))
    assert own.status is CallStatus.AMBIGUOUS
    row = advice(STATEMENTS, own)
    assert row.certainty is Certainty.DEPENDS
