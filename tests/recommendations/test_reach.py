"""Reachable keys are those that calls have: compared with calls made the whole way."""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest

from cases import one_test
from pgx.errors import OutsideCallError
from pgx.inputs.outside_calls import outside_gene_call
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.outside.calls import OutsideCall
from pgx.recommendations.result_keys import Reach, diplotype_keys
from pgx.records.genes import Ploidy, Strategy, core_allele

GENES = KnowledgeBase().genes
INSIDE = [g for g in GENES.values() if g.strategy is not Strategy.OUTSIDE]
by_gene = pytest.mark.parametrize("gene", INSIDE, ids=lambda gene: gene.gene)


def called(gene, diplotype):
    return outside_gene_call(OutsideCall(gene=gene.gene, diplotype=diplotype), gene, "S1", ())


def one_a_function(gene):
    """Return one allele of each function: the others give the same keys."""
    return list({a.function: core_allele(a.name) for a in gene.alleles}.values())


@one_test
@by_gene
def test_calls_have_reachable_keys_and_all_of_them(gene):
    names = one_a_function(gene)
    pairs = [] if gene.ploidy is Ploidy.MITOCHONDRIAL else combinations_with_replacement(names, 2)
    diplotypes = ["/".join(pair) for pair in pairs]
    diplotypes += names if gene.ploidy is not Ploidy.AUTOSOME else []
    keys = {key for name in diplotypes for key in called(gene, name).lookup_keys}
    reach = Reach(gene)
    assert keys
    assert all(reach.holds(key) for key in keys)
    # only haplotypes that nobody has described have the function of an unknown one
    assert not reach.keys or reach.keys - keys <= {"Indeterminate", "n/a"}


@one_test
@pytest.mark.parametrize(
    "gene",
    [gene for gene in INSIDE if gene.ploidy is not Ploidy.MITOCHONDRIAL],
    ids=lambda gene: gene.gene,
)
def test_pairs_of_alleles_are_written_as_calls_write_them(gene):
    reach = Reach(gene)
    names = one_a_function(gene)[:2]
    call = called(gene, f"{names[-1]}/{names[0]}")
    [(key, _)] = diplotype_keys(call)
    assert reach.holds(key)
    turned = "diplotype " + "/".join(reversed(call.diplotype.split("/")))
    assert reach.holds(turned) == (turned == key)
    assert not reach.holds("diplotype *0/*0")


def test_copy_numbers_of_outside_calls_are_reached():
    gene = GENES["CYP2D6"]
    reach = Reach(gene)
    for name in ("*1x2/*4", "*1x3/*1", "*1xN/*1", "*2x≥3/*41", "*36+*10/*1", "*4xN/*4", "*9x2/*10"):
        assert all(reach.holds(key) for key in called(gene, name).lookup_keys), name
    assert called(gene, "*1x3/*4").lookup_keys == ("3.0",)
    assert not reach.holds("xN combinations")
    assert not reach.holds("3.1")


@pytest.mark.parametrize("name", ["HLA-A", "HLA-B"])
def test_tests_of_single_alleles_are_outside_calls(name):
    gene = GENES[name]
    call = OutsideCall(gene=name, diplotype="*15:02/*57:01")
    keys = outside_gene_call(call, gene, "S1", ("*15:02", "*31:01")).lookup_keys
    assert keys == ("*15:02 positive", "*31:01 negative")
    assert all(Reach(gene).holds(key) for key in keys)
    assert not Reach(gene).holds("*15 positive")
    with pytest.raises(OutsideCallError):
        outside_gene_call(OutsideCall(gene=name, phenotype="*15 positive"), gene, "S1", ())


def test_no_result_and_any_result_are_results():
    reach = Reach(GENES["TPMT"])
    assert reach.holds("No Result")
    assert reach.holds("any")
    assert not reach.holds("")


def test_a_pair_of_one_haplotype_is_none_of_an_autosome():
    assert not Reach(GENES["CYP2C9"]).holds("diplotype *1")
    assert Reach(GENES["G6PD"]).holds("diplotype B (reference)")
