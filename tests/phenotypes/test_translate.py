"""Functions to phenotypes: order never matters, what no rule names is never normal."""

import itertools

import pytest

from cases import one_test
from pgx.phenotypes import INDETERMINATE, NO_SCORE, Phenotype, PhenotypeTable, activity_score
from simulated import genes

RULED = [name for name, gene in genes().items() if gene.rules]


def functions_of(name):
    gene = genes()[name]
    found = {a.function or gene.uncertain_function for a in gene.alleles}
    return sorted(found | {gene.uncertain_function})


@one_test
@pytest.mark.parametrize("name", RULED)
def test_the_order_of_haplotypes_does_not_matter(name):
    table = PhenotypeTable(genes()[name])
    for one, two in itertools.combinations(functions_of(name), 2):
        assert table.translate(one, two, "x") == table.translate(two, one, "x")


@one_test
@pytest.mark.parametrize("name", RULED)
def test_an_unknown_function_is_never_normal(name):
    gene = genes()[name]
    table = PhenotypeTable(gene)
    for function in functions_of(name):
        found = table.translate(function, "a function that nobody knows", "x")
        assert found.term == INDETERMINATE
        assert found.score is None
    haploid_samples = table.translate(None, None, "x")
    assert haploid_samples == table.translate(gene.uncertain_function, None, "x")
    assert "Normal" not in haploid_samples.term


@pytest.mark.parametrize("name", [n for n in RULED if genes()[n].scored])
def test_scores_are_sums(name):
    gene = genes()[name]
    for rule in gene.rules:
        total = activity_score([rule.function_1, rule.function_2])
        if total is not None and not rule.activity_score.startswith("≥"):
            assert rule.activity_score in (total, "n/a")


@one_test
@pytest.mark.parametrize("name", [n for n, g in genes().items() if not g.rules])
def test_a_gene_without_rules_is_looked_up_by_its_diplotype(name):
    found = PhenotypeTable(genes()[name]).translate("x", "y", "a/b")
    assert (found.term, found.score, found.lookup_key) == (None, None, "a/b")


@pytest.mark.parametrize(
    ("first", "second", "score", "key"),
    [
        ("3.0", "0.5", "3.5", "≥3.5"),
        ("≥3.0", "1.5", "≥4.5", "≥4.0"),
        ("5.0", "4.0", "9.0", "≥6.0"),
        ("≥3.0", "0.25", "≥3.25", "≥3.25"),
    ],
)
def test_a_score_without_a_rule_reaches_the_highest_open_one(first, second, score, key):
    found = PhenotypeTable(genes()["CYP2D6"]).translate(first, second, "")
    assert found == Phenotype("Ultrarapid Metabolizer", score, key)


def test_a_low_score_without_a_rule_stays_indeterminate():
    found = PhenotypeTable(genes()["CYP2D6"]).translate("0.1", "0.3", "")
    assert found == Phenotype(INDETERMINATE, None, NO_SCORE)
